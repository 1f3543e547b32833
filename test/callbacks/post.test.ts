import { createServer as createTlsServer } from 'node:https'
import { describe, expect, it } from 'vitest'
import { type AddressPolicyOptions, addressPolicy } from '../../src/callbacks/address-policy.ts'
import { createPoster, type Poster, type PosterOptions } from '../../src/callbacks/post.ts'
import { listen, startReceiver, startSocketServer } from './receiver.ts'

const OPEN: AddressPolicyOptions = { private: 'allow', loopback: 'allow', allow: [], deny: [] }

interface Given extends Partial<Omit<PosterOptions, 'policy'>> {
  policy?: Partial<AddressPolicyOptions>
}

/** A poster that closes at the end of the scope. */
function open({ policy, ...options }: Given = {}): Poster & AsyncDisposable {
  const poster = createPoster({ policy: addressPolicy({ ...OPEN, ...policy }), userAgent: 'mockling/test', ...options })
  return { ...poster, [Symbol.asyncDispose]: () => poster.close() }
}

/** A resolver that gives these answers in turn, the last one for ever, and counts how often it is asked. */
function resolver(...answers: string[][]) {
  const asked: string[] = []
  const resolve = async (hostname: string) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    return answer.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return { asked, resolve }
}

describe('what is sent', () => {
  it('posts the body as JSON, byte for byte', async () => {
    await using receiver = await startReceiver()
    await using poster = open()
    const body = '{"success":true,"prompt":"ein weißer Becher ☕","task_id":"1"}'

    const attempt = await poster.post(receiver.url('/hook?a=1&b=%20'), body)

    expect(receiver.arrivals).toMatchObject([{ method: 'POST', path: '/hook?a=1&b=%20', body }])
    expect(receiver.arrivals[0]?.headers).toEqual({
      host: `127.0.0.1:${receiver.port}`,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'mockling/test',
    })
    expect(attempt.requestHeaders).toEqual(receiver.arrivals[0]?.headers)
  })

  it('turns credentials into Basic auth, masks them in the record and drops the fragment', async () => {
    await using receiver = await startReceiver()
    await using poster = open()

    const attempt = await poster.post(receiver.url('/hook#part').replace('//', '//us%20er:p%C3%A4ss%@'), '{}')

    expect(receiver.arrivals[0]?.path).toBe('/hook')
    // The lone % in the password stands for itself, and with it the password is taken as written.
    const expected = Buffer.from('us er:p%C3%A4ss%').toString('base64')
    expect(receiver.arrivals[0]?.headers.authorization).toBe(`Basic ${expected}`)
    expect(attempt.requestHeaders['authorization']).toBe('***')
    expect(JSON.stringify(attempt)).not.toContain(expected)
  })

  it('lets given headers win over its own, whatever their case', async () => {
    await using receiver = await startReceiver()
    await using poster = open()

    await poster.post(receiver.url('/'), '{}', { 'Content-Type': 'text/plain', 'X-Attempt': '2' })

    expect(receiver.arrivals[0]?.headers).toMatchObject({ 'content-type': 'text/plain', 'x-attempt': '2' })
  })

  it('delivers over IPv6', async () => {
    await using receiver = await startReceiver(undefined, '::1')
    await using poster = open()

    expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({ outcome: 'delivered', address: '::1' })
  })

  it('delivers 1,000 posts to one receiver, each once', async () => {
    await using receiver = await startReceiver()
    await using poster = open()

    const numbers = Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}`)
    const attempts = await Promise.all(numbers.map(body => poster.post(receiver.url('/'), body)))

    expect(new Set(attempts.map(attempt => attempt.outcome))).toEqual(new Set(['delivered']))
    expect(receiver.arrivals.map(arrival => arrival.body).toSorted()).toEqual(numbers.toSorted())
  })

  it('sends posts to one origin in the order they were given', async () => {
    await using receiver = await startReceiver()
    await using poster = open({ postsPerReceiver: 1 })

    const numbers = Array.from({ length: 20 }, (_, n) => String(n))
    await Promise.all(numbers.map(body => poster.post(receiver.url('/'), body)))

    expect(receiver.arrivals.map(arrival => arrival.body)).toEqual(numbers)
  })
})

describe('what comes back', () => {
  it('records status, headers and body of a 2xx answer as delivered', async () => {
    await using receiver = await startReceiver(response => {
      response.writeHead(202, { 'X-Got': 'it', 'Set-Cookie': ['a=1', 'b=2'] }).end('danke schön')
    })
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), '{}')

    expect(attempt).toMatchObject({
      outcome: 'delivered',
      status: 202,
      responseHeaders: { 'x-got': 'it', 'set-cookie': 'a=1, b=2' },
      responseBody: 'danke schön',
      truncated: false,
      address: '127.0.0.1',
    })
    expect(attempt.durationMs).toBeGreaterThan(0)
    expect(attempt.error).toBeUndefined()
  })

  it.each([301, 302, 307, 308, 400, 404, 429, 500, 503])(
    'records status %i as a bad status and goes nowhere else',
    async code => {
      await using elsewhere = await startReceiver()
      await using receiver = await startReceiver(response =>
        response.writeHead(code, { location: elsewhere.url('/') }).end('no'),
      )
      await using poster = open()

      expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({
        outcome: 'bad-status',
        status: code,
        responseBody: 'no',
        error: `answered with status ${code}`,
      })
      expect(elsewhere.accepted).toBe(0)
      expect(receiver.arrivals).toHaveLength(1)
    },
  )

  it('waits past interim answers for the real one', async () => {
    await using receiver = await startReceiver(response => {
      response.writeProcessing()
      response.writeEarlyHints({ link: '</a>; rel=preload' })
      response.writeHead(200).end()
    })
    await using poster = open()

    expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({ outcome: 'delivered', status: 200 })
  })

  it('cuts an endless body at its limit and hangs up', async () => {
    await using receiver = await startReceiver(response => {
      const more = () => {
        while (!response.destroyed && response.write('ä'.repeat(1_000)));
      }
      response.on('drain', more).writeHead(200)
      more()
    })
    await using poster = open({ bodyLimit: 9 })

    const hungUp = receiver.connection(1).then(socket => new Promise(resolve => socket.once('close', resolve)))
    const attempt = await poster.post(receiver.url('/'), '{}')

    // Nine bytes are four and a half letters.
    expect(attempt).toMatchObject({ outcome: 'delivered', status: 200, responseBody: 'ääää', truncated: true })
    await hungUp
  })

  it.each([
    [65_535, false],
    [65_536, false],
    [65_537, true],
  ])('keeps 64 KiB of a body unless told otherwise: %i bytes, truncated %s', async (length, truncated) => {
    await using receiver = await startReceiver(response => response.end('x'.repeat(length)))
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), '{}')

    expect(attempt).toMatchObject({ outcome: 'delivered', truncated })
    expect(attempt.responseBody).toHaveLength(Math.min(length, 65_536))
  })
})

describe('receivers that misbehave', () => {
  it('gives up on one that accepts and never answers', async () => {
    await using receiver = await startSocketServer()
    await using poster = open({ timeoutMs: 400 })

    const hungUp = receiver.connection(1).then(socket => {
      socket.resume()
      return new Promise(resolve => socket.once('close', resolve))
    })
    const attempt = await poster.post(receiver.url('/'), '{}')

    expect(attempt).toMatchObject({
      outcome: 'timeout',
      address: '127.0.0.1',
      error: 'connected to 127.0.0.1, but no answer within 400 ms',
    })
    expect(attempt.status).toBeUndefined()
    expect(attempt.durationMs).toBeGreaterThan(390)
    await hungUp
  })

  it('gives up on a body that never ends and keeps what came of it', async () => {
    await using receiver = await startReceiver(response => response.writeHead(200).write('so far'))
    await using poster = open({ timeoutMs: 500 })

    expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({
      outcome: 'timeout',
      status: 200,
      responseBody: 'so far',
      truncated: true,
      error: 'the body of the answer (status 200) did not end within 500 ms',
    })
  })

  it('gives up on a name that is never resolved', async () => {
    await using poster = open({ timeoutMs: 50, resolve: () => new Promise(() => {}) })

    expect(await poster.post('http://hooks.test/', '{}')).toMatchObject({
      outcome: 'timeout',
      error: 'no connection within 50 ms',
    })
  })

  it('refuses endless headers', async () => {
    await using receiver = await startSocketServer(socket => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const more = () => {
        while (!socket.destroyed && socket.write(`x-more: ${'x'.repeat(1_000)}\r\n`));
      }
      socket.on('drain', more)
      more()
    })
    await using poster = open()

    expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({ outcome: 'bad-answer' })
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['bytes', '\u0000\u0001\u0002'],
    ['a broken status line', 'HTTP/1.1 OK\r\n\r\n'],
    ['a broken header', 'HTTP/1.1 200 OK\r\nno colon\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ])('records %s as a bad answer', async (_, text) => {
    await using receiver = await startSocketServer(socket => socket.once('data', () => socket.end(text)))
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), '{}')

    expect(attempt).toMatchObject({ outcome: 'bad-answer', address: '127.0.0.1' })
    expect(attempt.error).toMatch(/^the answer is not proper HTTP: ./)
  })

  it('records a connection reset before the answer', async () => {
    await using receiver = await startSocketServer(socket => socket.once('data', () => socket.resetAndDestroy()))
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), '{}')

    expect(attempt).toMatchObject({ outcome: 'connection-error', address: '127.0.0.1' })
    expect(attempt.error).not.toBe('')
  })

  it('records a connection closed without an answer', async () => {
    await using receiver = await startSocketServer(socket => socket.end())
    await using poster = open()

    expect(await poster.post(receiver.url('/'), '{}')).toMatchObject({ outcome: 'connection-error' })
    expect(receiver.accepted).toBe(1)
  })

  it.each([
    ['closed', 'end'],
    ['reset', 'resetAndDestroy'],
  ] as const)('records an answer %s in the middle of its body', async (_, verb) => {
    await using receiver = await startSocketServer(socket => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () => socket[verb]())
      })
    })
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), '{}')

    // A reset may take with it what has arrived but has not been read.
    expect(attempt.outcome).toBe('connection-error')
    if (verb === 'end') expect(attempt).toMatchObject({ status: 200, responseBody: 'half', truncated: true })
    expect(attempt.error).toMatch(/./)
  })

  it.each([
    ['small', 10],
    ['large', 8_000_000],
  ])('takes an answer that comes before a %s body has been read', async (_, length) => {
    await using receiver = await startSocketServer(socket => {
      socket.pause()
      socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 2\r\n\r\nno')
    })
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), `"${'x'.repeat(length)}"`)

    expect(attempt).toMatchObject({ outcome: 'bad-status', status: 413, responseBody: 'no' })
  })

  it('records an unused port, an unknown name and a name without addresses', async () => {
    const receiver = await startReceiver()
    await receiver[Symbol.asyncDispose]()
    await using poster = open({
      resolve: async hostname => {
        if (hostname === 'empty.test') return []
        throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
      },
    })

    const unused = await poster.post(receiver.url('/'), '{}')
    expect(unused).toMatchObject({ outcome: 'connection-error', address: '127.0.0.1' })
    expect(unused.error).toContain('ECONNREFUSED')
    expect(await poster.post('http://unknown.test/', '{}')).toMatchObject({
      outcome: 'connection-error',
      error: 'getaddrinfo ENOTFOUND unknown.test',
    })
    expect(await poster.post('http://empty.test/', '{}')).toMatchObject({
      outcome: 'connection-error',
      error: 'empty.test has no address',
    })
  })

  it('names every address when none answers', async () => {
    const receiver = await startReceiver()
    await receiver[Symbol.asyncDispose]()
    await using poster = open(resolver(['127.0.0.1', '::1']))

    const attempt = await poster.post(`http://hooks.test:${receiver.port}/`, '{}')

    expect(attempt.outcome).toBe('connection-error')
    expect(attempt.error).toMatch(/127\.0\.0\.1.*; .*::1/)
  })

  it('lets a slow receiver hold its own connections, up to the number set, and delay no other', async () => {
    await using slow = await startSocketServer()
    await using fast = await startReceiver()
    await using poster = open({ postsPerReceiver: 4 })

    const settled: string[] = []
    const slowly = Array.from({ length: 100 }, () =>
      poster.post(slow.url('/'), '{}').then(attempt => settled.push(attempt.outcome)),
    )
    await slow.connection(4)
    const attempts = await Promise.all(Array.from({ length: 100 }, () => poster.post(fast.url('/'), '{}')))

    expect(new Set(attempts.map(attempt => attempt.outcome))).toEqual(new Set(['delivered']))
    expect(settled).toEqual([])
    expect(slow.accepted).toBe(4)
    await poster.close()
    await Promise.all(slowly)
    expect(new Set(settled)).toEqual(new Set(['aborted']))
  })

  it('does not count the wait for a turn', async () => {
    await using receiver = await startReceiver((response, { path }) => {
      if (path === '/answers') response.end()
    })
    await using poster = open({ postsPerReceiver: 1, timeoutMs: 800 })

    const attempts = await Promise.all(
      ['/hangs', '/hangs', '/answers'].map(path => poster.post(receiver.url(path), '{}')),
    )

    expect(attempts.map(attempt => attempt.outcome)).toEqual(['timeout', 'timeout', 'delivered'])
    expect(attempts[2]?.durationMs).toBeLessThan(800)
  })
})

describe('what is refused', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xa9.254.0xa9fe/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fe80::1]/',
    'http://0.0.0.0/',
    'http://metadata.google.internal/',
  ])('does not call %s', async url => {
    const { asked, resolve } = resolver(['127.0.0.1'])
    await using poster = open({ resolve })

    const attempt = await poster.post(url, '{}')

    expect(attempt.outcome).toBe('refused-address')
    expect(attempt.error).toContain('never called')
    expect(asked).toEqual([])
  })

  it.each(['127.0.0.1', '2130706433', '0x7f.1', '127.1', '[::ffff:127.0.0.1]', 'localhost'])(
    'makes no connection to http://%s/ where loopback is denied',
    async host => {
      await using receiver = await startReceiver()
      await using poster = open({ policy: { loopback: 'deny' } })

      const attempt = await poster.post(`http://${host}:${receiver.port}/`, '{}')

      expect(attempt.outcome).toBe('refused-address')
      expect(attempt.error).toContain('loopback')
      expect(attempt.address).toMatch(/127\.0\.0\.1|7f00:1|::1/)
      expect(receiver.accepted).toBe(0)
    },
  )

  it('calls our own receiver where loopback is denied, by address and by name', async () => {
    await using receiver = await startReceiver()
    await using poster = open({
      policy: {
        loopback: 'deny',
        ownOrigins: () => [receiver.url('/inbox/'), `http://own.test:${receiver.port}/inbox/`],
      },
      resolve: resolver(['127.0.0.1']).resolve,
    })

    expect(await poster.post(receiver.url('/inbox/a'), '{}')).toMatchObject({ outcome: 'delivered' })
    expect(await poster.post(`http://own.test:${receiver.port}/inbox/a`, '{}')).toMatchObject({ outcome: 'delivered' })
    expect(await poster.post(receiver.url('/other'), '{}')).toMatchObject({ outcome: 'refused-address' })
    expect(await poster.post(`http://own.test:${receiver.port}/other`, '{}')).toMatchObject({
      outcome: 'refused-address',
    })
  })

  it('connects to the address it has judged and judges anew for the next post', async () => {
    await using receiver = await startReceiver()
    const { asked, resolve } = resolver(['127.0.0.1'], ['169.254.169.254'])
    await using poster = open({ resolve })
    const url = `http://rebinding.test:${receiver.port}/`

    const first = await poster.post(url, '{}')
    expect(first).toMatchObject({ outcome: 'delivered', address: '127.0.0.1' })
    expect(asked).toEqual(['rebinding.test'])

    const second = await poster.post(url, '{}')
    expect(second).toMatchObject({ outcome: 'refused-address', address: '169.254.169.254' })
    expect(second.error).toBe('rebinding.test (169.254.169.254) is a link-local address, which is never called')
    expect(asked).toHaveLength(2)
    expect(receiver.accepted).toBe(1)
  })

  it('connects only to those addresses of a name that may be called', async () => {
    await using receiver = await startReceiver()
    await using poster = open(resolver(['169.254.169.254', 'fe80::1', '127.0.0.1', '10.0.0.1']))

    expect(await poster.post(`http://mixed.test:${receiver.port}/`, '{}')).toMatchObject({
      outcome: 'delivered',
      address: '127.0.0.1',
    })
  })

  it('judges names in an https URL, too', async () => {
    await using poster = open(resolver(['169.254.169.254']))

    expect(await poster.post('https://hooks.test/', '{}')).toMatchObject({ outcome: 'refused-address' })
  })

  it.each([
    '',
    'hooks.test/hook',
    '/hook',
    'ftp://hooks.test/',
    'file:///etc/passwd',
    'http://',
    'http://a b/',
    'javascript:1',
  ])('sends nothing to "%s", which is no http or https URL', async url => {
    await using poster = open()

    const attempt = await poster.post(url, '{}')

    expect(attempt).toMatchObject({ outcome: 'invalid-url', durationMs: 0 })
    expect(attempt.error).toBe(`"${url}" is no http or https URL`)
  })

  it.each([
    [{ 'bad name': '1' }],
    [{ 'x-split': 'a\r\nx-injected: 1' }],
    [{ 'transfer-encoding': 'chunked' }],
    [{ 'content-length': '7' }],
    [{ 'content-length': 'many' }],
  ])('sends nothing with the headers %j', async headers => {
    await using receiver = await startReceiver()
    await using poster = open()

    const attempt = await poster.post(receiver.url('/'), '{}', headers)

    expect(attempt.outcome).toBe('invalid-headers')
    expect(receiver.arrivals).toEqual([])
  })
})

describe('https', () => {
  it('does not trust a certificate that nobody vouches for', async () => {
    const server = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_, response) => response.end())
    await using receiver = await listen(server, '127.0.0.1')
    await using poster = open(resolver(['127.0.0.1']))

    const attempt = await poster.post(`https://hooks.test:${receiver.port}/`, '{}')

    expect(attempt).toMatchObject({ outcome: 'connection-error', address: '127.0.0.1' })
    expect(attempt.error).toMatch(/certificate/)
  })

  it('records a receiver that speaks no TLS', async () => {
    await using receiver = await startReceiver()
    await using poster = open()

    const attempt = await poster.post(receiver.url('/').replace('http:', 'https:'), '{}')

    expect(attempt.outcome).toBe('connection-error')
    expect(receiver.arrivals).toEqual([])
  })
})

describe('ending it', () => {
  it('ends a post whose signal aborts, at every stage', async () => {
    await using receiver = await startSocketServer()
    await using poster = open({ postsPerReceiver: 1, resolve: () => new Promise(() => {}) })
    const stop = new AbortController()

    const answering = poster.post(receiver.url('/'), '{}', {}, stop.signal)
    const waiting = poster.post(receiver.url('/'), '{}', {}, stop.signal)
    const resolving = poster.post('http://hooks.test/', '{}', {}, stop.signal)
    await receiver.connection(1)
    stop.abort()

    const late = poster.post(receiver.url('/'), '{}', {}, stop.signal)
    for (const attempt of await Promise.all([answering, waiting, resolving, late])) {
      expect(attempt).toMatchObject({ outcome: 'aborted', error: 'ended before an answer came' })
    }
    expect(receiver.accepted).toBe(1)
  })

  it('gives the turn of an aborted post to the next', async () => {
    await using receiver = await startReceiver((response, { path }) => {
      if (path === '/answers') response.end()
    })
    await using poster = open({ postsPerReceiver: 1 })
    const stop = new AbortController()

    const hanging = poster.post(receiver.url('/hangs'), '{}', {}, stop.signal)
    const skipped = poster.post(receiver.url('/hangs'), '{}', {}, stop.signal)
    const next = poster.post(receiver.url('/answers'), '{}')
    await receiver.arrived(1)
    stop.abort()

    const attempts = await Promise.all([hanging, skipped, next])
    expect(attempts.map(attempt => attempt.outcome)).toEqual(['aborted', 'aborted', 'delivered'])
    expect(receiver.arrivals).toHaveLength(2)
  })

  it('closes with posts under way, waiting and still to come', async () => {
    await using receiver = await startSocketServer()
    const poster = open({ postsPerReceiver: 1 })

    const posts = [poster.post(receiver.url('/'), '{}'), poster.post(receiver.url('/'), '{}')]
    const socket = await receiver.connection(1)
    const hungUp = new Promise(resolve => socket.resume().once('close', resolve))
    await poster.close()

    const attempts = await Promise.all([...posts, poster.post(receiver.url('/'), '{}')])
    expect(attempts.map(attempt => attempt.outcome)).toEqual(['aborted', 'aborted', 'aborted'])
    expect(receiver.accepted).toBe(1)
    await hungUp
  })
})

/** For hooks.test, signed by itself; of no use anywhere else. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYgXE4JxaS52BV65O
wwHv0bhza3CvNZQxTVjw4gZHKBShRANCAASEM9zRAa8CAcwtGTsKpRp+uLGtJd5N
i4jjey8JoIWBI9YlKLAYHF1ho2Tq2q8aNeJg4UK3twL/OTl6YLSqFnb7
-----END PRIVATE KEY-----`
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlzCCAT6gAwIBAgIUES0bHyAwzI7oJKpKYhsqjd5E7UQwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKaG9va3MudGVzdDAgFw0yNjExMjIwMzI0NDFaGA8yMTI2MTAy
OTAzMjQ0MVowFTETMBEGA1UEAwwKaG9va3MudGVzdDBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABIQz3NEBrwIBzC0ZOwqlGn64sa0l3k2LiON7LwmghYEj1iUosBgc
XWGjZOrarxo14mDhQre3Av85OXpgtKoWdvujajBoMB0GA1UdDgQWBBSZetBdZIH6
yg84uswaZv5PqmQsVTAfBgNVHSMEGDAWgBSZetBdZIH6yg84uswaZv5PqmQsVTAP
BgNVHRMBAf8EBTADAQH/MBUGA1UdEQQOMAyCCmhvb2tzLnRlc3QwCgYIKoZIzj0E
AwIDRwAwRAIgNYRr+SLN7SXNoaMjYkEJopFeX3PWiTdGU6IGmZxvMm4CIHFZH0pV
6qxGMbDqz+4J2jfg7BbQONSFBlF8oPDj3Pj3
-----END CERTIFICATE-----`
