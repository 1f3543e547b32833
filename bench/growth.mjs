// What a million retained tasks cost the next create: two servers on one core, one that retains few tasks and one that has and retains
// many, asked in turn; processor time, requests a second, and how long the first list of all takes. Needs `npm run build`.
import { fileURLToPath } from 'node:url'
import {
  load,
  loaded,
  median,
  pinLoad,
  processorSeconds,
  rates,
  report,
  rounded,
  start,
  stop,
  times,
} from './harness.mjs'

const COMMAND = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url))
const FEW = 1000
const MANY = Number(process.env.MANY ?? 1_000_000)
/** Small, so that so many are within the memory that bodies may take. */
const BODY = { action: 'text2video', prompt: 'a white mug', async: true }
const SECONDS = Number(process.env.SECONDS ?? 4)
const ROUNDS = Number(process.env.ROUNDS ?? 5)

pinLoad()
// The default is too little for so many on small machines.
const retaining = count =>
  start('--max-old-space-size=6000', COMMAND, '--port', '0', '--json', '--pace', 'instant', '--retain', String(count))
const servers = { few: await retaining(FEW), many: await retaining(MANY) }
await fill(servers.few, 50_000)
await fill(servers.many, MANY)
const seen = { few: [], many: [] }
for (let round = 0; round < ROUNDS; round++)
  for (const [who, server] of Object.entries(servers)) seen[who].push(await measured(server))

const from = performance.now()
const list = await fetch(`${servers.many.url}/_mockling/v1/tasks?limit=10`)
const { total } = await list.json()
const listed = Math.round(performance.now() - from)
if (total < MANY) throw new Error(`${total} tasks were retained where ${MANY} were expected`)
for (const { child } of Object.values(servers)) await stop(child)

const [few, many] = [seen.few, seen.many].map(list => ({
  each: median(list.map(({ each }) => each)),
  perSecond: median(list.map(({ perSecond }) => perSecond)),
}))
const those = `${MANY} tasks retained against ${FEW}`
report([
  {
    what: `creates a second, ${those}`,
    seen: rounded(many.perSecond / few.perSecond),
    unit: 'of those with few',
    ...rates(many.perSecond, few.perSecond),
    gate: 0.8,
    goal: 0.95,
  },
  {
    what: `creates per processor second, ${those}`,
    seen: rounded(few.each / many.each),
    unit: 'of those with few',
    ...times(many.each, few.each, 'µs each'),
  },
  { what: `the newest ten of ${MANY} listed for the first time`, seen: listed, unit: 'ms', isLess: true },
])

function fill({ url }, amount) {
  return loaded(`${url}/kling/videos`, BODY, { amount })
}

/** Creates a second, and microseconds of the processor for each. */
async function measured({ url, child }) {
  const before = processorSeconds(child.pid)
  const perSecond = await load(`${url}/kling/videos`, BODY, { seconds: SECONDS })
  return { perSecond, each: ((processorSeconds(child.pid) - before) / (perSecond * SECONDS)) * 1e6 }
}
