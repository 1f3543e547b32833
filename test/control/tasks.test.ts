import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/contract/errors.ts'
import { createSimulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { controlDoor } from '../support/door.ts'
import {
  create,
  createAsync,
  EPOCH,
  frozenSimulator,
  namespaceOf,
  retrieve,
  TOKEN,
  until,
  whenWaiting,
} from '../support/requests.ts'

describe('the list of tasks', () => {
  it('keeps those of a state, a model, an outcome, alone and together', async () => {
    await using simulator = await frozenSimulator()
    const { get } = controlDoor(simulator)
    const failing = { headers: { 'x-mockling-outcome': 'fail timeout' } }
    const ids = [
      await createAsync(simulator),
      await createAsync(simulator, { model: 'kling-v1-6' }, failing),
      await createAsync(simulator, { model: 'kling-v1-6' }),
    ]
    await simulator.clock.untilSettled(ids[1] ?? '')
    ids.push(await createAsync(simulator))
    const found = async (query: string) => {
      const { items, total } = (await get(`/v1/tasks?token=${TOKEN}&${query}`)).body
      expect(total).toBe(items.length)
      return items.map(({ id }: { id: string }) => ids.indexOf(id) + 1).filter((place: number) => place > 0)
    }
    expect(await found('state=pending')).toEqual([4])
    expect(await found('state=accepted')).toEqual([4])
    expect(await found('state=succeed')).toEqual([3, 1])
    expect(await found('state=failed')).toEqual([2])
    expect(await found('model=kling-v1-6')).toEqual([3, 2])
    expect(await found('mode=std')).toEqual([4, 3, 2, 1])
    expect(await found('mode=pro')).toEqual([])
    expect(await found('action=text2video')).toEqual([4, 3, 2, 1])
    expect(await found(`id=${ids[2]?.slice(0, 8)}`)).toEqual([3])
    expect(await found('outcome=fail+timeout')).toEqual([2])
    expect(await found('model=kling-v1-6&state=succeed')).toEqual([3])
    expect((await get('/v1/tasks?state=pending')).body.total).toBe(1)
    expect((await get('/v1/tasks?state=succeed')).body.total).toBe(5)
  })
})

describe('the list by what happens next', () => {
  it('counts what is left on each one’s own clock', async () => {
    await using simulator = await frozenSimulator()
    const { get, post } = controlDoor(simulator)
    const near = await createAsync(simulator, {}, { token: 'near' })
    const far = await createAsync(simulator, {}, { token: 'far' })
    const at = EPOCH + 600_000
    for (const [id, ms] of [
      [near, at],
      [far, at - 1000],
    ] as const)
      await post(`/v1/tasks/${id}/reroute`, { to: 'settle', at: ms })
    const first = async () => {
      const { items, total } = (await get('/v1/tasks?state=pending&order=soonest&limit=1')).body
      expect(total).toBe(2)
      return items[0].id
    }
    await post('/v1/clock/advance', { seconds: 400 })
    expect(await first()).toBe(far)
    // Of the clock of one token only.
    await post('/v1/clock/advance', { token: 'near', seconds: 100 })
    expect(await first()).toBe(near)
    expect((await get('/v1/tasks?order=latest')).status).toBe(400)
  })
})

describe('pages of the list', () => {
  it('are parts of one list, of one token and of all', async () => {
    await using simulator = await frozenSimulator()
    const { get } = controlDoor(simulator)
    const made: string[] = []
    for (let index = 0; index < 9; index++) {
      made.push(await createAsync(simulator, {}, { token: index % 3 === 0 ? 'other' : TOKEN }))
      await simulator.clock.advance({ seconds: 1 })
    }
    const page = async (query: string) => {
      const { items, total } = (await get(`/v1/tasks?${query}`)).body
      return { ids: items.map(({ id }: { id: string }) => id), total }
    }
    const whole = await page('limit=100')
    expect(whole.ids.slice(0, 9)).toEqual(made.toReversed())
    expect(whole.total).toBe(12)
    for (let offset = 0; offset < 14; offset += 2) {
      expect(await page(`limit=3&offset=${offset}`)).toEqual({ ids: whole.ids.slice(offset, offset + 3), total: 12 })
    }
    const others = made.filter((_, index) => index % 3 === 0).toReversed()
    expect(await page('token=other&limit=2&offset=1')).toEqual({ ids: others.slice(1), total: 6 })
  })
})

describe('rerouting a task', () => {
  it.each([
    ['succeed', {}, { success: true, state: 'succeed' }, 200],
    ['fail', {}, { success: false, error: { code: 'api_error', message: ERRORS.api_error.message } }, 500],
    ['fail', { code: 'timeout' }, { success: false, error: { code: 'timeout', message: ERRORS.timeout.message } }, 504],
    [
      'fail',
      { code: 'forbidden', message: 'No.' },
      { success: false, error: { code: 'forbidden', message: 'No.' } },
      403,
    ],
  ] as const)('to %s %j answers a held request at once', async (to, how, answer, status) => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const held = create(simulator)
    await whenWaiting(simulator)
    const { items } = await simulator.tasks.list({ token: TOKEN, state: 'pending' })
    const id = items[0]?.id ?? ''
    const rerouted = await post(`/v1/tasks/${id}/reroute`, { to, ...how })
    expect(rerouted.body).toMatchObject({ id, settlesAt: EPOCH, reroutedAt: EPOCH, outcome: 'succeed' })
    const reply = await held
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toMatchObject({ ...answer, task_id: id })
    expect((await simulator.clock.state({ token: TOKEN })).waiting).toBe(0)
    const record = await retrieve(simulator, id)
    expect(record).toMatchObject({ finished_at: EPOCH / 1000, response: answer })
  })

  it('to another instant answers a held request there', async () => {
    await using simulator = await frozenSimulator()
    const held = create(simulator)
    await whenWaiting(simulator)
    const id = (await simulator.tasks.list({ token: TOKEN, state: 'pending' })).items[0]?.id ?? ''
    await simulator.tasks.settle(id, { at: EPOCH + 60_000 })
    await simulator.clock.advance({ token: TOKEN, seconds: 59.999 })
    expect((await simulator.tasks.get(id)).state).toBe('processing')
    await simulator.clock.advance({ token: TOKEN, ms: 1 })
    expect((await held).json()).toMatchObject({ state: 'succeed' })
    const failing = await createAsync(simulator)
    await simulator.tasks.fail(failing, { at: '2026-06-01T00:02:00Z' })
    expect(await simulator.tasks.get(failing)).toMatchObject({ state: 'accepted', settlesAt: EPOCH + 120_000 })
    await simulator.clock.untilSettled(failing)
    expect((await simulator.tasks.get(failing)).state).toBe('failed')
  })

  it('to never settle leaves a held request to its own limit', async () => {
    await using simulator = await frozenSimulator()
    const held = create(simulator, { timeout: 20 })
    await whenWaiting(simulator)
    const id = (await simulator.tasks.list({ token: TOKEN, state: 'pending' })).items[0]?.id ?? ''
    expect(await simulator.tasks.stall(id)).toMatchObject({ settlesAt: null })
    await simulator.clock.advance({ token: TOKEN, seconds: 3600 })
    expect((await held).json()).toEqual({ task_id: id })
    expect((await simulator.tasks.get(id)).state).toBe('processing')
    expect(await simulator.control.account(namespaceOf().namespace)).toMatchObject({ charged: 0, reserved: 1.4 })
    await simulator.tasks.succeed(id)
    expect(await simulator.control.account(namespaceOf().namespace)).toMatchObject({ charged: 1.4, reserved: 0 })
  })

  it('goes on holding for a caller who hangs up or whose server stops', async () => {
    const simulator = await frozenSimulator()
    const held = create(simulator)
    await whenWaiting(simulator)
    const id = (await simulator.tasks.list({ token: TOKEN, state: 'pending' })).items[0]?.id ?? ''
    await simulator.tasks.stall(id)
    await simulator.close()
    expect((await held).headers['x-mockling-shutdown']).toBe('1')
  })

  it('moves, changes or cancels its callback', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const hooked = (path: string) => createAsync(simulator, { callback_url: receiver.url(path) })
    const now = await hooked('/now')
    const failed = await hooked('/failed')
    const later = await hooked('/later')
    const never = await hooked('/never')
    await whenWaiting(simulator, 4)

    await simulator.tasks.succeed(now)
    await receiver.arrived(1)
    await simulator.tasks.fail(failed, { code: 'timeout', at: EPOCH + 5_000 })
    await simulator.tasks.settle(later, { at: EPOCH + 40_000 })
    await simulator.tasks.stall(never)
    await until('only two wait', () => simulator.control.clock(namespaceOf()).waiting === 2)
    await simulator.clock.advance({ token: TOKEN, seconds: 5 })
    await simulator.clock.advance({ token: TOKEN, seconds: 5 })
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/now', '/failed'])
    await simulator.clock.advance({ token: TOKEN, seconds: 3600 })
    expect(receiver.arrivals.map(({ path, body }) => [path, JSON.parse(body)])).toMatchObject([
      ['/now', { success: true, task_id: now }],
      ['/failed', { success: false, error: { code: 'timeout' }, task_id: failed }],
      ['/later', { success: true, task_id: later }],
    ])
    const at = simulator.control.journal.list({ kind: 'callback' }).map(entry => (entry.at - EPOCH) / 1000)
    expect(at).toEqual([0, 5, 40])

    await simulator.tasks.succeed(never)
    await receiver.arrived(4)
    expect(receiver.arrivals.at(-1)?.path).toBe('/never')
  })

  it('refuses a settled task, an unknown one, an instant that is past and an end that is not there', async () => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const settled = await createAsync(simulator)
    await simulator.clock.untilSettled(settled)
    const pending = await createAsync(simulator)
    const reroute = async (id: string, body: object) => {
      const { status, body: problem } = await post(`/v1/tasks/${id}/reroute`, body)
      return `${status} ${problem.detail}`
    }
    expect(await reroute(settled, { to: 'fail' })).toBe(
      `409 task '${settled}' is settled, and a settled task can't change any more`,
    )
    expect(await reroute('nobody', { to: 'fail' })).toBe(`404 no task has the id 'nobody'`)
    expect(await reroute(pending, { to: 'succeed', at: EPOCH })).toBe(
      `409 at: ${EPOCH} is not allowed; it must not be before now, which is 2026-06-01T00:00:10.000Z`,
    )
    await simulator.tasks.stall(pending)
    expect(await reroute(pending, { to: 'settle', at: EPOCH + 60_000 })).toMatch(/^409 .* has no planned end/)
    expect(await reroute(pending, { to: 'explode' })).toMatch(
      /^400 to: "explode" is not allowed; it must be one of succeed, fail, settle, stall/,
    )
    expect(await reroute(pending, { to: 'fail', code: 'used_up' })).toMatch(
      /^400 code: "used_up" is not allowed; it must be one of .*api_error/,
    )
    expect(await reroute(pending, { to: 'stall', at: EPOCH + 60_000 })).toMatch(/^400 at: there is no such field/)
    expect(await reroute(pending, { to: 'settle' })).toMatch(/^400 at is missing; it must be/)
  })

  it('works for auto-skip, whose held request comes back at once', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 10 })
    const held = create(simulator, {}, { headers: { 'x-mockling-outcome': 'stall' } })
    await whenWaiting(simulator)
    const id = (await simulator.tasks.list({ token: TOKEN, state: 'pending' })).items[0]?.id ?? ''
    await simulator.tasks.succeed(id, { at: EPOCH + 600_000 })
    expect((await held).json()).toMatchObject({ state: 'succeed' })
    expect(await simulator.clock.now({ token: TOKEN })).toBe(EPOCH + 600_000)
  })
})
