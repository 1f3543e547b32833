// What a million retained tasks cost the next create: processor time of creates with few and with many tasks retained,
// interleaved in one process after another, and how long the list of all holds the event loop. Needs `npm run build`.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { createSimulator } from '../dist/index.js'
import { median, report, rounded, times } from './harness.mjs'

const FEW = 1000
const MANY = Number(process.env.MANY ?? 1_000_000)
const CREATES = Number(process.env.CREATES ?? 20_000)
const ROUNDS = Number(process.env.ROUNDS ?? 5)

const create = simulator =>
  simulator.app.inject({
    method: 'POST',
    url: '/kling/videos',
    headers: { authorization: 'Bearer bench' },
    payload: { action: 'text2video', prompt: 'a white mug', async: true },
  })

async function fill(simulator, count) {
  for (let left = count; left > 0; left -= 100) await Promise.all(Array.from({ length: 100 }, () => create(simulator)))
}

async function cost(simulator) {
  const before = process.cpuUsage()
  await fill(simulator, CREATES)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CREATES
}

if (!process.execArgv.some(arg => arg.startsWith('--max-old-space-size'))) {
  // The default is too little for so many on small machines.
  const args = ['--max-old-space-size=4096', import.meta.filename, ...process.argv.slice(2)]
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  process.exit(status ?? 1)
}

const settings = { pace: 'instant', journalSize: 100 }
const few = await createSimulator({ ...settings, retain: FEW })
const many = await createSimulator({ ...settings, retain: MANY })
await fill(few, FEW + CREATES)
await fill(many, MANY)
const seen = { few: [], many: [] }
for (let round = 0; round < ROUNDS; round++) {
  seen.few.push(await cost(few))
  seen.many.push(await cost(many))
}
const from = performance.now()
await many.tasks.list({ limit: 10 })
const listed = Math.round(performance.now() - from)
report([
  {
    what: `creates per processor second, ${MANY} tasks retained against ${FEW}`,
    seen: rounded(median(seen.few) / median(seen.many)),
    unit: 'of those with few',
    ...times(median(seen.many), median(seen.few), 'µs each'),
    gate: 0.8,
    goal: 0.95,
  },
  { what: `the newest ten of ${MANY} listed`, seen: listed, unit: 'ms', isLess: true },
])
await few.close()
await many.close()
