// Memory of a pending task (with a callback) and of a held connection, in the server's process alone.
// The client is a process of its own: run as `node --expose-gc bench/memory.mjs`.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSimulator } from '../dist/index.js'
import { report, rounded } from './harness.mjs'

const TASKS = 10_000
const HELD = 1000
const MANY = 10_000
const NAMESPACE = createHash('sha256').update('bench').digest('hex')

if (process.argv[2] === 'client') await client(process.argv[3])
else await server()

async function client(url) {
  const { Agent, request } = await import('undici')
  const agent = new Agent({ connections: MANY, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
  const post = body =>
    request(`${url}/kling/videos`, {
      dispatcher: agent,
      method: 'POST',
      headers: { authorization: 'Bearer bench', 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'text2video', prompt: 'a white mug on a table', ...body }),
    }).then(reply => reply.body.dump())
  process.on('message', async ({ count, body, isHeld }) => {
    const calls = []
    for (let from = 0; from < count; from += 50) {
      const batch = Array.from({ length: Math.min(50, count - from) }, () => post(body))
      calls.push(...batch)
      if (!isHeld) await Promise.all(batch)
    }
    if (isHeld) for (const call of calls) call.catch(() => {})
    process.send('sent')
  })
  process.send('ready')
}

function used() {
  for (let i = 0; i < 4; i++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function settled(isSo) {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 20))
}

async function measure(url, order, isDone) {
  const child = fork(import.meta.filename, ['client', url])
  await once(child, 'message')
  const before = used()
  child.send(order)
  await once(child, 'message')
  await settled(isDone)
  const after = used()
  return {
    child,
    perPiece: (after - before) / order.count,
  }
}

async function bareConnections() {
  let waiting = 0
  const bare = createServer(() => waiting++)
  bare.listen(0, '127.0.0.1')
  await once(bare, 'listening')
  const url = `http://127.0.0.1:${bare.address().port}`
  const result = await measure(url, { count: HELD, body: {}, isHeld: true }, () => waiting === HELD)
  result.child.kill()
  bare.closeAllConnections()
  bare.close()
  return result
}

async function server() {
  if (!globalThis.gc) throw new Error('run with node --expose-gc')
  const bare = await bareConnections()
  const simulator = await createSimulator({ clock: 'frozen', pace: 90, journalSize: 0 })
  const waiting = () => simulator.control.clock({ namespace: NAMESPACE }).waiting
  // Warm up, so that compiled code and caches are not counted.
  const warm = await measure(simulator.url, { count: 2000, body: { async: true } }, () => true)
  warm.child.kill()
  const tasks = await measure(
    simulator.url,
    { count: TASKS, body: { callback_url: 'http://127.0.0.1:9/hook' } },
    () => waiting() === TASKS,
  )
  tasks.child.kill()
  const held = await measure(simulator.url, { count: HELD, body: {}, isHeld: true }, () => waiting() === TASKS + HELD)
  const share = await processorShare()
  const more = await measure(
    simulator.url,
    { count: MANY - HELD, body: {}, isHeld: true },
    () => waiting() === TASKS + MANY,
  )
  const shareOfMany = await processorShare()
  held.child.kill()
  more.child.kill()
  await simulator.close()
  const kilobytes = bytes => ({ seen: rounded(bytes / 1000), unit: 'KB', isLess: true })
  report([
    { what: 'memory of a pending task with a callback', ...kilobytes(tasks.perPiece), gate: 1.5, goal: 0.6 },
    { what: 'memory of a held request, its task included', ...kilobytes(held.perPiece) },
    {
      what: 'the same beyond a bare held connection',
      ...kilobytes(held.perPiece - bare.perPiece),
      ...{ ours: `${rounded(held.perPiece / 1000)} KB`, reference: `${rounded(bare.perPiece / 1000)} KB` },
      gate: 8,
      goal: 4,
    },
    { what: `processor while ${HELD} are held`, seen: rounded(share, 3), unit: 'of a core', gate: 0.2, isLess: true },
    {
      what: `processor while ${MANY} are held`,
      seen: rounded(shareOfMany, 3),
      unit: 'of a core',
      goal: 0.2,
      isLess: true,
    },
  ])
}

/** What share of a core this process takes while it only waits. */
async function processorShare(ms = 2000) {
  const before = process.cpuUsage()
  await new Promise(resolve => setTimeout(resolve, ms))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000 / ms
}
