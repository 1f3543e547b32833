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

/** What is looked at: the list of tasks, going through it, and each other view that follows what happens. */
const VIEWS = { tasks: 'tasks', requests: 'requests', callbacks: 'callbacks', time: 'time', money: 'money' }

if (!existsSync(CHROMIUM)) {
  console.error(`bench: ${CHROMIUM} is not there`)
  process.exit(2)
}
pinLoad()
const server = await start(COMMAND, ...SETTINGS)
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS })
const rows = []
const frames = []
for (const view of Object.values(VIEWS)) frames.push(await framesOf(view))
rows.push(...frames.flatMap(rowsOf), ...(await rateRows()))
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

/** A trace of some seconds of a view while things happen, and what the server took for it meanwhile. */
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
  const before = processorSeconds(server.child.pid)
  const { worst } = await page.evaluate(watchFrames, SECONDS * 1000)
  const took = processorSeconds(server.child.pid) - before
  const complete = new Promise(resolve => session.once('Tracing.tracingComplete', resolve))
  await session.send('Tracing.end')
  await complete
  await happening
  await page.context().close()
  const tasks = mainThreadTasks(events)
  return { view, gaps: worst, tasks, load: took / SECONDS }
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
  return { worst: gaps.slice(1).sort((a, b) => b - a) }
}

/** What the page's main thread did at a stretch, in milliseconds: by the wall, and of the processor. */
function mainThreadTasks(events) {
  const names = events.filter(({ ph, name }) => ph === 'M' && name === 'thread_name')
  const mains = new Set(
    names.filter(({ args }) => args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`),
  )
  return events
    .filter(({ ph, name, pid, tid }) => ph === 'X' && name === 'RunTask' && mains.has(`${pid} ${tid}`))
    .map(({ dur = 0, tdur = 0 }) => ({ wall: dur / 1000, processor: tdur / 1000 }))
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

function rowsOf({ view, gaps, tasks, load: taken }) {
  const most = which => rounded(Math.max(0, ...tasks.map(one => one[which])), 0)
  const over = limit => gaps.filter(gap => gap > limit).length
  return [
    {
      what: `${view}: longest time between frames`,
      seen: rounded(gaps[0] ?? 0, 0),
      unit: 'ms',
      isLess: true,
      gate: 100,
    },
    { what: `${view}: frames over 50 ms, of ${gaps.length}`, seen: over(50), unit: '', isLess: true },
    { what: `${view}: longest task of the page`, seen: most('wall'), unit: 'ms', isLess: true },
    {
      what: `${view}: the same, of the processor`,
      seen: most('processor'),
      unit: 'ms',
      isLess: true,
      gate: 100,
      goal: 50,
    },
    { what: `${view}: the server’s load, with these events`, seen: rounded(100 * taken, 1), unit: '%', isLess: true },
  ]
}

/** What an open page takes of the server's core while that has as many requests as it can take: so much its rate falls. */
async function rateRows() {
  const seen = { alone: [], watched: [] }
  for (let round = 0; round <= ROUNDS; round++) {
    for (const how of ['alone', 'watched']) {
      const page = how === 'watched' ? await opened('tasks') : undefined
      const [from, before] = [performance.now(), processorSeconds(server.child.pid)]
      const { perSecond, total } = await loaded(`${server.url}/kling/videos`, GOOD, { amount: REQUESTS })
      const took = processorSeconds(server.child.pid) - before
      const seconds = (performance.now() - from) / 1000
      await page?.context().close()
      // The first round warms up.
      if (round > 0) seen[how].push({ each: took / total, total, seconds, perSecond })
    }
  }
  const middle = (how, which) => median(seen[how].map(one => one[which]))
  const alone = middle('alone', 'each')
  const share = median(seen.watched.map(({ each, total, seconds }) => ((each - alone) * total) / seconds))
  return [
    {
      what: 'of the server’s core, for a page that looks on at full rate',
      seen: rounded(100 * share, 1),
      unit: '%',
      isLess: true,
      gate: 10,
    },
    {
      what: 'processor for a create while a page looks on',
      seen: rounded(middle('watched', 'each') / alone),
      unit: 'of without',
      isLess: true,
      ours: `${rounded(middle('watched', 'each') * 1e6, 0)} µs`,
      reference: `${rounded(alone * 1e6, 0)} µs`,
    },
    {
      what: 'rate while a page looks on, by the wall',
      seen: rounded(middle('watched', 'perSecond') / middle('alone', 'perSecond')),
      unit: 'of without',
      ...rates(middle('watched', 'perSecond'), middle('alone', 'perSecond')),
    },
  ]
}
