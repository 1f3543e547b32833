// What drills run: the built command, a redis-server, something that takes callbacks; each in a way that can be killed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createProbe } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const COMMAND = join(import.meta.dirname, '../../dist/cli.cjs')

/** What was seen, as a table of docs/explanation/drills.md: pairs of what it is and a number. */
export function tableOf(rows) {
  return ['| what | seen |', '|---|--:|', ...rows.map(row => `| ${row.join(' | ')} |`)].join('\n')
}

/** Starts the built command and resolves to what it says of itself, once it listens. `env` goes beside our own. */
export async function startCommand(args, env = {}) {
  const all = [COMMAND, '--port', '0', '--json', ...args]
  const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  const warnings = []
  createInterface({ input: child.stderr }).on('line', line => warnings.push(line))
  const ended = once(child, 'exit')
  let isTold = false
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), ended.then(() => [undefined])])
  if (line === undefined) throw new Error(`mockling did not start: ${warnings.join('\n')}`)
  return {
    ...JSON.parse(line),
    warnings: () => warnings,
    /** How it ended by itself; `undefined` while it runs, and if it was told to. */
    get crash() {
      return isTold || (child.exitCode ?? child.signalCode) === null ? undefined : (child.exitCode ?? child.signalCode)
    },
    /** Resolves to its exit code, or to the signal that ended it. */
    kill: async (signal = 'SIGKILL') => {
      isTold = true
      child.kill(signal)
      const [code, by] = await ended
      return code ?? by
    },
  }
}

/** A redis-server on a free port that answers a write once it is on the disk; that `keeps` nothing, if so told. */
export async function startRedis(directory, { keeps = true } = {}) {
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '']
  if (keeps) args.push('--appendonly', 'yes', '--appendfsync', 'always')
  let pid
  const open = async () => {
    const child = spawn('redis-server', args)
    pid = child.pid
    const ended = once(child, 'exit')
    let said = ''
    await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`redis-server did not start:\n${said}`)))
      child.stdout.setEncoding('utf8').on('data', words => {
        said += words
        if (said.includes('Ready to accept connections')) resolve()
      })
    })
    return async signal => {
      child.kill(signal)
      await ended
    }
  }
  let end = await open()
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return pid
    },
    stop: (signal = 'SIGTERM') => end(signal),
    start: async () => {
      end = await open()
    },
  }
}

/** A port nobody listens on. */
export async function freePort() {
  const probe = createProbe().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

/** Takes callbacks, turns a share of them away, and counts by `task_id`. */
export async function startReceiver(chance, share) {
  let arrivals = new Set()
  const counts = { arrived: 0, duplicates: 0, retried: 0 }
  const server = createServer(async (call, reply) => {
    let text = ''
    for await (const piece of call.setEncoding('utf8')) text += piece
    if (chance() < share) {
      counts.retried++
      reply.writeHead(503).end()
      return
    }
    const id = JSON.parse(text).task_id
    if (arrivals.has(id)) counts.duplicates++
    else counts.arrived++
    arrivals.add(id)
    reply.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    has: id => arrivals.has(id),
    ids: () => [...arrivals],
    counts: () => counts,
    forget: () => {
      arrivals = new Set()
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
export function random(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
