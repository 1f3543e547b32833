import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
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

/** Attempts so far: when, which, what came of it. */
function attempts({ control }: Simulator): string[] {
  return control.journal
    .list({ kind: 'callback' })
    .map(entry => (entry.kind === 'callback' ? `${(entry.at - EPOCH) / 1000} #${entry.attempt} ${entry.outcome}` : ''))
}

describe('advance', () => {
  it('dates retries from the attempts before them, not from where the jump ends', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using simulator = await frozenSimulator({ callbackRetries: 3 })
    await createAsync(simulator, { callback_url: receiver.url('/') })
    await whenWaiting(simulator)
    await controlDoor(simulator).post('/v1/clock/advance', { token: TOKEN, seconds: 3600 })
    expect(attempts(simulator)).toEqual([
      '10 #1 bad-status',
      '11 #2 bad-status',
      '13 #3 bad-status',
      '17 #4 bad-status',
    ])
    expect((await simulator.clock.state({ token: TOKEN })).waiting).toBe(0)
  })

  it('answers when the callbacks that were due have been answered', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    await createAsync(simulator, { callback_url: receiver.url('/') })
    await whenWaiting(simulator)
    await controlDoor(simulator).post('/v1/clock/advance', { token: TOKEN, seconds: 10 })
    expect(receiver.arrivals).toHaveLength(1)
    expect(attempts(simulator)).toEqual(['10 #1 delivered'])
  })

  it('shows each held request the instant it waited for', async () => {
    await using simulator = await frozenSimulator()
    const order: string[] = []
    const held = [30, 10, 20].map(timeout =>
      create(simulator, { timeout }, { headers: { 'x-mockling-outcome': 'stall' } }).then(() =>
        order.push(`${timeout}`),
      ),
    )
    const settled = create(simulator).then(() => order.push('settled'))
    await whenWaiting(simulator, 4)
    await simulator.clock.advance({ token: TOKEN, seconds: 60 })
    await Promise.all([...held, settled])
    expect(order).toEqual(['10', 'settled', '20', '30'])
  })

  it('comes to the same journal by whatever steps', async () => {
    const run = async (steps: readonly number[]) => {
      await using receiver = await startReceiver((response, { path }) => {
        response.writeHead(path === '/good' ? 200 : 500).end()
      })
      await using simulator = await frozenSimulator({ callbackRetries: 4 })
      for (const path of ['/bad', '/good', '/worse']) await createAsync(simulator, { callback_url: receiver.url(path) })
      await whenWaiting(simulator, 3)
      for (const seconds of steps) await simulator.clock.advance({ token: TOKEN, seconds })
      return simulator.control.journal
        .list({ kind: 'callback' })
        .map(entry => {
          if (entry.kind !== 'callback') throw new Error('not a callback')
          return `${String(entry.at).padStart(15)} ${entry.taskId} ${entry.attempt} ${entry.outcome} ${entry.requestBody}`
        })
        .toSorted()
    }
    const atOnce = await run([120])
    expect(atOnce).toHaveLength(11)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 8 }), async steps => {
        const gone = steps.reduce((sum, seconds) => sum + Math.round(seconds * 1000), 0) / 1000
        expect((await run([...steps, Math.max(0, 120 - gone)])).map(line => line.slice(15))).toEqual(
          atOnce.map(line => line.slice(15)),
        )
      }),
      { numRuns: 8 },
    )
  })

  it('adds up when two are given at once', async () => {
    await using simulator = await frozenSimulator()
    const { post, get } = controlDoor(simulator)
    const held = create(simulator)
    await whenWaiting(simulator)
    await Promise.all([10, 20].map(seconds => post('/v1/clock/advance', { token: TOKEN, seconds })))
    expect((await get(`/v1/clock?token=${TOKEN}`)).body.now).toBe(EPOCH + 30_000)
    expect((await held).json()).toMatchObject({ state: 'succeed' })
  })
})

describe('advance to the next event', () => {
  it('goes from one awaited instant to the next, and then refuses', async () => {
    await using receiver = await startReceiver()
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const held = create(simulator, { timeout: 4 })
    await createAsync(simulator, { callback_url: receiver.url('/') })
    await whenWaiting(simulator, 2)
    expect((await post('/v1/clock/next-event', { token: TOKEN })).body).toMatchObject({
      now: EPOCH + 4_000,
      waiting: 1,
    })
    expect((await held).json()).toEqual({ task_id: expect.any(String) })
    expect((await post('/v1/clock/next-event', { token: TOKEN })).body).toMatchObject({
      now: EPOCH + 10_000,
      waiting: 0,
    })
    expect(receiver.arrivals).toHaveLength(1)
    const refused = await post('/v1/clock/next-event', { token: TOKEN })
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringMatching(/^nobody waits: there is no held/),
    ])
  })

  it('counts a poll that shows a pending task as somebody waiting for three seconds', async () => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const id = await createAsync(simulator)
    expect((await post('/v1/clock/next-event', { token: TOKEN })).status).toBe(409)
    await retrieve(simulator, id)
    expect((await post('/v1/clock/next-event', { token: TOKEN })).body.now).toBe(EPOCH + 3_000)
    expect((await post('/v1/clock/next-event', { token: TOKEN })).status).toBe(409)
  })

  it('of the server takes along all who follow it', async () => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const one = create(simulator, {}, { token: 'one' })
    const two = create(simulator, { timeout: 3 }, { token: 'two' })
    await whenWaiting(simulator, 1, 'one')
    await whenWaiting(simulator, 1, 'two')
    expect((await post('/v1/clock/next-event')).body.now).toBe(EPOCH + 3_000)
    expect((await simulator.clock.state({ token: 'one' })).now).toBe(EPOCH + 3_000)
    await two
    expect((await post('/v1/clock/next-event')).body.now).toBe(EPOCH + 10_000)
    await one
  })
})

describe('advance until a task is settled', () => {
  it('goes to its very instant, waking all who wait on the way', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using simulator = await frozenSimulator({ callbackRetries: 2 })
    const { post } = controlDoor(simulator)
    await createAsync(simulator, { callback_url: receiver.url('/') })
    await simulator.clock.advance({ token: TOKEN, seconds: 5 })
    const id = await createAsync(simulator)
    await whenWaiting(simulator)
    expect((await post('/v1/clock/until-settled', { task: id })).body).toMatchObject({
      now: EPOCH + 15_000,
      follows: false,
    })
    expect(attempts(simulator)).toEqual(['10 #1 bad-status', '11 #2 bad-status', '13 #3 bad-status'])
    expect((await simulator.tasks.get(id)).state).toBe('succeed')
  })

  it('stays where it is when the task is settled already', async () => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const id = await createAsync(simulator)
    await simulator.clock.advance({ token: TOKEN, seconds: 30 })
    expect((await post('/v1/clock/until-settled', { task: id })).body.now).toBe(EPOCH + 30_000)
    const guide = 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0'
    expect((await post('/v1/clock/until-settled', { task: guide })).status).toBe(200)
  })

  it('refuses a task that never settles, and one that nobody knows', async () => {
    await using simulator = await frozenSimulator()
    const { post } = controlDoor(simulator)
    const id = await createAsync(simulator)
    await simulator.tasks.stall(id)
    const endless = await post('/v1/clock/until-settled', { task: id })
    expect([endless.status, endless.body.detail]).toEqual([409, `task '${id}' never settles: its plan has no end`])
    expect((await post('/v1/clock/until-settled', { task: 'nobody' })).status).toBe(404)
    expect((await simulator.clock.now({ token: TOKEN })) - EPOCH).toBe(0)
  })
})

describe('the log of clock commands', () => {
  it('keeps what was asked, from where, to where, and after which entry of the journal', async () => {
    await using simulator = await frozenSimulator()
    const { get, post, put } = controlDoor(simulator)
    const id = await createAsync(simulator)
    await post('/v1/clock/advance', { token: TOKEN, seconds: 2 })
    await retrieve(simulator, id)
    await post('/v1/clock/next-event', { token: TOKEN })
    await post('/v1/clock/until-settled', { task: id })
    await put('/v1/clock', { mode: 'scaled', rate: 5, at: EPOCH + 500 })
    await post('/v1/clock/advance', { token: TOKEN, to: EPOCH })
    const { items, dropped } = (await get('/v1/clock/log')).body
    const scope = namespaceOf().namespace.slice(0, 8)
    const at = (seconds: number) => EPOCH + seconds * 1000
    expect(items).toEqual([
      { seq: 1, scope, command: 'advance', ms: 2_000, from: at(0), to: at(2), journalSeq: 1 },
      { seq: 2, scope, command: 'next-event', from: at(2), to: at(5), journalSeq: 2 },
      { seq: 3, scope, command: 'until-settled', task: id, from: at(5), to: at(10), journalSeq: 2 },
      {
        seq: 4,
        scope: 'server',
        command: 'set',
        mode: 'scaled',
        rate: 5,
        at: at(0.5),
        from: at(0),
        to: expect.any(Number),
        journalSeq: 2,
      },
    ])
    expect(dropped).toBe(0)
    expect(simulator.control.clockLog.entries[0]?.scope).toEqual(namespaceOf())
  })

  it('is bounded, and says what it dropped', async () => {
    await using simulator = await frozenSimulator()
    for (let index = 0; index < 10_003; index++) await simulator.control.setClock('server', { mode: 'frozen' })
    const { clockLog } = simulator.control
    expect([clockLog.entries.length, clockLog.entries[0]?.seq, clockLog.dropped]).toEqual([10_000, 4, 3])
  })
})

describe('everything a client sees of time', () => {
  it('is on the clock of its token: records, rate windows, balances, expiry', async () => {
    await using simulator = await frozenSimulator({ rate: '1/m', balance: 5 })
    const other = await createAsync(simulator, {}, { token: 'other' })
    const id = await createAsync(simulator)
    expect((await create(simulator)).statusCode).toBe(429)
    await simulator.clock.untilSettled(id)
    const record = await retrieve(simulator, id)
    expect([record.created_at, record.finished_at]).toEqual([EPOCH / 1000, EPOCH / 1000 + 10])
    expect(await simulator.control.account(namespaceOf().namespace)).toMatchObject({ charged: 1.4, left: 3.6 })
    expect((await create(simulator)).statusCode).toBe(429)
    await simulator.clock.advance({ token: TOKEN, seconds: 50 })
    await createAsync(simulator)
    const path = new URL(record.response.video_url).pathname
    expect((await simulator.app.inject(path)).statusCode).toBe(200)
    await simulator.clock.advance({ token: TOKEN, ms: 30 * DAY_MS })
    expect((await simulator.app.inject(path)).statusCode).toBe(403)
    // Nothing of that has happened to another token.
    expect((await simulator.tasks.get(other)).state).toBe('accepted')
    expect((await create(simulator, {}, { token: 'other' })).statusCode).toBe(429)
  })
})
