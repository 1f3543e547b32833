// Requests per second as ratios to a bare node:http server that parses the same body and answers a constant; rounds are
// interleaved. With --peers the same of other mock servers, which answer a constant to the same body.
import { fileURLToPath } from 'node:url'
import {
  GOOD,
  launch,
  load,
  loaded,
  median,
  pinLoad,
  rates,
  raw,
  report,
  residentMB,
  rounded,
  start,
  stop,
} from './harness.mjs'
import { installPeers, PEERS } from './peers/peers.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const SECONDS = Number(process.env.SECONDS ?? 4)
const COMMAND = fileURLToPath(new URL('../dist/cli.cjs', import.meta.url))
// Tasks settle while it runs, as they do in use: what a million pending ones take is measured by memory.mjs.
const SETTINGS = ['--port', '0', '--json', '--pace', '2', '--retain', '1000']
const TASK = { id: 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0' }

if (process.argv[2] === 'raw') raw()
else await main()

async function main() {
  pinLoad()
  const bare = await start(import.meta.filename, 'raw')
  const ours = await start(COMMAND, ...SETTINGS)
  const quiet = await start(COMMAND, ...SETTINGS, '--journal-size', '0')
  // Its callbacks wait: they are not to be sent while others are measured.
  const patient = await start(COMMAND, ...SETTINGS, '--pace', '600')
  const receiver = await start(import.meta.filename, 'raw')
  const idle = residentMB(ours.child.pid)
  const create = `${ours.url}/kling/videos`
  const cases = {
    'raw node:http': [bare.url, GOOD],
    'create, answered at once': [create, GOOD],
    'the same without a journal': [`${quiet.url}/kling/videos`, GOOD],
    'create with a callback': [
      `${patient.url}/kling/videos`,
      { ...GOOD, async: undefined, callback_url: `${receiver.url}/hook` },
    ],
    'create, refused': [create, { ...GOOD, duration: 7 }, 400],
    'tasks, retrieve': [`${ours.url}/kling/tasks`, TASK],
  }
  const peers = process.argv.includes('--peers') ? await startPeers() : []
  for (const { name, url } of peers) cases[name] = [url, GOOD]
  const seen = Object.fromEntries(Object.keys(cases).map(name => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, [url, body, status = 200]] of Object.entries(cases)) {
      const perSecond = await load(url, body, { seconds: SECONDS, status })
      // The first round warms up.
      if (round > 0) seen[name].push(perSecond)
    }
  }
  const after = residentMB(ours.child.pid)
  const hundredThousand = await afterHundredThousand()
  const reference = median(seen['raw node:http'])
  const row = (what, more = {}) => {
    const ours = median(seen[what])
    return { what, seen: rounded(ours / reference), unit: 'of raw', ...rates(ours, reference), ...more }
  }
  report([
    row('create, answered at once', { gate: 0.45, goal: 0.6 }),
    row('the same without a journal'),
    row('create with a callback'),
    row('create, refused', { gate: 0.4, goal: 0.6 }),
    row('tasks, retrieve', { gate: 0.5, goal: 0.7 }),
    ...peers.map(({ name }) => ({ ...row(name), isPeer: true })),
    { what: 'memory of the server, idle', seen: idle, unit: 'MB', gate: 80, goal: 60, isLess: true },
    { what: 'memory after 100,000 creates', seen: hundredThousand, unit: 'MB', gate: 160, goal: 120, isLess: true },
    { what: 'memory after all of the above, thousands being pending', seen: after, unit: 'MB', isLess: true },
  ])
  for (const { child } of [bare, ours, quiet, patient, receiver, ...peers]) await stop(child)
}

/** What a server takes in memory after so many creates, each of which settled soon: what is pending is measured by memory.mjs. */
async function afterHundredThousand() {
  const { child, url } = await start(COMMAND, '--port', '0', '--json', '--pace', '0.05', '--retain', '1000')
  await loaded(`${url}/kling/videos`, GOOD, { amount: 100_000 })
  const after = residentMB(child.pid)
  await stop(child)
  return after
}

async function startPeers() {
  installPeers()
  const started = []
  let port = 23_000
  for (const [name, { args, path = '/kling/videos' }] of Object.entries(PEERS)) {
    port += 10
    const child = launch(args(String(port)), { stdio: ['ignore', 'ignore', 'inherit'] })
    const url = `http://127.0.0.1:${port}${path}`
    await answered(url)
    started.push({ name, child, url })
  }
  return started
}

/** Resolves when a create is answered 200. */
async function answered(url) {
  const until = performance.now() + 60_000
  while (performance.now() < until) {
    const headers = { authorization: 'Bearer bench', 'content-type': 'application/json' }
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(GOOD) }).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`${url} did not answer`)
}
