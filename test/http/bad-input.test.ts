import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { create, errorBytes, frozenSimulator, post, retrieve, SOUND, TOKEN, UUID, until } from '../support/requests.ts'
import { answersOn, dial, send, speak } from '../support/sockets.ts'

const UNREADABLE = 'Failed to resolve the request body'
const DOORS = ['/kling/videos', '/kling/tasks'] as const

/** Callbacks of random bodies go nowhere. */
function instantSimulator(): Promise<Simulator> {
  return createSimulator({ pace: 'instant', callbackAllow: ['callbacks.invalid'] })
}

type Reply = Awaited<ReturnType<typeof post>>

function expectRefusal(reply: Reply, message = reply.json().error?.message): void {
  const bytes = errorBytes('bad_request', message, reply.headers['x-trace-id'])
  expect([reply.statusCode, reply.body]).toEqual([400, bytes])
}

/** A video, the id of a task or an error in the envelope: what any create may be answered with. */
function expectSane(reply: Reply): void {
  const body = reply.json()
  const { 'x-trace-id': traceId, ...headers } = reply.headers
  const isUnprintable = Object.values(headers).some(value => !/^[\x20-\x7e]*$/.test(String(value)))
  if (isUnprintable || !UUID.test(String(traceId))) throw new Error(`bad headers: ${JSON.stringify(reply.headers)}`)
  if (reply.statusCode !== 200) expectRefusal(reply)
  else if (![1, 6].includes(Object.keys(body).length) || !UUID.test(body.task_id))
    throw new Error(`neither a video nor the id of a task: ${reply.body}`)
}

describe.each(DOORS)('%s', door => {
  const unreadable: [what: string, text: string][] = [
    ['an empty array', '[]'],
    ['an array of requests', '[{"action":"text2video"}]'],
    ['null', 'null'],
    ['a string', '"text2video"'],
    ['a number', '1'],
    ['a word', 'true'],
    ['blanks', ' \r\n\t'],
    ['an open brace', '{'],
    ['a comma too many', '{"action":"text2video",}'],
    ['single quotes', "{'action':'text2video'}"],
    ['two objects', '{}{}'],
    ['NaN', '{"duration":NaN}'],
    ['a comment', '{/* hello */}'],
    ['a form', 'action=text2video&prompt=mug'],
    ['a NUL', '{"action":"text2video"}\u0000'],
    ['a bare control character in a string', '{"prompt":"a\u0001b"}'],
    ['101 levels', `{"x":${'['.repeat(100)}${']'.repeat(100)}}`],
    ['100,000 levels of arrays', `{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['100,000 levels of objects', `${'{"x":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['100,000 levels that never close', '['.repeat(100_000)],
  ]
  it.each(unreadable)('can’t resolve %s', async (_what, text) => {
    await using simulator = await instantSimulator()

    expectRefusal(await post(simulator, door, text), UNREADABLE)
  })

  it('misses the body where there is none', async () => {
    await using simulator = await instantSimulator()

    expectRefusal(await post(simulator, door, ''), 'JSON payload invalid')
    expectRefusal(await post(simulator, door, undefined), 'JSON payload invalid')
  })

  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/x-ndjson',
    'application/vnd.api+json',
    'nonsense',
    ';',
    'text/plain, application/json',
  ]
  it.each(types)('can’t resolve content type %s', async type => {
    await using simulator = await instantSimulator()

    const reply = await post(simulator, door, { ...SOUND, id: 'x' }, { headers: { 'content-type': type } })

    expectRefusal(reply, UNREADABLE)
  })

  const jsonTypes = [
    'application/json; charset=utf-8',
    'application/json;charset=UTF-8',
    'Application/JSON',
    'application/json;',
  ]
  it.each(jsonTypes)('reads content type %s', async type => {
    await using simulator = await instantSimulator()

    const reply = await post(
      simulator,
      door,
      { ...SOUND, action: null, id: 'x' },
      { headers: { 'content-type': type } },
    )

    expect(reply.json().error?.message).not.toBe(UNREADABLE)
  })

  it('reads a body of 1 MiB and refuses one byte more', async () => {
    await using simulator = await instantSimulator()
    const padded = (size: number) => {
      const text = `{"action":"retrieve","id":"x","padding":""}`
      return text.replace('""}', `"${'x'.repeat(size - text.length)}"}`)
    }
    const over = await post(simulator, door, padded(1024 * 1024 + 1))

    expect((await post(simulator, door, padded(1024 * 1024))).statusCode).not.toBe(413)
    expect(over.statusCode).toBe(413)
    expect(over.body).toBe(
      errorBytes('content_too_large', 'The request body is too large.', over.headers['x-trace-id']),
    )
  })

  it.each(['with its length', 'in chunks'])('refuses 2 MB over a socket, sent %s', async how => {
    await using simulator = await instantSimulator()
    const text = JSON.stringify({ ...SOUND, id: 'x', padding: 'x'.repeat(2_000_000) })
    const socket = await dial(simulator.url)
    const head = `POST ${door} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`
    const answered = answersOn(socket, 1)
    socket.write(
      how === 'in chunks'
        ? `${head}transfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
        : `${head}content-length: ${text.length}\r\n\r\n${text}`,
    )

    const [answer] = await answered
    socket.destroy()

    expect(answer?.status).toBe(413)
    expect(answer?.text).toBe(
      errorBytes('content_too_large', 'The request body is too large.', answer?.headers['x-trace-id']),
    )
  })

  it('takes an offer to upgrade the connection for nothing', async () => {
    await using simulator = await instantSimulator()
    const body = JSON.stringify({ ...SOUND, ...(door === '/kling/tasks' && { action: 'retrieve', id: 'x' }) })
    const head = `POST ${door} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`
    const offer = 'connection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n'

    const [answer] = await speak(simulator.url, `${head}${offer}content-length: ${body.length}\r\n\r\n${body}`)

    expect(answer?.status).toBe(200)
  })

  it('reads a body in chunks', async () => {
    await using simulator = await instantSimulator()
    const body = JSON.stringify({ ...SOUND, ...(door === '/kling/tasks' && { action: 'retrieve', id: 'x' }) })
    const chunks = [...body].map(char => `1\r\n${char}\r\n`).join('')
    const head = `POST ${door} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${TOKEN}\r\n`

    const [answer] = await speak(
      simulator.url,
      `${head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    )

    expect(answer?.status).toBe(200)
  })

  it('answers a body shorter than its length once the caller stops sending, and one that is longer', async () => {
    await using simulator = await instantSimulator()
    const head = `POST ${door} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`

    const [short] = await speak(simulator.url, `${head}content-length: 50\r\n\r\n{}`, { thenEnd: true })
    const long = await speak(simulator.url, `${head}content-length: 2\r\n\r\n{}{"action":"text2video"}\r\n\r\n`)

    expect(short?.text).toBe(errorBytes('bad_request', 'The request is no valid HTTP.', short?.headers['x-trace-id']))
    // What follows the body is read as another request; whether the first is answered before is up to the race.
    const last = long.at(-1)
    expect(last?.text).toBe(errorBytes('bad_request', 'The request is no valid HTTP.', last?.headers['x-trace-id']))
  })

  it('forgets a caller who goes away in the middle of the body', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })
    const socket = await dial(simulator.url)
    const head = `POST ${door} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\n`
    socket.write(`${head}content-length: 50\r\n\r\n{"action"`)
    const entries = () => simulator.control.journal.list({ kind: 'request' })
    await until('the request has begun', () => entries().length === 1)
    socket.destroy()
    await until('the request has ended', () =>
      entries().some(entry => entry.kind === 'request' && entry.hungUp === true),
    )

    expect((await create(simulator)).statusCode).toBe(200)
  }, 5_000)

  it('answers pipelined requests in their order', async () => {
    await using simulator = await instantSimulator()
    const requests = Array.from({ length: 20 }, (_, index) => {
      const body = index % 3 === 0 ? '[]' : JSON.stringify({ ...SOUND, id: 'x', action: index % 3 === 1 ? 'no' : null })
      const last = index === 19 ? 'connection: close\r\n' : ''
      return `POST ${door} HTTP/1.1\r\nhost: x\r\n${last}authorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    })

    const answers = await speak(simulator.url, requests.join(''))

    const kinds = answers.map(({ text }) => (text.includes(UNREADABLE) ? 0 : text.includes('action') ? 1 : 2))
    expect(kinds).toEqual(requests.map((_, index) => (index % 3 === 2 && door === '/kling/videos' ? 1 : index % 3)))
  })

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'QUERY'])('knows no %s', async method => {
    await using simulator = await instantSimulator()
    const head = `${method} ${door} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`

    const answer =
      method === 'HEAD' ? await send(simulator.url, { method, path: door }) : (await speak(simulator.url, head))[0]

    if (method === 'QUERY' && answer?.status === 400) return // Node 20's parser does not know the method
    expect(answer?.status).toBe(404)
    expect(answer?.headers['x-trace-id']).toMatch(UUID)
    const body = errorBytes(
      'no_api',
      'API does not exist, please make sure url is correct.',
      answer?.headers['x-trace-id'],
    )
    expect(answer?.text).toBe(method === 'HEAD' ? '' : body)
    expect(answer?.headers['content-length']).toBe(String(body.length))
  })

  it('answers OPTIONS with 204 and CORS for all', async () => {
    await using simulator = await instantSimulator()
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }

    const answer = await send(simulator.url, { method: 'OPTIONS', path: door, headers })

    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*' })
    expect(answer.headers['access-control-allow-methods']).toContain('POST')
    // A wildcard does not cover this one.
    expect(answer.headers['access-control-allow-headers']).toContain('authorization')
    expect(answer.text).toBe('')
  })

  it('takes a query string for nothing', async () => {
    await using simulator = await instantSimulator()
    const body = door === '/kling/tasks' ? { id: 'x' } : SOUND

    for (const query of ['?', '?a=1', '?action=extend', '?%zz', '?__proto__=1', `?${'x'.repeat(1000)}`]) {
      expect((await post(simulator, door + query, body)).statusCode).toBe(200)
    }
  })
})

describe('paths', () => {
  const paths: [path: string, code: string][] = [
    ['/kling/videos/', 'api_not_implemented'],
    ['/kling/tasks/', 'api_not_implemented'],
    ['/kling//videos', 'api_not_implemented'],
    ['/kling/', 'api_not_implemented'],
    ['/kling/video', 'api_not_implemented'],
    ['/kling/videos/x', 'api_not_implemented'],
    ['/kling/Videos', 'api_not_implemented'],
    ['/kling/videos;a=1', 'api_not_implemented'],
    ['/kling/videos%2F', 'api_not_implemented'],
    ['/kling/../kling/images', 'api_not_implemented'],
    [`/kling/${'x'.repeat(5000)}`, 'api_not_implemented'],
    ['/kling', 'no_api'],
    ['//kling/videos', 'no_api'],
    ['/KLING/videos', 'no_api'],
    ['/', 'no_api'],
    ['/v1/kling/videos', 'no_api'],
    ['/klingvideos', 'no_api'],
    ['/bs2/x.mp4', 'no_api'],
    ['/%zz', 'no_api'],
    ['/%', 'no_api'],
    ['/%00', 'no_api'],
    ['/%c3%28', 'no_api'],
    ['/__proto__', 'no_api'],
    ['/constructor/prototype', 'no_api'],
  ]
  it.each(paths)('answers a post to %s with %s', async (path, code) => {
    await using simulator = await instantSimulator()
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }

    const answer = await send(simulator.url, { method: 'POST', path, headers, body: JSON.stringify(SOUND) })

    expect(JSON.parse(answer.text).error.code).toBe(code)
    expect(answer.status).toBe(code === 'no_api' ? 404 : 400)
    expect(answer.headers['x-trace-id']).toBe(JSON.parse(answer.text).trace_id)
  })

  it('decodes a path as any server does', async () => {
    await using simulator = await instantSimulator()
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }

    const answer = await send(simulator.url, {
      method: 'POST',
      path: '/kling/%76ideos',
      headers,
      body: JSON.stringify(SOUND),
    })

    expect(answer.status).toBe(200)
  })

  it('takes the absolute form that callers of a proxy send', async () => {
    await using simulator = await instantSimulator()
    const body = JSON.stringify(SOUND)
    const head = `HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`

    const [served] = await speak(simulator.url, `POST http://x/kling/videos ${head}`)
    const [unknown] = await speak(simulator.url, `POST http://x/kling/images ${head}`)
    const file = new URL(JSON.parse(served?.text ?? '').video_url).pathname
    const [media] = await speak(simulator.url, `GET http://x${file} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)

    expect(JSON.parse(unknown?.text ?? '').error.code).toBe('api_not_implemented')
    expect(media?.status).toBe(200)
  })
})

/** Values of each JSON type, and the fields that take the type. */
const TEXT_FIELDS = ['action', 'model', 'mode', 'prompt', 'aspect_ratio', 'negative_prompt', 'start_image_url']
const OTHER_TEXT_FIELDS = ['end_image_url', 'video_id', 'callback_url']
const TAKES: Record<string, readonly string[]> = {
  ...Object.fromEntries([...TEXT_FIELDS, ...OTHER_TEXT_FIELDS].map(name => [name, ['string']])),
  duration: ['number'],
  timeout: ['number'],
  cfg_scale: ['number'],
  generate_audio: ['boolean'],
  async: ['boolean'],
  camera_control: ['object'],
  element_list: ['array'],
  video_list: ['array'],
}
const SAMPLES: [type: string, value: unknown][] = [
  ['string', 'nonsense'],
  ['string', '5'],
  ['string', ''],
  ['number', 1],
  ['number', 0],
  ['boolean', true],
  ['boolean', false],
  ['object', {}],
  ['object', { type: 'simple' }],
  ['array', []],
  ['array', [1]],
]

describe('fields of the wrong JSON type', () => {
  it.each(Object.entries(TAKES))('can’t resolve %s unless it is of type %s', async (field, types) => {
    await using simulator = await frozenSimulator()

    for (const [type, value] of SAMPLES) {
      // Numbers in a string are taken by this field as the older schemas said.
      if (types.includes(type) || (field === 'cfg_scale' && value === '5')) continue
      const reply = await create(simulator, { [field]: value })
      expect(reply.statusCode, `${field}: ${JSON.stringify(value)}`).toBe(400)
      expectRefusal(reply, UNREADABLE)
    }
  })

  const inner: [what: string, change: object][] = [
    ['a camera type', { camera_control: { type: 1 } }],
    ['a camera config', { camera_control: { type: 'simple', config: [] } }],
    ['a camera value', { camera_control: { type: 'simple', config: { zoom: '1' } } }],
    ['a camera that is no JSON', { camera_control: '{"type":' }],
    ['a camera that is JSON of no object', { camera_control: '[1]' }],
    ['an element', { model: 'kling-video-o1', element_list: ['x'] }],
    ['an element of null', { model: 'kling-video-o1', element_list: [null] }],
    ['an element id', { model: 'kling-video-o1', element_list: [{ element_id: true }] }],
    ['an element id with a fraction', { model: 'kling-video-o1', element_list: [{ element_id: 1.5 }] }],
    ['a reference video', { model: 'kling-video-o1', video_list: ['https://example.com/a.mp4'] }],
    ['a reference URL', { model: 'kling-video-o1', video_list: [{ video_url: 1 }] }],
    [
      'keep_original_sound',
      { model: 'kling-video-o1', video_list: [{ video_url: 'https://example.com/a.mp4', keep_original_sound: true }] },
    ],
  ]
  it.each(inner)('can’t resolve %s', async (_what, change) => {
    await using simulator = await frozenSimulator()

    expectRefusal(await create(simulator, change), UNREADABLE)
  })

  it('takes null for an absent field, whichever it is', async () => {
    await using simulator = await instantSimulator()
    const nulls = Object.fromEntries(Object.keys(TAKES).map(name => [name, null]))

    const reply = await post(simulator, '/kling/videos', { ...nulls, ...SOUND })

    expect(reply.json()).toMatchObject({ success: true, duration: '5.1' })
    expect(reply.headers['x-mockling-ignored']).toBeUndefined()
  })

  const given: [text: string, status: number][] = [
    ['"duration":5.0', 200],
    ['"duration":5e0', 200],
    ['"duration":0.5e1', 200],
    ['"duration":1e400', 400],
    ['"duration":-5', 400],
    ['"duration":5.5', 400],
    ['"duration":"5"', 400],
    ['"duration":5.000000000000000000001', 200],
    ['"cfg_scale":-0', 200],
    ['"cfg_scale":-0.0', 200],
    ['"cfg_scale":1.0', 200],
    ['"cfg_scale":-0.1', 400],
    ['"cfg_scale":1e400', 400],
    ['"cfg_scale":"0.5"', 200],
    ['"cfg_scale":"1e400"', 400],
    ['"cfg_scale":"0x1"', 400],
    ['"cfg_scale":"NaN"', 400],
    ['"cfg_scale":" "', 400],
    ['"timeout":-0', 200],
    ['"timeout":3600', 200],
    ['"timeout":3601', 400],
    ['"timeout":-1', 400],
    ['"timeout":0.5', 400],
    ['"timeout":1e400', 400],
    ['"timeout":"5"', 400],
    ['"model":"kling-v9","model":"kling-v1"', 200],
    ['"model":"kling-v1","model":"kling-v9"', 400],
    ['"duration":5,"duration":null', 200],
    ['"prompt":"\\ud800"', 200],
    ['"prompt":"\\udc00\\ud800 \\u0000"', 200],
    ['"prompt":"[[mockling:"', 400],
    ['"prompt":"[[mockling:]]"', 400],
    ['"prompt":"[[mockling:\\ud800]]"', 400],
    ['"prompt":"   \\n"', 400],
    ['"prompt":"\\u3000\\u00a0"', 400],
    ['"prompt":""', 400],
    ['"prompt":"constructor"', 200],
    ['"model":"__proto__"', 400],
    ['"model":"constructor"', 400],
    ['"mode":"toString"', 400],
    ['"mode":"__proto__"', 400],
    ['"action":"constructor"', 400],
    ['"action":"__proto__"', 400],
    ['"aspect_ratio":"valueOf"', 400],
    ['"camera_control":{"type":"constructor"}', 400],
    ['"camera_control":{"type":"simple","config":{"__proto__":{"zoom":1}}}', 200],
    ['"action":"extend","video_id":"__proto__"', 400],
    ['"action":"extend","video_id":"constructor"', 400],
    ['"callback_url":"http://"', 400],
    ['"callback_url":"http:// "', 400],
    ['"callback_url":"javascript:alert(1)"', 400],
    ['"callback_url":"http://callbacks.invalid:99999/"', 400],
    ['"callback_url":"http://\\ud800.invalid/"', 400],
  ]
  it.each(given)('answers a create with %s by status %i', async (text, status) => {
    await using simulator = await instantSimulator()

    const reply = await post(simulator, '/kling/videos', JSON.stringify(SOUND).replace('}', `,${text}}`))

    expect(reply.statusCode).toBe(status)
    expectSane(reply)
  })

  it('counts a prompt in code points', async () => {
    await using simulator = await instantSimulator()

    expect((await create(simulator, { prompt: '🎬'.repeat(2500) })).statusCode).toBe(200)
    expectRefusal(await create(simulator, { prompt: '🎬'.repeat(2501) }), 'prompt: size must be between 0 and 2500')
    expect((await create(simulator, { negative_prompt: '🎬'.repeat(200) })).statusCode).toBe(200)
    expectRefusal(await create(simulator, { negative_prompt: '🎬'.repeat(201) }))
  })
})

describe('x-mockling-ignored', () => {
  it('names unknown fields in their order, prototype names among them', async () => {
    await using simulator = await instantSimulator()
    const text = JSON.stringify(SOUND).replace(
      '}',
      ',"__proto__":{"model":"kling-v9"},"constructor":{"prototype":1},"toString":"x","call_back_url":"x","seed":0,"hasOwnProperty":false}',
    )

    const reply = await post(simulator, '/kling/videos', text)

    expect(reply.statusCode).toBe(200)
    expect(reply.headers['x-mockling-ignored']).toBe(
      '__proto__, constructor, toString, call_back_url, seed, hasOwnProperty',
    )
    const record = await retrieve(simulator, reply.json().task_id)
    expect(JSON.stringify(record.request)).toBe(text)
  })

  it('does not name async and timeout, and a null of an unknown field neither', async () => {
    await using simulator = await instantSimulator()

    const reply = await create(simulator, { async: true, timeout: 5, callbackurl: null })

    expect(reply.statusCode).toBe(200)
    expect(reply.headers['x-mockling-ignored']).toBeUndefined()
  })

  const names = [
    'a\r\nx-evil: 1',
    'a\u0000b',
    '\u007f',
    'a, b',
    'größe',
    '动作',
    '🎬',
    '\ud800',
    'x\udfff',
    ' ',
    '%',
    '"',
    '\\',
    'a'.repeat(5000),
    `${'a'.repeat(99)}🎬`,
  ]
  it('stays a header that a client can read, whatever the names', async () => {
    await using simulator = await instantSimulator()

    for (const name of names) {
      const reply = await fetch(`${simulator.url}/kling/videos`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...SOUND, [name]: 1 }),
      })
      expect(reply.status).toBe(200)
      expect(reply.headers.get('x-mockling-ignored')).toMatch(/^[\x21-\x7e]{1,1000}$/)
      expect(reply.headers.get('x-evil')).toBeNull()
    }
  })

  it.each([
    ['short', (index: number) => `field_${index}`],
    ['long', (index: number) => `${index}${'x'.repeat(300)}`],
    ['long Chinese', (index: number) => `${index}${'动'.repeat(300)}`],
  ])('stays small enough for a client with 1,000 %s names', async (_what, name) => {
    await using simulator = await instantSimulator()
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [name(index), index]))

    const reply = await fetch(`${simulator.url}/kling/videos`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...SOUND, ...fields }),
    })

    expect(reply.status).toBe(200)
    expect(reply.headers.get('x-mockling-ignored')).toContain(encodeURIComponent(name(0).slice(0, 50)))
  })
})

/** Any JSON, with its share of what programs trip over. */
const json = fc.oneof(
  { weight: 4, arbitrary: fc.jsonValue({ maxDepth: 3, depthSize: 'small' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      null,
      '',
      ' ',
      '0',
      '\ud800',
      '__proto__',
      'constructor',
      '[[mockling:',
      '[[mockling:fail]]',
      -0,
      1e308,
      -1,
      2 ** 53,
      [],
      {},
      [null],
      [{}],
      { __proto__: null },
      'https://example.com/a.png',
      'http://127.0.0.1:1/',
      'x'.repeat(3000),
    ),
  },
)

/** Values that may well be right for their field, so that bodies get past the first check. */
const LIKELY: Record<string, readonly unknown[]> = {
  action: ['text2video', 'image2video', 'extend'],
  model: ['kling-v1', 'kling-v1-5', 'kling-v1-6', 'kling-v2-6', 'kling-v3', 'kling-v2-master', 'kling-video-o1'],
  mode: ['std', 'pro', '4k'],
  prompt: ['a mug', 'x'.repeat(2500), '[[mockling:succeed]]'],
  duration: [5, 10, 3, 15, 5.5],
  aspect_ratio: ['16:9', '9:16', '1:1'],
  cfg_scale: [0, 1, 0.5, '0.5', 2],
  camera_control: [{ type: 'simple', config: { zoom: 1 } }, { type: 'down_back' }, '{"type":"forward_up"}'],
  negative_prompt: ['blurry'],
  generate_audio: [true, false],
  element_list: [[{ element_id: 1 }], [{ element_id: '1' }, {}]],
  video_list: [[{ video_url: 'https://example.com/a.mp4' }], [{}, {}]],
  start_image_url: ['https://example.com/a.png', 'example.com'],
  end_image_url: ['https://example.com/b.png'],
  video_id: ['030bb06d-98d4-4044-9042-0aa0822e8c8c', 'af9a1af0-9aa0-4638-81c1-d41d6143c508', 'x'],
  callback_url: ['http://127.0.0.1:1/', 'https://callbacks.example/'],
  async: [true, false],
  timeout: [0, 5, 3600],
}

/** Bodies that begin as `base` and have some of the `likely` fields. */
function bodyOf(likely: Record<string, readonly unknown[]>, base: object): fc.Arbitrary<unknown> {
  const change = fc
    .constantFrom(...Object.entries(likely))
    .chain(([name, values]) =>
      fc
        .oneof({ weight: 4, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: json })
        .map(value => ({ [name]: value })),
    )
  const join = (parts: unknown[]) => Object.assign({}, ...parts)
  const near = fc.array(change, { maxLength: 3 }).map(changes => join([base, ...changes]))
  const far = fc.array(change).map(join)
  const strange = fc.dictionary(fc.string({ unit: 'binary' }), json, { maxKeys: 3 })
  return fc.oneof(
    { weight: 4, arbitrary: near },
    { weight: 2, arbitrary: far },
    { weight: 2, arbitrary: fc.tuple(near, strange).map(join) },
    { weight: 1, arbitrary: json },
  )
}

/** The text of a body; now and then cut or spoilt. */
function textOf(body: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const text = body.map(value => JSON.stringify(value))
  const cut = fc.tuple(text, fc.nat(200)).map(([whole, length]) => whole.slice(0, length))
  return fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: cut }, { weight: 1, arbitrary: fc.string() })
}

describe('random bodies', () => {
  it('answers 10,000 creates with a video, a task id or an error, and no 500', { tags: 'thorough' }, async () => {
    await using simulator = await instantSimulator()
    let accepted = 0

    await fc.assert(
      fc.asyncProperty(textOf(bodyOf(LIKELY, SOUND)), async text => {
        const reply = await post(simulator, '/kling/videos', text)
        expectSane(reply)
        if (reply.statusCode === 200) accepted++
      }),
      { numRuns: 10_000 },
    )

    expect(accepted).toBeGreaterThan(1_000)
  })

  it('answers 2,000 queries of tasks with records or an error, and no 500', { tags: 'thorough' }, async () => {
    await using simulator = await instantSimulator()
    const id = (await create(simulator)).json().task_id
    const likely = {
      action: ['retrieve', 'retrieve_batch', 'generate', 'delete'],
      id: [id, 'x', ''],
      ids: [[id], [], [1, null, id, id], Array.from({ length: 101 }, String)],
      type: ['videos', 'motion'],
      limit: [1, 0, 100, 101, 1.5],
      offset: [0, 1, 1e300],
      created_at_min: [0, 1e12],
      created_at_max: [0, 1e12],
      user_id: ['x', 1],
    }

    await fc.assert(
      fc.asyncProperty(textOf(bodyOf(likely, { id })), async text => {
        const reply = await post(simulator, '/kling/tasks', text)
        expect(reply.headers['x-trace-id']).toMatch(UUID)
        if (reply.statusCode !== 200) expectRefusal(reply)
        else if ('items' in reply.json()) expect(reply.json().count).toBeGreaterThanOrEqual(reply.json().items.length)
        else expect([undefined, id]).toContain(reply.json().id)
      }),
      { numRuns: 2_000 },
    )
  })

  it('answers 1,000 commands with their result or a problem, and no 500', { tags: 'thorough' }, async () => {
    await using simulator = await frozenSimulator()
    const likely = {
      token: [TOKEN, ''],
      namespace: ['0123456789abcdef', 'x'],
      scope: ['server', 'all'],
      mode: ['frozen', 'scaled', 'auto-skip'],
      rate: [1, 1_000_000, 0],
      at: [0, 1e15, '2027-01-01T00:00:00Z', 'soon'],
      ms: [0, 1, 1e300],
      seconds: [1, -1],
      to: [1e13, 'never'],
    }
    const routes = [
      ['PUT', '/_mockling/v1/clock'],
      ['POST', '/_mockling/v1/clock/advance'],
      ['POST', '/_mockling/v1/reset'],
    ] as const

    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), textOf(bodyOf(likely, {})), async ([method, url], payload) => {
        const headers = { 'content-type': 'application/json' }
        expectProblemOr200(await simulator.app.inject({ method, url, headers, payload }))
      }),
      { numRuns: 1_000 },
    )
  })
})

function expectProblemOr200(reply: Reply): void {
  if (reply.statusCode === 200) return
  expect(reply.statusCode, reply.body).toBeLessThan(500)
  expectProblem(reply)
}

function expectProblem(reply: Pick<Reply, 'statusCode' | 'headers' | 'body'>): void {
  expect(reply.headers['content-type']).toMatch(/^application\/problem\+json(?:; charset=utf-8)?$/)
  const { type, title, status, detail } = JSON.parse(reply.body)
  expect({ type, status }).toEqual({ type: 'about:blank', status: reply.statusCode })
  expect(title).toMatch(/\w/)
  expect(detail).toMatch(/\w/)
}

describe('the control door', () => {
  const requests: [
    what: string,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH',
    path: string,
    status: number,
    body?: string,
  ][] = [
    ['a path it does not have', 'GET', '/v1/nothing', 404],
    ['a method it does not have', 'DELETE', '/v1/clock', 404],
    ['a trailing slash', 'GET', '/v1/clock/', 404],
    ['no body', 'POST', '/v1/clock/advance', 400],
    ['an empty body', 'POST', '/v1/clock/advance', 400, ''],
    ['an empty array', 'POST', '/v1/clock/advance', 400, '[]'],
    ['null', 'POST', '/v1/clock/advance', 400, 'null'],
    ['broken JSON', 'POST', '/v1/clock/advance', 400, '{"ms":'],
    ['nothing to do', 'POST', '/v1/clock/advance', 400, '{}'],
    ['two ways at once', 'POST', '/v1/clock/advance', 400, '{"ms":1,"seconds":1}'],
    ['a way back', 'POST', '/v1/clock/advance', 409, '{"to":0}'],
    ['a step beyond the calendar', 'POST', '/v1/clock/advance', 409, '{"ms":1e300}'],
    ['an infinite step', 'POST', '/v1/clock/advance', 400, '{"ms":1e400}'],
    ['a numeric string', 'POST', '/v1/clock/advance', 400, '{"ms":"1"}'],
    ['an unknown field', 'POST', '/v1/clock/advance', 400, '{"ms":1,"speed":2}'],
    ['a prototype', 'POST', '/v1/clock/advance', 400, '{"ms":1,"__proto__":{"to":1}}'],
    ['a constructor', 'POST', '/v1/clock/advance', 400, '{"ms":1,"constructor":{"prototype":{}}}'],
    ['2 MB', 'POST', '/v1/clock/advance', 413, `{"ms":1,"x":"${'x'.repeat(2_000_000)}"}`],
    ['an unknown mode', 'PUT', '/v1/clock', 400, '{"mode":"backwards"}'],
    ['a rate without scaled', 'PUT', '/v1/clock', 400, '{"mode":"frozen","rate":2}'],
    ['a rate of nothing', 'PUT', '/v1/clock', 400, '{"mode":"scaled","rate":0}'],
    ['a negative limit', 'GET', '/v1/tasks?limit=-1', 400],
    ['two limits', 'GET', '/v1/tasks?limit=1&limit=2', 400],
    ['a limit too high', 'GET', '/v1/tasks?limit=1001', 400],
    ['an unknown query', 'GET', '/v1/tasks?limits=1', 400],
    ['a prototype query', 'GET', '/v1/tasks?__proto__=1', 400],
    ['an unknown namespace', 'GET', '/v1/tasks?namespace=0123456789abcdef', 404],
    ['a namespace of nonsense', 'GET', '/v1/clock?namespace=x', 400],
    ['an unknown task', 'GET', '/v1/tasks/constructor', 404],
    ['a task with a long id', 'GET', `/v1/tasks/${'x'.repeat(500)}`, 404],
    ['nobody’s account', 'GET', '/v1/account', 400],
    ['a status of nonsense', 'GET', '/v1/journal?status=9999', 400],
    ['a broken escape', 'GET', '/v1/tasks/%zz', 400],
  ]
  it.each(requests)('answers %s with a problem', async (_what, method, path, status, payload) => {
    await using simulator = await frozenSimulator()

    const reply = await simulator.app.inject({
      method,
      url: `/_mockling${path}`,
      headers: payload === undefined ? {} : { 'content-type': 'application/json' },
      ...(payload !== undefined && { payload }),
    })

    expectProblem(reply)
    expect(reply.statusCode).toBe(status)
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded'])('answers a body of %s with a problem', async type => {
    await using simulator = await frozenSimulator()

    const reply = await simulator.app.inject({
      method: 'POST',
      url: '/_mockling/v1/clock/advance',
      headers: { 'content-type': type },
      payload: '{"ms":1}',
    })

    expectProblem(reply)
    expect([400, 415]).toContain(reply.statusCode)
  })

  it('keeps instants whole when told to advance by a fraction', async () => {
    await using simulator = await frozenSimulator()

    const { control } = simulator
    await simulator.app.inject({ method: 'POST', url: '/_mockling/v1/clock/advance', payload: { seconds: 0.0003 } })
    const record = await retrieve(simulator, (await create(simulator, { async: true })).json().task_id)

    expect(Number.isInteger(control.clock('server').now)).toBe(true)
    expect(String(record.created_at)).toMatch(/^\d+(?:\.\d{1,3})?$/)
  })
})
