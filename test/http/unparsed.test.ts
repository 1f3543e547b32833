import dns from 'node:dns'
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createApp, upstreamDoor } from '../../src/http/app.ts'
import { CORS } from '../../src/http/cors.ts'
import { START } from '../simulation/fake-timebase.ts'
import { exchangeOn } from '../support/exchange.ts'
import { type Furnishing, openRooms } from '../support/rooms.ts'
import { type Answer, answersOn, dial, send, speak } from '../support/sockets.ts'
import { until } from '../support/until.ts'

/** A connection on which Node's parser stumbled. */
class Wire extends EventEmitter {
  writable = true
  bytesRead = 1
  isDestroyed = false
  told: string | undefined

  destroy() {
    this.isDestroyed = true
  }

  end(text: string) {
    this.told = (this.told ?? '') + text
  }
}

/** A server, and a way to have its parser stumble. */
function start(furnishing: Furnishing = {}) {
  const rooms = openRooms(furnishing)
  const app = createApp(rooms.door, () => undefined)
  const stumble = (error: object, wire = new Wire()) => {
    app.server.emit('clientError', Object.assign(new Error('Parse Error'), error), wire as unknown as Socket)
    return wire
  }
  return { ...rooms, app, stumble }
}

const INVALID = 'The request is no valid HTTP.'
const unknown = (line: string | undefined) => ({
  code: 'HPE_INVALID_METHOD',
  ...(line !== undefined && { rawPacket: Buffer.from(line) }),
})

describe('what can’t be read as HTTP', () => {
  it.each([
    [{ code: 'HPE_HEADER_OVERFLOW' }, '431 Request Header Fields Too Large', 'The request headers are too large.'],
    [{ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, '408 Request Timeout', 'The request took too long to arrive.'],
    [{ code: 'HPE_INVALID_CONSTANT' }, '400 Bad Request', INVALID],
    [{}, '400 Bad Request', INVALID],
  ])('is answered in the envelope, as the last word on its connection: %j', (error, statusLine, message) => {
    const { stumble, journal, ended, namespaces } = start()
    namespaces.server.clock.moveTo(START + 5)
    const { told, isDestroyed } = stumble(error)
    const [entry] = journal.list({ kind: 'request' }) as { traceId: string }[]
    const body = `{"success":false,"error":{"code":"bad_request","message":"${message}"},"trace_id":"${entry?.traceId}"}`
    expect(told).toBe(
      [
        `HTTP/1.1 ${statusLine}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${body.length}`,
        `x-trace-id: ${entry?.traceId}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    )
    expect(isDestroyed).toBe(false)
    expect(entry).toMatchObject({
      ...{ namespace: '', method: '', path: '', status: Number(statusLine.slice(0, 3)), code: 'bad_request', message },
      ...{ responseBody: body, at: START + 5, endedAt: START + 5 },
    })
    expect(ended).toEqual([entry])
  })

  it('is journaled once it is answered', () => {
    const { stumble, journal } = start()
    const heard: unknown[] = []
    journal.listen(entry => heard.push(entry.kind === 'request' && entry.endedAt))
    stumble({})
    expect(heard).toEqual([START])
  })

  it('is answered as the gateway of its revision does', () => {
    const { stumble } = start({ settings: { revision: '2026-08' } })
    expect(stumble({}).told).not.toContain('success')
    const { stumble: another } = start({
      change: { revisionOf: key => (key === '' ? '2026-08' : '2026-05') },
    })
    expect(another({}).told).not.toContain('success')
  })

  it('is not answered where nobody would hear it, or nothing was asked', () => {
    const { stumble, journal } = start()
    const deaf = Object.assign(new Wire(), { writable: false })
    const silent = Object.assign(new Wire(), { bytesRead: 0 })
    const wires = [
      stumble({ code: 'ECONNRESET' }),
      stumble({}, deaf),
      stumble({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, silent),
    ]
    expect(wires.map(({ isDestroyed, told }) => [isDestroyed, told])).toEqual(wires.map(() => [true, undefined]))
    expect(journal.count()).toBe(0)
    expect(stumble({}, Object.assign(new Wire(), { bytesRead: 0 })).told).toContain('400')
  })

  it('waits for the answer to what was good before it', () => {
    const { stumble } = start()
    const wire = new Wire()
    const { exchange } = exchangeOn()
    const response = new EventEmitter() as unknown as ServerResponse
    exchange.follow({ socket: wire, complete: true } as unknown as IncomingMessage, response)
    stumble({}, wire)
    expect(wire.told).toBeUndefined()
    exchange.end()
    expect(wire.told).toContain(INVALID)
  })
})

describe('a method that Node does not know', () => {
  it.each([
    'BREW /kling/videos HTTP/1.1\r\nhost: a\r\n\r\n',
    'BREW /pot HTTP/1.0\r\n',
    'BREW /pot HTTP/1.1\n',
    'brew /pot HTTP/1.1\r\n',
    "A-Z_0!#$%&'*+.^`|~ /pot HTTP/1.1\r\n",
  ])('is no API: %j', line => {
    const { told } = start().stumble(unknown(line))
    expect(told).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
    expect(told).toContain('"no_api","message":"API does not exist, please make sure url is correct."')
  })

  it.each([
    undefined,
    '',
    'BREW /pot',
    'BREW /pot HTTP/1.1',
    'BREW /pot HTTP/2.0\r\n',
    'BREW /pot HTTP/1.2\r\n',
    'BREW /pot of tea HTTP/1.1\r\n',
    'BREW  HTTP/1.1\r\n',
    'BR(W /pot HTTP/1.1\r\n',
    ' BREW /pot HTTP/1.1\r\n',
    'x\r\nBREW /pot HTTP/1.1\r\n',
    'BREW /pot HTTP/1x1\r\n',
    // Not what it stumbled over, then.
    'POST /kling/videos HTTP/1.1\r\n',
    `BREW /${'x'.repeat(20_000)} HTTP/1.1\r\n`,
  ])('has to stand in a request line: %j', line => {
    expect(start().stumble(unknown(line)).told).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })

  it('may have a path as long as heads get', () => {
    expect(start().stumble(unknown(`BREW /${'x'.repeat(19_000)} HTTP/1.1\r\n`)).told).toMatch(/^HTTP\/1\.1 404 /)
  })
})

/** The same, listening, with the upstream's doors. */
async function listen(furnishing: Furnishing = {}, host = '127.0.0.1') {
  const started = start(furnishing)
  const { app, door } = started
  await app.register(async upstream => upstreamDoor(upstream, door))
  await app.listen({ port: 0, host })
  const urls = (app.addresses() as AddressInfo[]).map(
    ({ address, family, port }) => `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
  )
  return { ...started, url: urls[0] as string, urls, [Symbol.asyncDispose]: () => app.close() }
}

const POLL = '/kling/tasks HTTP/1.1\r\nauthorization: Bearer alice\r\ncontent-type: application/json\r\n'
const ID = 'content-length: 10\r\n\r\n{"id":"x"}'

describe('a server', () => {
  it('waits for requests as long as is set', async () => {
    const { app } = start()
    expect(app.server).toMatchObject({ requestTimeout: 8000, headersTimeout: 5000, keepAliveTimeout: 3000 })
    const { app: short } = start({ limits: { requestMs: 1000 } })
    expect(short.server).toMatchObject({ requestTimeout: 1000, headersTimeout: 1000 })
  })

  it('tells who is slow, and lets go of who says nothing', async () => {
    await using server = await listen({ limits: { headMs: 50, requestMs: 100, keepAliveMs: 10_000 } })
    const [head, body, silent] = await Promise.all([
      speak(server.url, 'POST /kling/tasks HTTP/1.1\r\nx'),
      speak(server.url, `POST ${POLL}content-length: 10\r\n\r\n{`),
      speak(server.url, ''),
    ])
    expect([head, body, silent].map(answers => answers.map(({ status }) => status))).toEqual([[408], [408], []])
  })

  it('reads heads of the size that is set', async () => {
    await using server = await listen()
    const of = (length: number) =>
      speak(server.url, `POST ${POLL}x: ${'x'.repeat(length)}\r\nconnection: close\r\n${ID}`)
    const [small, large] = await Promise.all([of(3800), of(4200)])
    expect([small[0]?.status, large[0]?.status]).toEqual([200, 431])
  })

  it('answers without a Host header, and by whatever form of the path', async () => {
    await using server = await listen()
    const targets = ['/kling/tasks', 'http://a/kling/tasks', 'HTTPS://a:1/kling/tasks', 'http://a//kling/tasks']
    const answers = await Promise.all(
      targets.map(target =>
        speak(server.url, `POST ${POLL.replace('/kling/tasks', target)}connection: close\r\n${ID}`),
      ),
    )
    expect(answers.map(([answer]) => [answer?.status, answer?.text])).toEqual([
      ...[
        [200, '{}'],
        [200, '{}'],
        [200, '{}'],
      ],
      [404, expect.stringContaining('no_api')],
    ])
    expect(server.journal.list().map(entry => 'path' in entry && entry.path)).toContain('/kling/tasks')
    const [root] = await speak(server.url, 'GET http://a HTTP/1.1\r\nconnection: close\r\n\r\n')
    expect(root?.status).toBe(404)
    const [query] = await speak(server.url, 'GET http://a?b=c HTTP/1.1\r\nconnection: close\r\n\r\n')
    expect(query?.status).toBe(404)
    await speak(server.url, 'GET http://a/ HTTP/1.1\r\nconnection: close\r\n\r\n')
    await speak(server.url, 'GET ftp://a/http://b/c HTTP/1.1\r\nconnection: close\r\n\r\n')
    expect(server.journal.list().slice(-4)).toMatchObject([
      ...[{ path: '/' }, { path: '/', query: 'b=c' }, { path: '/' }],
      { path: 'ftp://a/http://b/c', code: 'no_api' },
    ])
  })

  it('takes the beginning of HTTP/2 for a path that nothing is at', async () => {
    await using server = await listen()
    const [answer] = await speak(server.url, 'PRI /kling/videosHTTP/1.1\r\nauthorization: Bearer a\r\n\r\nx')
    expect([answer?.status, JSON.parse(answer?.text ?? '').error?.code]).toEqual([404, 'no_api'])
  })

  it('refuses in the envelope what it can’t meet, and reads what waits for its word', async () => {
    await using server = await listen()
    const expecting = (what: string) => speak(server.url, `POST ${POLL}expect: ${what}\r\nconnection: close\r\n${ID}`)
    const [[miracle], [word]] = await Promise.all([expecting('a miracle'), expecting('100-continue')])
    expect([miracle?.status, word?.status]).toEqual([417, 200])
    expect(miracle?.headers).toMatchObject(CORS)
    expect(JSON.parse(miracle?.text ?? '')).toMatchObject({ error: { code: 'bad_request' } })
  })

  it('is the same under each address of its name', async () => {
    const { lookup } = dns
    // As where `localhost` has two addresses, which not every machine has it.
    const both = (_host: string, _options: object, tell: (error: null, found: object[]) => void) =>
      tell(null, [{ address: '127.0.0.1' }, { address: '::1' }])
    const asThere = (host: string, options: { all?: boolean }, tell: never) =>
      (options.all ? both : lookup)(host, options, tell)
    dns.lookup = asThere as typeof lookup
    await using server = await listen({}, 'localhost').finally(() => {
      dns.lookup = lookup
    })
    for (const url of server.urls) {
      const [answer] = await speak(url, 'make me a video\r\n\r\n')
      expect(JSON.parse(answer?.text ?? '')).toMatchObject({ error: { message: INVALID } })
      const [miracle] = await speak(url, `POST ${POLL}expect: a miracle\r\nconnection: close\r\n${ID}`)
      expect(JSON.parse(miracle?.text ?? '')).toMatchObject({ error: { code: 'bad_request' } })
      await until('they are gone', () => server.load.connections === 0)
      const socket = await dial(url)
      socket.write(`POST ${POLL}${ID}`)
      await answersOn(socket, 1)
      expect(server.load.connections).toBe(1)
      socket.destroy()
      await until('it is gone', () => server.load.connections === 0)
    }
  })

  it('tells a connection too many so and closes it', async () => {
    await using server = await listen({ caps: { connections: 0 } })
    const refused = await send(server.url, { path: '/x', headers: { connection: 'keep-alive' } })
    expect([refused.status, refused.headers['x-mockling-overload'], refused.headers.connection]).toEqual([
      503,
      'connections',
      'close',
    ])
    const socket = await dial(server.url)
    await until('it has come', () => server.load.isCrowded)
    server.load.isCrowded = false
    const answered = answersOn(socket, 1)
    socket.write(`POST ${POLL}${ID}`)
    expect((await answered)[0]?.status).toBe(200)
    socket.destroy()
  })

  it('answers as ever while it stops', async () => {
    const { app, door } = start()
    await app.register(async upstream => upstreamDoor(upstream, door))
    let answer: Answer | undefined
    let socket: Socket | undefined
    app.addHook('preClose', async () => {
      const answered = answersOn(socket as Socket, 1)
      socket?.write(`POST ${POLL}${ID}`)
      ;[answer] = await answered
    })
    socket = await dial(await app.listen({ port: 0 }))
    await app.close()
    expect([answer?.status, answer?.text]).toEqual([200, '{}'])
    socket.destroy()
  })

  it('is closed whoever still has a connection to it', async () => {
    await using server = await listen()
    const socket = await dial(server.url)
    const answered = answersOn(socket, 1)
    socket.write(`POST ${POLL}${ID}POST ${POLL}content-length: 10\r\n\r\n{`)
    await answered
    const closed = new Promise(resolve => socket.once('close', resolve))
    socket.once('end', () => socket.end())
    await server.app.close()
    await closed
  })
})
