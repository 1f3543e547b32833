import { connect } from 'node:net'
import { createEventSource, type EventSourceMessage } from 'eventsource-client'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { FakeTimebase } from '../simulation/fake-timebase.ts'
import {
  create,
  createAsync,
  EPOCH,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  SOUND,
  TOKEN,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { dial, send, speak } from '../support/sockets.ts'

const JOURNAL = '/_mockling/v1/journal'

function door({ url }: Simulator) {
  const agent = supertest(url)
  return {
    get: (path: string) => agent.get(`${JOURNAL}${path}`),
    post: (path: string, body: object) => agent.post(`${JOURNAL}${path}`).send(body),
    verify: async (body: object) => (await agent.post(`${JOURNAL}/verify`).send(body).expect(200)).body,
  }
}

async function itemsOf(simulator: Simulator, query = '') {
  return (await door(simulator).get(query).expect(200)).body.items
}

describe('an entry', () => {
  it('holds the whole exchange: what came, what was decided, what was answered, and when', async () => {
    await using simulator = await frozenSimulator()
    const body = JSON.stringify({ ...SOUND, colour: 'red' })
    const held = send(simulator.url, {
      method: 'POST',
      path: '/kling/videos?source=test',
      headers: {
        'X-First': '1',
        authorization: 'Bearer s3cret-token',
        'Content-Type': 'application/json',
        'x-last': 'z',
      },
      body,
    })
    await whenWaiting(simulator, 1, 's3cret-token')
    const [open] = await itemsOf(simulator)
    expect(open).not.toHaveProperty('endedAt')
    await simulator.control.advance(namespaceOf('s3cret-token'), { ms: 10_000 })
    const answer = await held
    await until('the entry is complete', () => simulator.control.journal.turn === 1)

    const [entry] = await itemsOf(simulator)
    const { task_id: taskId } = JSON.parse(answer.text)
    expect(entry).toEqual({
      ...{ kind: 'request', seq: 1, at: EPOCH, namespace: namespaceOf('s3cret-token').namespace.slice(0, 8) },
      ...{ traceId: answer.headers['x-trace-id'], method: 'POST', path: '/kling/videos', query: 'source=test' },
      rawHeaders: expect.any(Array),
      requestBody: body,
      ...{ ignored: ['colour'], outcome: 'succeed', accepted: true, taskId, credits: 1.4 },
      steps: [
        { at: EPOCH, state: 'accepted' },
        { at: EPOCH + 60, state: 'processing' },
        { at: EPOCH + 10_000, state: 'succeed' },
      ],
      ...{ status: 200, responseBody: answer.text, answeredAt: EPOCH + 10_000, endedAt: EPOCH + 10_000 },
      responseHeaders: expect.objectContaining({
        'x-trace-id': answer.headers['x-trace-id'],
        'content-type': 'application/json; charset=utf-8',
      }),
      durationMs: expect.any(Number),
    })
    const { rawHeaders } = entry
    const names = rawHeaders.filter((_: string, index: number) => index % 2 === 0)
    expect(names.slice(0, 4)).toEqual(['X-First', 'authorization', 'Content-Type', 'x-last'])
    expect(rawHeaders[3]).toBe('***')
    expect(entry.durationMs).toBeGreaterThan(0)
  })

  it('never holds a token, cookie or key, wherever it is shown', async () => {
    await using simulator = await createSimulator({ pace: 'instant', controlKey: 'open sesame' })
    const secrets = ['tok3n', 'c00kie', 'k3y', 'passw0rd', 'b4sic']
    const headers = {
      Authorization: 'Bearer tok3n',
      Cookie: 'session=c00kie',
      'X-Api-Key': 'k3y',
      'X-Mockling-Key': 'k3y',
      'Proxy-Authorization': 'b4sic',
      'content-type': 'application/json',
    }
    const path = '/kling/videos?access_token=tok3n&key=k3y&plain=shown'
    await send(simulator.url, {
      method: 'POST',
      path,
      headers,
      body: JSON.stringify({ ...SOUND, callback_url: 'http://me:passw0rd@127.0.0.1:1/hook' }),
    })
    await send(simulator.url, { path: '/nowhere', headers: { authorization: 'tok3n' } })
    await until('the callback was tried', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    const key = { 'x-mockling-key': 'open sesame' }
    for (const view of ['', '.har']) {
      const { text } = await send(simulator.url, { path: JOURNAL + view, headers: key })
      expect(text).toContain('plain=shown')
      expect(secrets.filter(secret => text.includes(secret))).toEqual([])
    }
  })

  it('holds the headers of each request on a connection, and what they share once', async () => {
    await using simulator = await createSimulator()
    const wanted = (token: string, agent: string) =>
      `POST /kling/tasks HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nuser-agent: ${agent}\r\ncontent-length: 0\r\n\r\n`
    const calls = [wanted('one', 'a'), wanted('two', 'a'), wanted('one', 'b'), wanted('one', 'a')]
    const socket = await dial(simulator.url)
    for (const [index, call] of calls.entries()) {
      socket.write(call)
      await until('it is over', () => simulator.control.journal.turn > index)
    }
    socket.destroy()
    const kept = simulator.control.journal.list().map(entry => (entry.kind === 'request' ? entry.rawHeaders : []))
    const headers = (agent: string) => ['host', 'x', 'authorization', '***', 'user-agent', agent, 'content-length', '0']
    expect(kept).toEqual([headers('a'), headers('a'), headers('b'), headers('a')])
    expect(kept[1]).toBe(kept[0])
  })

  it('holds refusals with what was answered, also of what never reached a handler', async () => {
    await using simulator = await createSimulator()
    await create(simulator, { model: 'kling-v9' })
    await post(simulator, '/kling/videos', '{"broken')
    await post(simulator, '/kling/videos', { ...SOUND, padding: 'x'.repeat(1_100_000) })
    await send(simulator.url, { path: '/kling/%zz' })
    await speak(simulator.url, 'NONSENSE\r\n\r\n')
    const items = await itemsOf(simulator)
    expect(items.map(({ status, code }: { status: number; code: string }) => [status, code])).toEqual([
      [400, 'bad_request'],
      [400, 'bad_request'],
      [413, 'content_too_large'],
      [404, 'no_api'],
      [400, 'bad_request'],
    ])
    for (const { responseBody, code, endedAt } of items) {
      expect(JSON.parse(responseBody)).toMatchObject({ error: { code } })
      expect(endedAt).toEqual(expect.any(Number))
    }
    expect(items[0].requestBody).toContain('kling-v9')
    expect(items[1].requestBody).toBe('{"broken')
    expect(items[2]).not.toHaveProperty('requestBody')
    expect(items[4]).toMatchObject({ method: '', path: '', rawHeaders: [] })
  })

  it('holds the beginning of a long body', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await createAsync(simulator, { padding: 'x'.repeat(100_000) })
    const [entry] = await itemsOf(simulator)
    expect(entry.requestBody).toHaveLength(65_536)
    expect(entry.requestCut).toBeGreaterThan(100_000)
    expect(entry.requestDigest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('holds what an effect made of the answer', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const headers = (outcome: string) => ({
      authorization: 'Bearer one',
      'content-type': 'application/json',
      'x-mockling-outcome': outcome,
    })
    const call = (outcome: string) =>
      send(simulator.url, {
        method: 'POST',
        path: '/kling/videos',
        headers: headers(outcome),
        body: JSON.stringify({ ...SOUND, async: true }),
      })
    await call('answer-html')
    await call('answer-dropped').catch(() => {})
    await call('answer-reset 10').catch(() => {})
    await until('all are over', () => simulator.control.journal.turn === 3)
    const [html, dropped, reset] = await itemsOf(simulator)
    expect(html).toMatchObject({
      accepted: true,
      status: 502,
      responseHeaders: { 'content-type': expect.stringContaining('text/html') },
    })
    expect(html.responseBody).toContain('<html')
    expect(dropped).toMatchObject({ accepted: true, isCut: true })
    expect(dropped).not.toHaveProperty('responseBody')
    expect(reset).toMatchObject({ accepted: true, isCut: true, status: 200, responseBody: '{"task_id"' })
  })
})

describe('the order of the journal', () => {
  it('puts a callback where it was sent, before what its receiver did about it', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await using receiver = await startReceiver(async response => {
      await send(simulator.url, {
        method: 'POST',
        path: '/kling/tasks',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: '{"id":"x"}',
      })
      response.end()
    })
    await create(simulator, { callback_url: receiver.url('/hook') })
    await until('the callback is over', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    const steps = [{ operation: 'create' }, { operation: 'callback', status: '2xx' }, { operation: 'tasks' }]
    const { body } = await door(simulator).post('/sequence', { token: TOKEN, steps }).expect(200)
    expect(body).toMatchObject({ passed: true, matching: [1, 2, 3], missing: null })
  })
})

describe('queries', () => {
  it('find entries by token, task, time, operation, status class, code and body', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.control.advance(namespaceOf(), { ms: 5000 })
    await retrieve(simulator, id)
    await create(simulator, { model: 'kling-v9' })
    await createAsync(simulator, { model: 'kling-v1-6' }, { token: 'two' })
    const count = async (query: string) => (await door(simulator).get(`/count?${query}`).expect(200)).body.count
    const counts = {
      'token=tester': 3,
      [`namespace=${namespaceOf('two').namespace.slice(0, 8)}`]: 1,
      [`task=${id}`]: 2,
      'operation=create': 3,
      'operation=tasks&method=post': 1,
      'status=2xx': 3,
      'status=400': 1,
      'code=bad_request': 1,
      'from=2026-06-01T00:00:05Z': 2,
      [`to=${EPOCH}`]: 2,
      'after=2&outcome=succeed': 2,
      'before=3': 2,
      [`body=${encodeURIComponent('{"model":"kling-v1-6"}')}`]: 1,
    }
    for (const [query, expected] of Object.entries(counts))
      expect([query, await count(query)]).toEqual([query, expected])
  })

  it('go back page by page, from the newest or from a place', async () => {
    await using simulator = await frozenSimulator()
    for (let index = 0; index < 5; index++) await retrieve(simulator, 'x')
    const seqs = async (query: string) => {
      const { items, count } = (await door(simulator).get(query).expect(200)).body
      return [items.map(({ seq }: { seq: number }) => seq), count]
    }
    expect(await seqs('?limit=2')).toEqual([[4, 5], 5])
    expect(await seqs('?limit=2&offset=2')).toEqual([[2, 3], 5])
    expect(await seqs('?limit=2&before=3')).toEqual([[1, 2], 2])
    expect(await seqs('?limit=2&before=4&offset=2')).toEqual([[1], 3])
  })

  it('show one entry by its place, while it is there', async () => {
    await using simulator = await createSimulator({ journalSize: 2, pace: 'instant' })
    for (let index = 0; index < 3; index++) await retrieve(simulator, 'x')
    const [entry] = await itemsOf(simulator)
    expect((await door(simulator).get('/2').expect(200)).body).toEqual(entry)
    for (const gone of [0, 1, 4]) {
      const { body } = await door(simulator).get(`/${gone}`).expect(404)
      expect(body.detail).toBe(`nothing is in place ${gone} of the journal, or no more`)
    }
    expect((await door(simulator).get('/first').expect(400)).body.detail).toContain('seq')
  })

  it('say what had to make room', async () => {
    await using simulator = await createSimulator({ journalSize: 1, pace: 'instant' })
    await createAsync(simulator)
    await retrieve(simulator, 'x')
    const { items, count, dropped } = (await door(simulator).get('')).body
    expect([items.length, count]).toEqual([1, 1])
    expect(dropped).toEqual({ entries: 1, requests: 1, downloads: 0, callbacks: 0, accepted: 1, lastSeq: 1 })
  })

  it('are bounded by memory too', async () => {
    await using simulator = await createSimulator({ journalMemory: 1, pace: 'instant' })
    for (let index = 0; index < 20; index++) await createAsync(simulator, { padding: 'x'.repeat(60_000) })
    const { count, dropped } = (await door(simulator).get('')).body
    expect(count).toBeLessThan(9)
    expect(count + dropped.entries).toBe(20)
  })
})

describe('checks', () => {
  it('pass, or fail with a text that needs no second run', async () => {
    await using simulator = await frozenSimulator()
    await createAsync(simulator)
    const { verify } = door(simulator)
    const good = await verify({ token: TOKEN, match: { operation: 'create', body: { model: 'kling-v1' } }, exactly: 1 })
    expect(good).toMatchObject({ passed: true, count: 1, matching: [1], nearMisses: [] })
    const bad = await verify({ token: TOKEN, match: { operation: 'create', body: { model: 'kling-v3' } } })
    expect(bad).toMatchObject({
      passed: false,
      count: 0,
      nearMisses: [
        {
          held: 2,
          entry: { seq: 1, namespace: namespaceOf().namespace.slice(0, 8) },
          failed: [
            {
              name: 'body.model',
              expected: 'kling-v3',
              got: 'kling-v1',
              text: 'body.model is "kling-v1", not "kling-v3"',
            },
          ],
        },
      ],
    })
    expect(bad.text).toContain('✗ expected at least 1 entry, found 0')
    expect(await verify({ match: { operation: 'callback' }, atMost: 0 })).toMatchObject({ passed: true })
    expect(await verify({})).toMatchObject({ passed: true, count: 1 })
  })

  it('show near misses by themselves, and hashes of tokens by their first digits only', async () => {
    await using simulator = await frozenSimulator()
    await createAsync(simulator)
    const match = { operation: 'create', from: '2026-06-02T00:00:00Z' }
    const { body } = await door(simulator).post('/near-misses', { token: 'other', match }).expect(200)
    expect(body.items).toHaveLength(1)
    expect(body.items[0].failed.map(({ name }: { name: string }) => name)).toEqual(['namespace', 'from'])
    expect(JSON.stringify(body)).not.toContain(namespaceOf().namespace)
    expect(JSON.stringify(body)).not.toContain(namespaceOf('other').namespace)
  })

  it.each<[string, object, string]>([
    ['/verify', { match: { modle: 'x' } }, 'match.modle: there is no such field'],
    [
      '/verify',
      { match: { status: 'ok' } },
      'match.status: "ok" is not allowed; it must be a status such as 404, or a class such as 4xx',
    ],
    ['/verify', { match: { operation: 'delete' } }, 'match.operation'],
    ['/verify', { match: { from: 'yesterday' } }, 'ISO 8601'],
    ['/verify', { match: { from: -1 } }, 'match.from'],
    ['/verify', { match: { body: [] } }, 'match.body'],
    ['/verify', { exactly: -1 }, 'exactly: -1 is not allowed'],
    [
      '/verify',
      { exactly: 1, atMost: 2 },
      'exactly: 1 is not allowed; it must stand alone, without atLeast and atMost',
    ],
    ['/verify', { atLeast: 3, atMost: 2 }, 'atLeast: 3 is not allowed; it must not be more than atMost'],
    ['/verify', { exactly: 1, times: 2 }, 'times: there is no such field'],
    ['/sequence', { steps: [] }, 'steps'],
    ['/sequence', {}, 'steps is missing'],
    ['/near-misses', { match: {}, limit: 0 }, 'limit: 0 is not allowed'],
  ])('refuse %s %j with the reason', async (path, body, reason) => {
    await using simulator = await createSimulator()
    const reply = await door(simulator).post(path, body)
    expect([reply.status, reply.type]).toEqual([400, 'application/problem+json'])
    expect(reply.body.detail).toContain(reason)
  })

  it('refuse a body too deep to be looked for', async () => {
    await using simulator = await createSimulator()
    const deep = `{"match":{"body":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}}`
    const reply = await send(simulator.url, {
      method: 'POST',
      path: `${JOURNAL}/verify`,
      headers: { 'content-type': 'application/json' },
      body: deep,
    })
    expect(reply.status).toBe(400)
    expect(reply.text).toContain('match.body: this is not allowed; it must not be deeper than 50')
  })

  it.each([
    ['status=600', 'status'],
    ['status=ok', 'status'],
    ['from=noon', 'ISO 8601'],
    ['body=%7B', 'must be a JSON object'],
    ['body=3', 'body'],
    ['colour=red', 'colour: there is no such field'],
  ])('refuse the query %s', async (query, reason) => {
    await using simulator = await createSimulator()
    for (const path of ['', '/count', '/stream', '.har']) {
      const reply = await door(simulator).get(`${path}?${query}`)
      expect([path, reply.status]).toEqual([path, 400])
      expect(reply.body.detail).toContain(reason)
    }
  })
})

/** Follows the stream with a client of its own kind; `seen` grows as events come. */
function follow({ url }: Simulator, query = '', headers: Record<string, string> = {}) {
  const seen: EventSourceMessage[] = []
  const comments: string[] = []
  const source = createEventSource({
    url: `${url}${JOURNAL}/stream${query}`,
    headers,
    onMessage: message => seen.push(message),
    onComment: comment => comments.push(comment),
  })
  const isOpen = () => until('the stream is open', () => comments.length > 0)
  return { seen, comments, isOpen, ids: () => seen.map(({ id }) => Number(id)), [Symbol.dispose]: () => source.close() }
}

describe('the stream', () => {
  it('tells only that something happened, and of the newest entry, if that is asked for', async () => {
    await using simulator = await frozenSimulator()
    using stream = follow(simulator, '?brief=true')
    await stream.isOpen()
    const many = Array.from({ length: 50 }, () => create(simulator, { model: 'nonesuch' }))
    await Promise.all(many)
    const taskId = await createAsync(simulator)
    await until('the newest has come', () => stream.ids().at(-1) === 51)
    expect(stream.seen.length).toBeLessThan(51)
    const namespace = namespaceOf().namespace.slice(0, 8)
    const newest = JSON.parse(stream.seen.at(-1)?.data ?? '')
    expect(newest).toEqual({ kind: 'request', seq: 51, at: EPOCH, namespace, taskId })
  })

  it('gives each entry once it is complete, with its place as the id', async () => {
    await using simulator = await frozenSimulator()
    await createAsync(simulator)
    using stream = follow(simulator)
    await stream.isOpen()
    const held = create(simulator)
    await whenWaiting(simulator)
    const id = await createAsync(simulator)
    await until('one has come', () => stream.seen.length === 1)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await held
    await until('both have come', () => stream.seen.length === 2)
    expect(stream.ids()).toEqual([3, 2])
    expect(JSON.parse(stream.seen[0]?.data ?? '')).toMatchObject({
      seq: 3,
      taskId: id,
      endedAt: EPOCH,
      namespace: namespaceOf().namespace.slice(0, 8),
    })
  })

  it('goes on where a reader left off, and leaves out what he filters', async () => {
    await using simulator = await frozenSimulator()
    const held = create(simulator)
    await whenWaiting(simulator)
    for (let index = 0; index < 3; index++) await createAsync(simulator)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await held
    await createAsync(simulator, {}, { token: 'two' })
    using resumed = follow(simulator, '', { 'Last-Event-ID': '3' })
    using whole = follow(simulator, '?after=0')
    using filtered = follow(simulator, '?after=0&token=two')
    await until('all have come', () => resumed.seen.length + whole.seen.length + filtered.seen.length >= 9)
    expect([resumed.ids(), whole.ids(), filtered.ids()]).toEqual([[4, 1, 5], [2, 3, 4, 1, 5], [5]])
  })

  it('says so when something is gone that a reader has not had, and goes on with the rest', async () => {
    await using simulator = await createSimulator({ journalSize: 2, pace: 'instant' })
    for (let index = 0; index < 5; index++) await createAsync(simulator)
    using stream = follow(simulator, '?after=2')
    await until('all have come', () => stream.seen.length === 3)
    expect(stream.seen[0]?.event).toBe('gap')
    expect(JSON.parse(stream.seen[0]?.data ?? '')).toMatchObject({ dropped: { entries: 3, lastSeq: 3 } })
    expect(stream.ids().slice(1)).toEqual([4, 5])
    using unharmed = follow(simulator, '?after=4')
    await until('the last has come', () => unharmed.seen.length === 1)
    expect(unharmed.ids()).toEqual([5])
  })

  it('shows now and then that it lives', async () => {
    const timebase = new FakeTimebase()
    await using simulator = await createSimulator({}, { timebase })
    using stream = follow(simulator)
    await stream.isOpen()
    timebase.pass(15_000)
    timebase.pass(15_000)
    await until('three comments have come', () => stream.comments.length === 3)
    expect(stream.comments.slice(1)).toEqual(['still here', 'still here'])
  })

  it('keeps nothing for readers who are gone', async () => {
    const timebase = new FakeTimebase()
    await using simulator = await createSimulator({}, { timebase })
    const before = timebase.armed
    {
      using stream = follow(simulator)
      await stream.isOpen()
      expect(timebase.armed).toBe(before + 1)
    }
    await until('the reader is gone', () => timebase.armed === before)
  })

  it('gives a slow reader everything as he takes it, in order', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const { reader, text } = await slowReader(simulator)
    for (let index = 0; index < 300; index++) await createAsync(simulator, { padding: 'x'.repeat(50_000) })
    reader.resume()
    await until('all have come', () => text().includes('\nid: 300\n'))
    expect([...text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))).toEqual(
      Array.from({ length: 300 }, (_, index) => index + 1),
    )
    reader.destroy()
  })

  it('lets go of a reader who is slower than the journal forgets, and says so', async () => {
    await using simulator = await createSimulator({ pace: 'instant', journalSize: 20 })
    const { reader, text, isOver } = await slowReader(simulator)
    for (let index = 0; index < 300; index++) await createAsync(simulator, { padding: 'x'.repeat(50_000) })
    reader.resume()
    await until('it is over', isOver)
    const last = text().slice(text().lastIndexOf('event: '))
    expect(last).toMatch(/^event: dropped\ndata: \{"reason":"this reader is slower than the journal forgets"/)
    const ids = [...text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(ids).toEqual(ids.map((_, index) => index + 1))
    expect(ids.length).toBeLessThan(280)
  })
})

/** A reader of the stream who has stopped reading. */
async function slowReader({ url, control }: Simulator) {
  const { hostname, port } = new URL(url)
  const reader = connect(Number(port), hostname)
  const chunks: Buffer[] = []
  let isOver = false
  reader.on('data', chunk => chunks.push(chunk))
  reader.on('end', () => {
    isOver = true
  })
  reader.write(`GET ${JOURNAL}/stream HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`)
  await until('the stream is open', () => chunks.length > 0)
  reader.pause()
  expect(control.journal.count()).toBe(0)
  return { reader, text: () => Buffer.concat(chunks).toString(), isOver: () => isOver }
}
