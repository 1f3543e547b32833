// Too many of everything against the built command: `npm run build && npm run drill:overload`. docs/explanation/drills.md has the figures.
// Connections, slow requests, held requests, bodies of 100 MB, readers who never read; probed by new connections meanwhile.
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as after } from 'node:timers/promises'

const [, hard] = /^Max open files +\d+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
const most = Math.min(15_000, Math.floor(Number(hard) * 0.75))
const share = Number(process.env.SHARE ?? 1)
const n = count => Math.max(1, Math.round(count * share))

const server = await start(['dist/cli.cjs', '--port', '0', '--json', '--pace', '3600'])
const { url, pid } = JSON.parse(await server.line())
let exit
server.child.once('exit', code => {
  exit = code ?? 'signal'
})

const ATTACKS = [
  ['nothing, for comparison', { act: 'count', count: 0 }],
  ['connections, idle', { act: 'connections', count: n(most) }],
  ['connections, more than may be', { act: 'connections', count: n(most + 2_000) }],
  ['requests a byte a second', { act: 'slowloris', count: n(5_000) }],
  ['held requests', { act: 'held', count: n(Math.min(10_500, most)) }],
  ['bodies of 100 MB, 16 at a time', { act: 'bodies', count: n(100), megabytes: 100 }],
  ['readers of the stream who never read', { act: 'readers', count: n(1_000) }],
]

const rows = []
await ask('/_mockling/metrics')
const before = facts()
for (const [what, attack] of ATTACKS) rows.push(await suffer(what, attack))
console.table(rows)
console.log(JSON.stringify({ node: process.version, before, after: facts(), rows }))
server.child.kill('SIGTERM')
const isBad =
  rows.some(row => row['health at worst, ms'] >= 1000 || row['fds after'] > before.fds + 20) || exit !== undefined
process.exitCode = isBad ? 1 : 0

async function suffer(what, attack) {
  const clients = await start(['scripts/drills/overload-clients.mjs', url])
  const worst = { ms: 0, failures: 0, rss: 0, fds: 0 }
  const all = []
  let isOver = false
  const probing = (async () => {
    while (!isOver) {
      const { ms, status } = await ask('/health')
      worst.ms = Math.max(worst.ms, ms)
      if (status !== 200) worst.failures++
      all.push(ms)
      // Not often: to list that many files takes the machine a while.
      if (all.length % 10 === 0) {
        const { rss, fds } = facts()
        worst.rss = Math.max(worst.rss, rss)
        worst.fds = Math.max(worst.fds, fds)
      }
      await after(50)
    }
  })()
  await clients.command(attack)
  const created = await create()
  if (attack.act === 'readers') await traffic()
  // Slow ones are cut off meanwhile, and readers who don't read.
  await after(attack.act === 'readers' ? 35_000 * Math.min(1, share * 10) : 5_000)
  if (attack.act === 'slowloris') await after(25_000 * Math.min(1, share * 10))
  const seen = await clients.command({ act: 'count' })
  const { text } = await ask('/_mockling/metrics')
  isOver = true
  await probing
  const left = seen.open
  await clients.command({ act: 'close' })
  clients.child.stdin.end()
  const since = performance.now()
  while (facts().fds > before.fds + 20 && performance.now() - since < 30_000) await after(50)
  const recoveredMs = Math.round(performance.now() - since)
  const later = await create()
  await ask('/_mockling/v1/reset', 'POST')
  await after(2_000)
  const now = facts()
  return {
    what,
    count: attack.count,
    'open at the end': left,
    'closed by us': seen.closed,
    answers: JSON.stringify(seen.refused),
    overloads: [...text.matchAll(/^mockling_overloads_total\{kind="(\w+)"\} (\d+)/gm)]
      .map(([, kind, count]) => `${kind} ${count}`)
      .join(', '),
    'health, median ms': Math.round(all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]),
    'health at worst, ms': Math.round(worst.ms),
    'health failed': worst.failures,
    'create meanwhile': created.status,
    'create after': later.status,
    'RSS at most, MB': worst.rss,
    'RSS after, MB': now.rss,
    'fds at most': worst.fds,
    'fds after': now.fds,
    'fds back after, ms': recoveredMs,
  }
}

/** Something for the stream to tell. */
async function traffic() {
  for (let count = 0; count < n(2_000); count++) await create('x'.repeat(20_000))
}

function facts() {
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  return { rss: Math.round(rss / 1024), fds: readdirSync(`/proc/${pid}/fd`).length }
}

function create(note) {
  return ask('/kling/videos', 'POST', { action: 'text2video', model: 'kling-v1', prompt: 'a mug', async: true, note })
}

function ask(path, method = 'GET', body) {
  const startedAt = performance.now()
  return new Promise(resolve => {
    const end = (status, text = '') => resolve({ status, text, ms: performance.now() - startedAt })
    const headers = { authorization: 'Bearer probe', 'content-type': 'application/json' }
    const sent = request(`${url}${path}`, { method, headers, agent: false, timeout: 10_000 }, answer => {
      const chunks = []
      answer.on('data', chunk => chunks.push(chunk))
      answer.on('end', () => end(answer.statusCode, Buffer.concat(chunks).toString()))
      answer.on('error', error => end(error.code))
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', error => end(error.code))
    sent.end(body && JSON.stringify(body))
  })
}

async function start(args) {
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async () => (await lines.next()).value
  const command = async what => {
    child.stdin.write(`${JSON.stringify(what)}\n`)
    return JSON.parse(await line())
  }
  return { child, line, command }
}
