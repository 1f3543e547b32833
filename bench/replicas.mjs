// What a second replica costs: seconds of the processor for each request in two replicas on one Redis against one that is alone
// on it, in interleaved rounds, the same number of connections in all. Beside it one without Redis, and what Redis itself takes.
// Needs `npm run build`, and a `redis-server`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../scripts/drills/processes.mjs'
import {
  GOOD,
  HEADERS,
  loaded,
  median,
  pinLoad,
  processorSeconds,
  report,
  rounded,
  start,
  stop,
  times,
} from './harness.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const SECONDS = Number(process.env.SECONDS ?? 4)
const CONNECTIONS = 32
const COMMAND = ['dist/cli.cjs', '--port', '0', '--json', '--pace', '600', '--retain', '1000']

const place = mkdtempSync(join(tmpdir(), 'mockling-bench-'))
try {
  pinLoad()
  report(await main())
} finally {
  rmSync(place, { recursive: true, force: true })
}

/** The task that is asked for, known to all who share it. */
async function taskAt(url) {
  const answer = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify(GOOD),
  })
  return { id: (await answer.json()).task_id }
}

async function main() {
  const redis = await startRedis(place, { keeps: false })
  const sharing = prefix => start(...COMMAND, '--redis-url', redis.url, '--redis-prefix', prefix)
  const crews = {
    none: [await start(...COMMAND)],
    one: [await sharing('one:')],
    two: [await sharing('two:'), await sharing('two:')],
  }
  const requests = { create: ['/kling/videos', () => GOOD], poll: ['/kling/tasks', taskAt] }
  const rows = []
  for (const [what, [path, bodyFor]] of Object.entries(requests)) {
    const seen = { none: [], one: [], two: [], redis: [] }
    const bodies = {}
    for (const [name, [first]] of Object.entries(crews)) bodies[name] = await bodyFor(first.url)
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [name, crew] of Object.entries(crews)) {
        const pids = crew.map(({ pid }) => pid)
        const before = [taken(pids), taken([redis.pid])]
        // To warm up, each process takes about as many: two that share a core have half as many in the same time.
        const duration = round === 0 ? SECONDS * crew.length : SECONDS
        const limits = { duration, connections: CONNECTIONS / crew.length }
        const loads = await Promise.all(crew.map(({ url }) => loaded(url + path, bodies[name], limits)))
        const total = loads.reduce((sum, load) => sum + load.total, 0)
        const each = seconds => (seconds / total) * 1e6
        if (round === 0) continue
        seen[name].push(each(taken(pids) - before[0]))
        if (name === 'two') seen.redis.push(each(taken([redis.pid]) - before[1]))
      }
    }
    const [none, one, two, inRedis] = ['none', 'one', 'two', 'redis'].map(name => median(seen[name]))
    const compared = (ours, reference) => ({
      ...{ seen: rounded(ours / reference), ...times(ours, reference, 'µs'), isLess: true },
    })
    rows.push(
      {
        what: `processor for a ${what}, two replicas on Redis`,
        unit: '× one',
        ...compared(two, one),
        gate: 1.35,
        goal: 1.18,
      },
      { what: `a ${what} on one replica on Redis`, unit: '× without', ...compared(one, none) },
      { what: `what Redis takes for a ${what} at two`, seen: Math.round(inRedis), unit: 'µs', isLess: true },
    )
  }
  for (const { child } of Object.values(crews).flat()) await stop(child)
  await redis.stop()
  return rows
}

function taken(pids) {
  return pids.reduce((sum, pid) => sum + processorSeconds(pid), 0)
}
