import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { validate } from '../../src/contract/rules.ts'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { create, createAsync, namespaceOf, post, SOUND, until, whenWaiting } from '../support/requests.ts'
import { dial } from '../support/sockets.ts'

/** A request as it goes over the wire. */
function wire(body: object, head = ''): string {
  const text = JSON.stringify(body)
  return (
    `POST /kling/videos HTTP/1.1\r\nhost: a.test\r\nauthorization: Bearer tester\r\n${head}` +
    `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  )
}

describe('the store', () => {
  it('forgets settled tasks of namespaces nobody comes back to', async () => {
    const warnings: string[] = []
    await using simulator = await createSimulator(
      { retain: 2, pace: 'instant' },
      { onWarning: text => warnings.push(text) },
    )
    for (let worker = 0; worker < 20; worker++) await createAsync(simulator, {}, { token: `worker-${worker}` })
    const { total } = await simulator.control.tasks('server', { limit: 1, offset: 0 })
    expect(total).toBeLessThanOrEqual(2 + 3)
    expect(warnings[0]).toContain('1 settled task(s) forgotten')
  })
})

describe('a create whose body is on its way at a reset', () => {
  it('is told of the reset and makes nothing', async () => {
    const defects: unknown[] = []
    await using simulator = await createSimulator({}, { onDefect: error => defects.push(error) })
    const socket = await dial(simulator.url)
    const request = wire(SOUND)
    socket.write(request.slice(0, -10))
    await until('it has arrived', () => simulator.control.journal.count() === 1)
    await simulator.control.reset('server')
    socket.write(request.slice(-10))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 .*\r\n/)
    expect(answer.toString().toLowerCase()).toContain('x-mockling-reset: 1')
    expect(defects).toEqual([])
    expect((await simulator.control.tasks(namespaceOf(), { limit: 10, offset: 0 })).total).toBe(3)
  })
})

describe('a connection that closes', () => {
  it('loses no callback of a create that was waiting behind a held one', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ clock: 'frozen', pace: 10 })
    const socket = await dial(simulator.url)
    socket.write(wire(SOUND) + wire({ ...SOUND, callback_url: receiver.url('/hook') }))
    await until('both are made', () => simulator.control.journal.list({ outcome: 'succeed' }).length === 2)
    socket.destroy()
    await whenWaiting(simulator, 1)
    await simulator.control.advance(namespaceOf(), { ms: 10_000 })
    await receiver.arrived(1)
    await until('both have ended', () =>
      simulator.control.journal.list().every(entry => !('hungUp' in entry) || entry.hungUp),
    )
  })
})

describe('the route', () => {
  it.each([
    ['POST', '/nothing', 'broken{', 404, 'no_api'],
    ['POST', '/kling/zzz', 'broken{', 400, 'api_not_implemented'],
    ['POST', '/kling/zzz', '', 400, 'api_not_implemented'],
    ['PUT', '/kling/videos', 'x', 404, 'no_api'],
    ['POST', '/nothing', 'x'.repeat(2_000_000), 404, 'no_api'],
  ] as const)('is judged before the body: %s %s', async (method, url, payload, status, code) => {
    await using simulator = await createSimulator()
    const headers = { authorization: 'Bearer any', 'content-type': 'application/json' }
    const reply = await simulator.app.inject({ method, url, payload, headers })
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toMatchObject({ success: false, error: { code } })
  })

  it('is not there for a method that nobody knows', async () => {
    await using simulator = await createSimulator()
    const socket = await dial(simulator.url)
    socket.write('FOO /kling/videos HTTP/1.1\r\nhost: a.test\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 .*"code":"no_api"/s)
  })
})

describe('a request that never arrives whole', () => {
  it('is given up after a while', async () => {
    await using simulator = await createSimulator()
    expect(simulator.app.server.requestTimeout).toBeGreaterThan(0)
  })
})

describe('a name and password in a callback address', () => {
  it('are sent to the receiver and shown to nobody', async () => {
    await using receiver = await startReceiver()
    await using simulator = await createSimulator({ pace: 'instant' })
    const address = receiver.url('/hook').replace('://', '://user:s3cret@')
    const id = await createAsync(simulator, { callback_url: address })
    const [arrival] = await receiver.arrived(1)
    expect(arrival?.headers.authorization).toBe(`Basic ${btoa('user:s3cret')}`)
    await until('it is recorded', () => simulator.control.journal.count({ kind: 'callback' }) === 1)
    const shown = JSON.stringify([simulator.control.journal.list(), await simulator.control.task(id)])
    expect(shown).toContain('***@127.0.0.1')
    expect(shown).not.toContain('s3cret')
  })
})

describe('a receiver that never answers', () => {
  it('delays no other of the same origin', async () => {
    await using receiver = await startReceiver((response, { path }) => {
      if (path === '/fast') response.end()
    })
    await using simulator = await createSimulator({ pace: 'instant', drain: 0 })
    for (let i = 0; i < 40; i++) await createAsync(simulator, { callback_url: receiver.url('/slow') })
    await createAsync(simulator, { callback_url: receiver.url('/fast') })
    await until('the fast one is recorded', () => simulator.control.journal.count({ outcome: 'delivered' }) === 1)
  })
})

describe('commands to the server’s clock', () => {
  it('leave a follower where it is that has leapt ahead', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 60 })
    await create(simulator)
    const { now: ahead } = simulator.control.clock(namespaceOf())
    const { now } = await simulator.control.advance('server', { to: ahead - 30_000 })
    expect(now).toBe(ahead - 30_000)
    expect(simulator.control.clock(namespaceOf()).now).toBe(ahead)
    await expect(simulator.control.advance('server', { to: now - 1 })).rejects.toThrow('forward only')
  })
})

describe('rules', () => {
  it('take an empty word for a wrong one', () => {
    const body = { action: 'text2video', model: 'kling-video-o1', prompt: 'x' }
    const video_list = [{ video_url: 'http://a.test/b', refer_type: '' }]
    expect(validate({ ...body, video_list }, '2026-05', 'documented')[0]?.message).toBe(
      "refer_type value '' is invalid",
    )
  })

  it('say nothing of what an unknown mode would offer', () => {
    const body = {
      ...SOUND,
      model: 'kling-v3',
      mode: 'ultra',
      generate_audio: true,
      camera_control: { type: 'down_back' },
    }
    expect(validate(body, '2026-05', 'documented').map(objection => objection.rule)).toEqual(['R41'])
  })
})

describe('/health', () => {
  it.each([
    ['application/x-www-form-urlencoded', 'a=1'],
    ['application/json', ''],
    ['application/json', '{'],
    ['text/plain', 'hello'],
  ])('answers a POST of %s whatever it holds', async (type, payload) => {
    await using simulator = await createSimulator()
    const reply = await simulator.app.inject({
      method: 'POST',
      url: '/health',
      payload,
      headers: { 'content-type': type },
    })
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toMatchObject({ status: 'ok' })
  })
})

describe('the count of all tasks', () => {
  it('does not depend on how many are shown', async () => {
    await using simulator = await createSimulator({ clock: 'frozen' })
    for (let worker = 0; worker < 5; worker++) await createAsync(simulator, {}, { token: `worker-${worker}` })
    for (const limit of [1, 100]) {
      expect((await simulator.control.tasks('server', { limit, offset: 0 })).total).toBe(5 + 3)
    }
  })
})

describe('long names of ignored fields', () => {
  it('are kept in the journal only in part', async () => {
    await using simulator = await createSimulator()
    await post(simulator, '/kling/videos', { ...SOUND, async: true, ['x'.repeat(500_000)]: 1 })
    const [entry] = simulator.control.journal.list({ kind: 'request' })
    expect(JSON.stringify({ ...entry, requestBody: undefined }).length).toBeLessThan(2000)
  })
})

describe('the rules', () => {
  // URL.canParse of Node 20 and 22 finds fault with letters such as ü once it has been called some thousand times.
  it('take a host with an umlaut, however many URLs came before', () => {
    const messages = (callback_url: string) =>
      validate({ ...SOUND, callback_url }, '2026-05', 'documented').map(({ message }) => message)
    for (let round = 0; round < 20_000; round++) {
      messages(`https://example.com/${round % 8}`)
      expect(messages('https://bücher.example/done')).toEqual([])
    }
  })
})
