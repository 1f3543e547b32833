import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { REVISIONS } from '../../../src/contract/revisions.ts'
import { type Conversation, converse } from './conversation.ts'
import { expectVideo, type Fake, fake, isOffered, posted, showPendingAs } from './fakes.ts'
import { script } from './place.ts'
import { scorecard } from './scorecard.ts'
import { FRAME, IMAGE, TEXT, WORKFLOWS, type Workflow, workflowsOf } from './workflows.ts'

/** The method of `client.kling` for each endpoint. */
function methodOf({ path = '/kling/videos' }: Workflow): string {
  return path === '/kling/videos' ? 'generate' : path.slice('/kling/'.length).replace('-', '_')
}

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
    expect(new Set(WORKFLOWS.map(methodOf))).toEqual(new Set(value))
  })

  describe.each(REVISIONS)('under revision %s', revision => {
    it.each(workflowsOf(revision))('carries out: $name', async workflow => {
      const { name, body } = workflow
      const method = methodOf(workflow)
      const to = await fake('--pace', 'instant', '--revision', revision)
      const held = await call(to, `kling.${method}`, body)
      if (!(await isOffered(workflow, to))) {
        const code = expect.stringMatching(/^(?:bad_request|api_not_implemented)$/)
        expect(held.error).toMatchObject({ type: 'ValidationError', status_code: 400, code })
        return card.note(revision, name, 'refused')
      }
      await expectVideo(held.value, to)

      const later = { ...body, [RAW.has(method) ? 'async' : 'async_']: true }
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
      const given = { ...TEXT, callback_url: to.mockling.inbox.url('done') }
      const { value } = await call(to, 'kling.generate', given, { isAsync })
      expect(Object.keys(value)).toEqual(['task_id'])
      const body = await posted(to, 'done')
      await expectVideo(body, to)
      expect((await call(to, 'tasks.get', { task_id: value.task_id, service: 'kling' })).value.response).toEqual(body)
    })

    it('gets the task’s id when its `timeout` is over, and waits on', async () => {
      const to = await fake('--pace', '0.4')
      const { value } = await call(to, 'kling.generate', { ...TEXT, timeout: 0 }, { isAsync })
      expect(Object.keys(value)).toEqual(['task_id'])
      const ended = await wait(to, value.task_id, isAsync)
      await expectVideo(ended.value.response, to)
    })

    it('hands out what `video.generate` made, of any provider', async () => {
      const to = await fake('--pace', '0.4')
      const given = { ...TEXT, provider: 'kling', async_: true }
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
      const { error } = await call(to, 'kling.generate', TEXT, { isAsync, client: { timeout: 0.5 } })
      expect(error).toMatchObject({ type, isOwn: true, status_code: status, code })
      const isOfTheApi = /^(?:refuse|fail)/.test(effects)
      expect(error.trace_id).toEqual(isOfTheApi ? expect.stringMatching(/^[0-9a-f-]{36}$/) : null)
    })

    it('shows the upstream’s own words for a rule its own checks don’t know', async () => {
      const to = await fake()
      const given = { ...FRAME, model: 'kling-v2-5-turbo', end_image_url: IMAGE, mode: 'std', duration: 5 }
      const { error } = await call(to, 'kling.generate', given, { isAsync })
      const message = 'model/mode/duration(kling-v2-5-turbo/std/5) is not supported with image_tail'
      expect(error).toMatchObject({ type: 'ValidationError', message })
    })

    it('tries again by itself after a 429 and a failure', async () => {
      const to = await fake('--pace', 'instant')
      await to.mockling.outcomes.add('refuse too_many_requests', { next: 1 })
      await to.mockling.outcomes.add('fail api_error', { next: 1 })
      const { value } = await call(to, 'kling.generate', TEXT, { isAsync, client: { max_retries: 2 } })
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
  const to = await fake('--clock', 'frozen')
  await showPendingAs(to, shape)
  const { value } = await call(to, 'kling.generate', { ...given, async_: true })
  const waited = await wait(to, value.task_id, false, { max_wait: 0.2 })
  expect((await to.mockling.tasks.get(value.task_id)).state).toBe('accepted')
  return waited.error ? waited.error.type : 'finished'
}

function sdkFaults(): void {
  card.fault('takes a pending task for a finished one if its request names a URL', async () => {
    const callback = { ...TEXT, callback_url: 'http://127.0.0.1:9/hook' }
    for (const shape of ['absent', 'null', 'empty', 'snapshot']) {
      expect(await verdictOnPending(shape, TEXT), shape).toBe('TimeoutError')
      for (const given of [FRAME, callback])
        expect(await verdictOnPending(shape, given), shape).toBe(shape === 'absent' ? 'finished' : 'TimeoutError')
    }
  })

  card.fault('buys again when an answer is lost', async () => {
    const to = await fake('--pace', 'instant')
    await to.mockling.outcomes.add('answer-dropped', { next: 1 })
    const { value } = await call(to, 'kling.generate', TEXT, { client: { max_retries: 2 } })
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
    const { value } = await call(to, 'kling.generate', { ...TEXT, async_: true })
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
    const { error } = await call(to, 'kling.generate', TEXT)
    expect(error).toMatchObject({ type: 'JSONDecodeError', isOwn: false })
  })
}
