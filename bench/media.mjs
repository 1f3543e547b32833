// What clips cost: milliseconds and bytes each, clips a second, memory, how long the event loop is held while 4K clips
// are made, and downloads as ratios to nginx serving the same file in the same run. Needs `npm run build` first.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { createClip, createSimulator } from '../dist/index.js'
import { freePort } from '../scripts/drills/processes.mjs'
import { launch, median, partner, pinLoad, rates, report, rounded, serve, stop } from './harness.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const SECONDS = Number(process.env.SECONDS ?? 3)
const PROMPT =
  'White ceramic coffee mug on glossy marble countertop with morning window light. Camera slowly rotates 360 degrees.'
const LARGEST = { model: 'kling-v3', mode: '4k', duration: 15, generate_audio: true }
const FORMATS = {
  '720p, 5.1 s at 30': { width: 1280, height: 720, fps: 30, frames: 153 },
  '1080p, 5 s at 24': { width: 1920, height: 1080, fps: 24, frames: 121 },
  '1080p, 10 s at 24': { width: 1920, height: 1080, fps: 24, frames: 241 },
  '4K, 5 s at 24': { width: 3840, height: 2160, fps: 24, frames: 121 },
  '4K, 15 s at 24': { width: 3840, height: 2160, fps: 24, frames: 361 },
  '720p, 180 s at 24': { width: 1280, height: 720, fps: 24, frames: 4320 },
}

const [, , part] = process.argv
if (part === 'serve') await simulate()
else if (part === 'clips') clips()
else await main()

function spec(format, id) {
  return { id, ...format, audio: true, label: ['kling-v3 pro text2video', 'task 8c979f32', PROMPT] }
}

function timed(work) {
  const start = performance.now()
  const result = work()
  return { result, ms: performance.now() - start }
}

/** In a process of its own, so that the first clip is the process's first. */
function clips() {
  const first = timed(() => createClip(spec(FORMATS['720p, 5.1 s at 30'], 'first'))).ms
  const next = median(
    Array.from({ length: 10 }, (_, i) => timed(() => createClip(spec(FORMATS['720p, 5.1 s at 30'], `next ${i}`))).ms),
  )
  for (let i = 0; i < 100; i++) createClip(spec(FORMATS['720p, 5.1 s at 30'], `warm ${i}`))
  const rows = Object.entries(FORMATS).flatMap(([name, format], place) => {
    const runs = Array.from({ length: 11 }, (_, i) => timed(() => createClip(spec(format, `run ${i}`))))
    const part = createClip(spec(format, 'part'), { keep: 'sizes' })
    const middle = Math.floor(part.size / 2)
    const parts = Array.from({ length: 11 }, () => timed(() => part.read(middle, middle + 65_536)).ms)
    const KB = Math.round(runs[0].result.size / 1000)
    const bounds = place === 0 ? { gate: 15, goal: 10 } : {}
    return [
      { what: `clip, ${name}`, ...ms(median(runs.map(run => run.ms))), unit: `ms (${KB} KB)`, ...bounds },
      { what: `64 KiB of it made again, ${name}`, ...ms(median(parts)) },
    ]
  })
  const all = timed(() => {
    for (let i = 0; i < 500; i++) createClip(spec(FORMATS['720p, 5.1 s at 30'], `clip ${i}`))
  })
  report([
    { what: 'first clip of a process, 720p', ...ms(first) },
    { what: 'the next ten', ...ms(next) },
    ...rows,
    { what: 'clips of 720p, one core', seen: Math.round(500_000 / all.ms), unit: '/s' },
    { what: 'memory after 500 of them', seen: megabytes(), unit: 'MB', isLess: true },
  ])
}

function ms(value) {
  return { seen: rounded(value, 1), unit: 'ms', isLess: true }
}

/** Resident. */
function megabytes() {
  return Math.round(process.memoryUsage().rss / 1024 / 1024)
}

/** A simulator that reports its event loop's delay when it is told to. */
async function simulate() {
  const simulator = await createSimulator({ pace: 'instant' })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  await serve({ url: simulator.url }, order => {
    if (order === 'begin') {
      delay.reset()
      delay.enable()
      return {}
    }
    delay.disable()
    const [p50, p99, max] = [delay.percentile(50), delay.percentile(99), delay.max].map(ns => ns / 1e6)
    return { p50, p99, max, rss: megabytes() }
  })
  await simulator.close()
}

async function create(url, change, pick = answer => answer.video_url) {
  const answer = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: 'Bearer bench', 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', prompt: PROMPT, ...change }),
  })
  return pick(await answer.json())
}

/** A clip of 720p that has been extended until it lasts so many seconds. */
async function extended(url, seconds) {
  let { video_id, video_url, duration } = await create(url, { duration: 10 }, answer => answer)
  while (Number(duration) < seconds) {
    ;({ video_id, video_url, duration } = await create(url, { action: 'extend', video_id }, answer => answer))
  }
  return video_url
}

async function download(url) {
  return Buffer.from(await (await fetch(url)).arrayBuffer())
}

async function eventLoop(server, url) {
  await download(await create(url, {})) // the thread has started
  await server.ask('begin')
  await Promise.all(Array.from({ length: 20 }, async () => download(await create(url, LARGEST))))
  const { p50, p99, max, rss } = await server.ask('end')
  const what = name => `event-loop delay while 20 of 4K are made, ${name}`
  return [
    { what: what('p50'), ...ms(p50) },
    { what: what('p99'), ...ms(p99), gate: 50, goal: 25 },
    { what: what('longest'), ...ms(max) },
    { what: 'memory of the server after that', seen: rss, unit: 'MB', isLess: true },
  ]
}

/** nginx as one process, which leaves no worker behind when it is stopped, on the simulator's core, serving a folder; `undefined` without nginx. */
async function startNginx(folder) {
  if (spawnSync('nginx', ['-v']).status !== 0) return undefined
  const port = await freePort()
  const conf = join(folder, 'nginx.conf')
  writeFileSync(
    conf,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log; user root;
     events { worker_connections 512; }
     http { access_log off; sendfile on; keepalive_requests 1000000;
       types { video/mp4 mp4; } open_file_cache max=100;
       server { listen 127.0.0.1:${port}; root ${folder}; } }`,
  )
  const child = launch(['-c', conf], { program: 'nginx', stdio: ['ignore', 'inherit', 'inherit'] })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    )
    if (isUp) return { child, url }
  }
}

/** Requests a second; by wrk where it is there, since a client in JavaScript is slower than what it measures. */
async function load(url, headers) {
  const args = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const wrk = spawnSync('wrk', ['-t1', '-c16', `-d${SECONDS}s`, ...args, url], { encoding: 'utf8' })
  if (wrk.status === 0) return Number(/Requests\/sec: +([\d.]+)/.exec(wrk.stdout)?.[1])
  const { requests, errors } = await autocannon({ url, headers, connections: 16, duration: SECONDS })
  if (errors > 0) throw new Error(`${errors} errors at ${url}`)
  return requests.average
}

async function downloads(url) {
  const folder = mkdtempSync(join(tmpdir(), 'mockling-bench-'))
  const files = { small: await create(url, {}), middle: await create(url, LARGEST), large: await extended(url, 60) }
  for (const [name, file] of Object.entries(files)) writeFileSync(join(folder, `${name}.mp4`), await download(file))
  const nginx = await startNginx(folder)
  if (nginx === undefined) {
    console.error('(downloads against nginx are left out: nginx is not installed)')
    return []
  }
  const cases = []
  for (const [name, file] of Object.entries(files)) {
    const size = (await download(file)).length
    for (const [what, headers] of [
      ['whole', {}],
      ['second half', { range: `bytes=${Math.floor(size / 2)}-` }], // what a player that seeks asks for
      ['64 KiB range', { range: 'bytes=20000-85535' }],
    ]) {
      const label = `${what} of ${Math.round(size / 1000)} KB`
      cases.push({ label, headers, ours: file, theirs: `${nginx.url}/${name}.mp4`, seen: { ours: [], theirs: [] } })
    }
  }
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { headers, seen, ...urls } of cases) {
      for (const who of ['ours', 'theirs']) {
        const perSecond = await load(urls[who], headers)
        if (round > 0) seen[who].push(perSecond)
      }
    }
  }
  await stop(nginx.child)
  rmSync(folder, { recursive: true })
  return cases.map(({ label, seen }) => {
    const [ours, theirs] = [median(seen.ours), median(seen.theirs)]
    const compared = { seen: rounded(ours / theirs), unit: 'of nginx', ...rates(ours, theirs) }
    return { what: `download, ${label}`, ...compared, gate: 0.7, goal: 1 }
  })
}

async function main() {
  const { stdout } = spawnSync(process.execPath, [import.meta.filename, 'clips', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  pinLoad()
  const server = partner(import.meta.filename, 'serve')
  const { url } = await server.next()
  report([...JSON.parse(stdout), ...(await eventLoop(server, url)), ...(await downloads(url))])
  await stop(server.child)
}
