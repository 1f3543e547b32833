import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REVISIONS } from '../../../src/contract/revisions.ts'
import { type Conversation, converse } from './conversation.ts'
import { expectVideo, type Fake, fake, isOffered, type Offer, posted } from './fakes.ts'
import { script } from './place.ts'
import { scorecard } from './scorecard.ts'

const IMAGE = 'https://a.test/start.png'

/** One of the videos of guide A, which every token has. */
const VIDEO = 'af9a1af0-9aa0-4638-81c1-d41d6143c508'

interface Workflow extends Offer {
  readonly name: string
  /** The method of `client.kling`; `generate` unless named. */
  readonly method?: string
  readonly arguments: object
}

const text = { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }
const image = { action: 'image2video', model: 'kling-v1', prompt: 'it steams', start_image_url: IMAGE }
const speech = { video_url: 'https://a.test/face.mp4', mode: 'audio2video', audio_url: 'https://a.test/words.mp3' }
const goods = { contents: [{ type: 'ref_image', url: IMAGE }], settings: { aspect_ratio: '1:1', duration: 15 } }

const WORKFLOWS: readonly Workflow[] = [
  { name: 'text2video', arguments: text },
  { name: 'camera', arguments: { ...text, camera_control: { type: 'simple', config: { zoom: 0.5 } }, cfg_scale: 0.4 } },
  { name: 'image2video', arguments: { ...image, negative_prompt: 'blur', aspect_ratio: '9:16' } },
  { name: 'end frame', arguments: { ...image, model: 'kling-v2-5-turbo', mode: 'pro', end_image_url: IMAGE } },
  { name: 'extend', arguments: { action: 'extend', model: 'kling-v1', prompt: 'on it goes', video_id: VIDEO } },
  { name: 'sound', since: '2026-05', arguments: { ...text, model: 'kling-v2-6', mode: 'pro', generate_audio: true } },
  { name: '4k', since: '2026-05', arguments: { ...text, model: 'kling-v3', mode: '4k', duration: 15 } },
  {
    name: 'references',
    since: '2026-08',
    arguments: { ...text, model: 'kling-o1', prompt: '<<<image_1>>> steams', image_list: [{ image_url: IMAGE }] },
  },
  { name: 'turbo', since: '2026-10', arguments: { ...text, model: 'kling-v3-turbo', duration: 3 } },
  {
    name: 'storyboard',
    since: '2026-10',
    arguments: {
      ...{ action: 'text2video', model: 'kling-v3', duration: 5, multi_shot: true, shot_type: 'customize' },
      multi_prompt: [
        { index: 1, prompt: 'a mug', duration: 2 },
        { index: 2, prompt: 'it breaks', duration: 3 },
      ],
    },
  },
  {
    name: 'elements',
    since: '2026-10',
    arguments: { ...text, model: 'kling-v3', prompt: '<<<element_1>>> steams', element_list: [{ element_id: 'e1' }] },
  },
  {
    name: 'motion',
    path: '/kling/motion',
    method: 'motion',
    arguments: { mode: 'std', image_url: IMAGE, video_url: speech.video_url, character_orientation: 'image' },
  },
  { name: 'lip-sync', path: '/kling/lip-sync', since: '2026-08', method: 'lip_sync', arguments: speech },
  {
    name: 'talking photo',
    path: '/kling/talking-photo',
    since: '2026-08',
    method: 'talking_photo',
    arguments: { image_url: IMAGE, audio_url: speech.audio_url },
  },
  { name: 'goods studio', path: '/kling/goods-studio', method: 'goods_studio', arguments: goods },
  { name: 'video commerce', path: '/kling/video-commerce', method: 'video_commerce', arguments: goods },
]

/** Methods that take the body as it is: there `async` has no underscore. */
const RAW = new Set(['lip_sync', 'talking_photo', 'goods_studio', 'video_commerce'])

let python: Conversation

interface Call {
  readonly isAsync?: boolean
  /** Arguments of the client's constructor. */
  readonly client?: object
  /** Methods called on what the call gave. */
  readonly followUp?: readonly [method: string, given: object][]
}

function call(
  { url, token }: Fake,
  name: string,
  given: object,
  { isAsync = false, client, followUp = [] }: Call = {},
) {
  const made = { api_token: token, base_url: url, max_retries: 0, ...client }
  return python.ask({ isAsync, client: made, call: name, arguments: given, followUp })
}

async function wait(to: Fake, id: string, isAsync: boolean, given: object = {}) {
  const patience = { service: 'kling', poll_interval: 0.05, max_wait: 10, ...given }
  return await call(to, 'tasks.wait', { task_id: id, ...patience }, { isAsync })
}

const card = scorecard('acedatacloud')

export function acedatacloud() {
  beforeAll(() => {
    python = converse([script('sdk.py')])
  })
  afterAll(() => python[Symbol.asyncDispose]())

  it('knows all that the SDK offers for Kling', async () => {
    const { value } = await python.ask({ isAsync: false, client: { api_token: 'any' }, call: 'kling' })
    expect(new Set(WORKFLOWS.map(({ method = 'generate' }) => method))).toEqual(new Set(value))
  })

  describe.each(REVISIONS)('under revision %s', revision => {
    it.each(WORKFLOWS)('carries out: $name', async ({ name, method = 'generate', arguments: given, ...offer }) => {
      const to = await fake('--pace', 'instant', '--revision', revision)
      const held = await call(to, `kling.${method}`, given)
      if (!(await isOffered(offer, to))) {
        const code = expect.stringMatching(/^(?:bad_request|api_not_implemented)$/)
        expect(held.error).toMatchObject({ type: 'ValidationError', status_code: 400, code })
        return card.note(revision, name, 'refused')
      }
      await expectVideo(held.value, to)

      const later = { ...given, [RAW.has(method) ? 'async' : 'async_']: true }
      const accepted = await call(to, `kling.${method}`, later, { isAsync: true })
      expect(accepted.value).toMatchObject({ task_id: expect.any(String) })
      const { value: record } = await wait(to, accepted.value.task_id, true)
      await expectVideo(record.response, to)
      expect(await to.mockling.requests.count({ operation: 'create', status: 200 })).toBe(2)
      card.note(revision, name, 'done')
    })
  })

  describe.each([false, true])('with isAsync %j', isAsync => {
    it('is answered by callback', async () => {
      const to = await fake('--pace', 'instant')
      const given = { ...text, callback_url: to.mockling.inbox.url('done') }
      const { value } = await call(to, 'kling.generate', given, { isAsync })
      expect(Object.keys(value)).toEqual(['task_id'])
      const body = await posted(to, 'done')
      await expectVideo(body, to)
      expect((await call(to, 'tasks.get', { task_id: value.task_id, service: 'kling' })).value.response).toEqual(body)
    })

    it('gets the task’s id when its `timeout` is over, and waits on', async () => {
      const to = await fake('--pace', '0.4')
      const { value } = await call(to, 'kling.generate', { ...text, timeout: 0 }, { isAsync })
      expect(Object.keys(value)).toEqual(['task_id'])
      const ended = await wait(to, value.task_id, isAsync)
      await expectVideo(ended.value.response, to)
    })

    it('hands out what `video.generate` made, of any provider', async () => {
      const to = await fake('--pace', '0.4')
      const given = { ...text, provider: 'kling', async_: true }
      const patience = { poll_interval: 0.05 }
      const waited = await call(to, 'video.generate', { ...given, ...patience, wait: true }, { isAsync })
      await expectVideo(waited.value.response, to)
      const again = await call(to, 'video.generate', given, { isAsync, followUp: [['wait', patience]] })
      await expectVideo(again.value.response, to)
    })

    it.each([
      ['refuse invalid_token', 'AuthenticationError', 401, 'invalid_token'],
      ['refuse token_expired', 'AuthenticationError', 401, 'token_expired'],
      ['refuse token_mismatched', 'TokenMismatchError', 400, 'token_mismatched'],
      ['refuse used_up', 'InsufficientBalanceError', 403, 'used_up'],
      ['refuse disabled', 'ResourceDisabledError', 400, 'disabled'],
      ['refuse too_many_requests', 'RateLimitError', 429, 'too_many_requests'],
      ['refuse bad_request', 'ValidationError', 400, 'bad_request'],
      ['refuse api_not_implemented', 'ValidationError', 400, 'api_not_implemented'],
      ['refuse no_api', 'APIError', 404, 'no_api'],
      ['fail forbidden', 'ModerationError', 403, 'forbidden'],
      ['fail api_error', 'APIError', 500, 'api_error'],
      ['fail timeout', 'APIError', 504, 'timeout'],
      ['answer-html', 'APIError', 502, 'unknown'],
      ['answer-dropped', 'TransportError', null, null],
      ['answer-reset', 'TransportError', null, null],
      ['answer-late 30', 'TimeoutError', 0, 'timeout'],
    ])('maps %s to %s', async (effects, type, status, code) => {
      const to = await fake('--pace', 'instant')
      await to.mockling.outcomes.add(effects, { next: 1 })
      const { error } = await call(to, 'kling.generate', text, { isAsync, client: { timeout: 0.5 } })
      expect(error).toMatchObject({ type, isOwn: true, status_code: status, code })
      const isOfTheApi = /^(?:refuse|fail)/.test(effects)
      expect(error.trace_id).toEqual(isOfTheApi ? expect.stringMatching(/^[0-9a-f-]{36}$/) : null)
    })

    it('shows the upstream’s own words for a rule its own checks don’t know', async () => {
      const to = await fake()
      const given = { ...image, model: 'kling-v2-5-turbo', end_image_url: IMAGE, mode: 'std', duration: 5 }
      const { error } = await call(to, 'kling.generate', given, { isAsync })
      const message = 'model/mode/duration(kling-v2-5-turbo/std/5) is not supported with image_tail'
      expect(error).toMatchObject({ type: 'ValidationError', message })
    })

    it('tries again by itself after a 429 and a failure', async () => {
      const to = await fake('--pace', 'instant')
      await to.mockling.outcomes.add('refuse too_many_requests', { next: 1 })
      await to.mockling.outcomes.add('fail api_error', { next: 1 })
      const { value } = await call(to, 'kling.generate', text, { isAsync, client: { max_retries: 2 } })
      await expectVideo(value, to)
      const creates = await to.mockling.requests.list({ operation: 'create' })
      expect(creates.map(entry => 'status' in entry && entry.status).toSorted()).toEqual([200, 429, 500])
    })
  })

  describe('faults', sdkFaults)
  return card
}

/** What `tasks.wait` makes of a pending task. */
async function verdictOnPending(shape: string, given: object): Promise<string> {
  const to = await fake('--clock', 'frozen', '--pending-response', shape)
  const { value } = await call(to, 'kling.generate', { ...given, async_: true })
  const waited = await wait(to, value.task_id, false, { max_wait: 0.2 })
  expect((await to.mockling.tasks.get(value.task_id)).state).toBe('accepted')
  return waited.error ? waited.error.type : 'finished'
}

function sdkFaults(): void {
  card.fault('takes a pending task for a finished one if its request names a URL', async () => {
    const callback = { ...text, callback_url: 'http://127.0.0.1:9/hook' }
    for (const shape of ['absent', 'null', 'empty', 'snapshot']) {
      expect(await verdictOnPending(shape, text), shape).toBe('TimeoutError')
      for (const given of [image, callback])
        expect(await verdictOnPending(shape, given), shape).toBe(shape === 'absent' ? 'finished' : 'TimeoutError')
    }
  })

  card.fault('buys again when an answer is lost', async () => {
    const to = await fake('--pace', 'instant')
    await to.mockling.outcomes.add('answer-dropped', { next: 1 })
    const { value } = await call(to, 'kling.generate', text, { client: { max_retries: 2 } })
    await expectVideo(value, to)
    expect((await to.mockling.duplicates()).pairs).toHaveLength(1)
    expect((await to.mockling.ledger()).totals.creates).toBe(2)
  })

  card.fault('sends no action from its common `video.generate`', async () => {
    const to = await fake('--pace', 'instant')
    const given = { provider: 'kling', prompt: 'it steams', image_url: IMAGE }
    const { error } = await call(to, 'video.generate', given)
    expect(error).toMatchObject({ type: 'ValidationError', message: expect.stringContaining('action') })
    const named = await call(to, 'video.generate', { ...given, action: 'image2video' })
    expect(named.error).toMatchObject({ type: 'ValidationError', message: expect.stringContaining('start_image_url') })
    const whole = { ...given, action: 'image2video', start_image_url: IMAGE }
    expect((await call(to, 'video.generate', whole, { followUp: [['wait', {}]] })).value.response.state).toBe('succeed')
  })

  card.fault('returns from `wait` for a failed task as for a finished one', async () => {
    const to = await fake('--pace', 'instant')
    await to.mockling.outcomes.add('fail forbidden', { next: 1 })
    const { value } = await call(to, 'kling.generate', { ...text, async_: true })
    const waited = await wait(to, value.task_id, false)
    expect(waited.value.response).toMatchObject({ success: false, error: { code: 'forbidden' } })
  })

  card.fault('waits for a task that does not exist, and gives up with an error that is none of its own', async () => {
    const to = await fake()
    const { error } = await wait(to, '00000000-0000-4000-8000-000000000000', false, { max_wait: 0.3 })
    expect(error).toMatchObject({ type: 'TimeoutError', isOwn: false })
  })

  card.fault('lets a broken body through as an error of the JSON parser', async () => {
    const to = await fake('--pace', 'instant')
    await to.mockling.outcomes.add('answer-malformed', { next: 1 })
    const { error } = await call(to, 'kling.generate', text)
    expect(error).toMatchObject({ type: 'JSONDecodeError', isOwn: false })
  })
}
