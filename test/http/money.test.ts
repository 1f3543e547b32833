import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import {
  create,
  createAsync,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  TOKEN,
  whenWaiting,
} from '../support/requests.ts'

const USED_UP = 'Your balance is not sufficient for current request, please buy more in Ace Data Cloud.'
const LIMITED = 'You have exceeded the rate limit.'

/** The price of a kling-v1 std clip of 5 s, in Credits. */
const PRICE = 1.4

async function accountOf(simulator: Simulator, token = TOKEN) {
  const { charged, reserved, left } = await simulator.control.account(namespaceOf(token).namespace)
  return { charged, reserved, left }
}

/** The status of an asynchronous create. */
async function statusOf(simulator: Simulator, change: object = {}, given = {}): Promise<number> {
  return (await create(simulator, { async: true, ...change }, given)).statusCode
}

describe('the balance', () => {
  it('is charged when a task succeeds, and reserved until then', async () => {
    await using simulator = await frozenSimulator({ balance: 10 })
    await createAsync(simulator)
    expect(await accountOf(simulator)).toEqual({ charged: 0, reserved: PRICE, left: 10 - PRICE })
    await simulator.control.advance('server', { ms: 9_999 })
    expect(await accountOf(simulator)).toEqual({ charged: 0, reserved: PRICE, left: 10 - PRICE })

    await simulator.control.advance('server', { ms: 1 })

    expect(await accountOf(simulator)).toEqual({ charged: PRICE, reserved: 0, left: 10 - PRICE })
  })

  it('is not charged for tasks that fail, refusals and polls', async () => {
    await using simulator = await frozenSimulator({ balance: 2 })
    for (const outcome of ['fail api_error', 'fail timeout', 'fail forbidden']) {
      const id = await createAsync(simulator, {}, { headers: { 'x-mockling-outcome': outcome } })
      expect(await accountOf(simulator)).toMatchObject({ charged: 0, reserved: PRICE })
      await simulator.control.advance('server', { ms: 10_000 })
      await retrieve(simulator, id)
    }
    await create(simulator, { model: 'kling-v9' })
    await create(simulator, {}, { headers: { 'x-mockling-outcome': 'refuse api_error' } })

    expect(await accountOf(simulator)).toEqual({ charged: 0, reserved: 0, left: 2 })
  })

  it('is charged for what a caller who hung up or stopped waiting has made', async () => {
    await using simulator = await frozenSimulator({ balance: 10 })
    await create(simulator, { timeout: 0 })

    await simulator.control.advance('server', { ms: 10_000 })

    expect((await accountOf(simulator)).charged).toBe(PRICE)
  })

  it('can’t be overdrawn by two creates at once', async () => {
    await using simulator = await frozenSimulator({ balance: 2 })

    const statuses = await Promise.all([statusOf(simulator), statusOf(simulator)])

    expect(statuses.toSorted()).toEqual([200, 403])
    expect(await accountOf(simulator)).toMatchObject({ charged: 0, reserved: PRICE })
  })

  it('can’t be overdrawn by a hundred', async () => {
    await using simulator = await createSimulator({ pace: 'instant', balance: 20 })

    const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(simulator)))

    expect(statuses.filter(status => status === 200)).toHaveLength(Math.floor(20 / PRICE))
    expect((await accountOf(simulator)).left).toBeCloseTo(20 - 14 * PRICE, 9)
  })

  it('may be spent to the last Credit, and refuses everything from then on, bodies unread', async () => {
    await using simulator = await frozenSimulator({ balance: 2 * PRICE })
    expect([await statusOf(simulator), await statusOf(simulator)]).toEqual([200, 200])
    expect((await accountOf(simulator)).left).toBe(0)

    for (const body of ['{', '[]', JSON.stringify({ action: 'text2video', prompt: 'a mug' })]) {
      const reply = await post(simulator, '/kling/videos', body)
      expect(reply.statusCode).toBe(403)
      expect(reply.json()).toMatchObject({ success: false, error: { code: 'used_up', message: USED_UP } })
    }
  })

  it('is at zero, and not a rounding error above, when three thirds of it are spent', async () => {
    await using simulator = await frozenSimulator({ balance: 4.2 })
    for (let times = 0; times < 2; times++) await createAsync(simulator)
    await simulator.control.advance('server', { ms: 10_000 })
    await createAsync(simulator)

    const reply = await post(simulator, '/kling/videos', '{')

    expect(reply.json().error.code).toBe('used_up')
    expect(await accountOf(simulator)).toEqual({ charged: 2.8, reserved: 1.4, left: 0 })
  })

  it('that is less than the price refuses this create, and not a cheaper one', async () => {
    await using simulator = await frozenSimulator({ balance: 2 })

    const dear = await create(simulator, { mode: 'pro' })

    expect(dear.statusCode).toBe(403)
    expect(dear.json().error).toEqual({ code: 'used_up', message: USED_UP })
    expect(await statusOf(simulator)).toBe(200)
  })

  it('comes back when a task fails', async () => {
    await using simulator = await frozenSimulator({ balance: PRICE })
    await createAsync(simulator, {}, { headers: { 'x-mockling-outcome': 'fail api_error' } })
    expect(await statusOf(simulator)).toBe(403)

    await simulator.control.advance('server', { ms: 10_000 })

    expect(await statusOf(simulator)).toBe(200)
  })

  it('is each token’s own, and whole again after a reset', async () => {
    await using simulator = await frozenSimulator({ balance: PRICE })
    await createAsync(simulator, {}, { token: 'one' })
    expect(await statusOf(simulator, {}, { token: 'one' })).toBe(403)
    expect(await statusOf(simulator, {}, { token: 'two' })).toBe(200)

    await simulator.control.reset(namespaceOf('one'))

    expect(await statusOf(simulator, {}, { token: 'one' })).toBe(200)
  })

  it('of 0 refuses the first create', async () => {
    await using simulator = await frozenSimulator({ balance: 0 })

    expect(await statusOf(simulator)).toBe(403)
    expect((await retrieve(simulator, 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0')).type).toBe('videos')
  })

  it('without a limit is never used up, and what was charged is still told', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    await create(simulator)

    expect(await accountOf(simulator)).toEqual({ charged: PRICE, reserved: 0, left: null })
  })

  const IMAGE = { action: 'image2video', start_image_url: 'https://example.com/a.png' }
  const EXTEND = { action: 'extend', video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c' }
  // The vendor's units (USD 0.14) × 1.4.
  const prices: [change: object, units: number][] = [
    [{}, 1],
    [{ duration: 10 }, 2],
    [{ mode: 'pro' }, 3.5],
    [{ mode: 'pro', duration: 10 }, 7],
    [{ model: 'kling-v1-6' }, 2],
    [{ ...IMAGE, model: 'kling-v1-6', mode: 'pro', duration: 10 }, 7],
    [{ model: 'kling-v2-master' }, 10],
    [{ model: 'kling-v2-master', mode: 'pro' }, 10],
    [{ ...IMAGE, model: 'kling-v2-1-master', mode: 'pro', duration: 10 }, 20],
    [{ model: 'kling-v2-5-turbo' }, 1.5],
    [{ model: 'kling-v2-5-turbo', mode: 'pro', duration: 10 }, 5],
    [{ model: 'kling-v2-6' }, 1.5],
    [{ model: 'kling-v2-6', mode: 'pro' }, 2.5],
    [{ model: 'kling-v2-6', mode: 'pro', generate_audio: true }, 5],
    [{ model: 'kling-v2-6', mode: 'pro', generate_audio: true, duration: 10 }, 10],
    [{ model: 'kling-v3', duration: 3 }, 1.8],
    [{ model: 'kling-v3', duration: 15, generate_audio: true }, 13.5],
    [{ model: 'kling-v3', mode: 'pro' }, 4],
    [{ model: 'kling-v3', mode: 'pro', generate_audio: true }, 6],
    [{ model: 'kling-v3', mode: '4k', duration: 7 }, 21],
    [{ model: 'kling-v3-omni', duration: 3 }, 1.8],
    [{ model: 'kling-video-o1', mode: 'pro' }, 2.5],
    [EXTEND, 1],
    [{ ...EXTEND, duration: 10 }, 1],
    [{ ...EXTEND, mode: 'pro' }, 3.5],
    [{ ...EXTEND, model: 'kling-v1-5' }, 2],
    [{ ...EXTEND, model: 'kling-v1-6', mode: 'pro' }, 3.5],
  ]
  it.each(prices)('is charged for %j with %d units', async (change, units) => {
    await using simulator = await createSimulator({ pace: 'instant' })

    expect(await statusOf(simulator, change)).toBe(200)

    expect((await accountOf(simulator)).charged).toBeCloseTo(units * 1.4, 9)
  })

  it('adds up without a rounding error', async () => {
    await using simulator = await createSimulator({ pace: 'instant', balance: 1000 })
    for (let index = 0; index < 50; index++) await createAsync(simulator, { model: 'kling-v3', duration: 3 })

    expect(await accountOf(simulator)).toEqual({ charged: 126, reserved: 0, left: 874 })
  })
})

describe('the rate', () => {
  it('admits a burst of n and then refuses', async () => {
    await using simulator = await frozenSimulator({ rate: '5/s' })
    const statuses: number[] = []
    for (let index = 0; index < 7; index++) statuses.push(await statusOf(simulator))

    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect((await create(simulator)).json().error).toEqual({ code: 'too_many_requests', message: LIMITED })
  })

  const refills: [rate: string, ms: number][] = [
    ['5/s', 200],
    ['10/s', 100],
    ['60/m', 1000],
    ['1000/h', 3600],
    ['1/h', 3_600_000],
    ['3/s', 334],
  ]
  it.each(refills)('of %s gives one back each %i ms of the namespace’s clock', async (rate, ms) => {
    await using simulator = await frozenSimulator({ rate })
    while ((await statusOf(simulator)) === 200);
    for (let times = 0; times < 3; times++) {
      await simulator.control.advance('server', { ms: ms - 1 })
      const early = await statusOf(simulator)
      await simulator.control.advance('server', { ms: 1 })
      // A 334th of a thousand is a little more than a third of a second: the rest is kept.
      if (rate !== '3/s') expect(early).toBe(429)
      if (early === 429) expect(await statusOf(simulator)).toBe(200)
      expect(await statusOf(simulator)).toBe(429)
    }
  })

  it('never holds more than the burst', async () => {
    await using simulator = await frozenSimulator({ rate: '3/s' })
    await createAsync(simulator)
    await simulator.control.advance('server', { ms: 3_600_000 })
    const statuses: number[] = []
    for (let index = 0; index < 5; index++) statuses.push(await statusOf(simulator))

    expect(statuses).toEqual([200, 200, 200, 429, 429])
  })

  it('counts creates that are refused for something else', async () => {
    await using simulator = await frozenSimulator({ rate: '4/h' })
    const bodies = ['{', '[]', { model: 'kling-v9' }, { action: 'text2video', prompt: '[[mockling:refuse timeout]]' }]

    const statuses: number[] = []
    for (const body of bodies) statuses.push((await post(simulator, '/kling/videos', body)).statusCode)

    expect(statuses).toEqual([400, 400, 400, 504])
    expect(await statusOf(simulator)).toBe(429)
  })

  it('does not count polls, unknown paths, downloads and the creates of others', async () => {
    await using simulator = await frozenSimulator({ rate: '1/h' })
    const id = await createAsync(simulator, {}, { token: 'another' })
    for (let index = 0; index < 5; index++) {
      await retrieve(simulator, id)
      await post(simulator, '/kling/images', {})
      await simulator.app.inject({ method: 'GET', url: '/kling/videos' })
    }

    expect(await statusOf(simulator)).toBe(200)
  })

  it('is held by creates that come at once', async () => {
    await using simulator = await frozenSimulator({ rate: '5/s' })

    const statuses = await Promise.all(Array.from({ length: 50 }, () => statusOf(simulator)))

    expect(statuses.filter(status => status === 200)).toHaveLength(5)
    expect(statuses.filter(status => status === 429)).toHaveLength(45)
  })

  it('is full again after a reset', async () => {
    await using simulator = await frozenSimulator({ rate: '1/h' })
    await createAsync(simulator)
    expect(await statusOf(simulator)).toBe(429)

    await simulator.control.reset(namespaceOf())

    expect(await statusOf(simulator)).toBe(200)
  })
})

describe('concurrency', () => {
  it('refuses when all slots are taken, and gives one back at each settlement', async () => {
    await using simulator = await frozenSimulator({ concurrency: 2 })
    await createAsync(simulator)
    await simulator.control.advance('server', { ms: 4_000 })
    await createAsync(simulator)
    const refused = await create(simulator)
    expect(refused.statusCode).toBe(429)
    expect(refused.json().error).toEqual({ code: 'too_many_requests', message: LIMITED })

    await simulator.control.advance('server', { ms: 5_999 })
    expect(await statusOf(simulator)).toBe(429)
    await simulator.control.advance('server', { ms: 1 })

    expect([await statusOf(simulator), await statusOf(simulator)]).toEqual([200, 429])
  })

  it('gives the slot of a failed task back too', async () => {
    await using simulator = await frozenSimulator({ concurrency: 1 })
    await createAsync(simulator, {}, { headers: { 'x-mockling-outcome': 'fail api_error' } })
    expect(await statusOf(simulator)).toBe(429)

    await simulator.control.advance('server', { ms: 10_000 })

    expect(await statusOf(simulator)).toBe(200)
  })

  it('counts held creates, and those whose caller no longer waits', async () => {
    await using simulator = await frozenSimulator({ concurrency: 2 })
    const held = create(simulator)
    await whenWaiting(simulator)
    await create(simulator, { timeout: 0 })

    expect(await statusOf(simulator)).toBe(429)

    await simulator.control.advance('server', { ms: 10_000 })
    expect((await held).statusCode).toBe(200)
    expect(await statusOf(simulator)).toBe(200)
  })

  it('is held by creates that come at once', async () => {
    await using simulator = await frozenSimulator({ concurrency: 3 })

    const statuses = await Promise.all(Array.from({ length: 30 }, () => statusOf(simulator)))

    expect(statuses.filter(status => status === 200)).toHaveLength(3)
    expect((await simulator.control.tasks(namespaceOf(), { limit: 1, offset: 0 })).total).toBe(3 + 3)
  })

  it('is each token’s own, and does not count refusals', async () => {
    await using simulator = await frozenSimulator({ concurrency: 1 })
    await create(simulator, { model: 'kling-v9' })
    await create(simulator, {}, { headers: { 'x-mockling-outcome': 'refuse api_error' } })

    expect(await statusOf(simulator)).toBe(200)
    expect(await statusOf(simulator, {}, { token: 'another' })).toBe(200)
  })

  it('does not matter at pace instant', async () => {
    await using simulator = await createSimulator({ pace: 'instant', concurrency: 1 })

    const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(simulator)))

    expect(new Set(statuses)).toEqual(new Set([200]))
  })
})
