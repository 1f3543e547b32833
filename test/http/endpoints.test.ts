import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { CASES, lips, motion, omit, photo, recorded } from '../support/endpoint-cases.ts'
import { OTHERS, SOUND_BODIES } from '../support/endpoints.ts'
import { errorBytes, frozenSimulator, post, retrieve, TOKEN, UUID, whenWaiting } from '../support/requests.ts'

const LATER = ['2026-08', '2026-10'] as const
const DIGITS = /^[1-9]\d{17}$/

function instant(settings: Parameters<typeof createSimulator>[0] = {}): Promise<Simulator> {
  return createSimulator({ pace: 'instant', callbackAllow: ['callbacks.invalid'], revision: '2026-10', ...settings })
}

/** The bytes of a gateway's error from August on. */
const bare = (code: string, message: string, traceId: unknown) =>
  `{"error":{"code":"${code}","message":${JSON.stringify(message)}},"trace_id":"${traceId}"}`

describe.each(OTHERS)('%s', path => {
  const sound = SOUND_BODIES[path]
  const type = path.slice('/kling/'.length)

  it.each(LATER)('answers held with a result, in revision %s', async revision => {
    await using simulator = await instant({ revision })
    const reply = await post(simulator, path, sound)
    const body = reply.json()
    expect([reply.statusCode, body.success, body.state]).toEqual([200, true, 'succeed'])
    expect(body.video_id).toMatch(DIGITS)
    expect(body.task_id).toMatch(UUID)
    expect(body.video_url).toMatch(new RegExp(`/kling/${body.task_id}\\.mp4$`))
    expect(typeof body.duration).toBe(type === 'talking-photo' ? 'number' : 'string')
    expect('source_video_url' in body).toBe(type === 'talking-photo')
    expect('cost' in body).toBe(type === 'motion' && revision === '2026-10')
    expect(reply.headers['x-mockling-ignored']).toBeUndefined()
  })

  it('makes a task that is polled, under its own type', async () => {
    await using simulator = await frozenSimulator({ revision: '2026-08' })
    const reply = await post(simulator, path, { ...sound, async: true })
    expect(reply.json()).toEqual({ task_id: expect.stringMatching(UUID) })
    const { task_id: id } = reply.json()
    expect(await retrieve(simulator, id)).toMatchObject({ id, type, request: { ...sound, async: true } })
    expect(await retrieve(simulator, id)).not.toHaveProperty('response')
    await simulator.clock.advance({ seconds: 10 })
    const record = await retrieve(simulator, id)
    expect(record.response).toMatchObject({ success: true, task_id: id })
    const listed = await post(simulator, '/kling/tasks', { action: 'retrieve_batch', type })
    expect(listed.json()).toMatchObject({ count: 1, items: [{ id }] })
    const videos = await post(simulator, '/kling/tasks', { action: 'retrieve_batch', type: 'videos' })
    expect(videos.json().items.map((item: { id: string }) => item.id)).not.toContain(id)
    expect((await simulator.tasks.get(id)).type).toBe(type)
  })

  it('posts a callback that says what the record says', async () => {
    await using simulator = await frozenSimulator({ revision: '2026-10' })
    const reply = await post(simulator, path, { ...sound, callback_url: simulator.inbox.url('hook') })
    const { task_id: id } = reply.json()
    expect(reply.json()).toEqual({ task_id: id })
    await whenWaiting(simulator)
    await simulator.clock.advance({ token: TOKEN, seconds: 10 })
    const [message] = await simulator.inbox.list('hook')
    expect(message?.json).toEqual((await retrieve(simulator, id)).response)
    expect(message?.json).toMatchObject({ success: true, task_id: id })
  })

  it('delivers every file that it names', async () => {
    await using simulator = await instant()
    const body = (await post(simulator, path, sound)).json()
    const urls = [body.video_url, body.source_video_url].filter(url => url !== undefined)
    const tags = new Set<string>()
    for (const url of urls) {
      const file = await supertest(simulator.app.server).get(new URL(url).pathname).buffer(true)
      expect([file.status, file.headers['content-type']]).toEqual([200, 'video/mp4'])
      expect(file.body.subarray(4, 8).toString()).toBe('ftyp')
      tags.add(String(file.headers['etag']))
      const head = await supertest(simulator.app.server).head(new URL(url).pathname)
      expect([head.status, head.headers['content-length']]).toEqual([200, file.headers['content-length']])
    }
    expect(tags.size).toBe(type === 'talking-photo' ? 2 : 1)
    await simulator.reset()
    for (const url of urls) expect((await simulator.app.inject(new URL(url).pathname)).statusCode).toBe(404)
  })

  it('goes through outcomes and faults as a create of a video does', async () => {
    await using simulator = await instant({ balance: 1000 })
    const failed = await post(simulator, path, sound, { headers: { 'x-mockling-outcome': 'fail forbidden' } })
    const { task_id: id, ...rest } = failed.json()
    expect([failed.statusCode, rest.success, rest.error.code]).toEqual([403, false, 'forbidden'])
    expect((await retrieve(simulator, id)).response).toEqual(failed.json())
    const words = { [type === 'lip-sync' ? 'text' : 'prompt']: 'hello [[mockling:fail timeout]]' }
    expect((await post(simulator, path, { ...sound, ...words })).statusCode).toBe(504)
    const [field = ''] = Object.keys(words)
    const unknown = await post(simulator, path, { ...sound, [field]: '[[mockling:nope]]' })
    expect(unknown.json().error.message).toContain(`the ${field}’s magic word: there is no outcome or fault 'nope'`)
    await simulator.outcomes.add('refuse too_many_requests', { when: { action: type }, next: 1 })
    expect((await post(simulator, path, sound)).statusCode).toBe(429)
    expect((await post(simulator, path, sound, { token: 'x.mockling-used_up' })).statusCode).toBe(403)
    expect(await simulator.ledger()).toMatchObject({ totals: { creates: 2, charged: 0 } })
  })

  it('costs what it succeeds for, and counts against balance, rate and concurrency', async () => {
    await using simulator = await frozenSimulator({ revision: '2026-10', concurrency: 1, rate: '3/h' })
    const wait = { ...sound, async: true }
    expect((await post(simulator, path, wait)).statusCode).toBe(200)
    expect((await post(simulator, path, wait)).statusCode).toBe(429)
    await simulator.clock.advance({ seconds: 10 })
    const { totals } = await simulator.ledger()
    expect(totals.charged).toBe({ motion: 2.11722, 'lip-sync': 2.45, 'talking-photo': 16.45 }[type])
    expect((await post(simulator, path, wait)).statusCode).toBe(200)
    expect((await post(simulator, path, wait)).json().error.code).toBe('too_many_requests')
  })

  describe('bad input', () => {
    const unreadable: [what: string, text: string][] = [
      ['an empty array', '[]'],
      ['null', 'null'],
      ['a string', '"x"'],
      ['a number', '1'],
      ['an open brace', '{'],
      ['101 levels', `{"x":${'['.repeat(100)}${']'.repeat(100)}}`],
      ['100,000 levels', `${'{"x":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ]
    it.each(unreadable)('can’t resolve %s', async (_what, text) => {
      await using simulator = await instant()
      const reply = await post(simulator, path, text)
      const bytes = bare('bad_request', 'Failed to resolve the request body', reply.headers['x-trace-id'])
      expect([reply.statusCode, reply.body]).toEqual([400, bytes])
    })

    it('misses a body, refuses text and 9 MB', async () => {
      await using simulator = await instant()
      const none = await post(simulator, path, '')
      expect([none.statusCode, none.json().error.message]).toEqual([400, 'JSON payload invalid'])
      const text = await post(simulator, path, sound, { headers: { 'content-type': 'text/plain' } })
      expect([text.statusCode, text.json().error.code]).toEqual([400, 'bad_request'])
      const large = await post(simulator, path, { ...sound, prompt: 'x'.repeat(9_000_000) })
      expect([large.statusCode, large.json().error.code]).toEqual([413, 'content_too_large'])
      expect(large.json()).not.toHaveProperty('success')
    })

    it('names what is missing in an empty object, and leaves a failed task', async () => {
      await using simulator = await instant()
      const reply = await post(simulator, path, {})
      const { error, task_id: id } = reply.json()
      expect(reply.body).toBe(errorBytes('bad_request', error.message, reply.headers['x-trace-id'], id))
      expect(error.message).toMatch(/specified|required/)
      expect(await retrieve(simulator, id)).toMatchObject({ id, type, request: {}, response: reply.json() })
    })

    it('takes __proto__ for an unknown field and null for an absent one', async () => {
      await using simulator = await instant()
      const text = JSON.stringify({ ...sound, callback_url: null }).replace('{', '{"__proto__":{"mode":"x"},')
      const reply = await post(simulator, path, text)
      expect([reply.statusCode, reply.headers['x-mockling-ignored']]).toEqual([200, '__proto__'])
    })

    it.each(Object.keys(sound))('refuses %s of any other JSON type', async field => {
      await using simulator = await instant()
      for (const wrong of [1, true, [], {}]) {
        const reply = await post(simulator, path, { ...sound, [field]: wrong })
        expect([reply.statusCode, reply.json().error.message]).toEqual([400, 'Failed to resolve the request body'])
      }
    })

    it('answers whatever comes with a result or the envelope, and stays up', async () => {
      await using simulator = await instant()
      const fields = fc.constantFrom(...Object.keys(sound), 'prompt', 'mode', 'audio_type', 'audio_file', 'timeout')
      await fc.assert(
        fc.asyncProperty(fc.dictionary(fields, fc.jsonValue()), async wild => {
          const reply = await post(simulator, path, { ...sound, ...wild })
          expect([200, 400]).toContain(reply.statusCode)
          if (reply.statusCode === 400)
            expect(reply.json()).toMatchObject({ success: false, task_id: expect.any(String) })
        }),
        { numRuns: 150 },
      )
    })
  })
})

describe('the rules of the endpoints', () => {
  it.each(CASES)('%s refuses by %s', async (path, rule, broken, says, sound) => {
    await using simulator = await instant()
    const refused = await post(simulator, path, broken)
    expect([refused.statusCode, refused.json().error.message]).toEqual([400, says])
    const [entry] = await simulator.requests.list({ operation: 'create' })
    expect(entry).toMatchObject({
      objections: [expect.objectContaining({ rule, source: expect.stringMatching(/gateway|kling/) })],
    })
    expect((await post(simulator, path, sound)).statusCode).toBe(200)
  })

  it('of lip-sync ask for a finished video of the token, of 5 or 10 s', async () => {
    await using simulator = await instant({ revision: '2026-08' })
    const make = async (body: object) =>
      (await post(simulator, '/kling/videos', { ...SOUND_BODIES['/kling/videos'], ...body })).json()
    const speak = async (video_id: string, token = TOKEN) =>
      (await post(simulator, '/kling/lip-sync', { ...omit(lips, 'video_url'), video_id }, { token })).json()
    const ten = await make({ duration: 10 })
    const spoken = await speak(ten.video_id)
    expect(spoken).toMatchObject({ success: true, duration: ten.duration })
    expect((await simulator.tasks.get(spoken.task_id)).video).toMatchObject({
      sourceId: ten.video_id,
      format: { audio: true },
    })
    expect((await speak(ten.video_id, 'somebody')).error.message).toMatch(
      /^video_id '\d+' is no finished video of this token/,
    )
    const long = await make({ action: 'extend', video_id: ten.video_id })
    expect((await speak(long.video_id)).error.message).toBe('the video of video_id must last 5 or 10 seconds')
  })

  it('of lip-sync leave out what the mode does not read, and say so', async () => {
    await using simulator = await instant()
    const reply = await post(simulator, '/kling/lip-sync', { ...lips, audio_url: 'https://example.com/a.mp3' })
    expect([reply.statusCode, reply.headers['x-mockling-ignored']]).toEqual([200, 'audio_url'])
    const other = await post(simulator, '/kling/lip-sync', { ...recorded, text: 'unread', voice_speed: 1 })
    expect([other.statusCode, other.headers['x-mockling-ignored']]).toEqual([200, 'text, voice_speed'])
    const both = { ...recorded, audio_file: 'SUQz' }
    const byUrl = await post(simulator, '/kling/lip-sync', both)
    expect([byUrl.statusCode, byUrl.headers['x-mockling-ignored']]).toEqual([200, 'audio_file'])
    const byFile = await post(simulator, '/kling/lip-sync', { ...both, audio_type: 'file' })
    expect([byFile.statusCode, byFile.headers['x-mockling-ignored']]).toEqual([200, 'audio_url'])
  })

  it('of lip-sync let a recording of 5 MB through as a file', async () => {
    await using simulator = await instant()
    const speak = (bytes: number) => {
      const audio_file = Buffer.alloc(bytes).toString('base64')
      return post(simulator, '/kling/lip-sync', { ...omit(recorded, 'audio_url'), audio_type: 'file', audio_file })
    }
    expect((await speak(5 * 1024 * 1024)).json()).toMatchObject({ success: true, state: 'succeed' })
    expect((await speak(6 * 1024 * 1024)).json().error.code).toBe('content_too_large')
  })

  it('of talking-photo make its price from video and speech', async () => {
    await using simulator = await instant()
    const cost = async (body: object) => {
      const { task_id: id } = (await post(simulator, '/kling/talking-photo', { ...photo, ...body })).json()
      return (await simulator.tasks.get(id)).credits
    }
    expect(await cost({ duration: 10 })).toBe(30.45)
    expect(await cost({ model: 'kling-v1', mode: 'std' })).toBe(3.85)
    // The sound comes from the recording: nobody pays the model for sound of its own.
    expect(await cost({ model: 'kling-v2-6', mode: 'pro' })).toBe(5.95)
  })
})

describe('an endpoint', () => {
  it.each(REVISIONS)('is there in the revisions that have it: %s', async revision => {
    await using simulator = await instant({ revision })
    const codes = await Promise.all(
      OTHERS.map(async path => (await post(simulator, path, SOUND_BODIES[path])).json().error?.code ?? 'made'),
    )
    const isLater = revision >= '2026-08'
    expect(codes).toEqual(['made', ...(isLater ? ['made', 'made'] : ['api_not_implemented', 'api_not_implemented'])])
  })

  it('that is not there is missed before the credential', async () => {
    await using simulator = await instant({ revision: '2026-05' })
    const reply = await simulator.app.inject({ method: 'POST', url: '/kling/lip-sync', payload: {} })
    expect(reply.json().error.code).toBe('api_not_implemented')
  })

  it('of motion reads model_name from August on, and has the older form of ids before', async () => {
    for (const revision of ['2026-03', '2026-05'] as const) {
      await using simulator = await instant({ revision })
      const reply = await post(simulator, '/kling/motion', { ...motion, model_name: 'kling-v3' })
      expect(reply.headers['x-mockling-ignored']).toBe('model_name')
      expect(reply.json().video_id).toMatch(UUID)
      expect(reply.json().video_url).toMatch(/\/bs2\/upload-kling-api\/\d{10}\/motionControl\//)
    }
  })
})

describe('the errors of the gateway', () => {
  const sample = JSON.parse(
    readFileSync(new URL('../../fixtures/upstream/gateway-error.json', import.meta.url), 'utf8'),
  )
  const worker = JSON.parse(
    readFileSync(new URL('../../fixtures/upstream/gateway-worker-error.json', import.meta.url), 'utf8'),
  )

  it.each(LATER)('carry no success in revision %s; those of the service behind it do', async revision => {
    await using simulator = await instant({ revision })
    const path = '/kling/videos'
    const { app } = simulator
    const without = await app.inject({ method: 'POST', url: path, payload: {} })
    expect(Object.keys(without.json())).toEqual(Object.keys(sample))
    expect(without.json()).toMatchObject({ error: sample.error })
    expect(without.statusCode).toBe(400)
    for (const [token, status] of [
      ['x.mockling-invalid_token', 401],
      ['x.mockling-used_up', 403],
      ['x.mockling-disabled', 400],
    ] as const) {
      const reply = await post(simulator, path, SOUND_BODIES[path], { token })
      expect([reply.statusCode, Object.keys(reply.json())]).toEqual([status, ['error', 'trace_id']])
    }
    const unknown = await app.inject({ method: 'GET', url: '/nothing' })
    expect([unknown.statusCode, Object.keys(unknown.json())]).toEqual([404, ['error', 'trace_id']])
    const refused = await post(simulator, path, { action: 'text2video', prompt: 'a', model: 'kling-v9' })
    expect(Object.keys(refused.json())).toEqual(Object.keys(worker))
    const chosen = async (outcome: string) =>
      Object.keys(
        (await post(simulator, path, SOUND_BODIES[path], { headers: { 'x-mockling-outcome': outcome } })).json(),
      )
    expect(await chosen('refuse used_up')).toEqual(['error', 'trace_id'])
    expect(await chosen('refuse forbidden')).toEqual(['success', 'error', 'trace_id'])
    expect(await chosen('answer-error too_many_requests')).toEqual(['error', 'trace_id'])
  })

  it.each([
    [undefined, 'no_token'],
    ['', 'no_token'],
    ['Bearer', 'no_token'],
    ['Bearer ', 'no_token'],
    ['Basic abc', 'invalid_token'],
    ['Bearer two words', 'invalid_token'],
  ])('call a header of %j %s', async (authorization, code) => {
    await using simulator = await instant({ revision: '2026-08' })
    const headers = authorization === undefined ? {} : { authorization }
    for (const path of ['/kling/videos', '/kling/tasks']) {
      const reply = await simulator.app.inject({ method: 'POST', url: path, payload: {}, headers })
      expect(reply.json().error.code).toBe(code)
    }
  })

  it('keep the guides’ form before August, invalid_token included', async () => {
    await using simulator = await instant({ revision: '2026-05' })
    const reply = await simulator.app.inject({ method: 'POST', url: '/kling/videos', payload: {} })
    const message = 'The specified token is invalid or wrong.'
    expect(reply.body).toBe(errorBytes('invalid_token', message, reply.headers['x-trace-id']))
  })
})

describe('a create that a rule refuses', () => {
  const wrong = { action: 'text2video', prompt: 'a mug', model: 'kling-v9' }

  it('leaves a failed task from August on, and moves no id of others', async () => {
    const ids = async (refusals: number) => {
      await using simulator = await instant({ revision: '2026-08' })
      for (let n = 0; n < refusals; n++) {
        const { task_id: id, error } = (await post(simulator, '/kling/videos', wrong)).json()
        expect(await retrieve(simulator, id)).toMatchObject({
          ...{ id, type: 'videos', request: wrong, elapsed: 0 },
          response: { success: false, error, task_id: id },
        })
        expect(await simulator.tasks.get(id)).toMatchObject({ state: 'failed', credits: 0, deliveries: [] })
      }
      expect(await simulator.ledger()).toMatchObject({ totals: { creates: 0 } })
      return (await post(simulator, '/kling/videos', SOUND_BODIES['/kling/videos'])).json().task_id
    }
    expect(await ids(3)).toBe(await ids(0))
  })

  it('leaves nothing before', async () => {
    await using simulator = await instant({ revision: '2026-05' })
    const reply = await post(simulator, '/kling/videos', wrong)
    expect(reply.json()).not.toHaveProperty('task_id')
    expect((await simulator.tasks.list({ state: 'failed' })).items).toEqual([])
  })

  it('never calls back, and is forgotten like any settled task', async () => {
    await using simulator = await instant({ revision: '2026-08', retain: 2 })
    const body = { ...wrong, callback_url: simulator.inbox.url('hook') }
    const ids: string[] = []
    for (let n = 0; n < 4; n++) ids.push((await post(simulator, '/kling/videos', body)).json().task_id)
    expect(new Set(ids).size).toBe(4)
    expect((await simulator.callbacks.list()).scheduled).toEqual([])
    expect(await Promise.all(ids.map(async id => (await retrieve(simulator, id)).id))).toEqual([
      undefined,
      undefined,
      ...ids.slice(2),
    ])
  })
})

describe('what October’s results add', () => {
  it.each([
    ['kling-v3-turbo', { model: 'kling-v3-turbo' }, 5.081328, '5.041'],
    ['kling-v3-turbo, 3 s', { model: 'kling-v3-turbo', duration: 3 }, 3.065328, '3.041'],
    ['kling-v3-turbo, pro', { model: 'kling-v3-turbo', mode: 'pro' }, 6.775104, '5.041'],
    ['kling-v1', {}, 1.4, '5.1'],
    ['kling-o1', { model: 'kling-o1' }, 2.1, '5.041'],
  ])('is the cost, as billed: %s', async (_, body, amount, duration) => {
    await using simulator = await instant()
    const reply = (await post(simulator, '/kling/videos', { ...SOUND_BODIES['/kling/videos'], ...body })).json()
    expect(reply).toMatchObject({ duration, cost: { amount, currency: 'credit' } })
    expect(reply).not.toHaveProperty('usage')
    expect(reply.data).toEqual([
      expect.objectContaining({ id: reply.task_id, duration: Number(duration), video_url: reply.video_url }),
    ])
    expect((await simulator.ledger()).totals.charged).toBe(amount)
  })

  it('is the seconds used, with chosen voices', async () => {
    await using simulator = await instant()
    const voiced = { model: 'kling-v2-6', mode: 'pro', generate_audio: true, voice_list: [{ voice_id: 'v' }] }
    const body = { ...SOUND_BODIES['/kling/videos'], ...voiced, prompt: 'says <<<voice_1>>>' }
    expect((await post(simulator, '/kling/videos', body)).json()).toMatchObject({
      usage: { duration: 5.041 },
      cost: { amount: 8.46888 },
    })
  })
})
