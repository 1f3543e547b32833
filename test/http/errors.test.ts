import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { readCurl } from '../support/curl.ts'
import { BODY, CATALOGUE, CREATE, withToken } from '../support/errors.ts'
import {
  create,
  createAsync,
  errorBytes,
  frozenSimulator,
  post,
  type Settings,
  SOUND,
  TOKEN,
  UUID,
} from '../support/requests.ts'
import { type Answer, send, speak } from '../support/sockets.ts'

const UNREADABLE = 'Failed to resolve the request body'

/** The error is the whole body, byte for byte, and says what its headers say. */
function expectError(answer: Answer, status: number, code: string, message: string, taskId?: string): void {
  expect(answer.headers['x-trace-id']).toMatch(UUID)
  expect(answer.text).toBe(errorBytes(code, message, answer.headers['x-trace-id'], taskId))
  expect(answer.status).toBe(status)
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.headers['content-length']).toBe(String(answer.body.length))
}

describe('the catalogue', () => {
  it.each(CATALOGUE)('answers $status $code to its curl', async ({ code, status, message, curl }) => {
    await using simulator = await createSimulator({ pace: 'instant' })

    expectError(await send(simulator.url, readCurl(curl)), status, code, message)
  })

  it('gives the same curl the same trace id, and so the same bytes, in every run', async () => {
    const bytes = async () => {
      await using simulator = await createSimulator({ pace: 'instant', seed: 1 })
      const answers: string[] = []
      for (const { curl } of CATALOGUE) answers.push((await send(simulator.url, readCurl(curl))).text)
      return answers
    }

    const [first, second] = [await bytes(), await bytes()]

    expect(second).toEqual(first)
    expect(new Set(first).size).toBe(CATALOGUE.length)
  })

  it('draws other trace ids from another seed', async () => {
    await using one = await createSimulator({ seed: 1 })
    await using two = await createSimulator({ seed: 2 })

    const traces = [one, two].map(async simulator => (await create(simulator, { model: 'x' })).headers['x-trace-id'])

    const [first, second] = await Promise.all(traces)
    expect(first).not.toBe(second)
  })
})

/** Codes a task can fail with, and one curl each that has a held create answered so. */
const FAILURES = [
  { code: 'forbidden', status: 403, message: 'The content was refused by moderation.' },
  { code: 'api_error', status: 500, message: 'fetch failed' },
  { code: 'timeout', status: 504, message: 'The upstream service timed out.' },
] as const

describe('a held create whose task fails', () => {
  it.each(FAILURES)('answers $status $code with the task’s id last', async ({ code, status, message }) => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const curls = [
      withToken(code),
      `${CREATE} -H 'authorization: Bearer w7' -H 'x-mockling-outcome: fail ${code}' ${BODY}`,
      `${CREATE} -H 'authorization: Bearer w7' -d '{"action":"text2video","prompt":"[[mockling:fail ${code}]]"}'`,
    ]

    for (const curl of curls) {
      const answer = await send(simulator.url, readCurl(curl))
      const { items } = await simulator.control.tasks('server', { limit: 1, offset: 0 })
      expect(items[0]?.outcome).toBe(`fail ${code}`)
      const [newest] = items.filter(({ request }) => 'prompt' in request)
      expectError(answer, status, code, message, JSON.parse(answer.text).task_id)
      expect(newest).toBeDefined()
      expect((await simulator.control.task(JSON.parse(answer.text).task_id)).state).toBe('failed')
    }
  })
})

describe('magic tokens', () => {
  let folder: string
  let tokens: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mockling-'))
    tokens = join(folder, 'tokens.txt')
    await writeFile(tokens, '# who may call\n\n  first  \r\nsecond\n')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('lets in the tokens of the file and no other', async () => {
    await using simulator = await createSimulator({ pace: 'instant', tokens })
    const statusFor = async (token: string) => (await create(simulator, {}, { token })).statusCode

    expect(await Promise.all(['first', 'second'].map(statusFor))).toEqual([200, 200])
    const strangers = ['third', 'First', '#', '# who may call', 'first.mockling-nonsense', 'first.mockling-']
    expect(await Promise.all(strangers.map(statusFor))).toEqual(strangers.map(() => 401))
  })

  const everywhere = CATALOGUE.filter(({ code }) => code !== 'invalid_token')

  it.each(CATALOGUE)('answers $code to the token that ends in .mockling-$code, under a token file too', async row => {
    await using restricted = await createSimulator({ pace: 'instant', tokens })
    await using open = await createSimulator({ pace: 'instant' })
    // A sound create breaks no rule of its own: then the text is the code's general one.
    const message = row.code === 'bad_request' ? UNREADABLE : row.message
    const fails = FAILURES.some(({ code }) => code === row.code)

    for (const simulator of [restricted, open]) {
      const answer = await send(simulator.url, readCurl(withToken(row.code)))
      expectError(answer, row.status, row.code, message, fails ? JSON.parse(answer.text).task_id : undefined)
    }
  })

  it('takes a token whose ending is no code for any other token', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    for (const token of ['w7.mockling-nonsense', 'w7.mockling-', 'mockling-used_up', 'w7.mockling-used_up.x']) {
      expect((await create(simulator, {}, { token })).statusCode).toBe(200)
    }
  })

  it('refuses a bad credential at /kling/tasks too, and the codes of creates there not', async () => {
    await using simulator = await createSimulator()
    const statusFor = async (code: string) =>
      (await post(simulator, '/kling/tasks', { id: 'x' }, { token: `w7.mockling-${code}` })).statusCode

    const codes = everywhere.map(row => row.code)
    const statuses = Object.fromEntries(await Promise.all(codes.map(async code => [code, await statusFor(code)])))

    expect(statuses).toEqual({
      ...Object.fromEntries(codes.map(code => [code, 200])),
      token_mismatched: 400,
      disabled: 400,
      token_expired: 401,
    })
  })
})

describe('the credential', () => {
  const headers = [
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'tester',
    'Basic dGVzdGVyOg==',
    'Bearer two words',
    'Bearer a,b c',
    'Bearertester',
  ]
  it.each(headers)('refuses authorization: %j', async authorization => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const answer = await send(simulator.url, {
      method: 'POST',
      path: '/kling/videos',
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify(SOUND),
    })

    expectError(answer, 401, 'invalid_token', 'The specified token is invalid or wrong.')
  })

  it('takes the guide’s placeholder, any case of the scheme and several spaces', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    for (const authorization of ['Bearer {token}', 'bearer tester', 'BEARER tester', 'Bearer   tester']) {
      expect((await create(simulator, {}, { headers: { authorization } })).statusCode).toBe(200)
    }
  })
})

describe('the framework’s own refusals', () => {
  const head = (path: string, more = '') =>
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer tester\r\nconnection: close\r\n${more}`
  const withBody = (type: string, body: string) =>
    head('/kling/videos', `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  const sound = JSON.stringify(SOUND)

  const refusals: [what: string, bytes: string, status: number, code: string, message: string][] = [
    ['broken JSON', withBody('application/json', '{"action":'), 400, 'bad_request', UNREADABLE],
    ['JSON that is no object', withBody('application/json', '[]'), 400, 'bad_request', UNREADABLE],
    ['another content type', withBody('text/plain', sound), 400, 'bad_request', UNREADABLE],
    ['no content type', head('/kling/videos', `content-length: 2\r\n\r\n{}`), 400, 'bad_request', UNREADABLE],
    ['no body', head('/kling/videos', '\r\n'), 400, 'bad_request', 'JSON payload invalid'],
    ['an empty body', withBody('application/json', ''), 400, 'bad_request', 'JSON payload invalid'],
    [
      'a body that says it is too large',
      head('/kling/videos', 'content-type: application/json\r\ncontent-length: 2000000\r\n\r\n'),
      413,
      'content_too_large',
      'The request body is too large.',
    ],
    [
      'headers that overflow',
      head('/kling/videos', `x-long: ${'x'.repeat(20_000)}\r\n\r\n`),
      431,
      'bad_request',
      'The request headers are too large.',
    ],
    ['bytes that are no HTTP', 'make me a video\r\n\r\n', 400, 'bad_request', 'The request is no valid HTTP.'],
    [
      'a header line without a colon',
      'GET /health HTTP/1.1\r\nhost\r\n\r\n',
      400,
      'bad_request',
      'The request is no valid HTTP.',
    ],
    [
      'a length that contradicts the chunks',
      head('/kling/videos', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
      400,
      'bad_request',
      'The request is no valid HTTP.',
    ],
    [
      'a URL with broken percent-encoding',
      head('/%zz', '\r\n'),
      404,
      'no_api',
      'API does not exist, please make sure url is correct.',
    ],
  ]

  it.each(refusals)('answers %s in the envelope', async (_what, bytes, status, code, message) => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const [answer] = await speak(simulator.url, bytes)

    if (!answer) throw new Error('no answer came')
    expectError(answer, status, code, message)
  })

  it('answers a create without a Host header like any other', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const lines = [
      'authorization: Bearer tester',
      'content-type: application/json',
      `content-length: ${sound.length}`,
      'connection: close',
    ]

    for (const version of ['1.1', '1.0']) {
      const bytes = `POST /kling/videos HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n${sound}`
      const [answer] = await speak(simulator.url, bytes)
      expect(answer?.status).toBe(200)
      expect(JSON.parse(answer?.text ?? '').video_url).toMatch(new RegExp(`^${simulator.url}/bs2/`))
    }
  })

  it('answers an expectation it can’t meet in the envelope', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })

    const [answer] = await speak(simulator.url, head('/kling/videos', 'expect: a miracle\r\n\r\n'))

    expect(answer?.status).toBe(417)
    expect(JSON.parse(answer?.text || 'null')).toMatchObject({ success: false, error: { code: 'bad_request' } })
  })

  it('reads a body that waits for 100 Continue', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const lines = `content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: ${sound.length}\r\n\r\n`

    const [answer] = await speak(simulator.url, head('/kling/videos', lines) + sound)

    expect(answer?.status).toBe(200)
  })

  it('lets auto-skip go on after each of them', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })

    for (const [, bytes] of refusals) await speak(simulator.url, bytes)

    expect((await create(simulator)).statusCode).toBe(200)
  }, 5_000)

  it('reports the end of each of them', async () => {
    const ends: number[] = []
    await using simulator = await createSimulator(
      { pace: 'instant' },
      { onRequest: ({ status }) => ends.push(status ?? 0) },
    )

    for (const [, bytes] of refusals) await speak(simulator.url, bytes)

    expect(ends).toEqual(refusals.map(([, , status]) => status))
  })
})

describe('settings', () => {
  const broken: [what: string, body: object, message: string][] = [
    ['a rule', { ...SOUND, model: 'kling-v9' }, 'model is invalid.'],
    ['a wrong JSON type', { ...SOUND, duration: '5' }, UNREADABLE],
    ['an unknown video', { ...SOUND, action: 'extend', video_id: 'x' }, ''],
  ]
  const codes = ['bad_request', 'token_mismatched', 'api_not_implemented'] as const
  it.each(codes.flatMap(code => broken.map(row => [code, ...row] as const)))(
    'reports as %s, if told to, %s',
    async (parameterErrorCode, _what, body, message) => {
      await using simulator = await createSimulator({ parameterErrorCode })

      const answer = await post(simulator, '/kling/videos', body)

      expect(answer.statusCode).toBe(400)
      expect(answer.json().error.code).toBe(parameterErrorCode)
      if (message !== '') expect(answer.json().error.message).toBe(message)
    },
  )

  it('reports what is no object as bad_request whatever the code of parameter errors', async () => {
    await using simulator = await createSimulator({ parameterErrorCode: 'token_mismatched' })

    expect((await post(simulator, '/kling/videos', '[]')).json().error.code).toBe('bad_request')
    expect((await post(simulator, '/kling/videos', '{')).json().error.code).toBe('bad_request')
  })

  const upstreamOnly: [what: string, body: object][] = [
    [
      'a camera of kling-v1 in pro mode',
      { ...SOUND, mode: 'pro', camera_control: { type: 'simple', config: { zoom: 1 } } },
    ],
    [
      'an end frame with sound on kling-v2-6',
      {
        action: 'image2video',
        model: 'kling-v2-6',
        mode: 'pro',
        prompt: 'a mug',
        start_image_url: 'https://example.com/a.png',
        end_image_url: 'https://example.com/b.png',
        generate_audio: true,
      },
    ],
    ['a camera of kling-v3', { ...SOUND, model: 'kling-v3', camera_control: { type: 'down_back' } }],
    [
      'a simple camera that moves two ways',
      { ...SOUND, camera_control: { type: 'simple', config: { zoom: 1, pan: 0.5 } } },
    ],
  ]
  it.each(upstreamOnly)('refuses %s under strictness upstream only', async (_what, body) => {
    await using documented = await createSimulator({ pace: 'instant' })
    await using upstream = await createSimulator({ pace: 'instant', strictness: 'upstream' })

    expect((await post(documented, '/kling/videos', body)).statusCode).toBe(200)
    expect((await post(upstream, '/kling/videos', body)).statusCode).toBe(400)
  })

  const shapes: [shape: 'absent' | 'null' | 'empty' | 'snapshot', response: (id: string) => unknown][] = [
    ['absent', () => undefined],
    ['null', () => null],
    ['empty', () => ({})],
    ['snapshot', id => ({ task_id: id, state: 'processing' })],
  ]
  it.each(shapes)('shows a pending response as %s', async (pendingResponse, response) => {
    await using simulator = await frozenSimulator({ pendingResponse })
    const id = await createAsync(simulator)

    const record = (await post(simulator, '/kling/tasks', { id })).json()

    expect('response' in record).toBe(pendingResponse !== 'absent')
    expect(record.response).toEqual(response(id))
  })
})

const MUG = 'https://example.com/mug.png'
const FRAMES = { action: 'image2video', start_image_url: MUG, end_image_url: MUG } as const

/** Requests that break two checks which follow each other, and the earlier one's answer. */
interface Pair {
  readonly first: string
  readonly second: string
  readonly status: number
  readonly says: string
  readonly settings?: Settings
  /** A sound create comes before, so that what it takes is taken. */
  readonly before?: true
  readonly token?: string | null
  readonly method?: 'GET'
  readonly path?: string
  readonly type?: string
  readonly headers?: Record<string, string>
  /** A change to the sound create, or the whole text. */
  readonly body?: object | string
}

const TWO_MB = JSON.stringify({ ...SOUND, prompt: 'x'.repeat(2_000_000) })

const PAIRS: Pair[] = [
  {
    first: 'path',
    second: 'credential',
    status: 400,
    says: 'The API is not implemented.',
    path: '/kling/x',
    token: null,
  },
  { first: 'method', second: 'credential', status: 404, says: 'API does not exist', method: 'GET', token: null },
  {
    first: 'path',
    second: 'disabled',
    status: 400,
    says: 'The API is not implemented.',
    path: '/kling/x',
    token: 'w7.mockling-disabled',
  },
  {
    first: 'credential',
    second: 'balance',
    status: 401,
    says: 'The specified token is invalid or wrong.',
    token: null,
    settings: { balance: 0 },
  },
  {
    first: 'disabled',
    second: 'balance',
    status: 400,
    says: 'Your application has been disabled',
    token: 'w7.mockling-disabled',
    settings: { balance: 0 },
  },
  {
    first: 'balance',
    second: 'rate',
    status: 403,
    says: 'Your balance is not sufficient',
    settings: { balance: 1.4, rate: '1/h' },
    before: true,
  },
  {
    first: 'rate',
    second: 'content type',
    status: 429,
    says: 'You have exceeded the rate limit.',
    settings: { rate: '1/h' },
    before: true,
    type: 'text/plain',
  },
  { first: 'content type', second: 'size', status: 400, says: UNREADABLE, type: 'text/plain', body: TWO_MB },
  { first: 'size', second: 'JSON', status: 413, says: 'The request body is too large.', body: TWO_MB.slice(1) },
  {
    first: 'object',
    second: 'outcome header',
    status: 400,
    says: UNREADABLE,
    body: '[]',
    headers: { 'x-mockling-outcome': 'nonsense' },
  },
  {
    first: 'outcome header',
    second: 'JSON types',
    status: 400,
    says: "the header x-mockling-outcome: there is no outcome or fault 'nonsense'",
    headers: { 'x-mockling-outcome': 'nonsense' },
    body: { duration: '5' },
  },
  {
    first: 'outcome word',
    second: 'JSON types',
    status: 400,
    says: "the prompt’s magic word: there is no outcome or fault 'nonsense'",
    body: { prompt: '[[mockling:nonsense]]', duration: '5' },
  },
  { first: 'JSON types', second: 'action', status: 400, says: UNREADABLE, body: { action: 'dance', duration: '5' } },
  { first: 'action', second: 'model', status: 400, says: 'action must be', body: { action: 'dance', model: 'x' } },
  { first: 'model', second: 'mode', status: 400, says: 'model is invalid.', body: { model: 'x', mode: 'ultra' } },
  {
    first: 'mode',
    second: 'duration',
    status: 400,
    says: "mode value 'ultra' is invalid",
    body: { mode: 'ultra', duration: 7 },
  },
  {
    first: 'duration',
    second: 'aspect_ratio',
    status: 400,
    says: "duration value '7' is invalid",
    body: { duration: 7, aspect_ratio: '4:3' },
  },
  {
    first: 'aspect_ratio',
    second: 'a missing prompt (R3)',
    status: 400,
    says: "aspect_ratio value '4:3' is invalid",
    body: { aspect_ratio: '4:3', prompt: null },
  },
  {
    first: 'a camera of no known type',
    second: 'a missing prompt (R3)',
    status: 400,
    says: 'type',
    body: { camera_control: { type: 'dolly' }, prompt: null },
  },
  {
    first: 'a missing prompt (R4)',
    second: 'a missing video_id (R6)',
    status: 400,
    says: 'prompt is required',
    body: { action: 'extend', prompt: null },
  },
  {
    first: 'a missing video_id (R6)',
    second: 'a model that can’t extend (R7)',
    status: 400,
    says: 'video_id is required for extend',
    body: { action: 'extend', model: 'kling-v2-6' },
  },
  {
    first: 'a model that can’t extend (R7)',
    second: 'an end frame without image2video (R10)',
    status: 400,
    says: 'extend requires',
    body: { action: 'extend', video_id: 'x', model: 'kling-v2-6', end_image_url: MUG },
  },
  {
    first: 'cfg_scale on a v1 extend (R8)',
    second: 'an end frame without image2video (R10)',
    status: 400,
    says: 'cfg_scale',
    body: { action: 'extend', video_id: 'x', cfg_scale: 0.5, end_image_url: MUG },
  },
  {
    first: 'a missing start frame (R5)',
    second: 'an end frame without a start (R10)',
    status: 400,
    says: 'start_image_url is required for image2video',
    body: { action: 'image2video', end_image_url: MUG },
  },
  {
    first: 'an end frame with text2video (R10)',
    second: '4k not offered (R16)',
    status: 400,
    says: 'end_image_url is not supported for text2video.',
    body: { mode: '4k', end_image_url: MUG },
  },
  {
    first: 'an end frame not offered (R12)',
    second: '4k not offered (R16)',
    status: 400,
    says: 'Image tail is not supported by the current model',
    body: { ...FRAMES, model: 'kling-v2-1-master', mode: '4k' },
  },
  {
    first: '4k not offered (R16)',
    second: 'sound not offered (R19)',
    status: 400,
    says: '4k mode is not supported by the current model: kling-v1',
    body: { mode: '4k', generate_audio: true },
  },
  {
    first: 'a camera in 4k (R17)',
    second: 'cfg_scale out of range (R23)',
    status: 400,
    says: 'amera',
    body: { model: 'kling-v3', mode: '4k', camera_control: { type: 'down_back' }, cfg_scale: 2 },
  },
  {
    first: 'sound not offered (R19)',
    second: 'a camera not offered (R20)',
    status: 400,
    says: 'generate_audio',
    body: { model: 'kling-v1-6', generate_audio: true, camera_control: { type: 'down_back' } },
  },
  {
    first: 'sound in the wrong mode of kling-v2-6 (R19)',
    second: 'a camera not offered (R20)',
    status: 400,
    says: "mode value 'std' is invalid",
    body: { model: 'kling-v2-6', generate_audio: true, camera_control: { type: 'down_back' } },
  },
  {
    first: 'a camera not offered (R20)',
    second: 'a camera value out of range (R22)',
    status: 400,
    says: 'Camera control is not supported by the current model',
    body: { model: 'kling-v1-6', camera_control: { type: 'simple', config: { zoom: 9 } } },
  },
  {
    first: 'a camera value out of range (R22)',
    second: 'cfg_scale out of range (R23)',
    status: 400,
    says: 'zoom',
    body: { camera_control: { type: 'simple', config: { zoom: 9 } }, cfg_scale: 2 },
  },
  {
    first: 'cfg_scale out of range (R23)',
    second: 'a long negative_prompt (R24)',
    status: 400,
    says: 'cfgScale: must be less than or equal to 1',
    body: { cfg_scale: 2, negative_prompt: 'x'.repeat(201) },
  },
  {
    first: 'a long negative_prompt (R24)',
    second: 'references with another model (R26)',
    status: 400,
    says: 'negative_prompt',
    body: { negative_prompt: 'x'.repeat(201), element_list: [{ element_id: 1 }] },
  },
  {
    first: 'references with another model (R26)',
    second: 'two reference videos (R28)',
    status: 400,
    says: 'video_list',
    body: { video_list: [{ video_url: MUG }, { video_url: MUG }] },
  },
  {
    first: 'two reference videos (R28)',
    second: 'a base video with frames (R29)',
    status: 400,
    says: 'video_list must contain exactly one reference video',
    body: {
      action: 'image2video',
      model: 'kling-video-o1',
      start_image_url: MUG,
      video_list: [{ video_url: MUG }, { video_url: MUG }],
    },
  },
  {
    first: 'a base video with frames (R29)',
    second: 'too many references (R33)',
    status: 400,
    says: 'A base reference video cannot be combined with first or end frames',
    body: {
      action: 'image2video',
      model: 'kling-video-o1',
      start_image_url: MUG,
      video_list: [{ video_url: MUG }],
      element_list: [1, 2, 3, 4, 5].map(element_id => ({ element_id })),
    },
  },
  {
    first: 'too many references (R33)',
    second: 'a URL of another scheme (R40)',
    status: 400,
    says: 'Reference images cannot exceed 7 for this request',
    body: {
      model: 'kling-video-o1',
      element_list: [1, 2, 3, 4, 5, 6, 7, 8].map(element_id => ({ element_id })),
      callback_url: 'ftp://example.com',
    },
  },
  {
    first: 'a URL of another scheme (R40)',
    second: 'a long prompt (R42)',
    status: 400,
    says: 'callback_url must be an HTTP URL',
    body: { callback_url: 'ftp://example.com', prompt: 'x'.repeat(2501) },
  },
  {
    first: 'a long prompt (R42)',
    second: 'a simple camera without config (R43)',
    status: 400,
    says: 'prompt: size must be between 0 and 2500',
    body: { prompt: 'x'.repeat(2501), camera_control: { type: 'simple' } },
  },
  {
    first: 'the last rule of the body',
    second: 'video_id',
    status: 400,
    says: 'timeout',
    body: { action: 'extend', video_id: 'x', timeout: 1.5 },
  },
  {
    first: 'video_id',
    second: 'price above the balance',
    status: 400,
    says: 'video_id',
    settings: { balance: 0.5 },
    body: { action: 'extend', video_id: 'x' },
  },
  {
    first: 'price above the balance',
    second: 'concurrency',
    status: 403,
    says: 'Your balance is not sufficient',
    settings: { balance: 2, concurrency: 1 },
    before: true,
  },
  {
    first: 'price above the balance',
    second: 'an outcome that refuses',
    status: 403,
    says: 'Your balance is not sufficient',
    settings: { balance: 1 },
    headers: { 'x-mockling-outcome': 'refuse timeout' },
  },
  {
    first: 'concurrency',
    second: 'an outcome that refuses',
    status: 429,
    says: 'You have exceeded the rate limit.',
    settings: { concurrency: 1 },
    before: true,
    headers: { 'x-mockling-outcome': 'refuse timeout' },
  },
]

describe('the order of checks', () => {
  it.each(PAIRS)('objects to $first before $second', async pair => {
    await using simulator = await frozenSimulator(pair.settings)
    if (pair.before) await createAsync(simulator)
    const { body = {}, token = TOKEN } = pair

    const answer = await simulator.app.inject({
      method: pair.method ?? 'POST',
      url: pair.path ?? '/kling/videos',
      headers: {
        'content-type': pair.type ?? 'application/json',
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...pair.headers,
      },
      payload: typeof body === 'string' ? body : JSON.stringify({ ...SOUND, ...body }),
    })

    expect(answer.json().error.message).toContain(pair.says)
    expect(answer.statusCode).toBe(pair.status)
  })

  it('finds each half of every pair objectionable, in the journal or alone', async () => {
    await using simulator = await frozenSimulator()

    for (const { body } of PAIRS.filter(({ second }) => /\(R\d+\)$/.test(second))) {
      await create(simulator, body as object)
      const [entry] = simulator.control.journal.list({ kind: 'request' }, 1)
      const rules = entry?.kind === 'request' ? entry.objections?.map(({ rule }) => rule) : []
      expect(new Set(rules).size, JSON.stringify(body)).toBeGreaterThanOrEqual(2)
    }
  })
})
