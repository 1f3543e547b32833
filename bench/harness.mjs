// What the benchmarks share: servers pinned to one core, the load to another, medians and quantiles, and rows that run.mjs collects.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const isPinnable = spawnSync('taskset', ['-V']).status === 0

export const HEADERS = { authorization: 'Bearer bench', 'content-type': 'application/json' }
/** 428 bytes of JSON that every revision accepts. */
export const GOOD = {
  ...{ action: 'text2video', model: 'kling-v2-6', mode: 'pro', prompt: 'a white mug '.repeat(28).trim(), async: true },
}

/** Has this process and what it measures with run on the second core. */
export function pinLoad() {
  if (!isPinnable || spawnSync('taskset', ['-cp', '1', String(process.pid)]).status !== 0) console.error('(not pinned)')
}

/** Starts Node, or another `program`, with these arguments on the first core. */
export function launch(args, { program = process.execPath, ...options } = {}) {
  const command = [...(isPinnable ? ['taskset', '-c', '0'] : []), program, ...args]
  return spawn(command[0], command.slice(1), { stdio: ['ignore', 'pipe', 'inherit'], ...options })
}

/** Starts a server that prints one line of JSON with its `url`: what is in that, and after how many milliseconds it came. */
export async function start(...args) {
  const from = performance.now()
  const child = launch(args)
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next()
  if (value === undefined) throw new Error(`${args.join(' ')} did not start`)
  return { child, ...JSON.parse(value), ms: Math.round(performance.now() - from) }
}

/** A process that says it is ready, and then answers each line, in JSON as well. */
export function partner(...args) {
  const child = launch(args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value } = await lines.next()
    if (value === undefined) throw new Error(`${args.join(' ')} has ended`)
    return JSON.parse(value)
  }
  const ask = order => {
    child.stdin.write(`${JSON.stringify(order)}\n`)
    return next()
  }
  return { child, next, ask }
}

/** The other side: says what is `ready`, and answers orders until there are no more. */
export async function serve(ready, answer) {
  console.log(JSON.stringify(ready))
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))))
  }
}

export async function stop(child) {
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

const hasWrk = spawnSync('wrk', ['-v']).error === undefined

/**
 * Requests per second that are answered with `status`, `connections` at once. By wrk where it is, else by autocannon: that takes as long for
 * a request as a server does, and while it reads what was written together the server has nothing to do.
 */
export async function load(url, body, { seconds = 4, connections = 32, status = 200 } = {}) {
  if (!hasWrk) return (await loaded(url, body, { duration: seconds, connections }, status)).perSecond
  const probe = await fetch(url, { method: 'POST', headers: HEADERS, body: JSON.stringify(body) })
  await probe.arrayBuffer()
  if (probe.status !== status) throw new Error(`${url} answered ${probe.status} where ${status} was expected`)
  return wrk(url, body, { seconds, connections, isError: status >= 400 })
}

function wrk(url, body, { seconds, connections, isError }) {
  const script = join(tmpdir(), `mockling-bench-${process.pid}.lua`)
  const headers = Object.entries(HEADERS).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`)
  writeFileSync(script, ['wrk.method = "POST"', ...headers, `wrk.body = [==[${JSON.stringify(body)}]==]`].join('\n'))
  const { stdout } = spawnSync('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url], {
    encoding: 'utf8',
  })
  rmSync(script)
  const counted = pattern => Number(pattern.exec(stdout)?.[1] ?? 0)
  const total = counted(/(\d+) requests in/)
  const errors = counted(/Non-2xx or 3xx responses: (\d+)/)
  if (total === 0 || /Socket errors/.test(stdout)) throw new Error(`${url}: ${stdout}`)
  if (errors !== (isError ? total : 0)) throw new Error(`${url}: ${errors} of ${total} answers were errors`)
  return counted(/Requests\/sec:\s+([\d.]+)/)
}

/** The same within autocannon's `limits`, and how many there were. */
export async function loaded(url, body, limits, status = 200) {
  // Here alone: the servers that others are compared with load this file too, and are to have nothing to load.
  const { default: autocannon } = await import('autocannon')
  const { requests, errors, timeouts, statusCodeStats } = await autocannon({
    ...{ url, method: 'POST', headers: HEADERS, body: JSON.stringify(body), connections: 32, ...limits },
  })
  const others = Object.keys(statusCodeStats).filter(seen => seen !== String(status))
  if (others.length > 0) throw new Error(`${url} answered ${others.join(', ')} where ${status} was expected`)
  if (errors + timeouts > 0) throw new Error(`${url}: ${errors} errors, ${timeouts} time-outs`)
  return { perSecond: requests.average, total: requests.total }
}

/** Megabytes of a process that are in memory. */
export function residentMB(pid) {
  const [, kilobytes] = /VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

/** Seconds of the processor that a process has taken; what else the machine does has no part in them. */
export function processorSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

export function median(values) {
  return quantile(values, 0.5)
}

export function quantile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]
}

export function rounded(value, digits = 2) {
  return Number(value.toFixed(digits))
}

/** What a ratio of two rates is of. */
export function rates(ours, reference) {
  return { ours: `${Math.round(ours)}/s`, reference: `${Math.round(reference)}/s` }
}

/** The same of two times. */
export function times(ours, reference, unit = 'ms') {
  return { ours: `${Math.round(ours)} ${unit}`, reference: `${Math.round(reference)} ${unit}` }
}

/** Parses the body and answers a constant: what `ratio to raw` refers to. */
export function raw(answer = JSON.stringify({ task_id: '8c979f32-a969-4061-b9a8-2be719606f30' })) {
  const server = createServer((request, response) => {
    const chunks = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString())
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
    })
  })
  server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` })))
}

/**
 * Prints rows as a table, or as JSON for run.mjs. A row is `{ what, seen, unit, ours?, reference?, ratio?, gate?, goal?, isLess?,
 * isPeer? }`. Where there is a `reference`, `seen` is a ratio to it, or `ratio` is; `ours` and `reference` say of what. `isLess`: the
 * less the better.
 */
export function report(rows) {
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows))
  else
    console.table(
      Object.fromEntries(
        rows.map(({ what, seen, unit, ours = '', reference = '', gate = '', goal = '' }) => [
          what,
          { seen, unit, ours, reference, gate, goal },
        ]),
      ),
    )
}
