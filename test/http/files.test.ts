import { ALL_FORMATS, BufferSource, Input } from 'mediabunny'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { create, createAsync, DAY_MS, EPOCH, frozenSimulator, namespaceOf, UUID } from '../support/requests.ts'
import { type Answer, send, speak } from '../support/sockets.ts'

const GUIDE_PATHS = [
  '/bs2/upload-kling-api/7485378259/text2video/Cjil4mfBfs0AAAAAAKbMQQ-0_raw_video_1.mp4',
  '/bs2/upload-kling-api/7822108635/text2video/CjJzzGfBfqcAAAAAAKdVMQ-0_raw_video_1.mp4',
  '/bs2/upload-kling-api/7822108635/extendVideo/Cjil4mfBfs0AAAAAAKhr6A-0_raw_video_1.mp4',
]

/** A simulator with one finished video, and a way to ask for it. */
async function withVideo(change: object = {}) {
  const simulator = await frozenSimulator({ pace: 'instant' })
  const reply = await create(simulator, change, { headers: { host: new URL(simulator.url).host } })
  const path = new URL(reply.json().video_url).pathname
  const ask = (headers: Record<string, string> = {}, method = 'GET') => send(simulator.url, { method, path, headers })
  return { simulator, path, ask, result: reply.json(), [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose]() }
}

/** No envelope, no more words than needed. */
function expectBare(answer: Answer | undefined, status: number): void {
  expect(answer?.status).toBe(status)
  expect(answer?.text).toBe('')
  expect(answer?.headers).not.toHaveProperty('content-type')
  expect(answer?.headers).not.toHaveProperty('x-trace-id')
}

describe('a video', () => {
  it('is served whole, without a token, with all a client may want to know', async () => {
    await using video = await withVideo()

    const answer = await video.ask()

    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'video/mp4',
      'content-length': String(answer.body.length),
      'accept-ranges': 'bytes',
      'last-modified': new Date(EPOCH).toUTCString(),
      'access-control-allow-origin': '*',
    })
    expect(answer.headers.etag).toMatch(/^"[\x21\x23-\x7e]+"$/)
    expect(answer.headers).not.toHaveProperty('x-trace-id')
    expect(answer.headers).not.toHaveProperty('transfer-encoding')
    expect(answer.body.subarray(4, 8).toString()).toBe('ftyp')
    expect(answer.body.length).toBeGreaterThan(1000)
  })

  it.each([
    [{}, 1280, 720],
    [{ aspect_ratio: '9:16', model: 'kling-v1-6' }, 720, 1280],
    [{ aspect_ratio: '1:1', duration: 10 }, 720, 720],
  ])('plays as long as its answer says, in its size: %j', async (change, width, height) => {
    await using video = await withVideo(change)

    const input = new Input({ source: new BufferSource((await video.ask()).body), formats: ALL_FORMATS })
    const track = await input.getPrimaryVideoTrack()

    const seconds = await input.computeDuration()
    expect(String(Math.floor(seconds * 1000 + 1e-6) / 1000)).toBe(video.result.duration)
    expect([track?.displayWidth, track?.displayHeight]).toEqual([width, height])
    expect(await input.getPrimaryAudioTrack()).toBeNull()
  })

  it('is the same each time and like no other', async () => {
    await using one = await withVideo()
    const { video_url } = (await create(one.simulator)).json()
    const other = await send(one.simulator.url, { path: new URL(video_url).pathname })

    const [first, second] = [await one.ask(), await one.ask()]

    expect(first.body.equals(second.body)).toBe(true)
    expect(second.headers.etag).toBe(first.headers.etag)
    expect(other.body.equals(first.body)).toBe(false)
    expect(other.headers.etag).not.toBe(first.headers.etag)
  })

  it('has its headers alone told by HEAD', async () => {
    await using video = await withVideo()
    const whole = await video.ask()

    const head = await video.ask({}, 'HEAD')

    expect(head.status).toBe(200)
    expect(head.body.length).toBe(0)
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'accept-ranges']) {
      expect(head.headers[name], name).toBe(whole.headers[name])
    }
  })

  it('is found whatever follows a question mark', async () => {
    await using video = await withVideo()

    expect((await send(video.simulator.url, { path: `${video.path}?download=1` })).status).toBe(200)
  })

  it('is seen as no API by other methods', async () => {
    await using video = await withVideo()

    for (const method of ['POST', 'PUT', 'DELETE']) {
      const answer = await send(video.simulator.url, { method, path: video.path })
      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.text).error.code).toBe('no_api')
      expect(answer.headers['x-trace-id']).toMatch(UUID)
    }
  })

  it.each(GUIDE_PATHS)('of the guide is there from the start: %s', async path => {
    await using simulator = await createSimulator()

    const answer = await send(simulator.url, { path })

    expect(answer.status).toBe(200)
    expect(answer.body.subarray(4, 8).toString()).toBe('ftyp')
    expect(answer.headers['last-modified']).toContain('02 Mar 2025')
  })
})

describe('one range', () => {
  const ranges: [range: string, from: (size: number) => number, to: (size: number) => number][] = [
    ['bytes=0-0', () => 0, () => 1],
    ['bytes=0-99', () => 0, () => 100],
    ['bytes=100-', () => 100, size => size],
    ['bytes=-100', size => size - 100, size => size],
    ['bytes=0-', () => 0, size => size],
    ['bytes=500-999999999', () => 500, size => size],
    ['bytes=-999999999', () => 0, size => size],
    ['bytes=10-19,20-29', () => 10, () => 30],
    ['bytes=10-29,15-19', () => 10, () => 30],
  ]
  it.each(ranges)('%s is answered with these bytes and where they lie', async (range, from, to) => {
    await using video = await withVideo()
    const { body } = await video.ask()
    const [start, end] = [from(body.length), to(body.length)]

    const part = await video.ask({ range })

    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${body.length}`)
    expect(part.headers['content-length']).toBe(String(end - start))
    expect(part.headers['content-type']).toBe('video/mp4')
    expect(part.headers['access-control-allow-origin']).toBe('*')
    expect(part.body.equals(body.subarray(start, end))).toBe(true)
  })

  it.each(['bytes=999999999-', 'bytes=999999999-9999999999', 'bytes=-0'])(
    '%s lies outside and is answered 416 with the size',
    async range => {
      await using video = await withVideo()
      const { body } = await video.ask()

      const answer = await video.ask({ range })

      expectBare(answer, 416)
      expect(answer.headers['content-range']).toBe(`bytes */${body.length}`)
    },
  )

  const nonsense = ['items=0-1', 'items=99999999-', 'items=-0', 'bytes', 'bytes=', 'bytes=abc', 'bytes 0-1', 'x', '']
  it.each(nonsense)('%j is none: the whole is sent', async range => {
    await using video = await withVideo()
    const { body } = await video.ask()

    const answer = await video.ask({ range })

    expect(answer.status).toBe(200)
    expect(answer.headers).not.toHaveProperty('content-range')
    expect(answer.body.equals(body)).toBe(true)
  })

  it('has its headers alone told by HEAD', async () => {
    await using video = await withVideo()
    const { body } = await video.ask()

    const [part, none] = [
      await video.ask({ range: 'bytes=10-19' }, 'HEAD'),
      await video.ask({ range: 'bytes=999999999-' }, 'HEAD'),
    ]

    expect(part.status).toBe(206)
    expect(part.headers).toMatchObject({ 'content-length': '10', 'content-range': `bytes 10-19/${body.length}` })
    expect(part.body.length).toBe(0)
    expectBare(none, 416)
  })

  it('lets the whole be put together of parts fetched at once', async () => {
    await using video = await withVideo()
    const { body } = await video.ask()
    const step = Math.ceil(body.length / 7)
    const starts = Array.from({ length: 7 }, (_, index) => index * step)

    const parts = await Promise.all(starts.map(start => video.ask({ range: `bytes=${start}-${start + step - 1}` })))

    expect(Buffer.concat(parts.map(part => part.body)).equals(body)).toBe(true)
  })
})

interface Part {
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** Reads a `multipart/byteranges` body as RFC 2046 §5.1 says. */
function partsOf(answer: Answer): Part[] {
  const boundary = /^multipart\/byteranges; boundary=("?)([^"]+)\1$/.exec(String(answer.headers['content-type']))?.[2]
  if (boundary === undefined) throw new Error(`no multipart: ${answer.headers['content-type']}`)
  const bytes = Buffer.concat([Buffer.from('\r\n'), answer.body])
  const delimiter = `\r\n--${boundary}`
  const parts: Part[] = []
  let at = bytes.indexOf(delimiter)
  for (;;) {
    const start = at + delimiter.length
    if (bytes.toString('latin1', start, start + 2) === '--') {
      expect(bytes.toString('latin1', start + 2)).toMatch(/^(?:\r\n)?$/)
      return parts
    }
    expect(bytes.toString('latin1', start, start + 2)).toBe('\r\n')
    const headEnd = bytes.indexOf('\r\n\r\n', start)
    const lines = bytes.toString('latin1', start + 2, headEnd).split('\r\n')
    const headers = Object.fromEntries(lines.map(line => line.toLowerCase().split(': ')))
    at = bytes.indexOf(delimiter, headEnd + 4)
    if (at === -1) throw new Error('the last delimiter is missing')
    parts.push({ headers, body: bytes.subarray(headEnd + 4, at) })
  }
}

describe('several ranges', () => {
  const lists: [range: string, parts: [from: number, to: number][]][] = [
    [
      'bytes=0-9,100-109',
      [
        [0, 10],
        [100, 110],
      ],
    ],
    [
      'bytes=0-0, -1',
      [
        [0, 1],
        [-1, 0],
      ],
    ],
    [
      'bytes=100-109,0-9,50-59',
      [
        [100, 110],
        [0, 10],
        [50, 60],
      ],
    ],
    [
      'bytes=0-9,20-29,25-39',
      [
        [0, 10],
        [20, 40],
      ],
    ],
  ]
  it.each(lists)('%s are answered as parts', async (range, wanted) => {
    await using video = await withVideo()
    const { body } = await video.ask()
    const size = body.length

    const answer = await video.ask({ range })

    expect(answer.status).toBe(206)
    expect(answer.headers['content-length']).toBe(String(answer.body.length))
    expect(answer.headers).not.toHaveProperty('content-range')
    const parts = partsOf(answer)
    const expected = wanted.map(([from, to]) => (from < 0 ? [size + from, size] : [from, to]) as [number, number])
    expect(parts.map(part => part.headers)).toEqual(
      expected.map(([from, to]) => ({
        'content-type': 'video/mp4',
        'content-range': `bytes ${from}-${to - 1}/${size}`,
      })),
    )
    for (const [index, [from, to]] of expected.entries()) {
      expect(parts[index]?.body.equals(body.subarray(from, to))).toBe(true)
    }
  })

  it('are told apart by what nobody can foresee: a prompt may hold any text', async () => {
    await using one = await withVideo()
    await using other = await withVideo({ prompt: 'a white mug [[mockling:succeed]]' })

    const [first, second] = [
      await one.ask({ range: 'bytes=0-9,100-109' }),
      await other.ask({ range: 'bytes=0-9,100-109' }),
    ]

    expect(first.headers['content-type']).not.toBe(second.headers['content-type'])
    expect([first, second].map(answer => partsOf(answer).length)).toEqual([2, 2])
  })

  it('of which one lies outside are answered by the others', async () => {
    await using video = await withVideo()

    const answer = await video.ask({ range: 'bytes=999999999-,5-9' })

    expect(answer.status).toBe(206)
    expect(answer.headers['content-range']).toMatch(/^bytes 5-9\//)
    expect(answer.body.length).toBe(5)
  })

  it('that all lie outside are answered 416', async () => {
    await using video = await withVideo()

    expectBare(await video.ask({ range: 'bytes=999999999-,999999990-999999991' }), 416)
  })

  it('never make an answer much larger than the file', async () => {
    await using video = await withVideo()
    const { body } = await video.ask()

    const overlapping = await video.ask({ range: `bytes=${Array.from({ length: 1000 }, () => '0-').join(',')}` })
    const many = await video.ask({
      range: `bytes=${Array.from({ length: 1000 }, (_, index) => `${index * 2}-${index * 2}`).join(',')}`,
    })

    expect(overlapping.body.length).toBeLessThan(2 * body.length)
    expect([200, 206, 416]).toContain(many.status)
    expect(many.body.length).toBeLessThan(2 * body.length + 200_000)
  })
})

describe('a condition', () => {
  it('If-None-Match with the tag is answered 304 with the tag and no body', async () => {
    await using video = await withVideo()
    const { headers } = await video.ask()
    const etag = String(headers.etag)

    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await video.ask({ 'if-none-match': given }, method)
        expectBare(answer, 304)
        expect(answer.headers).toMatchObject({ etag, 'last-modified': headers['last-modified'] })
        expect(answer.headers['access-control-allow-origin']).toBe('*')
      }
    }
  })

  it('If-None-Match with another tag is answered with the whole, also against If-Modified-Since', async () => {
    await using video = await withVideo()
    const { headers } = await video.ask()
    const since = String(headers['last-modified'])

    expect((await video.ask({ 'if-none-match': '"other"' })).status).toBe(200)
    expect((await video.ask({ 'if-none-match': '"other"', 'if-modified-since': since })).status).toBe(200)
  })

  it('If-Modified-Since is answered 304 from the modification on', async () => {
    await using video = await withVideo()
    const ago = (ms: number) => video.ask({ 'if-modified-since': new Date(EPOCH + ms).toUTCString() })

    expectBare(await ago(0), 304)
    expectBare(await ago(DAY_MS), 304)
    expect((await ago(-1000)).status).toBe(200)
    expect((await video.ask({ 'if-modified-since': 'yesterday' })).status).toBe(200)
  })

  it('If-None-Match is heard by a reload as well, and its tags may be set apart by tabs', async () => {
    await using video = await withVideo()
    const { headers } = await video.ask()
    const etag = String(headers.etag)

    expectBare(await video.ask({ 'if-none-match': etag, 'cache-control': 'no-cache' }), 304)
    expectBare(await video.ask({ 'if-none-match': `"a,b",\t${etag}\t,"c"` }), 304)
    expect((await video.ask({ 'if-none-match': `"a,${etag.slice(1)}` })).status).toBe(200)
    expect((await video.ask({ 'if-none-match': etag.slice(1, -1) })).status).toBe(200)
  })

  it('If-Match without the tag is answered 412', async () => {
    await using video = await withVideo()
    const { headers } = await video.ask()
    const etag = String(headers.etag)

    for (const given of ['"other"', `W/${etag}`, '"a", "b"', '']) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await video.ask({ 'if-match': given }, method)
        expectBare(answer, 412)
        expect(answer.headers).not.toHaveProperty('etag')
      }
    }
    for (const given of [etag, '*', `"other",\t${etag}`]) {
      expect((await video.ask({ 'if-match': given })).status).toBe(200)
    }
  })

  it('If-Unmodified-Since is answered 412 before the modification', async () => {
    await using video = await withVideo()
    const since = (ms: number) => video.ask({ 'if-unmodified-since': new Date(EPOCH + ms).toUTCString() })

    expectBare(await since(-1000), 412)
    expect((await since(0)).status).toBe(200)
    expect((await since(DAY_MS)).status).toBe(200)
    expectBare(await video.ask({ 'if-unmodified-since': 'Sun Nov  6 08:49:37 1994' }), 412)
    expect((await video.ask({ 'if-unmodified-since': '1994' })).status).toBe(200)
  })

  it('goes before another in the order of RFC 9110 §13.2.2', async () => {
    await using video = await withVideo()
    const { headers } = await video.ask()
    const etag = String(headers.etag)
    const [before, after] = [-1000, 1000].map(ms => new Date(EPOCH + ms).toUTCString()) as [string, string]
    const statusFor = async (given: Record<string, string>) => (await video.ask(given)).status

    expect(await statusFor({ 'if-match': etag, 'if-unmodified-since': before })).toBe(200)
    expect(await statusFor({ 'if-match': '"other"', 'if-unmodified-since': after })).toBe(412)
    expect(await statusFor({ 'if-match': '"other"', 'if-none-match': etag })).toBe(412)
    expect(await statusFor({ 'if-match': etag, 'if-none-match': etag })).toBe(304)
    expect(await statusFor({ 'if-unmodified-since': before, 'if-modified-since': after })).toBe(412)
    expect(await statusFor({ 'if-none-match': '"other"', 'if-modified-since': after })).toBe(200)
    expect(await statusFor({ 'if-match': '"other"', range: 'bytes=999999999-' })).toBe(412)
    expect(await statusFor({ 'if-match': etag, range: 'bytes=0-9' })).toBe(206)
  })

  it('does not matter for a file that is not there', async () => {
    await using simulator = await createSimulator()

    expectBare(await send(simulator.url, { path: '/bs2/x', headers: { 'if-match': '"a"' } }), 404)
  })

  it('If-None-Match goes before Range', async () => {
    await using video = await withVideo()
    const { headers } = await video.ask()

    expectBare(await video.ask({ 'if-none-match': String(headers.etag), range: 'bytes=0-9' }), 304)
  })

  it('If-Range lets the part through only for this very version', async () => {
    await using video = await withVideo()
    const { headers, body } = await video.ask()
    const statusFor = async (ifRange: string) => {
      const answer = await video.ask({ range: 'bytes=0-9', 'if-range': ifRange })
      expect(answer.body.length).toBe(answer.status === 206 ? 10 : body.length)
      return answer.status
    }

    expect(await statusFor(String(headers.etag))).toBe(206)
    expect(await statusFor(String(headers['last-modified']))).toBe(206)
    expect(await statusFor('"other"')).toBe(200)
    expect(await statusFor(`W/${headers.etag}`)).toBe(200)
    expect(await statusFor(new Date(EPOCH + 1000).toUTCString())).toBe(200)
    expect(await statusFor('nonsense')).toBe(200)
  })

  it('If-Range that fails makes a range outside the file harmless', async () => {
    await using video = await withVideo()

    expect((await video.ask({ range: 'bytes=999999999-', 'if-range': '"other"' })).status).toBe(200)
  })
})

describe('a file that is not there', () => {
  const unknown = [
    '/bs2/upload-kling-api/1234567890/text2video/nothing-0_raw_video_1.mp4',
    '/bs2/',
    '/bs2/x',
    '/bs2/a/b/c/d/e.mp4',
    '/bs2/__proto__',
    `/bs2/${'x'.repeat(300)}.mp4`,
    '/kling/e3a575aa-a4bd-49c8-9b12-cde38d5462e0.mp4',
    '/kling/x.mp4',
    '/kling/constructor.mp4',
    `/kling/${'x'.repeat(300)}.mp4`,
    '/kling/x.mp4?a=1',
  ]
  it.each(unknown)('is answered 404 and not a word: %s', async path => {
    await using simulator = await createSimulator()

    for (const method of ['GET', 'HEAD']) expectBare(await send(simulator.url, { method, path }), 404)
  })

  it.each(['/kling/a/b.mp4', '/kling/x.mov', '/kling/mp4', '/bs3/x.mp4', '/x.mp4'])(
    'is an unknown API where the path is no media path: %s',
    async path => {
      await using simulator = await createSimulator()

      const answer = await send(simulator.url, { path })

      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.text).error.code).toBe('no_api')
    },
  )

  it('may not be there yet', async () => {
    await using simulator = await frozenSimulator()
    const { video } = await simulator.control.task(await createAsync(simulator))
    const ask = () => send(simulator.url, { path: video.path })
    await simulator.control.advance('server', { ms: 9_999 })
    expectBare(await ask(), 404)

    await simulator.control.advance('server', { ms: 1 })

    expect((await ask()).status).toBe(200)
  })

  it('is gone after a reset', async () => {
    await using video = await withVideo()
    await video.simulator.control.reset(namespaceOf())

    expectBare(await video.ask(), 404)
  })
})

describe('a preflight', () => {
  it.each([...GUIDE_PATHS.slice(0, 1), '/bs2/x', '/bs2/', '/kling/x.mp4'])('lets pages read: %s', async path => {
    await using simulator = await createSimulator()
    const headers = {
      origin: 'https://app.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'if-none-match,range',
    }

    const answer = await send(simulator.url, { method: 'OPTIONS', path, headers })

    expectBare(answer, 204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': '*, authorization',
      'access-control-max-age': '86400',
    })
  })
})

describe('the life of a URL', () => {
  const live = async (simulator: Simulator) => {
    const { video } = await simulator.control.task(await createAsync(simulator))
    return (method = 'GET', headers = {}) => send(simulator.url, { method, path: video.path, headers })
  }

  it('ends 30 days after the task settled, on the namespace’s clock: 403', async () => {
    await using simulator = await frozenSimulator()
    const ask = await live(simulator)
    await simulator.control.advance('server', { ms: 10_000 + 30 * DAY_MS - 1 })
    const { headers } = await ask()
    expect((await ask()).status).toBe(200)

    await simulator.control.advance('server', { ms: DAY_MS })

    expectBare(await ask(), 403)
    expectBare(await ask('HEAD'), 403)
    expectBare(await ask('GET', { range: 'bytes=0-9' }), 403)
    expectBare(await ask('GET', { 'if-none-match': headers.etag }), 403)
  })

  it('is told by Cache-Control as far as it is left, in whole seconds', async () => {
    await using simulator = await frozenSimulator()
    const ask = await live(simulator)
    const told = async (method = 'GET', headers = {}) => (await ask(method, headers)).headers['cache-control']

    simulator.control.advance('server', { ms: 10_000 })
    expect(await told()).toBe('public, max-age=2592000')
    simulator.control.advance('server', { ms: 1 })
    expect(await told()).toBe('public, max-age=2591999')
    simulator.control.advance('server', { ms: 30 * DAY_MS - 1001 })
    expect(await told('HEAD')).toBe('public, max-age=1')
    expect(await told('GET', { range: 'bytes=0-9' })).toBe('public, max-age=1')
    expect(await told('GET', { 'if-none-match': '*' })).toBe('public, max-age=1')
    for (const headers of [{ range: 'bytes=999999999-' }, { 'if-match': '"other"' }]) {
      expect(await told('GET', headers)).toBeUndefined()
    }
    simulator.control.advance('server', { ms: 1000 })
    expect((await ask()).status).toBe(403)
    expect(await told()).toBeUndefined()
  })

  it('is told to be whole for the guide’s videos', async () => {
    await using simulator = await frozenSimulator()
    simulator.control.advance('server', { ms: 4000 * DAY_MS })

    const { headers } = await send(simulator.url, { path: GUIDE_PATHS[0] as string })
    expect(headers['cache-control']).toBe('public, max-age=2592000')
  })

  it('runs by the clock that Date shows, and no file is younger than that', async () => {
    await using simulator = await frozenSimulator({ epoch: '2020-01-01T00:00:00.900Z' })
    const ask = await live(simulator)
    const dates = (answer: Answer) => [answer.headers.date, answer.headers['last-modified']]
    const at = (second: string) => `Wed, 01 Jan 2020 00:00:${second} GMT`

    expect(dates(await ask())).toEqual([at('00'), undefined])
    simulator.control.advance('server', { ms: 10_000 })
    expect(dates(await ask())).toEqual([at('10'), at('10')])
    simulator.control.advance('server', { ms: 20_000 })
    expect(dates(await ask())).toEqual([at('30'), at('10')])
    for (const headers of [{ range: 'bytes=999999999-' }, { 'if-match': '"x"' }, { 'if-none-match': '*' }]) {
      expect((await ask('GET', headers)).headers.date).toBe(at('30'))
    }
    // The guide's videos are of 2025, and there before.
    expect(dates(await send(simulator.url, { path: GUIDE_PATHS[0] as string }))).toEqual([at('30'), at('30')])
    simulator.control.advance('server', { ms: 30 * DAY_MS })
    expect((await ask()).headers.date).toBe('Fri, 31 Jan 2020 00:00:30 GMT')
  })

  it('is told in four digits also where the calendar ends', async () => {
    await using simulator = await frozenSimulator()
    simulator.control.advance('server', { to: 8_640_000_000_000_000 })

    expect((await send(simulator.url, { path: '/bs2/x' })).headers.date).toBe('Fri, 31 Dec 9999 23:59:59 GMT')
  })

  it('is each namespace’s own', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    const urls = await Promise.all(
      ['one', 'two'].map(async token => (await create(simulator, {}, { token })).json().video_url),
    )
    const statuses = () =>
      Promise.all(urls.map(async url => (await send(simulator.url, { path: new URL(url).pathname })).status))

    await simulator.control.advance(namespaceOf('one'), { ms: 31 * DAY_MS })

    expect(await statuses()).toEqual([403, 200])
  })

  it('is over for good once the task is forgotten: 404', async () => {
    await using simulator = await frozenSimulator()
    const ask = await live(simulator)

    await simulator.control.advance('server', { ms: 10_000 + 60 * DAY_MS })

    expectBare(await ask(), 404)
  })

  it('does not end for the guide’s videos', async () => {
    await using simulator = await frozenSimulator()
    await simulator.control.advance('server', { ms: 4000 * DAY_MS })

    for (const path of GUIDE_PATHS) expect((await send(simulator.url, { path })).status).toBe(200)
  })
})

describe('connections', () => {
  it('serve one file after another', async () => {
    await using video = await withVideo()
    const get = `GET ${video.path} HTTP/1.1\r\nhost: x\r\nrange: bytes=0-9\r\n\r\n`
    const head = `HEAD /bs2/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`

    const answers = await speak(video.simulator.url, get + get + head)

    expect(answers.map(({ status }) => status)).toEqual([206, 206, 404])
  })

  it('don’t keep auto-skip from leaping when they end early', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 10 })
    const url = (await create(simulator)).json().video_url
    const stop = new AbortController()
    const download = await fetch(new URL(new URL(url).pathname, simulator.url), { signal: stop.signal })
    stop.abort()
    await expect(download.arrayBuffer()).rejects.toThrow()

    expect((await create(simulator)).statusCode).toBe(200)
  }, 10_000)
})
