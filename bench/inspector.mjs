// What the inspector costs the server that it looks at, and whether it stays smooth: 10,000 tasks, 200 events a second, in
// Debian's Chromium. The server has the first core; the page, what it shows and the load have the second. What the server
// takes is told in seconds of the processor, which do not depend on what else the machine does; of frames, both the time of
// the processor and that of the wall.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import {
  GOOD,
  HEADERS,
  loaded,
  median,
  pinLoad,
  processorSeconds,
  rates,
  report,
  rounded,
  start,
  stop,
} from './harness.mjs'

const CHROMIUM = '/usr/bin/chromium'
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking']
const COMMAND = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url))
const SETTINGS = ['--port', '0', '--json', '--pace', '600', '--demo', '10000']

const EVENTS_PER_SECOND = 200
const SECONDS = Number(process.env.SECONDS ?? 10)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
/** Requests of one measurement of the server's rate. */
const REQUESTS = Number(process.env.REQUESTS ?? 20_000)

/** Views that follow what happens. */
const VIEWS = ['tasks', 'requests', 'callbacks', 'time', 'money']

if (!existsSync(CHROMIUM)) {
  console.error(`bench: ${CHROMIUM} is not there`)
  process.exit(2)
}
pinLoad()
const server = await start(COMMAND, ...SETTINGS)
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
const rows = []
for (const view of VIEWS) rows.push(...rowsOf(await framesOf(view)))
rows.push(await shareRow(), ...(await rateRows()))
await browser.close()
await stop(server.child)
report(rows)

/** Opens the page, resolves when it follows the server. */
async function opened(view) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(`${server.url}/_mockling/#/${view}`)
  await page.getByText('live', { exact: true }).waitFor()
  return page
}

/** A trace of some seconds of a view while things happen. */
async function framesOf(view) {
  const page = await opened(view)
  const session = await page.context().newCDPSession(page)
  const events = []
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value))
  const happening = happen(SECONDS)
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', 'blink.user_timing'] },
  })
  const gaps = await page.evaluate(watchFrames, SECONDS * 1000)
  const complete = new Promise(resolve => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await happening
  await page.context().close()
  return { view, gaps, tasks: mainThreadTasks(events) }
}

/** Goes up and down a list, a step for each frame; the longest times between two frames, by the page's own clock. */
async function watchFrames(ms) {
  const end = performance.now() + ms
  const gaps = []
  let last = performance.now()
  let step = 40
  await new Promise(resolve => {
    const frame = () => {
      const now = performance.now()
      gaps.push(now - last)
      last = now
      const scroller = document.querySelector('.scroller, .page')
      if (scroller) {
        scroller.scrollTop += step
        if (scroller.scrollTop <= 0 || scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight) step = -step
      }
      if (now < end) requestAnimationFrame(frame)
      else resolve()
    }
    requestAnimationFrame(frame)
  })
  return gaps.slice(1).sort((a, b) => b - a)
}

/** What the page's main thread did at a stretch, in milliseconds of the processor. */
function mainThreadTasks(events) {
  const names = events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
  const mains = new Set(
    names.filter(({ args }) => args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return events
    .filter(({ ph, name, pid, tid }) => ph === 'X' && name === 'RunTask' && mains.has(`${pid} ${tid}`))
    .map(({ tdur = 0 }) => ({ processor: tdur / 1000 }))
}

/** Creates and polls, so many a second in all. */
async function happen(seconds) {
  const { default: autocannon } = await import('autocannon')
  const create = { method: 'POST', path: '/kling/videos', headers: HEADERS, body: JSON.stringify(GOOD) }
  const poll = { ...create, path: '/kling/tasks', body: JSON.stringify({ id: 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0' }) }
  const { errors, non2xx } = await autocannon({
    ...{ url: server.url, connections: 4, overallRate: EVENTS_PER_SECOND, duration: seconds + 1 },
    requests: [create, poll, poll, poll],
  })
  if (errors + non2xx > 0) throw new Error(`${errors + non2xx} of the events failed`)
}

function rowsOf({ view, gaps, tasks }) {
  const over = limit => gaps.filter(gap => gap > limit).length
  const longest = Math.max(0, ...tasks.map(({ processor }) => processor))
  return [
    {
      what: `${view}: longest time between two frames`,
      seen: rounded(gaps[0] ?? 0, 0),
      unit: 'ms',
      ours: `${over(50)} over 50 ms, ${over(100)} over 100, of ${gaps.length}`,
      gate: 100,
      isLess: true,
    },
    {
      what: `${view}: longest work at a stretch, of the processor`,
      seen: rounded(longest, 0),
      unit: 'ms',
      gate: 100,
      goal: 50,
      isLess: true,
    },
  ]
}

/** What `measure` tells without a page and with one that looks on, in turn, and the seconds of the processor that the server took. */
async function inTurn(measure) {
  const seen = { alone: [], watched: [] }
  for (let round = 0; round <= ROUNDS; round++) {
    for (const how of ['alone', 'watched']) {
      const page = how === 'watched' ? await opened('tasks') : undefined
      const before = processorSeconds(server.child.pid)
      const told = await measure()
      const worked = processorSeconds(server.child.pid) - before
      await page?.context().close()
      // The first round warms up.
      if (round > 0) seen[how].push({ worked, ...told })
    }
  }
  return seen
}

/**
 * What an open page takes of the server's core. At a rate that leaves both cores time: a page that asks nothing of the server, but draws
 * beside the load, has a create at full rate cost as much more, since less is written together then.
 */
async function shareRow() {
  const seen = await inTurn(async () => {
    const from = performance.now()
    await happen(SECONDS)
    return { passed: (performance.now() - from) / 1000 }
  })
  // Of all rounds in one: the system counts by the hundredth of a second.
  const sum = (how, which) => seen[how].reduce((before, one) => before + one[which], 0)
  const [alone, watched] = ['alone', 'watched'].map(how => sum(how, 'worked') / sum(how, 'passed'))
  return {
    what: 'of the server’s core, for a page that looks on',
    seen: rounded(100 * (watched - alone), 1),
    unit: '%',
    ours: `${rounded(100 * watched, 1)} % with ${EVENTS_PER_SECOND} events a second`,
    reference: `${rounded(100 * alone, 1)} % without`,
    isLess: true,
    gate: 10,
  }
}

/** What a create takes at full rate while a page looks on, which draws on the core that the load has. */
async function rateRows() {
  const seen = await inTurn(() => loaded(`${server.url}/kling/videos`, GOOD, { amount: REQUESTS }))
  const each = how => median(seen[how].map(({ worked, total }) => worked / total))
  const rate = how => median(seen[how].map(({ perSecond }) => perSecond))
  const [alone, watched] = [each('alone'), each('watched')]
  return [
    {
      what: 'processor for a create while a page draws beside the load',
      seen: rounded(watched / alone),
      unit: 'of without',
      isLess: true,
      ours: `${rounded(watched * 1e6, 0)} µs`,
      reference: `${rounded(alone * 1e6, 0)} µs`,
    },
    {
      what: 'rate while a page draws beside the load, by the wall',
      seen: rounded(rate('watched') / rate('alone')),
      unit: 'of without',
      ...rates(rate('watched'), rate('alone')),
    },
  ]
}
