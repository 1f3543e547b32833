import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { controlDoor } from '../support/door.ts'
import {
  create,
  createAsync,
  DAY_MS,
  EPOCH,
  frozenSimulator,
  namespaceOf,
  retrieve,
  TOKEN,
  whenWaiting,
} from '../support/requests.ts'

const CHANGEABLE = [
  'pace',
  'strictness',
  'parameterErrorCode',
  'pendingResponse',
  'callbackRetries',
  'rate',
  'concurrency',
  'balance',
]

describe('the settings', () => {
  it('are shown, secrets masked', async () => {
    await using simulator = await createSimulator({
      seed: 7,
      controlKey: 'open sesame',
      publicUrl: 'http://user:word@mockling.test',
    })
    const { body } = await controlDoor(simulator).get('/v1/settings')
    expect(body.settings).toMatchObject({ seed: 7, pace: 'fast', balance: null, callbackDeny: [], tokens: null })
    expect(body.settings).toMatchObject({ controlKey: '***', publicUrl: 'http://***@mockling.test' })
    expect(body.changeable).toEqual(CHANGEABLE)
    expect(JSON.stringify(body)).not.toMatch(/sesame|word@/)
  })

  it('change from the next request on, and the rest stays', async () => {
    await using simulator = await frozenSimulator()
    const { patch } = controlDoor(simulator)
    const before = await createAsync(simulator)
    const changed = await patch('/v1/settings', {
      pace: '3',
      pendingResponse: 'empty',
      parameterErrorCode: 'token_mismatched',
    })
    expect(changed.body.settings).toMatchObject({
      pace: 3,
      pendingResponse: 'empty',
      parameterErrorCode: 'token_mismatched',
      seed: 1,
    })
    expect(simulator.config).toMatchObject({ pace: 3, strictness: 'documented' })
    const after = await createAsync(simulator)
    expect((await simulator.tasks.get(before)).settlesAt).toBe(EPOCH + 10_000)
    expect((await simulator.tasks.get(after)).settlesAt).toBe(EPOCH + 3_000)
    expect((await retrieve(simulator, after)).response).toEqual({})
    expect((await create(simulator, { duration: 7 })).json().error.code).toBe('token_mismatched')
    expect((await patch('/v1/settings', {})).body.settings).toEqual(changed.body.settings)
  })

  it('set limits and take them away', async () => {
    await using simulator = await frozenSimulator()
    const { patch } = controlDoor(simulator)
    const tried = async () => (await create(simulator, { async: true })).statusCode
    await patch('/v1/settings', { concurrency: 1 })
    expect([await tried(), await tried()]).toEqual([200, 429])
    await patch('/v1/settings', { concurrency: null, balance: 2.8 })
    expect([await tried(), await tried()]).toEqual([200, 403])
    expect(await simulator.control.account(namespaceOf().namespace)).toMatchObject({ balance: 2.8, left: 0 })
    await patch('/v1/settings', { balance: null, rate: '1/h' })
    expect([await tried(), await tried()]).toEqual([200, 429])
    await patch('/v1/settings', { rate: null })
    expect([await tried(), await tried()]).toEqual([200, 200])
  })

  it('change how often a callback is tried, also for those that have failed already', async () => {
    await using simulator = await frozenSimulator({ callbackRetries: 1 })
    await simulator.inbox.answer('down', { status: 500 })
    await createAsync(simulator, { callback_url: simulator.inbox.url('down') })
    await whenWaiting(simulator)
    await simulator.clock.advance({ token: TOKEN, seconds: 10 })
    await controlDoor(simulator).patch('/v1/settings', { callbackRetries: 3 })
    await simulator.clock.advance({ token: TOKEN, seconds: 600 })
    expect(await simulator.inbox.list('down')).toHaveLength(4)
  })

  it.each([
    [{ pace: 'slow' }, 'pace: "slow" is not allowed; it must be instant, fast, real, or seconds from 0 to 86400'],
    [{ pace: -1 }, 'pace: -1 is not allowed; it must be a number from 0 to 86400'],
    [{ pace: null }, 'pace: null is not allowed; it must be instant, fast, real, or seconds from 0 to 86400'],
    [{ callbackRetries: 21 }, 'callbackRetries: 21 is not allowed; it must be a whole number from 0 to 20'],
    [{ rate: 'often' }, 'rate: "often" is not allowed; it must be a number of requests and a unit'],
    [{ strictness: 'none' }, 'strictness: "none" is not allowed; it must be one of documented, upstream'],
    [{ tempo: 2 }, `tempo: there is no such field; there are ${CHANGEABLE.join(', ')}`],
    [{ seed: 2 }, 'seed can be set only at the start: --seed, MOCKLING_SEED, seed in a settings file'],
    [{ pace: 3, skipPerPoll: 2 }, 'skipPerPoll can be set only at the start: --skip-per-poll, MOCKLING_SKIP_PER_POLL'],
    [{ clock: 'frozen' }, 'PUT /_mockling/v1/clock changes how clocks run'],
    [{ controlKey: 'other key' }, 'controlKey can be set only at the start'],
    [{ pace: 5, balance: -1 }, 'balance: -1 is not allowed; it must be a number from 0 to 1000000000'],
  ])('refuse %j and change nothing', async (change, reason) => {
    await using simulator = await createSimulator()
    const { patch, get } = controlDoor(simulator)
    const before = (await get('/v1/settings')).body
    const refused = await patch('/v1/settings', change)
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(reason)])
    expect((await get('/v1/settings')).body).toEqual(before)
  })
})

describe('a reset', () => {
  /** A simulator in which something of everything has happened, for two tokens. */
  async function busy() {
    const simulator = await frozenSimulator({ rate: '2/h' })
    const door = controlDoor(simulator)
    await simulator.inbox.answer('a', { status: 202 })
    await door.patch('/v1/settings', { pendingResponse: 'null' })
    await door.post('/v1/faults', { effects: 'answer-late 5', operation: 'tasks' })
    for (const token of ['one', 'two']) {
      await createAsync(simulator, { callback_url: simulator.inbox.url('a') }, { token })
      await whenWaiting(simulator, 1, token)
      await door.put('/v1/clock', { token, mode: 'scaled', rate: 2 })
      await door.put('/v1/clock', { token, mode: 'frozen' })
      await simulator.clock.advance({ token, seconds: 20 })
    }
    const state = async () => {
      const tokens = await Promise.all(
        ['one', 'two'].map(async token => ({
          tasks: (await simulator.tasks.list({ token })).total - 3,
          journal: simulator.control.journal.count(namespaceOf(token)),
          clock: (await simulator.clock.state({ token })).follows ? 'follows' : 'own',
          inbox: (await simulator.inbox.list('a')).filter(
            one => one.namespace === namespaceOf(token).namespace.slice(0, 8),
          ).length,
        })),
      )
      const { settings } = (await door.get('/v1/settings')).body
      expect(settings.pendingResponse).toBe('null')
      expect((await door.get('/v1/faults')).body.items).toHaveLength(1)
      expect((await door.get('/v1/inbox')).body.items[0].answer.status).toBe(202)
      return tokens
    }
    return { simulator, door, state, [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose]() }
  }

  const FULL = { tasks: 1, journal: 2, clock: 'own', inbox: 1 }

  it.each([
    [['tasks'], { ...FULL, tasks: 0 }],
    [['journal'], { ...FULL, journal: 0 }],
    [['clock'], { ...FULL, clock: 'follows' }],
    [['inbox'], { ...FULL, inbox: 0 }],
    [['tasks', 'journal'], { ...FULL, tasks: 0, journal: 0 }],
    [undefined, { tasks: 0, journal: 0, clock: 'follows', inbox: 0 }],
  ])('of %j touches nothing else, of one token no other, and no configuration', async (what, left) => {
    await using rig = await busy()
    expect(await rig.state()).toEqual([FULL, FULL])
    expect((await rig.door.post('/v1/reset', { token: 'one', what })).body).toEqual({ reset: true })
    expect(await rig.state()).toEqual([left, FULL])
    await rig.door.post('/v1/reset', { what })
    expect(await rig.state()).toEqual([left, left])
  })

  it('of the tasks ends what is held, drops callbacks and begins ids and rate windows anew, at the same time of day', async () => {
    await using simulator = await frozenSimulator({ rate: '2/h' })
    const first = await createAsync(simulator, { callback_url: simulator.inbox.url('a') })
    const held = create(simulator)
    await whenWaiting(simulator, 2)
    await simulator.clock.advance({ token: TOKEN, seconds: 5 })
    await simulator.reset({ token: TOKEN, what: ['tasks'] })
    expect((await held).headers['x-mockling-reset']).toBe('1')
    expect(await simulator.clock.state({ token: TOKEN })).toMatchObject({ now: EPOCH + 5_000, waiting: 0 })
    expect(await createAsync(simulator)).toBe(first)
    await createAsync(simulator)
    await simulator.clock.advance({ token: TOKEN, seconds: 60 })
    expect(await simulator.inbox.list('a')).toEqual([])
    expect((await simulator.callbacks.list()).scheduled).toEqual([])
  })

  it('has nothing to do with how fast a clock ran that is told where to stand', async () => {
    await using simulator = await frozenSimulator()
    await simulator.clock.set({ mode: 'scaled', rate: 1000 })
    const at = EPOCH + 10 * DAY_MS
    expect(await simulator.clock.set({ mode: 'frozen', at })).toMatchObject({ mode: 'frozen', now: at })
  })

  it('of the clock runs it as the server’s again, and never back without the tasks', async () => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    await createAsync(simulator)
    await simulator.clock.set({ token: TOKEN, mode: 'scaled', rate: 1 })
    await simulator.clock.set({ token: TOKEN, mode: 'frozen', at: EPOCH + 60_000 })
    await post('/v1/reset', { token: TOKEN, what: ['clock'] })
    expect(await simulator.clock.state({ token: TOKEN })).toMatchObject({
      now: EPOCH + 60_000,
      follows: true,
      mode: 'frozen',
    })
    await simulator.clock.advance({ ms: 90_000 })
    expect(await simulator.clock.now({ token: TOKEN })).toBe(EPOCH + 150_000)
    await simulator.reset({ what: ['clock', 'tasks'] })
    expect(await simulator.clock.now()).toBe(EPOCH)
    expect(await simulator.clock.now({ token: TOKEN })).toBe(EPOCH)
    expect(simulator.control.clockLog.entries).toEqual([])
  })

  it.each([
    [{ what: [] }, 'what: [] is not allowed'],
    [{ what: ['settings'] }, 'what.0: "settings" is not allowed'],
    [{ what: 'tasks' }, 'what: "tasks" is not allowed'],
    [{ everything: true }, 'everything: there is no such field; there are token, namespace, scope, what'],
  ])('refuses %j', async (body, reason) => {
    await using simulator = await createSimulator()
    const refused = await controlDoor(simulator).post('/v1/reset', body)
    expect([refused.status, refused.body.detail]).toEqual([400, expect.stringContaining(reason)])
  })
})
