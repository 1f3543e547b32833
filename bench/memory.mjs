// Memory of a pending task (with a callback) and of a held connection, in the server's process alone.
// The client is a process of its own: run as `node --expose-gc bench/memory.mjs`.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createSimulator } from '../dist/index.js'

const TASKS = 10_000
const HELD = 1000
const NAMESPACE = createHash('sha256').update('bench').digest('hex')

if (process.argv[2] === 'client') await client(process.argv[3])
else await server()

async function client(url) {
  const { Agent, request } = await import('undici')
  const agent = new Agent({ connections: HELD, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 })
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
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed + external }
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
    perPiece: (after.heap - before.heap) / order.count,
    rssPerPiece: (after.rss - before.rss) / order.count,
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
  held.child.kill()
  const bare = await bareConnections()
  await simulator.close()
  console.table({
    'pending task with callback': row(tasks),
    'held request, task and all': row(held),
    'bare node:http, held': row(bare),
  })
}

function row({ perPiece, rssPerPiece }) {
  return { 'heap + external, bytes': Math.round(perPiece), 'RSS, bytes': Math.round(rssPerPiece) }
}
