import type { FastifyInstance } from 'fastify'
import { describe, expect, it } from 'vitest'
import type { OursOrNot } from '../../src/http/app.ts'
import { Arrivals } from '../../src/http/arrivals.ts'
import type { Call } from '../../src/http/call.ts'
import { CORS } from '../../src/http/cors.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { startUpstream } from '../support/upstream.ts'

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/
const JSON_TYPE = 'application/json; charset=utf-8'
const HEADERS = { authorization: 'Bearer alice', 'content-type': 'application/json' }

type Reply = Awaited<ReturnType<FastifyInstance['inject']>>

/** The envelope, with the trace id that its header says. */
function expectError(reply: Reply, status: number, code: string, message?: string): void {
  const traceId = reply.headers['x-trace-id']
  expect(traceId).toMatch(UUID)
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([status, JSON_TYPE])
  expect(reply.json()).toEqual({
    ...{ success: false, error: { code, message: message ?? expect.any(String) }, trace_id: traceId },
  })
  expect(reply.headers).toMatchObject(CORS)
}

const UNREADABLE = 'Failed to resolve the request body'

describe('a path', () => {
  it.each([
    ['GET', '/', 404, 'no_api'],
    ['GET', '/kling/videos', 404, 'no_api'],
    ['HEAD', '/kling/videos', 404, ''],
    ['DELETE', '/kling/tasks', 404, 'no_api'],
    ['POST', '/', 404, 'no_api'],
    ['POST', '/klings/videos', 404, 'no_api'],
    ['POST', '/x?y=/kling/videos', 404, 'no_api'],
    ['POST', '/kling/images', 400, 'api_not_implemented'],
    ['POST', '/kling/images?x', 400, 'api_not_implemented'],
    ['POST', '/kling/', 400, 'api_not_implemented'],
  ] as const)(
    'that nothing is at is refused before its body is looked at: %s %s',
    async (method, url, status, code) => {
      const { app, entries } = await startUpstream()
      const headers = { ...HEADERS, 'content-type': 'text/plain' }
      const reply = await app.inject({ method, url, headers, ...(method === 'POST' && { payload: '{' }) })
      if (code === '') expect(reply.statusCode).toBe(status)
      else expectError(reply, status, code)
      expect(entries()).toMatchObject([{ code: code || 'no_api', status }])
      expect(entries()[0]?.requestBody).toBeUndefined()
    },
  )

  it('may be as long as its head', async () => {
    const { app } = await startUpstream()
    const url = `/kling/${'x'.repeat(1000)}.mp4`
    expect(await app.inject(url)).toMatchObject({ statusCode: 404, body: '' })
  })

  it('that can’t be decoded is ours if we say so, else no API', async () => {
    const asked: string[] = []
    const isOurs: OursOrNot = (request, reply) => {
      asked.push(request.url)
      return request.url.startsWith('/ours') ? reply.code(418).send('ours') : undefined
    }
    const { app, entries, ended } = await startUpstream({ isOurs })
    expect(await app.inject('/ours/%zz')).toMatchObject({ statusCode: 418, body: 'ours' })
    expect(entries()).toEqual([])
    const reply = await app.inject('/%zz')
    expectError(reply, 404, 'no_api')
    expect(asked).toEqual(['/ours/%zz', '/%zz'])
    expect(entries()).toMatchObject([{ path: '/%zz', code: 'no_api', status: 404, responseBody: reply.body }])
    expect(ended).toEqual(entries())
  })

  it('of the API may be asked for by pages of any origin', async () => {
    const { app } = await startUpstream()
    const reply = await app.inject({ method: 'OPTIONS', url: '/kling/videos' })
    expect([reply.statusCode, reply.headers['access-control-allow-methods']]).toEqual([204, 'POST, OPTIONS'])
    expect((await app.inject({ method: 'OPTIONS', url: '/x' })).statusCode).toBe(404)
  })

  it('is asked for by no other method than those it has', async () => {
    const { app } = await startUpstream({ add: upstream => void upstream.get('/x', async () => 'x') })
    expect((await app.inject('/x')).body).toBe('x')
    expect((await app.inject({ method: 'HEAD', url: '/x' })).statusCode).toBe(404)
  })

  it('has no schema of the framework’s', async () => {
    const { app } = await startUpstream()
    app.post('/x', { schema: { body: { type: 'object' } } }, async () => 'x')
    await expect(app.ready()).rejects.toThrow()
  })
})

describe('a body', () => {
  const add = (upstream: FastifyInstance) =>
    void upstream.post('/kling/echo', async request => ({
      fields: Object.keys(request.body as object),
      body: request.body,
    }))

  it.each([
    [undefined, {}, 'JSON payload invalid'],
    ['', {}, 'JSON payload invalid'],
    ['{"id":', {}, UNREADABLE],
    ['{"id":"x"}', { 'content-type': 'text/plain' }, UNREADABLE],
    ['{"id":"x"}', { 'content-type': 'application/jsonx' }, UNREADABLE],
  ])('that can’t be read is refused: %j %j', async (payload, headers, message) => {
    const { post, entries } = await startUpstream()
    expectError(await post('/kling/tasks', payload, headers), 400, 'bad_request', message)
    expect(entries()).toMatchObject([{ code: 'bad_request', message, status: 400 }])
  })

  it('is read as JSON and nothing else, in which no field is special', async () => {
    const { post, entries } = await startUpstream({ add })
    const text = '{"__proto__":{"a":1},"constructor":{"prototype":2},"x":3}'
    const reply = await post('/kling/echo', text)
    expect(reply.json().fields).toEqual(['__proto__', 'constructor', 'x'])
    expect(reply.body).toContain(text)
    expect(entries()).toMatchObject([{ requestBody: text, responseBody: reply.body, status: 200 }])
    expect((await post('/kling/echo', '{}', { 'content-type': 'application/json; charset=utf-8' })).statusCode).toBe(
      200,
    )
  })

  it('that can’t be read is journaled as it came', async () => {
    const { post, entries } = await startUpstream()
    await post('/kling/tasks', '{"id":')
    expect(entries()).toMatchObject([{ requestBody: '{"id":' }])
  })

  it('may be so large and no larger', async () => {
    const { post } = await startUpstream({ add, limits: { bodyBytes: 100 } })
    const of = (length: number) => JSON.stringify('x'.repeat(length - 2))
    expect((await post('/kling/echo', of(100))).statusCode).toBe(200)
    expectError(await post('/kling/echo', of(101)), 413, 'content_too_large')
  })

  it('finds no room among others that arrive', async () => {
    const { post, load } = await startUpstream({ add, limits: { bodyBytes: 100_000 }, caps: { bodyBytes: 20_000 } })
    const reply = await post('/kling/echo', JSON.stringify('x'.repeat(30_000)))
    expect([reply.statusCode, reply.headers['x-mockling-overload']]).toEqual([503, 'bodies'])
    expect(load.bodyBytes).toBe(0)
  })
})

describe('a head', () => {
  it.each(['100-continue', '100-Continue', ''])('may expect what can be met: %j', async expectation => {
    const { post } = await startUpstream()
    expect((await post('/kling/tasks', '{"id":"x"}', { expect: expectation })).body).toBe('{}')
  })

  it.each(['a miracle', 'x100-continue', '100-continue, x'])('may not expect more: %s', async expectation => {
    const { post, entries } = await startUpstream()
    const message = 'The expectation can’t be met.'
    expectError(await post('/kling/tasks', '{"id":"x"}', { expect: expectation }), 417, 'bad_request', message)
    expect(entries()[0]?.requestBody).toBeUndefined()
    expectError(await post('/nowhere', '{}', { expect: expectation }), 404, 'no_api')
  })

  it('may have five hundred headers', async () => {
    const { post, entries } = await startUpstream()
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']))
    // Beside the two of every request, its length, its host and its client.
    expect((await post('/kling/tasks', '{"id":"x"}', many(495))).statusCode).toBe(200)
    const message = 'The request has too many headers.'
    for (const count of [496, 1500])
      expectError(await post('/kling/tasks', '{"id":"x"}', many(count)), 431, 'bad_request', message)
    expectError(await post('/nowhere', '{"id":"x"}', many(496)), 431, 'bad_request', message)
    expect(entries().at(-1)).toMatchObject({ code: 'bad_request', message, status: 431 })
  })

  it('of one connection among too many is answered all the same', async () => {
    const { post, load } = await startUpstream()
    load.isCrowded = true
    expect((await post('/kling/tasks', '{"id":"x"}')).statusCode).toBe(200)
  })
})

describe('a call', () => {
  it('is its token’s, from a trace id on, until its answer is out', async () => {
    const { post, entries, ended, namespaces } = await startUpstream()
    const reply = await post('/kling/tasks?token=x', '{"id":"x"}')
    expect(reply.headers).toMatchObject({ ...CORS, 'x-trace-id': expect.stringMatching(UUID) })
    const [entry] = entries()
    expect(entry).toMatchObject({
      ...{ kind: 'request', namespace: ALICE, traceId: reply.headers['x-trace-id'], method: 'POST' },
      ...{ path: '/kling/tasks', query: 'token=***', requestBody: '{"id":"x"}', responseBody: '{}', status: 200 },
      ...{
        at: START,
        answeredAt: START,
        endedAt: START,
        responseHeaders: { 'x-trace-id': reply.headers['x-trace-id'] },
      },
    })
    expect(entry).not.toHaveProperty('magic')
    expect(entry).not.toHaveProperty('hungUp')
    expect(ended).toEqual([entry])
    expect(namespaces.of(ALICE).clock.atWork).toBe(0)
    const again = await post('/kling/tasks', '{"id":"x"}')
    expect(again.headers['x-trace-id']).not.toBe(reply.headers['x-trace-id'])
  })

  it('is the server’s without a good token, and may have a magic one', async () => {
    const { post, entries } = await startUpstream()
    expectError(await post('/kling/tasks', '{"id":"x"}', { authorization: 'x' }), 401, 'invalid_token')
    await post('/kling/tasks', '{"id":"x"}', { authorization: 'Bearer w7.mockling-used_up' })
    expect(entries()).toMatchObject([{ namespace: '' }, { magic: 'used_up' }])
  })

  it('is whose a masked header stands for', async () => {
    const recognise = (header: string | undefined) =>
      header === '***' ? { namespace: BOB, denied: undefined, magic: undefined } : undefined
    const { post, entries } = await startUpstream({ change: { recognise } })
    await post('/kling/tasks', '{"id":"x"}', { authorization: '***' })
    await post('/kling/tasks', '{"id":"x"}')
    expect(entries().map(({ namespace }) => namespace)).toEqual([BOB, ALICE])
  })

  it('is judged by its namespace’s revision', async () => {
    const { post } = await startUpstream({ change: { revisionOf: key => (key === ALICE ? '2026-08' : '2026-05') } })
    const refusal = async (authorization: string) => (await post('/kling/nothing', '{}', { authorization })).json()
    expect(await refusal('Bearer alice')).not.toHaveProperty('success')
    expect(await refusal('Bearer bob')).toHaveProperty('success', false)
  })

  it('has arrived once its body is read, behind the newest entry', async () => {
    const noted: [what: string, call: Call, newest?: number][] = []
    class Noting extends Arrivals {
      override begin(call: Call): void {
        noted.push(['begin', call])
      }
      override arrive(call: Call, newest: number): void {
        noted.push([String(call.entry.requestBody), call, newest])
      }
    }
    const { post } = await startUpstream({ change: { arrivals: new Noting() } })
    await post('/kling/tasks', '{"id":"x"}')
    await post('/kling/tasks', '{"id":')
    const [[, one] = [], [, same] = []] = noted
    expect(noted.map(([what]) => what)).toEqual(['begin', '{"id":"x"}', 'begin'])
    expect([same === one, noted[1]?.[2]]).toEqual([true, 1])
  })

  it('of a defect is answered with 500, and told to the log', async () => {
    const broken = new Error('broken')
    const { post, defects, store } = await startUpstream()
    store.task = () => Promise.reject(broken)
    expectError(await post('/kling/tasks', '{"id":"x"}'), 500, 'api_error')
    expect(defects).toEqual([broken])
  })
})

describe('a recording', () => {
  const found = { name: 'a.json', status: 402, headers: { 'x-a': 'b' }, text: (id: string) => `of ${id}` }

  it('answers what the head decides before its body is read, and the rest after', async () => {
    const asked: object[] = []
    const recordings = {
      find: (what: object) => {
        asked.push(what)
        return found
      },
    }
    const { post } = await startUpstream({ change: { recordings: recordings as never } })
    for (const [url, authorization] of [
      ['/nowhere', 'Bearer alice'],
      ['/kling/tasks', 'x'],
    ] as const) {
      const reply = await post(url, '{', { authorization })
      expect([reply.statusCode, reply.body]).toEqual([402, `of ${reply.headers['x-trace-id']}`])
      expect(reply.headers).toMatchObject({ 'x-a': 'b', 'x-mockling-replayed': 'a.json' })
    }
    expect(asked.map(what => 'body' in what)).toEqual([false, false])
    expectError(await post('/kling/tasks', '{'), 400, 'bad_request')
    expect(asked).toHaveLength(2)
    expect((await post('/kling/tasks', '{"id":"x"}')).statusCode).toBe(402)
    expect(asked[2]).toMatchObject({ body: { id: 'x' } })
  })

  it('that there is none of leaves things as they are', async () => {
    const { post } = await startUpstream({ change: { recordings: { find: () => undefined } as never } })
    expectError(await post('/nowhere', '{}'), 404, 'no_api')
    expectError(await post('/kling/tasks', '{}', { authorization: 'x' }), 401, 'invalid_token')
  })
})
