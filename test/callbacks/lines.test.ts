import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { addressPolicy } from '../../src/callbacks/address-policy.ts'
import { createPoster, type Poster, type PosterOptions } from '../../src/callbacks/post.ts'
import { startReceiver, startSocketServer } from './receiver.ts'

/** A poster that closes at the end of the scope, for receivers on this machine. */
function open(options: Partial<PosterOptions> = {}): Poster & AsyncDisposable {
  const policy = addressPolicy({ private: 'allow', loopback: 'allow', allow: [], deny: [] })
  const poster = createPoster({ policy, userAgent: 'mockling/test', ...options })
  return { ...poster, [Symbol.asyncDispose]: () => poster.close() }
}

/** Posts one after another, so many; resolves to what came of them. */
async function oneByOne(poster: Poster, url: string, count: number) {
  const attempts = []
  for (let n = 0; n < count; n++) attempts.push(await poster.post(url, String(n)))
  return attempts
}

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

describe('a connection', () => {
  it('is used for the next post', async () => {
    await using receiver = await startReceiver()
    await using poster = open()
    const attempts = await oneByOne(poster, receiver.url('/'), 50)
    expect(attempts.map(({ outcome, address }) => `${outcome} ${address}`)).toEqual(
      Array(50).fill('delivered 127.0.0.1'),
    )
    expect(receiver.arrivals.map(({ body }) => body)).toEqual(attempts.map((_, n) => String(n)))
    expect(receiver.accepted).toBe(1)
  })

  it('is used again where it stays open without being offered, once that has been seen', async () => {
    await using receiver = await startSocketServer(socket => socket.on('data', () => socket.write(ANSWER)))
    await using poster = open()
    for (let before = -1; receiver.accepted !== before; ) {
      before = receiver.accepted
      expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({ outcome: 'delivered' })
    }
    expect(receiver.accepted).toBeGreaterThan(1)
  })

  it('is one of no more than a receiver gets, however many wait', async () => {
    await using receiver = await startReceiver()
    await using poster = open({ postsPerReceiver: 4 })
    await Promise.all(Array.from({ length: 400 }, () => poster.post(receiver.url('/'), '{}')))
    expect(receiver.arrivals).toHaveLength(400)
    expect(receiver.accepted).toBe(4)
  })

  it('is not used once the name leads to another address, though the one it goes to is allowed', async () => {
    const answers = ['127.0.0.1', '127.0.0.1', '127.0.0.2']
    await using receiver = await startReceiver(undefined, '0.0.0.0')
    await using poster = open({ resolve: async () => [{ address: answers.shift() ?? '127.0.0.1', family: 4 }] })
    const attempts = await oneByOne(poster, `http://moving.test:${receiver.port}/`, 3)
    expect(attempts.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.2'])
    expect(receiver.accepted).toBe(2)
  })

  it('is not used for another path than those that may be called', async () => {
    await using receiver = await startReceiver()
    const own = () => [receiver.url('/inbox/')]
    await using poster = open({
      policy: addressPolicy({ private: 'allow', loopback: 'deny', allow: [], deny: [], ownOrigins: own }),
    })
    expect(await poster.post(receiver.url('/inbox/a'), '{}')).toMatchObject({ outcome: 'delivered' })
    expect(await poster.post(receiver.url('/other'), '{}')).toMatchObject({ outcome: 'refused-address' })
    expect(receiver.arrivals).toHaveLength(1)
  })

  it.each([
    ['says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
    ['says nothing of it', ANSWER],
    ['has little patience', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok'],
  ])('is a new one each time where the receiver hangs up after its answer and %s', async (_, answer) => {
    await using receiver = await startSocketServer(socket => socket.once('data', () => socket.end(answer)))
    await using poster = open()
    const attempts = await oneByOne(poster, receiver.url('/'), 20)
    expect(attempts.map(({ outcome, error }) => `${outcome} ${error}`)).toEqual(Array(20).fill('delivered undefined'))
    expect(receiver.accepted).toBe(20)
  })

  it('that breaks under a post loses that post only, which is not sent again, and is not relied on afterwards', async () => {
    let posts = 0
    const offer = ANSWER.replace('\r\n', '\r\nconnection: keep-alive\r\n')
    await using receiver = await startSocketServer(socket => {
      socket.on('data', () => (++posts === 2 ? socket.destroy() : socket.write(offer)))
    })
    await using poster = open()
    const attempts = await oneByOne(poster, receiver.url('/'), 5)
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      'delivered',
      'connection-error',
      'delivered',
      'delivered',
      'delivered',
    ])
    expect(posts).toBe(5)
    expect(receiver.accepted).toBe(4)
  })

  it('is closed with the poster, of every receiver', async () => {
    await using receiver = await startReceiver()
    const poster = open({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
    const names = Array.from({ length: 300 }, (_, n) => `http://r${n}.test:${receiver.port}/`)
    const attempts = await Promise.all(names.map(url => poster.post(url, '{}')))
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']))
    await poster.close()
    for (let n = 1; n <= receiver.accepted; n++) {
      const socket = await receiver.connection(n)
      if (!socket.destroyed) await once(socket, 'close')
    }
    expect(receiver.accepted).toBe(300)
  })
})

describe('a receiver that never answers', () => {
  it('delays nobody else’s callbacks, by path or by origin', async () => {
    await using hole = await startReceiver((response, { path }) => {
      if (path === '/answers') response.end()
    })
    await using good = await startReceiver()
    await using poster = open()
    const lost = Array.from({ length: 1000 }, () => poster.post(hole.url('/never'), '{}'))
    const attempts = await Promise.all(
      Array.from({ length: 500 }, (_, n) => poster.post((n % 2 ? hole : good).url('/answers'), String(n))),
    )
    expect(new Set(attempts.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']))
    expect(hole.arrivals.filter(({ path }) => path === '/never').length).toBeLessThanOrEqual(32)
    await poster.close()
    expect(new Set((await Promise.all(lost)).map(({ outcome }) => outcome))).toEqual(new Set(['aborted']))
  })
})
