import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { OVERLOADS, type OverloadKind } from '../../src/http/overload.ts'
import { Overload } from '../../src/simulation/overload.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { FakeTimebase } from '../simulation/fake-timebase.ts'
import {
  create,
  createAsync,
  frozenSimulator,
  namespaceOf,
  post,
  SOUND,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { type Answer, answersOn, dial, send, speak } from '../support/sockets.ts'

type Told = Pick<Answer, 'status' | 'headers' | 'text'>

/** Outside of the imitation: marked, as problem+json, with the time to wait. */
function expectOverload({ status, headers, text }: Told, kind: OverloadKind): void {
  expect([status, headers['x-mockling-overload'], headers['retry-after']]).toEqual([503, kind, '1'])
  expect(headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(text).toBe(new Overload(kind, OVERLOADS[kind]).body)
}

function told({ statusCode, headers, body }: Awaited<ReturnType<typeof create>>): Told {
  return { status: statusCode, headers: headers as Answer['headers'], text: body }
}

const CREATE = {
  method: 'POST',
  path: '/kling/videos',
  headers: { authorization: 'Bearer tester', 'content-type': 'application/json' },
  body: JSON.stringify({ ...SOUND, async: true }),
}

const ended = (socket: Socket) =>
  new Promise<void>(resolve => socket.once('end', resolve).once('close', resolve).resume())

/** A number of the metrics, which say what there is. */
async function numberOf({ app }: Simulator, name: string): Promise<number> {
  const { body } = await app.inject({ method: 'GET', url: '/_mockling/metrics' })
  return Number(new RegExp(`^mockling_${name} (\\d+)$`, 'm').exec(body)?.[1])
}

describe('what there may be so much of', () => {
  it('is held requests: more are refused before anything is made, and others go on', async () => {
    await using simulator = await frozenSimulator({ maxHeld: 2 })
    const held = [create(simulator), create(simulator)]
    await whenWaiting(simulator, 2)
    expectOverload(told(await create(simulator)), 'held')
    expect((await create(simulator, { model: 'none' })).statusCode).toBe(400)
    expect(await createAsync(simulator)).toMatch(/-/)
    expect((await simulator.tasks.list({ token: 'tester', state: 'pending' })).total).toBe(3)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    expect((await Promise.all(held)).map(({ statusCode }) => statusCode)).toEqual([200, 200])
    await using after = await frozenSimulator({ maxHeld: 0 })
    expectOverload(told(await create(after)), 'held')
  })

  it('is pending tasks', async () => {
    await using simulator = await frozenSimulator({ maxPending: 1 })
    await createAsync(simulator)
    expectOverload(told(await create(simulator, { async: true })), 'pending')
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await createAsync(simulator)
  })

  it('is the memory of what is kept with tasks: the oldest settled go first', async () => {
    await using simulator = await frozenSimulator({ taskMemory: 1 })
    const first = await createAsync(simulator, { note: 'x'.repeat(600_000) })
    const second = await create(simulator, { async: true, note: 'x'.repeat(600_000) })
    expect(second.statusCode).toBe(200)
    expectOverload(told(await create(simulator, { async: true })), 'pending')
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await createAsync(simulator)
    await expect(simulator.tasks.get(first)).rejects.toThrow('no task has the id')
  })

  it('is what bodies take while they arrive: counted is what has come, not what is announced', async () => {
    await using simulator = await createSimulator({ bodyMemory: 1, pace: 'instant' })
    const begin = 'POST /kling/videos HTTP/1.1\r\nauthorization: Bearer a\r\ncontent-type: application/json\r\n'
    const silent = await dial(simulator.url)
    silent.write(`${begin}content-length: 1000000\r\n\r\n{`)
    const [one, other] = [await dial(simulator.url), await dial(simulator.url)]
    one.write(`${begin}content-length: 800000\r\n\r\n${'x'.repeat(700_000)}`)
    await until('it has come', async () => (await numberOf(simulator, 'bodies_arriving_bytes')) >= 700_000)
    other.write(`${begin}transfer-encoding: chunked\r\n\r\n61a80\r\n${'x'.repeat(400_000)}\r\n`)
    const [answer] = await answersOn(other, 1)
    expectOverload(answer as Answer, 'bodies')
    expect(answer?.headers.connection).toBe('close')
    one.write('x'.repeat(100_000))
    expect((await answersOn(one, 1))[0]?.status).toBe(400)
    for (const socket of [one, other, silent]) socket.destroy()
    await until('all is let go', async () => (await numberOf(simulator, 'bodies_arriving_bytes')) === 0)
    expect((await send(simulator.url, CREATE)).status).toBe(200)
  })

  it('is readers of the journal’s stream, and who waits for inboxes', async () => {
    await using simulator = await createSimulator({ maxStreams: 1 })
    const stream = { path: '/_mockling/v1/journal/stream', headers: { host: 'localhost' } }
    const first = await dial(simulator.url)
    first.write(`GET ${stream.path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    await once(first, 'data')
    const refused = await send(simulator.url, stream)
    expect([refused.status, refused.headers['x-mockling-overload'], refused.headers['retry-after']]).toEqual([
      503,
      'streams',
      '1',
    ])
    expect(JSON.parse(refused.text)).toMatchObject({
      status: 503,
      detail: new Overload('streams', OVERLOADS.streams).message,
    })
    first.destroy()
    await until('there is room', async () => (await numberOf(simulator, 'stream_clients')) === 0)
  })
})

describe('connections', () => {
  it('make room for new ones: those go that nothing is under way on, the oldest first', async () => {
    const timebase = new FakeTimebase()
    await using simulator = await createSimulator({ clock: 'frozen', pace: 10, maxConnections: 10 }, { timebase })
    const held = await dial(simulator.url)
    const body = JSON.stringify(SOUND)
    held.write(
      `POST /kling/videos HTTP/1.1\r\nauthorization: Bearer tester\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await whenWaiting(simulator)
    const slow = await dial(simulator.url)
    slow.write(
      'POST /kling/videos HTTP/1.1\r\nauthorization: Bearer a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    )
    const idle: Socket[] = []
    for (let count = 0; count < 8; count++) idle.push(await dial(simulator.url))
    timebase.pass(1000)
    const gone = [slow, idle[0] as Socket].map(ended)
    const more = [await dial(simulator.url), await dial(simulator.url)]
    await Promise.all(gone)
    expect(await numberOf(simulator, 'connections')).toBe(10)
    const answered = answersOn(held, 1)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    expect((await answered)[0]?.status).toBe(200)
    for (const socket of [held, ...idle, ...more]) socket.destroy()
  })

  it('are refused where all are in use, but for our own door, and welcome again when one is done', async () => {
    await using simulator = await frozenSimulator({ maxConnections: 10 })
    const held = Array.from({ length: 10 }, () => send(simulator.url, { ...CREATE, body: JSON.stringify(SOUND) }))
    await whenWaiting(simulator, 10)
    const refused = await send(simulator.url, CREATE)
    expectOverload(refused, 'connections')
    expect(refused.headers.connection).toBe('close')
    expectOverload(await send(simulator.url, { path: '/bs2/x.mp4' }), 'connections')
    expect((await send(simulator.url, { path: '/health' })).status).toBe(200)
    expect((await send(simulator.url, { path: '/_mockling/live', headers: { host: 'localhost' } })).status).toBe(200)
    const asking = await send(simulator.url, { path: '/_mockling/ready', headers: { host: 'localhost' } })
    expect([asking.status, JSON.parse(asking.text).detail]).toEqual([
      503,
      new Overload('connections', OVERLOADS.connections).message,
    ])
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(10).fill(200))
    await until('there is room', async () => (await numberOf(simulator, 'connections')) < 10)
    expect((await send(simulator.url, CREATE)).status).toBe(200)
  })

  it('that there is not even room to refuse on are told so at once', async () => {
    await using simulator = await frozenSimulator({ maxConnections: 10 })
    const held = Array.from({ length: 26 }, () => send(simulator.url, { ...CREATE, body: JSON.stringify(SOUND) }))
    await whenWaiting(simulator, 10)
    const streams: Socket[] = []
    for (let count = 0; count < 16; count++) {
      const socket = await dial(simulator.url)
      socket.write('GET /_mockling/v1/journal/stream HTTP/1.1\r\nhost: localhost\r\n\r\n')
      await once(socket, 'data')
      streams.push(socket)
    }
    const [answer] = await speak(simulator.url, '')
    expectOverload(answer as Answer, 'connections')
    for (const socket of streams) socket.destroy()
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    const statuses = (await Promise.all(held)).map(({ status }) => status)
    expect(statuses.filter(status => status === 200)).toHaveLength(10)
    expect(statuses.filter(status => status === 503)).toHaveLength(16)
  })
})

describe('what is read of a request', () => {
  it('is a body of the size that is set', async () => {
    await using simulator = await createSimulator({ maxBody: 0.01, pace: 'instant' })
    expect((await create(simulator, { note: 'x'.repeat(10_000) })).statusCode).toBe(200)
    expect((await create(simulator, { note: 'x'.repeat(11_000) })).json().error.code).toBe('content_too_large')
    await using roomy = await createSimulator({ maxBody: 3, pace: 'instant' })
    expect((await create(roomy, { note: 'x'.repeat(3_000_000) })).statusCode).toBe(200)
  })

  it('is a head of the size that is set, and of 500 headers', async () => {
    await using simulator = await createSimulator({ maxHead: 4, pace: 'instant' })
    const headers = { ...CREATE.headers, 'x-long': 'x'.repeat(5000) }
    expect((await send(simulator.url, { ...CREATE, headers })).status).toBe(431)
    await using roomy = await createSimulator({ maxHead: 64, pace: 'instant' })
    expect((await send(roomy.url, { ...CREATE, headers })).status).toBe(200)
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, '1']))
    expect((await send(roomy.url, { ...CREATE, headers: { ...CREATE.headers, ...many(400) } })).status).toBe(200)
    const tooMany = await send(roomy.url, { ...CREATE, headers: { ...CREATE.headers, ...many(600) } })
    expect([tooMany.status, JSON.parse(tooMany.text).error.code]).toEqual([431, 'bad_request'])
  })

  it('is what arrives in time: who is slow is told so, who says nothing is let go, who is held is neither', async () => {
    await using simulator = await frozenSimulator({ headTimeout: 0.2, requestTimeout: 0.4 })
    const held = send(simulator.url, { ...CREATE, body: JSON.stringify(SOUND) })
    await whenWaiting(simulator)
    const [slowHead] = await speak(simulator.url, 'POST /kling/videos HTTP/1.1\r\nx')
    const [slowBody] = await speak(
      simulator.url,
      'POST /kling/videos HTTP/1.1\r\nauthorization: Bearer a\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    )
    expect([slowHead, slowBody].map(answer => [answer?.status, JSON.parse(answer?.text ?? '').error.message])).toEqual([
      [408, 'The request took too long to arrive.'],
      [408, 'The request took too long to arrive.'],
    ])
    expect(await speak(simulator.url, '')).toEqual([])
    expect(simulator.control.journal.count({ status: 408 })).toBe(2)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    expect((await held).status).toBe(200)
  })
})

describe('a reader of the stream who never reads', () => {
  it('is cut off once he has taken nothing between two heartbeats; one who reads goes on', async () => {
    const timebase = new FakeTimebase()
    await using simulator = await createSimulator({ pace: 'instant' }, { timebase })
    const open = async () => {
      const socket = await dial(simulator.url)
      socket.write('GET /_mockling/v1/journal/stream HTTP/1.1\r\nhost: localhost\r\n\r\n')
      await once(socket, 'data')
      return socket
    }
    const [deaf, reader] = [await open(), await open()]
    deaf.pause()
    reader.resume()
    // More than the sockets' buffers take.
    for (let count = 0; count < 400; count++) await create(simulator, { note: 'x'.repeat(60_000) })
    const streams = () => numberOf(simulator, 'stream_clients')
    expect(await streams()).toBe(2)
    timebase.pass(15_000)
    expect(await streams()).toBe(2)
    timebase.pass(15_000)
    await until('he is gone', async () => (await streams()) === 1)
    const heard = once(reader, 'data')
    await post(simulator, '/kling/tasks', { id: 'x' })
    await heard
    deaf.destroy()
    reader.destroy()
  })
})

it('answers the beginning of HTTP/2 in the envelope, as what is nowhere', async () => {
  await using simulator = await createSimulator()
  const [answer] = await speak(simulator.url, 'PRI /kling/videosHTTP/1.1\r\nauthorization: Bearer a\r\n\r\nx')
  expect([answer?.status, JSON.parse(answer?.text ?? '').error?.code]).toEqual([404, 'no_api'])
})

it.each([
  ['/bs2/x.mp4', 'OPTIONS', 415, ''],
  ['/health', 'POST', 415, 'application/problem+json'],
] as const)('refuses a body of no type at %s in words of ours, or in none', async (url, method, status, type) => {
  await using simulator = await createSimulator()
  const reply = await simulator.app.inject({ method, url, headers: { 'content-type': '\u0001' }, payload: '{}' })
  expect(reply.statusCode).toBe(status)
  if (type === '') expect(reply.body).toBe('')
  else expect([reply.headers['content-type']?.toString().split(';')[0], reply.json().status]).toEqual([type, status])
})
