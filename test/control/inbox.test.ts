import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import {
  create,
  createAsync,
  EPOCH,
  frozenSimulator,
  namespaceOf,
  TOKEN,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { send, speak } from '../support/sockets.ts'

describe('an inbox', () => {
  it('takes callbacks and shows them with headers, body, parsed JSON, time and task', async () => {
    await using simulator = await frozenSimulator()
    const { get } = controlDoor(simulator)
    const id = await createAsync(simulator, { callback_url: `${simulator.inbox.url('orders')}?shop=7` })
    await whenWaiting(simulator)
    await simulator.clock.untilSettled(id)
    const { items } = (await get('/v1/inbox/orders')).body
    expect(items).toEqual([
      {
        seq: 1,
        inbox: 'orders',
        at: EPOCH + 10_000,
        method: 'POST',
        query: 'shop=7',
        headers: expect.objectContaining({
          'content-type': 'application/json',
          'user-agent': expect.stringMatching(/^mockling/),
        }),
        body: expect.stringContaining(id),
        encoding: 'utf8',
        json: expect.objectContaining({ success: true, task_id: id }),
        namespace: namespaceOf().namespace.slice(0, 8),
        taskId: id,
      },
    ])
    expect(JSON.stringify([items, simulator.control.journal.list()])).not.toContain('x-mockling-post')
    expect((await get('/v1/inbox/others')).body.items).toEqual([])
  })

  it('takes anything from anybody, by POST and PUT, with a body of any type or none', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame' })
    const path = '/_mockling/inbox/any'
    const bodies: [string, Record<string, string>, string | Buffer | undefined][] = [
      ['POST', { 'content-type': 'application/json' }, '{"a":[1]}'],
      ['PUT', { 'content-type': 'text/plain' }, 'ümlaut'],
      ['POST', { 'content-type': 'application/json' }, '{broken'],
      ['POST', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&b=2'],
      ['POST', { 'content-type': 'image/png' }, Buffer.from([0x89, 0x50, 0xff, 0x00])],
      ['POST', { 'content-type': 'no/type at; all' }, 'x'],
      ['POST', {}, 'untyped'],
      ['POST', { origin: 'http://evil.test', host: 'evil.test' }, undefined],
    ]
    for (const [method, headers, body] of bodies) {
      const answer = await send(simulator.url, { method, path, headers, ...(body !== undefined && { body }) })
      expect([answer.status, answer.text]).toEqual([200, ''])
    }
    const items = await simulator.inbox.list('any')
    expect(items.map(({ method, body, encoding, json }) => [method, body, encoding, json])).toEqual([
      ['POST', '{"a":[1]}', 'utf8', { a: [1] }],
      ['PUT', 'ümlaut', 'utf8', undefined],
      ['POST', '{broken', 'utf8', undefined],
      ['POST', 'a=1&b=2', 'utf8', undefined],
      ['POST', 'iVD/AA==', 'base64', undefined],
      ['POST', 'x', 'utf8', undefined],
      ['POST', 'untyped', 'utf8', undefined],
      ['POST', '', 'utf8', undefined],
    ])
    expect(items.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('is read with the key only', async () => {
    await using simulator = await createSimulator({ controlKey: 'open sesame' })
    for (const [method, path] of [
      ['GET', '/_mockling/v1/inbox/any'],
      ['GET', '/_mockling/v1/inbox'],
      ['DELETE', '/_mockling/v1/inbox/any'],
      ['PUT', '/_mockling/v1/inbox/any/answer'],
    ] as const) {
      expect((await send(simulator.url, { method, path })).status).toBe(401)
    }
  })

  it('takes the largest callback there is, and no more than that', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const path = '/_mockling/inbox/big'
    const headers = { 'content-type': 'text/plain' }
    const body = 'x'.repeat(20_000_000)
    const url = simulator.inbox.url('big')
    await create(simulator, { callback_url: url }, { headers: { 'x-mockling-outcome': 'callback-oversized 20000000' } })
    await simulator.inbox.list('big', { count: 1, wait: 10 })
    const refused = await send(simulator.url, { method: 'POST', path, headers, body: `${body}x` })
    expect([refused.status, refused.headers['content-type']]).toEqual([
      413,
      expect.stringMatching(/^application\/problem\+json/),
    ])
    expect((await simulator.inbox.list('big')).map(message => message.body.length)).toEqual([20_000_000])
  })

  it('refuses a name that is none, and other methods', async () => {
    await using simulator = await createSimulator()
    const bad = await send(simulator.url, { method: 'POST', path: '/_mockling/inbox/no%20name', body: 'x' })
    expect([bad.status, JSON.parse(bad.text).detail]).toEqual([
      400,
      expect.stringMatching(/^name: "no name" is not allowed/),
    ])
    expect((await send(simulator.url, { method: 'GET', path: '/_mockling/inbox/any' })).status).toBe(404)
  })

  it('keeps a bounded number of messages, and says how many had to go', async () => {
    await using simulator = await createSimulator()
    const { get } = controlDoor(simulator)
    for (let index = 0; index < 10_005; index++) {
      await simulator.app.inject({ method: 'POST', url: '/_mockling/inbox/many', payload: `${index}` })
    }
    expect((await get('/v1/inbox')).body).toMatchObject({ items: [{ name: 'many', count: 10_000 }], dropped: 5 })
    expect((await simulator.inbox.list('many'))[0]?.body).toBe('5')
  })
})

describe('waiting for an inbox', () => {
  it('answers when enough have come, and at once if they are there', async () => {
    await using simulator = await createSimulator()
    const drop = (body: string) => send(simulator.url, { method: 'POST', path: '/_mockling/inbox/w', body })
    const waiting = simulator.inbox.list('w', { count: 2, wait: 60 })
    await drop('one')
    await drop('two')
    expect((await waiting).map(({ body }) => body)).toEqual(['one', 'two'])
    expect(await simulator.inbox.list('w', { count: 2, wait: 60 })).toHaveLength(2)
    const third = simulator.inbox.list('w', { after: 2, wait: 60 })
    await drop('three')
    expect((await third).map(({ body }) => body)).toEqual(['three'])
    const { body } = await controlDoor(simulator).get('/v1/inbox/w?limit=2')
    expect(body.items.map((message: { body: string }) => message.body)).toEqual(['two', 'three'])
  })

  it('answers with what there is when the time is up', async () => {
    await using simulator = await createSimulator()
    const { get } = controlDoor(simulator)
    const from = performance.now()
    expect((await get('/v1/inbox/empty?wait=1')).body).toEqual({ items: [] })
    expect(performance.now() - from).toBeGreaterThan(990)
  })

  it('ends with the caller, and does not keep a simulator from stopping', async () => {
    const simulator = await createSimulator()
    const waiting = speak(simulator.url, 'GET /_mockling/v1/inbox/w?wait=600 HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await once(simulator.app.server, 'request')
    await simulator.close()
    expect(await waiting).toEqual([])
  })
})

describe('the answer of an inbox', () => {
  it('makes callbacks be tried again: refused twice, then taken', async () => {
    await using simulator = await frozenSimulator({ callbackRetries: 5 })
    const { put, get } = controlDoor(simulator)
    expect((await put('/v1/inbox/flaky/answer', { status: 503, next: 2 })).body).toEqual({
      status: 503,
      delay: 0,
      drop: false,
      next: 2,
    })
    await createAsync(simulator, { callback_url: simulator.inbox.url('flaky') })
    await whenWaiting(simulator)
    await simulator.clock.advance({ token: TOKEN, seconds: 600 })
    const { attempts } = (await get('/v1/callbacks')).body
    expect(attempts.map(({ at, status }: { at: number; status: number }) => [(at - EPOCH) / 1000, status])).toEqual([
      [10, 503],
      [11, 503],
      [13, 200],
    ])
    expect((await simulator.inbox.list('flaky')).map(({ at }) => (at - EPOCH) / 1000)).toEqual([10, 11, 13])
    expect((await get('/v1/inbox')).body.items).toEqual([
      { name: 'flaky', count: 3, answer: { status: 200, delay: 0, drop: false } },
    ])
  })

  it('can be a dropped connection', async () => {
    await using simulator = await frozenSimulator()
    await simulator.inbox.answer('gone', { drop: true })
    const id = await createAsync(simulator, { callback_url: simulator.inbox.url('gone') })
    await whenWaiting(simulator)
    await simulator.clock.untilSettled(id)
    expect((await simulator.callbacks.list()).attempts).toMatchObject([{ outcome: 'connection-error' }])
    expect(await simulator.inbox.list('gone')).toHaveLength(1)
  })

  it('can take virtual time, which an advance goes through', async () => {
    await using simulator = await frozenSimulator({ callbackRetries: 1 })
    await simulator.inbox.answer('slow', { status: 500, delay: 300 })
    await createAsync(simulator, { callback_url: simulator.inbox.url('slow') })
    await whenWaiting(simulator)
    await simulator.clock.advance({ token: TOKEN, seconds: 3600 })
    const { attempts, scheduled } = await simulator.callbacks.list()
    expect(attempts.map(({ at, attempt, status }) => [(at - EPOCH) / 1000, attempt, status])).toEqual([
      [10, 1, 500],
      [311, 2, 500],
    ])
    expect(scheduled).toEqual([])
  })

  it('can take virtual time, which auto-skip leaps over', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 10 })
    await simulator.inbox.answer('slow', { delay: 300 })
    await createAsync(simulator, { callback_url: simulator.inbox.url('slow') })
    await until('it is recorded', () => simulator.control.journal.count({ outcome: 'delivered' }) === 1)
    expect(await simulator.clock.now({ token: TOKEN })).toBe(EPOCH + 310_000)
  })

  it('is on the server’s clock for what is no callback of ours', async () => {
    await using simulator = await frozenSimulator()
    await simulator.inbox.answer('slow', { delay: 5 })
    const posted = send(simulator.url, { method: 'POST', path: '/_mockling/inbox/slow' })
    await until('it has come', () => simulator.control.inboxes.list('slow').length === 1)
    expect((await simulator.clock.state()).waiting).toBe(1)
    await simulator.clock.advance({ seconds: 5 })
    expect((await posted).status).toBe(200)
  })

  it.each([
    [{ status: 99 }, 'status: 99 is not allowed'],
    [{ delay: -1 }, 'delay: -1 is not allowed'],
    [{ next: 0 }, 'next: 0 is not allowed'],
    [{ drop: 'yes' }, 'drop: "yes" is not allowed'],
    [{ retries: 1 }, 'retries: there is no such field; there are status, delay, drop, next'],
  ])('refuses %j', async (answer, reason) => {
    await using simulator = await createSimulator()
    const refused = await controlDoor(simulator).put('/v1/inbox/any/answer', answer)
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(reason)])
  })
})

describe('callbacks to our own inbox', () => {
  it('are sent also when bound wider, where loopback is closed to others', async () => {
    await using simulator = await createSimulator({ host: '0.0.0.0', pace: 'instant' })
    const port = new URL(simulator.url).port
    const addresses = ['localhost', '127.0.0.1'].map(name => `http://${name}:${port}/_mockling`)
    for (const address of addresses) await createAsync(simulator, { callback_url: `${address}/inbox/own` })
    await createAsync(simulator, { callback_url: `${addresses[0]}/v1/reset` })
    await createAsync(simulator, { callback_url: `${addresses[0]}/inbox/../v1/reset` })
    await until('all are recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 4)
    expect((await simulator.callbacks.list()).attempts.map(({ outcome }) => outcome).toSorted()).toEqual([
      'delivered',
      'delivered',
      'refused-address',
      'refused-address',
    ])
    expect(await simulator.inbox.list('own')).toHaveLength(2)
  })
})

describe('clearing', () => {
  it('forgets what came, and leaves how it answers', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const door = controlDoor(simulator)
    await simulator.inbox.answer('a', { status: 202 })
    for (const name of ['a', 'a', 'b']) await send(simulator.url, { method: 'POST', path: `/_mockling/inbox/${name}` })
    expect((await door.delete('/v1/inbox/a')).body).toEqual({ cleared: 2 })
    expect((await door.get('/v1/inbox')).body.items).toMatchObject([
      { name: 'a', count: 0, answer: { status: 202 } },
      { name: 'b', count: 1 },
    ])
    expect((await create(simulator, { callback_url: simulator.inbox.url('a') })).statusCode).toBe(200)
    expect(await simulator.inbox.list('a', { wait: 10 })).toMatchObject([{ seq: 4 }])
  })
})
