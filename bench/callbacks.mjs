// Callbacks: how many a second leave when all are due at once, as a ratio to a bare undici pool that posts the same body
// on the same core in the same run; and how late each of very many is that fall due within ten seconds.
// Needs `npm run build` first. The sender is pinned to one core, receiver and creates to the other, where `taskset` is.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { Pool } from 'undici'
import { createSimulator } from '../dist/index.js'
import { median, partner, pinLoad, quantile, rates, report, rounded, serve, stop } from './harness.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5)
const AT_ONCE = Number(process.env.AT_ONCE ?? 10_000)
const SPREAD = Number(process.env.SPREAD ?? 100_000)
const WINDOW_MS = 10_000
/** So long on the clock after the creates does the first of the many fall due. */
const FIRST_MS = 60_000
const NAMESPACE = createHash('sha256').update('bench').digest('hex')
const BODY = JSON.stringify({
  success: true,
  video_id: 'af9a1af0-9aa0-4638-81c1-d41d6143c508',
  video_url:
    'http://127.0.0.1:4180/bs2/upload-kling-api/5749214738/text2video/Cjil4mfBs4cAAAAAARLG0Q-0_raw_video_1.mp4',
  duration: '5.1',
  state: 'succeed',
  task_id: '7c2a5ea1-5e0c-4f4d-9c2f-3b7d3c8f7a11',
})

const [, , part, ...given] = process.argv
if (part === 'ours') await ours()
else if (part === 'bare') await bare(given[0])
else await main()

/** Wall and processor milliseconds of some work, in this process. */
async function measured(work) {
  const [from, before] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { ms: performance.now() - from, cpu: (user + system) / 1000 }
}

async function ours() {
  const simulator = await createSimulator({ clock: 'frozen', pace: 90 })
  const namespace = { namespace: NAMESPACE }
  const clock = () => simulator.control.clock(namespace)
  await serve({ url: simulator.url }, async order => {
    if (order.wait) {
      while (clock().waiting !== order.wait) await new Promise(resolve => setTimeout(resolve, 20))
      return {}
    }
    if (order.run) {
      await simulator.control.advance(namespace, { ms: FIRST_MS - 1000 })
      await simulator.clock.set({ ...namespace, mode: 'real' })
      return { startsAt: Date.now() + 1000 }
    }
    return measured(() => simulator.control.advance(namespace, { ms: 90_000 }))
  })
  await simulator.close()
}

async function bare(url) {
  const pool = new Pool(url, { connections: 32, pipelining: 1 })
  const headers = { 'content-type': 'application/json', 'user-agent': 'bench' }
  await serve({}, ({ count }) =>
    measured(async () => {
      const post = async () => {
        const { body } = await pool.request({ method: 'POST', path: '/hook', headers, body: BODY })
        await body.text()
      }
      let left = count
      const loop = async () => {
        while (left-- > 0) await post()
      }
      await Promise.all(Array.from({ length: 32 }, loop))
    }),
  )
  await pool.close()
}

async function receive() {
  const arrivals = []
  const server = createServer((request, response) => {
    arrivals.push([request.url, Date.now()])
    request.resume().on('end', () => response.end())
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return { server, arrivals, url: `http://127.0.0.1:${server.address().port}` }
}

/** Creates as many tasks, the n-th with the address and outcome given for n. */
async function create(url, count, of) {
  const pool = new Pool(url, { connections: 32 })
  let n = 0
  const loop = async () => {
    while (n < count) {
      const { callback, outcome } = of(n++)
      const { body, statusCode } = await pool.request({
        method: 'POST',
        path: '/kling/videos',
        headers: {
          authorization: 'Bearer bench',
          'content-type': 'application/json',
          ...(outcome && { 'x-mockling-outcome': outcome }),
        },
        body: JSON.stringify({ action: 'text2video', prompt: 'a white mug', callback_url: callback }),
      })
      await body.dump()
      if (statusCode !== 200) throw new Error(`a create was answered with ${statusCode}`)
    }
  }
  await Promise.all(Array.from({ length: 32 }, loop))
  await pool.close()
}

async function atOnce(simulator, url, receiver, reference) {
  const seen = { ours: [], bare: [] }
  for (let round = 0; round <= ROUNDS; round++) {
    await create(url, AT_ONCE, () => ({ callback: `${receiver.url}/hook` }))
    await simulator.ask({ wait: AT_ONCE })
    receiver.arrivals.length = 0
    const theirs = await reference.ask({ count: AT_ONCE })
    if (receiver.arrivals.length !== AT_ONCE) throw new Error('the reference did not post all')
    receiver.arrivals.length = 0
    const mine = await simulator.ask({ advance: true })
    if (receiver.arrivals.length !== AT_ONCE) throw new Error(`${receiver.arrivals.length} of ${AT_ONCE} arrived`)
    if (round === 0) continue // warms up
    seen.ours.push(mine)
    seen.bare.push(theirs)
  }
  const rate = (who, key) => (AT_ONCE * 1000) / median(seen[who].map(one => one[key]))
  const compared = key => {
    const [ours, bare] = [rate('ours', key), rate('bare', key)]
    return { seen: rounded(ours / bare), unit: 'of a bare pool', ...rates(ours, bare) }
  }
  return [
    { what: `posts a second, ${AT_ONCE} due at once`, ...compared('ms'), goal: 0.7 },
    { what: 'the same a second of the processor', ...compared('cpu') },
  ]
}

async function spread(simulator, url, receiver) {
  const afterMs = n => Math.floor((n * WINDOW_MS) / SPREAD)
  await create(url, SPREAD, n => ({
    callback: `${receiver.url}/${n}`,
    outcome: `takes ${(FIRST_MS + afterMs(n)) / 1000}`,
  }))
  await simulator.ask({ wait: SPREAD })
  receiver.arrivals.length = 0
  const { startsAt } = await simulator.ask({ run: true })
  const deadline = Date.now() + 6 * WINDOW_MS
  while (receiver.arrivals.length < SPREAD && Date.now() < deadline)
    await new Promise(resolve => setTimeout(resolve, 50))
  const numbers = new Set(receiver.arrivals.map(([path]) => path))
  const late = receiver.arrivals.map(([path, at]) => at - startsAt - afterMs(Number(path.slice(1))))
  const dues = `${SPREAD} due within ${WINDOW_MS / 1000} s`
  const lateness = share => ({ seen: quantile(late, share), unit: 'ms', isLess: true })
  return [
    { what: `${dues}: arrived`, seen: numbers.size / SPREAD, unit: 'of them', gate: 1, goal: 1 },
    {
      what: `${dues}: posts for each`,
      seen: receiver.arrivals.length / SPREAD,
      unit: 'times',
      gate: 1,
      goal: 1,
      isLess: true,
    },
    { what: `${dues}: late, p50`, ...lateness(0.5) },
    { what: `${dues}: late, p99`, ...lateness(0.99), gate: 250, goal: 50 },
    { what: `${dues}: late, at most`, ...lateness(1) },
  ]
}

async function main() {
  pinLoad()
  const receiver = await receive()
  const simulator = partner(import.meta.filename, 'ours')
  const { url } = await simulator.next()
  const reference = partner(import.meta.filename, 'bare', receiver.url)
  await reference.next()
  const rows = await atOnce(simulator, url, receiver, reference)
  if (SPREAD > 0) rows.push(...(await spread(simulator, url, receiver)))
  report(rows)
  await stop(simulator.child)
  await stop(reference.child)
  receiver.server.close()
}
