// What --state costs: creates a second with it as ratios to without, in interleaved rounds, and start and memory with 100,000
// tasks in the file. Needs `npm run build`.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  GOOD,
  loaded,
  median,
  pinLoad,
  processorSeconds,
  rates,
  report,
  residentMB,
  rounded,
  start,
  stop,
  times,
} from './harness.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const SECONDS = Number(process.env.SECONDS ?? 4)
const TASKS = Number(process.env.TASKS ?? 100_000)
const COMMAND = ['dist/cli.cjs', '--port', '0', '--json', '--pace', '600']
const WITHOUT = 'without --state'

const place = mkdtempSync(join(tmpdir(), 'mockling-bench-'))
try {
  pinLoad()
  report([...(await creates()), ...(await manyTasks())])
} finally {
  rmSync(place, { recursive: true, force: true })
}

async function creates() {
  const settings = [...COMMAND, '--retain', '1000']
  const servers = { [WITHOUT]: await start(...settings) }
  for (const sync of ['never', 'interval', 'always']) {
    servers[`--state-sync ${sync}`] = await start(...settings, '--state', join(place, sync), '--state-sync', sync)
  }
  const seen = Object.fromEntries(Object.keys(servers).map(name => [name, { perSecond: [], each: [] }]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { url, pid }] of Object.entries(servers)) {
      const before = processorSeconds(pid)
      const { perSecond, total } = await loaded(`${url}/kling/videos`, GOOD, { duration: SECONDS })
      if (round === 0) continue // warms up
      seen[name].perSecond.push(perSecond)
      seen[name].each.push(((processorSeconds(pid) - before) / total) * 1e6)
    }
  }
  for (const { child } of Object.values(servers)) await stop(child)
  const bare = median(seen[WITHOUT].perSecond)
  const bareEach = median(seen[WITHOUT].each)
  delete seen[WITHOUT]
  return Object.entries(seen).flatMap(([name, { perSecond, each }]) => {
    const [rate, cost] = [median(perSecond), median(each)]
    const costs = times(cost, bareEach, 'µs')
    return [
      { what: `creates a second, ${name}`, seen: rounded(rate / bare), unit: 'of those without', ...rates(rate, bare) },
      {
        what: `processor for each, ${name}`,
        seen: rounded(cost / bareEach),
        unit: '× without',
        ...costs,
        isLess: true,
      },
    ]
  })
}

async function manyTasks() {
  const file = join(place, 'many')
  const kept = [...COMMAND, '--state', file]
  const first = await start(...kept)
  await loaded(`${first.url}/kling/videos`, GOOD, { amount: TASKS })
  const full = residentMB(first.pid)
  await stop(first.child)
  const empty = await start(...COMMAND)
  const idle = residentMB(empty.pid)
  await stop(empty.child)
  const starts = []
  let resident = 0
  for (let round = 0; round < 3; round++) {
    const again = await start(...kept)
    starts.push(again.ms)
    resident = residentMB(again.pid)
    if (again.state.tasks !== TASKS) throw new Error(`${again.state.tasks} of ${TASKS} tasks were in the file`)
    await stop(again.child)
  }
  const compared = (ours, without, unit) => ({
    seen: rounded(ours / without),
    ...times(ours, without, unit),
    isLess: true,
  })
  return [
    { what: `start with ${TASKS} tasks in a file`, unit: '× without', ...compared(median(starts), empty.ms, 'ms') },
    { what: 'memory after that start', unit: '× idle', ...compared(resident, idle, 'MB') },
    { what: 'memory after the creates that made the file', unit: '× idle', ...compared(full, idle, 'MB') },
    { what: 'size of that file', seen: Math.round(statSync(file).size / 1e6), unit: 'MB', isLess: true },
  ]
}
