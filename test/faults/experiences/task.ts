import { expect } from 'vitest'
import { ERRORS } from '../../../src/contract/errors.ts'
import { UUID, whenWaiting } from '../../support/requests.ts'
import { type Experience, openBench, PACE, PRICE } from '../bench.ts'

const DAY = 86_400

const RESULT = {
  success: true,
  video_id: expect.stringMatching(UUID),
  video_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/bs2\/.*\.mp4$/),
  duration: '5.1',
  state: 'succeed',
  task_id: expect.stringMatching(UUID),
}

/** What each outcome of the task puts its client through. */
export const TASK_EXPERIENCES: Readonly<Record<string, Experience>> = {
  async succeed(client) {
    await using bench = await openBench(client)
    const held = bench.start('succeed')
    await bench.pass(PACE - 0.001, 1)
    expect(held.isOver).toBe(false)
    const [id = ''] = await bench.tasks()
    expect(await bench.poll(id)).not.toHaveProperty('response')
    expect(await bench.charged()).toBe(0)

    await bench.pass(0.001)
    const reply = await held.promise
    expect(reply).toMatchObject({ status: 200, headers: { 'x-mockling-outcome': 'succeed' } })
    expect(JSON.parse(reply.text)).toEqual(RESULT)
    expect((await bench.poll(id))['response']).toEqual(JSON.parse(reply.text))
    expect(await bench.charged()).toBe(PRICE)
    const file = await client.send('GET', JSON.parse(reply.text).video_url, {})
    expect(file).toMatchObject({ status: 200, headers: { 'content-type': 'video/mp4' } })
    expect(file.body.toString('latin1', 4, 8)).toBe('ftyp')
  },

  async fail(client) {
    await using bench = await openBench(client)
    const held = bench.start('fail api_error after=30')
    const called = await bench.createCalled('fail moderation message="no, never"')
    await bench.pass(29.999, 2)
    expect(held.isOver).toBe(false)
    const [, id = ''] = await bench.tasks()
    expect(await bench.poll(id)).not.toHaveProperty('response')

    await bench.pass(0.001)
    const reply = await held.promise
    expect(reply.status).toBe(500)
    const failure = {
      success: false,
      error: { code: 'api_error', message: ERRORS.api_error.message },
      trace_id: reply.headers['x-trace-id'],
      task_id: id,
    }
    expect(JSON.parse(reply.text)).toEqual(failure)
    expect(await bench.poll(id)).toMatchObject({ response: failure, elapsed: 29.94 })
    const [callback] = await bench.receiver.arrived(1)
    expect(JSON.parse(callback?.body ?? '')).toMatchObject({
      success: false,
      error: { code: 'forbidden', message: 'no, never' },
      task_id: called,
    })
    expect(await bench.charged()).toBe(0)

    const odd = bench.start('fail unreachable status=200 after=0')
    expect(await odd.promise).toMatchObject({ status: 200, text: expect.stringContaining('contents of the file') })
  },

  async refuse(client) {
    await using bench = await openBench(client)
    const reply = await bench.create('refuse too_many_requests retry-after=17', {
      callback_url: bench.receiver.url('/'),
    })
    expect(reply).toMatchObject({ status: 429, headers: { 'retry-after': '17' } })
    expect(JSON.parse(reply.text)).toEqual({
      success: false,
      error: { code: 'too_many_requests', message: ERRORS.too_many_requests.message },
      trace_id: reply.headers['x-trace-id'],
    })
    const other = await bench.create('refuse used_up status=402 message="top up, please"')
    expect(other).toMatchObject({ status: 402, text: expect.stringContaining('top up, please') })
    expect(other.headers).not.toHaveProperty('retry-after')
    await bench.pass(DAY)
    expect(await bench.tasks()).toEqual([])
    expect(await bench.charged()).toBe(0)
    expect(bench.receiver.arrivals).toEqual([])
  },

  async 'retired-model'(client) {
    await using bench = await openBench(client)
    const retired = await bench.create('retired-model', { model: 'kling-v1' })
    const unknown = await bench.create('succeed', { model: 'kling-v0' })
    expect(retired.status).toBe(unknown.status)
    expect(JSON.parse(retired.text).error).toEqual(JSON.parse(unknown.text).error)
    expect(await bench.tasks()).toEqual([])
  },

  async stall(client) {
    await using bench = await openBench(client)
    const bounded = bench.start('stall', { timeout: 300 })
    const id = await bench.createCalled('stall')
    await bench.pass(299, 1)
    expect(bounded.isOver).toBe(false)
    await bench.pass(1)
    const { status, text } = await bounded.promise
    expect([status, Object.keys(JSON.parse(text))]).toEqual([200, ['task_id']])
    for (const days of [1, 30, 100]) {
      await bench.pass(days * DAY)
      const record = await bench.poll(id)
      expect(record).toHaveProperty('started_at')
      expect(record).not.toHaveProperty('finished_at')
      expect(record).not.toHaveProperty('response')
    }
    expect(bench.receiver.arrivals).toEqual([])
    expect(await bench.charged()).toBe(0)
  },

  async takes(client) {
    await using bench = await openBench(client)
    const id = await bench.createAsync('takes 120')
    await bench.pass(119.999)
    expect(await bench.poll(id)).not.toHaveProperty('response')
    await bench.pass(0.001)
    expect(await bench.poll(id)).toMatchObject({ response: { success: true }, elapsed: 119.94 })
    const soon = bench.start('takes 0')
    expect((await soon.promise).status).toBe(200)
  },

  async outlast(client) {
    await using bench = await openBench(client)
    const held = bench.start('outlast', { timeout: 20 })
    await bench.pass(20, 1)
    const { task_id: id } = JSON.parse((await held.promise).text)
    expect(await bench.poll(id)).not.toHaveProperty('response')
    expect(await bench.charged()).toBe(0)
    await bench.pass(1)
    expect(await bench.poll(id)).toMatchObject({ response: { success: true } })
    expect(await bench.charged()).toBe(PRICE)

    const patient = await bench.createAsync('outlast 5 limit=60')
    await bench.pass(64.999)
    expect(await bench.poll(patient)).not.toHaveProperty('response')
    await bench.pass(0.001)
    expect(await bench.poll(patient)).toHaveProperty('response')
  },

  async progress(client) {
    await using bench = await openBench(client)
    const id = await bench.createAsync('progress')
    expect(await bench.poll(id)).toMatchObject({ response: { task_id: id, state: 'processing' } })
    expect(await bench.poll(id)).not.toHaveProperty('finished_at')
    await bench.pass(PACE)
    expect((await bench.poll(id))['response']).toEqual({ ...RESULT, task_id: id })
  },

  'no-video-url': resultLike('no-video-url', ({ video_url: _, ...rest }) => rest),
  'unknown-state': resultLike('unknown-state', result => ({ ...result, state: 'archived' })),
  'no-success': resultLike('no-success', ({ success: _, ...rest }) => rest),
  'numeric-duration': resultLike('numeric-duration', result => ({ ...result, duration: 5.1 })),
  'extra-fields': resultLike('extra-fields', result => ({
    ...result,
    x_mockling_note: expect.any(String),
    x_mockling_detail: expect.any(Object),
  })),
}

/** The result is told changed wherever it is told: to a held caller, in the record and by callback. */
function resultLike(outcome: string, change: (result: typeof RESULT) => Record<string, unknown>): Experience {
  return async client => {
    await using bench = await openBench(client)
    const held = bench.start(outcome)
    await whenWaiting(bench.simulator)
    const id = await bench.createCalled(outcome)
    await bench.pass(PACE, 2)
    const wanted = change(RESULT)
    const reply = await held.promise
    expect(reply).toMatchObject({ status: 200, headers: { 'x-mockling-outcome': outcome } })
    expect(JSON.parse(reply.text)).toEqual(wanted)
    const [callback] = await bench.receiver.arrived(1)
    expect(JSON.parse(callback?.body ?? '')).toEqual({ ...wanted, task_id: id })
    expect((await bench.poll(id))['response']).toEqual({ ...wanted, task_id: id })
    expect(await bench.charged()).toBe(2 * PRICE)
  }
}
