import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { until } from '../support/requests.ts'
import { send } from '../support/sockets.ts'

const CLIENTS = resolve(import.meta.dirname, '../../scripts/drills/overload-clients.mjs')

/** Clients in a process of their own, as in the drill. */
async function badClients(url: string) {
  const child: ChildProcess = spawn(process.execPath, [CLIENTS, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]()
  return {
    async command(act: string, options: object = {}) {
      child.stdin?.write(`${JSON.stringify({ act, ...options })}\n`)
      return JSON.parse((await lines.next()).value)
    },
    async [Symbol.asyncDispose]() {
      child.stdin?.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function metric({ url }: Simulator, name: string): Promise<number> {
  const { text } = await send(url, { path: '/_mockling/metrics', headers: { host: 'localhost' } })
  return Number(new RegExp(`^mockling_${name} (\\d+)$`, 'm').exec(text)?.[1])
}

/** `npm run drill:overload` does it with thousands. */
it.each([
  ['connections', { count: 800 }, 'connections'],
  ['slowloris', { count: 300 }, 'connections'],
  ['held', { count: 400 }, 'held_requests'],
  ['bodies', { count: 12, megabytes: 100 }, 'bodies_arriving_bytes'],
  ['readers', { count: 60 }, 'stream_clients'],
] as const)('stays up under too many of %s, and is as before when they are gone', async (act, options, what) => {
  const limits = {
    maxConnections: 500,
    maxHeld: 200,
    maxStreams: 30,
    bodyMemory: 2,
    headTimeout: 5,
    requestTimeout: 10,
  }
  await using simulator = await createSimulator({ pace: 3600, ...limits })
  await using clients = await badClients(simulator.url)
  await clients.command(act, options)

  const startedAt = performance.now()
  expect((await send(simulator.url, { path: '/health' })).status).toBe(200)
  expect(performance.now() - startedAt).toBeLessThan(1_000)
  expect(await metric(simulator, 'connections')).toBeLessThanOrEqual(520)
  expect(await metric(simulator, 'held_requests')).toBeLessThanOrEqual(200)
  expect(await metric(simulator, 'stream_clients')).toBeLessThanOrEqual(30)

  await clients.command('close')
  await until('all is let go', async () => (await metric(simulator, what)) <= (what === 'connections' ? 2 : 0))
  const created = await send(simulator.url, {
    method: 'POST',
    path: '/kling/videos',
    headers: { authorization: 'Bearer a', 'content-type': 'application/json' },
    body: '{"action":"text2video","prompt":"a white mug","async":true}',
  })
  expect(created.status).toBe(200)
})
