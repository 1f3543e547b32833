import { once } from 'node:events'
import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSimulator, type Simulator, type Surroundings } from '../../src/simulator.ts'
import { hostileBody, hostileBytes } from '../support/hostile.ts'
import { isMeant } from '../support/meant.ts'
import { send } from '../support/sockets.ts'
import { watchStrays } from '../support/strays.ts'

/** Of each kind; `npm run drill:fuzz` tries 100,000 in all. */
const INPUTS = Math.ceil(Number(process.env['MOCKLING_FUZZ'] ?? 2_000) / 2)
const SEED = Number(process.env['MOCKLING_FUZZ_SEED'] ?? 7)

/** A short journal: what is counted and searched in it takes no longer at the end than at the beginning. */
const SETTINGS = { pace: 'instant', headTimeout: 0.5, requestTimeout: 1, journalSize: 200, retain: 200 } as const

it.each<[boolean, number, string | undefined, string]>([
  [true, 500, 'fail api_error', '{"error":{"code":"api_error","message":"fetch failed"}}'],
  [true, 504, 'answer-late 5, answer-error timeout', '{}'],
  [true, 500, 'fail unreachable', '{}'],
  [true, 599, 'refuse used_up status=599', '{}'],
  [true, 502, 'answer-html', '<html>'],
  [false, 500, undefined, '{"error":{"code":"api_error","message":"fetch failed"}}'],
  [false, 500, 'succeed', '{}'],
  [false, 500, 'fail timeout', '{}'],
  [false, 500, 'fail moderation', '{}'],
  [false, 500, 'fail api_error', '{"error":{"code":"api_error","message":"Internal server error."}}'],
])('calls it %s that %i is meant beside the outcome %s, by the body %s', (expected, status, outcome, body) => {
  expect(isMeant({ status, outcome, body })).toBe(expected)
})

/** A simulator, and whatever came to light that nobody meant to happen. */
async function watched(): Promise<{ simulator: Simulator; defects: unknown[] }> {
  const { strays: defects, note } = watchStrays()
  const around: Surroundings = { onDefect: note }
  return { defects, simulator: await createSimulator(SETTINGS, around) }
}

/** Everything that was answered on a connection of its own. */
async function answersTo(url: string, bytes: Uint8Array): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) })
  socket.on('error', () => {})
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.end(bytes)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString('latin1')
}

it(`answers ${INPUTS} strange connections with nothing, or as it answers, and no 5xx that nobody asked for`, {
  timeout: 3_600_000,
}, async () => {
  const { simulator, defects } = await watched()
  await using _ = simulator
  const statuses = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(hostileBytes, { minLength: 20, maxLength: 20 }), async batch => {
      const answers = await Promise.all(batch.map(bytes => answersTo(simulator.url, bytes)))
      for (const [index, answer] of answers.entries()) {
        if (answer === '') continue
        expect(answer).toMatch(/^HTTP\/1\.1 \d{3} /)
        // One after another on the connection, each to be read on its own.
        for (const one of answer.split(/(?=HTTP\/1\.1 \d{3} )/)) {
          const [head = '', body = ''] = one.split('\r\n\r\n')
          const [, status = ''] = /^HTTP\/1\.1 (\d{3})/.exec(head) ?? []
          statuses.set(status, (statuses.get(status) ?? 0) + 1)
          const said = Buffer.from(batch[index] ?? '').toString('latin1')
          if (Number(status) >= 500) expect(isAskedFor(said, Number(status), head, body), `${said}\n${one}`).toBe(true)
          const [, type = ''] = /^content-type: (.*)$/im.exec(head) ?? []
          if (Number(status) >= 400 && body.startsWith('{')) expectOurs(type, body)
        }
      }
      expect(defects).toEqual([])
    }),
    { numRuns: Math.ceil(INPUTS / 20), seed: SEED, endOnFailure: true },
  )
  expect((await send(simulator.url, { path: '/health' })).status).toBe(200)
  expect([...statuses.keys()]).toEqual(expect.arrayContaining(['200', '400', '404', '431']))
})

it(`answers ${INPUTS} strange bodies on every route with its result or a refusal, and no 5xx that nobody asked for`, {
  timeout: 3_600_000,
}, async () => {
  const { simulator, defects } = await watched()
  await using _ = simulator
  const routes = await routesOf(simulator)
  expect(routes.length).toBeGreaterThan(50)
  let next = 0
  await fc.assert(
    fc.asyncProperty(hostileBody, fc.string({ maxLength: 20 }), async (payload, text) => {
      const [method, path] = routes[next++ % routes.length] as [string, string]
      const url = path.replaceAll(/\{\w+\}/g, encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, '') || 'a'))
      const headers = { authorization: 'Bearer fuzz', 'content-type': 'application/json' }
      const reply = await simulator.app.inject({ method: method as 'POST', url, headers, payload })
      // A rule may have come through, and a magic word.
      const told = { status: reply.statusCode, outcome: outcomeIn(reply.headers), body: reply.body }
      const isAllowed = reply.statusCode < 500 || isMeant(told)
      expect(isAllowed, `${method} ${url}\n${payload}\n${reply.statusCode} ${reply.body}`).toBe(true)
      if (reply.statusCode >= 400) expectOurs(String(reply.headers['content-type']), reply.body)
      expect(defects).toEqual([])
    }),
    { numRuns: INPUTS, seed: SEED, endOnFailure: true },
  )
})

/** Whether an answer of 5xx is what one of the requests on the connection named as its outcome. */
function isAskedFor(said: string, status: number, head: string, body: string): boolean {
  const [, outcome] = /^x-mockling-outcome: (.*)$/im.exec(head) ?? []
  return /^x-mockling-outcome:/im.test(said) && isMeant({ status, outcome, body })
}

function outcomeIn(headers: Readonly<Record<string, unknown>>): string | undefined {
  const outcome = headers['x-mockling-outcome']
  return typeof outcome === 'string' ? outcome : undefined
}

/** Every route of both doors, but for those that go on for ever or print documents. */
async function routesOf({ app }: Simulator): Promise<[string, string][]> {
  const control = (await app.inject({ method: 'GET', url: '/_mockling/openapi.json' })).json()
  const upstream = (await app.inject({ method: 'GET', url: '/openapi.json?revision=2026-10' })).json()
  const of = (paths: Record<string, object>, prefix: string) =>
    Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map(method => [method.toUpperCase(), prefix + path] as [string, string]),
    )
  return [...of(upstream.paths, ''), ...of(control.paths, '/_mockling')].filter(
    ([, path]) => !/stream$|openapi/.test(path),
  )
}

/** A refusal is the upstream's envelope or a problem. */
function expectOurs(type: string, body: string): void {
  const told = JSON.parse(body)
  if (type.startsWith('application/problem+json')) {
    expect(told).toMatchObject({ status: expect.any(Number), detail: expect.any(String) })
  } else
    expect(told).toMatchObject({
      error: { code: expect.any(String), message: expect.any(String) },
      trace_id: expect.any(String),
    })
}
