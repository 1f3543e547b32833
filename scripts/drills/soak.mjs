// Half an hour of mixed load with faults against the built command, and whether it takes more and more of anything:
// `npm run drill:soak -- --minutes 30 --seed 1`. docs/explanation/drills.md has the result. On Linux: /proc says what it takes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { random, startCommand, tableOf } from './processes.mjs'
import { Calls, startHooks } from './soak-calls.mjs'
import { growthOf, median, megabytes, partsOf } from './soak-verdict.mjs'
import { forget, kindsOf, OUTCOMES, visit } from './soak-visits.mjs'

const SAMPLE_MS = 3_000
/** From the word to collect garbage until it is done, and the memory is given back. */
const COLLECTING_MS = 300
const COLLECT = join(import.meta.dirname, 'soak-collect.cjs')
/** Visits begun at most while others go on; beyond, they are left out and counted. */
const MOST_VISITS = 400
/** Neighbours share so many tokens, and others after so many visits; those before are forgotten a while later. */
const SHARED = { tokens: 4, visits: 200, forgottenAfter: 3 }
/**
 * A visit has a token to itself: one of so many that take turns, each as the one before left it, and now and then one that nobody
 * ever had. What is kept of a token is kept until it is reset, so new ones alone would be growth that is meant.
 */
const OWN = { tokens: 400, newEach: 10 }
/** After the load everything is let go of within this time. */
const PATIENCE_MS = 30_000

/** Small rooms, so that they are full long before the warm-up is over: from then on nothing has a reason to grow. */
const ARGS = [
  '--pace',
  '0.5',
  '--callback-retries',
  '2',
  '--retain',
  '500',
  '--task-memory',
  '8',
  '--journal-size',
  '1000',
]
const MORE_ARGS = ['--journal-memory', '8', '--media-cache', '1', '--keep-alive', '5']

/** What the log says of those small rooms, which is no fault. */
const EXPECTED_LINE = /settled task\(s\) forgotten so far to make room/

/** Numbers that are 0 when nobody is there any more. */
const AT_REST = [
  ...['held_requests', 'stream_clients', 'inbox_waits', 'bodies_arriving_bytes'],
  ...['tasks_pending', 'deliveries_waiting', 'deliveries_in_flight', 'journal_entries'],
]

/**
 * @param {{ minutes: number, seed: number, rate?: number, onMinute?: (row: object) => void }} options
 */
export async function drill({ minutes, seed, rate = 20, onMinute = () => {} }) {
  const hooks = await startHooks()
  // A rejection that nobody handles ends the process, and a warning of Node's says where it comes from.
  const options = ['--unhandled-rejections=strict', '--trace-warnings', `--require ${JSON.stringify(COLLECT)}`]
  const env = { NODE_OPTIONS: [process.env.NODE_OPTIONS ?? '', ...options].join(' ') }
  const server = await startCommand([...ARGS, ...MORE_ARGS], env)
  const calls = new Calls(server.url)
  const watch = new Watch(server, calls)
  try {
    await checkOutcomes(calls)
    await visits({ from: 0, to: 40, rate, seed, server, calls, hooks })
    const before = await leftOf(server, calls)
    watch.start(onMinute)
    const count = Math.round(minutes * 60 * rate)
    const skipped = await visits({ from: 40, to: 40 + count, rate, seed, server, calls, hooks })
    watch.stop()
    const after = await leftOf(server, calls, before)
    const exit = server.crash ?? (await server.kill('SIGTERM'))
    const lines = server.warnings().filter(line => !EXPECTED_LINE.test(line))
    const { samples, rows, gaps } = watch
    const seen = { minutes, seed, count, skipped, posts: hooks.counts.posts, before, after, exit, lines, samples, rows }
    return { ...seen, gaps, odd: calls.odd, ends: calls.ends, statuses: Object.fromEntries(calls.statuses) }
  } finally {
    watch.stop()
    await calls.hangUp()
    await hooks.close()
    await server.kill()
  }
}

/** The load tries everything that can go wrong on purpose, also what is added later. */
async function checkOutcomes(calls) {
  const { items } = (await calls.ask('GET', '/_mockling/v1/outcomes')).json()
  const missing = items.map(({ name }) => name).filter(name => !kindsOf(OUTCOMES).has(name))
  if (missing.length > 0) throw new Error(`no outcome of the load is of the kind ${missing.join(', ')}`)
}

/** Begins so many visits a second, whatever becomes of those before, and resolves when all are over: how many were left out. */
async function visits({ from, to, rate, seed, server, calls, hooks }) {
  const open = new Set()
  const beganAt = performance.now()
  let skipped = 0
  for (let n = from; n < to && server.crash === undefined; n++) {
    const wait = beganAt + ((n - from) * 1000) / rate - performance.now()
    if (wait > 0) await rest(wait)
    if (open.size >= MOST_VISITS) {
      skipped++
      continue
    }
    const going = one({ n, seed, server, calls, hooks }).finally(() => open.delete(going))
    open.add(going)
  }
  await Promise.all(open)
  return skipped
}

async function one({ n, seed, server, calls, hooks }) {
  const chance = random(Math.imul(seed, 0x9e3779b1) ^ n)
  // The first numbers of neighbouring seeds are alike.
  for (let turn = 0; turn < 3; turn++) chance()
  const era = Math.floor(n / SHARED.visits)
  const shared = (age, place) => `soak-${seed}-${era - age}-${place}`
  if (n % SHARED.visits < SHARED.tokens) await forget(calls, shared(SHARED.forgottenAfter, n % SHARED.visits))
  const token = shared(0, Math.floor(chance() * SHARED.tokens))
  const own = n % OWN.newEach === 0 ? `new-${n}` : n % OWN.tokens
  await visit({ calls, chance, hooks, token, own: `soak-${seed}-own-${own}`, url: server.url })
}

/** Measures the process again and again, and makes a row of each minute. */
class Watch {
  samples = []
  rows = []
  /** Samples that could not be had. */
  gaps = 0
  #server
  #calls
  #timer

  constructor(server, calls) {
    this.#server = server
    this.#calls = calls
  }

  start(onMinute) {
    const beganAt = performance.now()
    let asked = this.#calls.count
    const take = async () => {
      const { pid } = this.#server
      process.kill(pid, 'SIGUSR2')
      await rest(COLLECTING_MS)
      const atMs = performance.now() - beganAt
      const { rss, threads, fds } = factsOf(pid)
      const numbers = await metricsOf(this.#calls)
      const heap = numbers('nodejs_heap_size_used_bytes')
      // As many as there are requests and posts under way, which on a busy machine may be more and more of.
      const busy = numbers('mockling_connections') + numbers('mockling_deliveries_in_flight')
      const handles = numbers('nodejs_active_handles_total') - busy
      const lag = numbers('nodejs_eventloop_lag_p99_seconds') * 1000
      const worstLag = numbers('nodejs_eventloop_lag_max_seconds') * 1000
      const tokens = numbers('mockling_namespaces')
      this.samples.push({ atMs, rss, threads, fds: fds - busy, busy, heap, handles, lag, worstLag, tokens })
      const minute = Math.floor(atMs / 60_000)
      if (minute <= this.rows.length) return
      const row = rowOf(minute, this.samples, this.#calls.count - asked)
      asked = this.#calls.count
      this.rows.push(row)
      onMinute(row)
    }
    this.#timer = setInterval(() => void take().catch(() => this.gaps++), SAMPLE_MS)
  }

  stop() {
    clearInterval(this.#timer)
  }
}

/** The minute that is over. */
function rowOf(minute, samples, requests) {
  const those = samples.filter(({ atMs }) => atMs >= (minute - 1) * 60_000 && atMs < minute * 60_000)
  const all = name => those.map(sample => sample[name])
  return {
    minute,
    requests,
    'RSS, MB': Math.round(median(all('rss')) / 1024 / 1024),
    'heap, MB': Math.round(median(all('heap')) / 1024 / 1024),
    connections: median(all('busy')),
    'other fds': median(all('fds')),
    'other handles': median(all('handles')),
    threads: median(all('threads')),
    'lag p99, ms': Math.round(median(all('lag'))),
    'at worst, ms': Math.round(Math.max(...all('worstLag'))),
    tokens: those.at(-1)?.tokens,
  }
}

function factsOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const number = name => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return { rss: number('VmRSS') * 1024, threads: number('Threads'), fds: readdirSync(`/proc/${pid}/fd`).length }
}

/** What the simulator says of itself: the number of that name. */
async function metricsOf(calls) {
  const { text } = await calls.ask('GET', '/_mockling/metrics')
  const all = text()
  return name => Number(new RegExp(`^${name}(?:{.*?})? (\\S+)$`, 'm').exec(all)?.[1])
}

/** What is left when everybody has gone and all is reset; waits for it to be what it was `before`, or for nobody to be there. */
async function leftOf(server, calls, before = { fds: Number.POSITIVE_INFINITY }) {
  if (server.crash !== undefined) return {}
  for (const end = performance.now() + PATIENCE_MS; ; ) {
    await calls.ask('POST', '/_mockling/v1/reset', { body: {} })
    const numbers = await metricsOf(calls)
    const there = AT_REST.map(name => [name, numbers(`mockling_${name}`)])
    await calls.hangUp()
    await rest(1_000)
    const left = { ...Object.fromEntries(there), fds: factsOf(server.pid).fds }
    const isQuiet = there.every(([, value]) => value === 0) && left.fds <= before.fds
    if (isQuiet || performance.now() > end) return left
  }
}

/** What speaks against it, as sentences; none: nothing does. */
export function reasonsAgainst({ samples, lines, odd, exit, before, after, gaps, skipped, count }) {
  const left = Object.entries(after).filter(([name, value]) => value > (name === 'fds' ? before.fds : 0))
  return [
    ...growthOf(samples),
    ...lines.map(line => `it said: ${line}`),
    ...odd,
    ...(exit === 0 ? [] : [`it ended with ${exit}`]),
    ...left.map(
      ([name, value]) => `${name}: ${value} when everybody had gone, ${before[name]} before anybody had come`,
    ),
    ...(gaps > samples.length / 20 ? [`${gaps} samples could not be had`] : []),
    ...(skipped > count / 20 ? [`${skipped} of ${count} visits were left out: it was too slow for them`] : []),
  ]
}

function minutesTable(rows) {
  const names = Object.keys(rows[0] ?? { minute: 0 })
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(names), line(names.map(() => '--:')), ...rows.map(row => line(names.map(name => row[name])))].join('\n')
}

function summary(seen) {
  const parts = partsOf(seen.samples)
  const each = (name, format = String) => parts.map(part => format(part[name])).join(', ')
  const { before, after, ends, statuses } = seen
  return tableOf([
    ['minutes', seen.minutes],
    ['visits', seen.count - seen.skipped],
    ['requests answered', ends.answered],
    ['hung up by the client', ends['hung up by the client']],
    ['cut off on purpose, or by a reset', ends['cut off']],
    [
      'answers by status',
      Object.entries(statuses)
        .map(pair => pair.join(': '))
        .join(', '),
    ],
    ['callbacks received', seen.posts],
    ['RSS after the warm-up, four parts, MB', each('rss', megabytes)],
    ['heap, the same, MB', each('heap', megabytes)],
    ['open files beside connections, the same', each('fds')],
    ['threads, the same', each('threads')],
    ['open files before the load, and after', `${before.fds}, ${after.fds}`],
    ['answers of 5xx that nobody asked for, requests never answered', seen.odd.length],
    ['rejections, warnings and errors on standard error', seen.lines.length],
  ])
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    },
  })
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  process.stdout.write(`${minutes} minutes, seed ${seed}\n`)
  const onMinute = row => process.stderr.write(`${JSON.stringify(row)}\n`)
  const seen = await drill({ minutes, seed, onMinute })
  const reasons = reasonsAgainst(seen)
  const verdict = reasons.length === 0 ? 'flat, and nothing went wrong' : reasons.join('\n')
  process.stdout.write(`${minutesTable(seen.rows)}\n\n${summary(seen)}\n\n${verdict}\n`)
  process.exitCode = reasons.length === 0 ? 0 : 1
}
