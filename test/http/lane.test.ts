import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Door } from '../../src/http/door.ts'
import { Load } from '../../src/http/load.ts'
import { Overload } from '../../src/simulation/overload.ts'
import { answersOn, dial, send } from '../support/sockets.ts'
import { until } from '../support/until.ts'
import { type Opening, startUpstream } from '../support/upstream.ts'

const HEADERS = { authorization: 'Bearer alice', 'content-type': 'application/json' }
const SOUND = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug', async: true }

/** One request, and how it is asked. */
interface Asked {
  readonly path: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

type Opened = Awaited<ReturnType<typeof startUpstream>>

const open: Opened[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ app }) => app.close()))
})

/** A server that listens, and how many requests Fastify has had to see. */
async function listening(opening: Opening = {}) {
  let seen = 0
  const started = await startUpstream({
    ...opening,
    limits: { bodyBytes: 20_000, ...opening.limits },
    add: upstream =>
      upstream.addHook('onRequest', (_request, _reply, done) => {
        seen++
        done()
      }),
  })
  open.push(started)
  const url = await started.app.listen({ port: 0, host: '127.0.0.1' })
  const ask = ({ path, body, headers = {} }: Asked) =>
    send(url, { method: 'POST', path, body, headers: { host: 'mock.test', ...HEADERS, ...headers } })
  return { ...started, url, ask, seenByFastify: () => seen }
}

/** What is the same whenever it is said. */
function told(headers: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'date'))
}

/** What the journal has, but for how long it took. */
function noted({ entries }: Pick<Opened, 'entries'>) {
  return entries().map(({ durationMs: _took, ...entry }) => entry)
}

/** Without recordings to be had, but with somebody who is asked for them: Fastify's way alone. */
const NO_LANE = { recordings: { find: () => undefined } as unknown as Door['recordings'] }

/** Asks the same of two simulators alike, by the straight way and by Fastify's, and finds no difference. */
async function sameBothWays(asked: readonly Asked[], opening: Opening = {}): Promise<void> {
  const quick = await listening(opening)
  const slow = await listening({ ...opening, change: { ...opening.change, ...NO_LANE } })
  for (const one of asked) {
    const [left, right] = [await quick.ask(one).catch(String), await slow.ask(one).catch(String)]
    if (typeof left === 'string' || typeof right === 'string') expect(left).toEqual(right)
    else expect([left.status, left.text, told(left.headers)]).toEqual([right.status, right.text, told(right.headers)])
  }
  await until('all have ended', () => [quick, slow].every(({ ended }) => ended.length === asked.length))
  expect(noted(quick)).toEqual(noted(slow))
  expect(quick.defects).toEqual(slow.defects)
  expect([quick.seenByFastify(), slow.seenByFastify()]).toEqual([0, asked.length])
}

const create = (change: object = {}, headers = {}): Asked => ({
  path: '/kling/videos',
  body: JSON.stringify({ ...SOUND, ...change }),
  headers,
})
const query = (body: unknown): Asked => ({ path: '/kling/tasks', body: JSON.stringify(body) })

describe('the straight way', () => {
  it.each<[string, readonly Asked[], Opening?]>([
    ['creates', [create(), create(), create({ callback_url: 'http://127.0.0.1:9/' })]],
    ['refused creates', [create({ duration: 7 }), create({ model: 'kling-v9' }), create({ mode: 4 })]],
    ['fields nobody knows', [create({ wibble: 1, schön: 2 })]],
    [
      'queries',
      [query({ id: 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0' }), query({ id: 'x' }), query({ id: 4 }), query({})],
    ],
    ['batches', [query({ action: 'retrieve_batch', ids: ['a', 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0'] })]],
    [
      'bodies that are no object',
      ['[]', 'null', '4', '"a"', '{', '{}x', ' '].map(body => ({ path: '/kling/videos', body })),
    ],
    ['bodies that are no UTF-8', [{ path: '/kling/tasks', body: Buffer.from('7b22ff223a317d', 'hex') }]],
    ['deep bodies', [{ path: '/kling/videos', body: `${'{"a":'.repeat(150)}1${'}'.repeat(150)}` }]],
    ['a field that is nobody’s prototype', [{ path: '/kling/tasks', body: '{"__proto__":{"id":"a"}}' }]],
    ['strangers', [create({}, { authorization: 'Basic YTpi' }), create({}, { authorization: '' })]],
    [
      'magic tokens',
      ['used_up', 'disabled', 'too_many_requests', 'token_expired', 'api_error'].map(code =>
        create({}, { authorization: `Bearer mockling-${code}` }),
      ),
    ],
    [
      'outcomes by header',
      [create({}, { 'x-mockling-outcome': 'fail api_error' }), create({}, { 'x-mockling-outcome': 'x' })],
    ],
    [
      'outcomes by magic words',
      [create({ prompt: '[[mockling:fail api_error]]' }), create({ prompt: '[[mockling:x' })],
    ],
    [
      'answers that are not what they should be',
      [
        'answer-type text/plain',
        'answer-html',
        'answer-malformed',
        'answer-truncated',
        'answer-dropped',
        'answer-reset',
      ].map(outcome => create({}, { 'x-mockling-outcome': outcome })),
    ],
    ['a connection that is to close', [create({}, { connection: 'close' }), create({}, { connection: 'keep-alive' })]],
    ['another revision', [create({ model: 'kling-v3' })], { settings: { revision: '2026-10' } }],
    ['other paths of the API', [{ path: '/kling/lip-sync', body: '{}' }]],
    ['a balance', [create(), create(), create()], { settings: { limits: { balance: 5 } } }],
    ['a rate', [create(), create()], { settings: { rate: { burst: 1, perSecond: 0.001 } } }],
    ['types with their charset', [create({}, { 'content-type': 'application/json; charset=utf-8' })]],
  ])('comes to the same as Fastify’s: %s', async (_name, asked, opening) => {
    await sameBothWays(asked, opening)
  })

  it('comes to the same as Fastify’s, whatever is asked one after another', async () => {
    const word = fc.constantFrom(
      'text2video',
      'image2video',
      'extend',
      'kling-v1',
      'kling-v2-6',
      'std',
      'pro',
      '5',
      'a',
    )
    const value = fc.oneof(word, fc.integer({ min: -1, max: 12 }), fc.boolean(), fc.constant(null), fc.string())
    const name = fc.constantFrom(
      'action',
      'model',
      'mode',
      'duration',
      'prompt',
      'aspect_ratio',
      'cfg_scale',
      'ids',
      'id',
    )
    const body = fc.dictionary(name, value, { maxKeys: 5 })
    const one = fc.oneof(
      body.map(fields => create(fields)),
      body.map(fields => query(fields)),
      fc
        .tuple(fc.constantFrom('/kling/videos', '/kling/tasks'), fc.string({ minLength: 1 }))
        .map(([path, text]) => ({ path, body: text })),
    )
    const all = fc.array(one, { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(all, asked => sameBothWays(asked)),
      { numRuns: 25 },
    )
  }, 120_000)

  it.each<[string, Asked]>([
    ['a query', { ...create(), path: '/kling/videos?a=1' }],
    ['another type', create({}, { 'content-type': 'application/json; charset=latin1' })],
    ['no type', create({}, { 'content-type': '' })],
    ['a large body', create({ prompt: 'a'.repeat(17_000) })],
    ['a body in chunks', create({}, { 'transfer-encoding': 'chunked' })],
    ['an expectation', create({}, { expect: '100-continue' })],
    ['no body', { path: '/kling/tasks', body: '' }],
  ])('is not for %s', async (_name, asked) => {
    const { ask, seenByFastify, ended } = await listening()
    await ask(asked)
    expect([seenByFastify(), ended.length]).toEqual([1, 1])
  })

  it('is not for bodies larger than may be', async () => {
    const { ask, seenByFastify } = await listening({ limits: { bodyBytes: 50 } })
    expect((await ask(create())).status).toBe(413)
    expect(seenByFastify()).toBe(1)
  })
})

const REQUEST = `POST /kling/tasks HTTP/1.1\r\nhost: a\r\nauthorization: Bearer alice\r\ncontent-type: application/json\r\n`
const ASK = `${REQUEST}content-length: 10\r\n\r\n{"id":"a"}`

describe('a connection on the straight way', () => {
  it('answers what is asked at once on one connection in its order', async () => {
    const { url, entries, seenByFastify } = await listening()
    const socket = await dial(url)
    const answered = answersOn(socket, 3)
    socket.write(ASK + ASK + ASK)
    const ids = (await answered).map(({ headers }) => headers['x-trace-id'])
    expect(ids).toEqual(entries().map(({ traceId }) => traceId))
    expect(new Set(ids).size).toBe(3)
    expect(seenByFastify()).toBe(0)
    socket.destroy()
  })

  it('notes who goes away before his body has come', async () => {
    const { url, entries, ended, seenByFastify } = await listening()
    const socket = await dial(url)
    socket.write(`${REQUEST}content-length: 10\r\n\r\n{"id"`)
    await until('it has begun', () => entries().length === 1)
    socket.destroy()
    await until('it is over', () => ended.some(({ seq }) => seq === 1))
    expect(entries()[0]).toMatchObject({ hungUp: true, status: undefined, code: undefined })
    expect(seenByFastify()).toBe(0)
  })

  it('does not keep the server from closing', async () => {
    const { url, app, entries, ended } = await listening()
    const socket = await dial(url)
    socket.write(`${REQUEST}content-length: 10\r\n\r\n{"id"`)
    await until('it has begun', () => entries().length === 1)
    await app.close()
    await until('it is over', () => ended.some(({ seq, hungUp }) => seq === 1 && hungUp === true))
    socket.destroy()
  })

  it('answers on while a test fakes timers, and after it', async () => {
    const { ask, seenByFastify } = await listening()
    const statuses: number[] = []
    const once = async () => statuses.push((await ask(query({ id: 'a' }))).status)
    await once()
    vi.useFakeTimers()
    try {
      await once()
    } finally {
      vi.useRealTimers()
    }
    await once()
    expect([statuses, seenByFastify()]).toEqual([[200, 200, 200], 0])
  })

  it('outlives a defect before there is anybody to be answered', async () => {
    const { ask, journal, defects, seenByFastify } = await listening()
    const add = journal.add.bind(journal)
    journal.add = () => {
      throw new Error('broken')
    }
    await expect(ask(query({ id: 'a' }))).rejects.toThrow('socket hang up')
    expect(defects).toEqual([new Error('broken')])
    journal.add = add
    expect((await ask(query({ id: 'a' }))).status).toBe(200)
    expect(seenByFastify()).toBe(0)
  })

  it('answers a defect of ours as such, and goes on', async () => {
    const { ask, store, defects, seenByFastify } = await listening()
    const whole = store.task
    store.task = async () => {
      throw new Error('broken')
    }
    const { status, text } = await ask(query({ id: 'a' }))
    expect([status, JSON.parse(text).error.code]).toEqual([500, 'api_error'])
    expect(defects).toEqual([new Error('broken')])
    store.task = whole
    expect((await ask(query({ id: 'a' }))).status).toBe(200)
    expect(seenByFastify()).toBe(0)
  })

  it('answers with 500 where its own head can’t be written, and goes on', async () => {
    const { ask, defects, entries, load } = await listening({ caps: { held: 0 } })
    load.overload = () => {
      load.overload = Load.prototype.overload
      return Object.assign(new Overload('held', 'too many'), { headers: { 'x-broken': 'a\nb' } })
    }
    const held = { ...SOUND, async: undefined }
    const { status, headers, text } = await ask({ path: '/kling/videos', body: JSON.stringify(held) })
    expect([status, JSON.parse(text).error.code]).toEqual([500, 'api_error'])
    expect(headers).toMatchObject({ 'x-trace-id': entries()[0]?.traceId, 'access-control-allow-origin': '*' })
    expect(headers['x-broken']).toBeUndefined()
    expect(defects).toHaveLength(1)
    expect((await ask(query({ id: 'a' }))).status).toBe(200)
  })
})
