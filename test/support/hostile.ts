import fc from 'fast-check'

const BODY = '{"action":"text2video","model":"kling-v1","prompt":"a white mug","async":true}'

const HEADERS = [
  'host: localhost',
  'authorization: Bearer fuzz',
  'authorization: Basic x',
  'content-type: application/json',
  'content-type: application/json; charset=utf-16',
  'content-type: multipart/form-data',
  'content-type: \u0000',
  'connection: close',
  'connection: upgrade',
  'upgrade: h2c',
  'expect: 100-continue',
  'expect: nonsense',
  'transfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: chunked, chunked',
  'content-length: 5',
  'content-length: -1',
  'content-length: 99999999999999999999',
  'content-length: 0x10',
  'range: bytes=0-0,5-,-3',
  'range: bytes=9-1',
  'if-modified-since: yesterday',
  'last-event-id: 1',
  'x-mockling-outcome: fail api_error',
  'x-mockling-outcome: [[',
  'origin: http://evil.example',
  'x-forwarded-host: evil',
  'cookie: a=b',
  ': nothing',
  'x y: z',
  ' folded',
  'x-long: '.padEnd(20_000, 'x'),
]

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PRI',
  'QUERY',
  'get',
  'X',
  '',
]

const TARGETS = [
  '/kling/videos',
  '/kling/tasks',
  '/kling/motion',
  '/kling/lip-sync',
  '/kling/talking-photo',
  '/kling/%2e%2e/videos',
  '/kling/videos?x=%zz',
  '/%zz',
  '/_mockling/%zz',
  '/bs2/x.mp4',
  '/bs2/%00.mp4',
  '/_mockling/v1/clock',
  '/_mockling/v1/journal?limit=1',
  '/_mockling/inbox/a',
  '/_mockling/v1/inbox/a?wait=0',
  '/_mockling/ready',
  '/health',
  '/openapi.json?revision=x',
  'http://localhost/kling/videos',
  'http://',
  '*',
  'localhost:80',
  '//',
  `/${'x'.repeat(15_000)}`,
  '/\u00e9\u0001',
]

const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/1.', 'http/1.1', '']

const framed = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ header: `content-length: ${BODY.length}`, body: BODY }) },
  fc.constant({ header: 'transfer-encoding: chunked', body: `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n` }),
  fc.record({
    header: fc.constant('transfer-encoding: chunked'),
    body: fc.constantFrom(
      'zz\r\nx',
      '-1\r\n',
      'ffffffffffffffffff\r\n',
      '5;x=y\r\n12345\r\n0\r\nx: y\r\n\r\n',
      '5\r\n1234',
      '0\r\n\r\n',
    ),
  }),
  fc.record({
    header: fc.constantFrom('content-length: 3', 'content-length: 500'),
    body: fc.string({ maxLength: 80 }),
  }),
)

/** A request as text, most of whose parts are what they should be. */
const request = fc
  .record({
    method: fc.oneof({ weight: 3, arbitrary: fc.constant('POST') }, fc.constantFrom(...METHODS)),
    target: fc.oneof({ weight: 2, arbitrary: fc.constant('/kling/videos') }, fc.constantFrom(...TARGETS)),
    version: fc.oneof({ weight: 9, arbitrary: fc.constant('HTTP/1.1') }, fc.constantFrom(...VERSIONS)),
    headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 5 }),
    framed,
    end: fc.oneof({ weight: 9, arbitrary: fc.constant('\r\n') }, fc.constantFrom('\n', '\r', '')),
  })
  .map(({ method, target, version, headers, framed: { header, body }, end }) =>
    [
      `${method} ${target} ${version}`,
      'authorization: Bearer fuzz',
      'content-type: application/json',
      ...headers,
      header,
      '',
      body,
    ].join(end),
  )

/** The same with bytes changed, left out or put in. */
const mutated = fc
  .tuple(
    request,
    fc.array(fc.tuple(fc.nat(400), fc.constantFrom('set', 'cut', 'put'), fc.nat(255)), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, changes]) => {
    let bytes = Buffer.from(text, 'latin1')
    for (const [place, how, byte] of changes) {
      const at = place % Math.max(1, bytes.length)
      const rest = how === 'put' ? at : at + 1
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        ...(how === 'cut' ? [] : [Buffer.from([byte])]),
        bytes.subarray(rest),
      ])
    }
    return bytes
  })

/** Bytes for a connection of their own. */
export const hostileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 4, arbitrary: request.map(text => Buffer.from(text, 'latin1')) },
  { weight: 4, arbitrary: mutated },
  {
    weight: 2,
    arbitrary: fc.array(request, { minLength: 2, maxLength: 4 }).map(parts => Buffer.from(parts.join(''), 'latin1')),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)) },
)

/** A body, and more than a body. */
export const hostileBody: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record(
        {
          action: fc.oneof(
            fc.constantFrom('text2video', 'image2video', 'extend', 'retrieve', 'retrieve_batch'),
            fc.jsonValue(),
          ),
          model: fc.oneof(fc.constantFrom('kling-v1', 'kling-v2-6', 'kling-v3', 'kling-video-o1'), fc.jsonValue()),
          mode: fc.oneof(fc.constantFrom('std', 'pro', '4k'), fc.jsonValue()),
          prompt: fc.oneof(
            fc.string(),
            fc.constantFrom('[[mockling:', '[[mockling:fail x]]', '\ud800'),
            fc.jsonValue(),
          ),
          id: fc.oneof(fc.string(), fc.jsonValue()),
          ids: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
          duration: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
          callback_url: fc.oneof(
            fc.constantFrom('http://127.0.0.1:1/x', 'http://', 'ftp://x', 'http://[::1'),
            fc.jsonValue(),
          ),
          timeout: fc.oneof(fc.integer(), fc.jsonValue()),
          async: fc.oneof(fc.boolean(), fc.jsonValue()),
          camera_control: fc.jsonValue(),
          image_list: fc.jsonValue(),
          token: fc.oneof(fc.string(), fc.jsonValue()),
          ms: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
          match: fc.jsonValue(),
          rules: fc.jsonValue(),
          settings: fc.jsonValue(),
          outcome: fc.oneof(fc.constantFrom('succeed', 'fail api_error', 'delay 1'), fc.jsonValue()),
        },
        { requiredKeys: [] },
      )
      .map(value => JSON.stringify(value)),
  },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.nat(3000).map(depth => '['.repeat(depth) + ']'.repeat(depth)) },
  { weight: 1, arbitrary: fc.nat(3000).map(depth => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) },
)
