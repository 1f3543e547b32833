import { describe, expect, it } from 'vitest'
import { addressPolicy } from '../../src/callbacks/address-policy.ts'
import { type AttemptReport, Dispatcher } from '../../src/callbacks/dispatcher.ts'
import { createPoster } from '../../src/callbacks/post.ts'
import { VirtualClock } from '../../src/simulation/clock.ts'
import type { Task } from '../../src/simulation/task.ts'
import { travel } from '../../src/simulation/travel.ts'
import type { Keep } from '../../src/store/changes.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { FakeTimebase, START, turn } from '../simulation/fake-timebase.ts'
import { ALICE, task } from '../simulation/sample.ts'
import { until } from '../support/requests.ts'
import { startReceiver, startSlowReceiver } from './receiver.ts'

const SUCCEED = { to: 'succeed' } as const
const STALL = { to: 'stall' } as const

/** A dispatcher on a store and a frozen clock, with the tasks it was given: gone at the end of the scope. */
function open({ retries = 0, keep }: { retries?: number; keep?: Keep } = {}) {
  const clock = new VirtualClock({ mode: 'frozen', rate: 1, startAt: START, timebase: new FakeTimebase() })
  const store = new MemoryStore({ retain: 100, ...(keep && { keep }) })
  const reports: AttemptReport[] = []
  const dispatcher = new Dispatcher({
    store,
    clockOf: () => clock,
    retries: () => retries,
    place: () => reports.length + 1,
    onAttempt: report => reports.push(report),
    poster: createPoster({
      policy: addressPolicy({ private: 'allow', loopback: 'allow', allow: [], deny: [] }),
      userAgent: 'mockling/test',
    }),
  })
  return {
    clock,
    store,
    dispatcher,
    reports,
    /** Creates a task that takes ten seconds and has the dispatcher see to it. */
    async created(url: string): Promise<Task> {
      const made = task({ ordinal: await store.nextOrdinal(ALICE), pace: 10, body: { callback_url: url } })
      await store.create(made, {}, START)
      void dispatcher.schedule(made)
      await until('it waits', () => dispatcher.scheduled().some(({ taskId }) => taskId === made.id))
      return made
    },
    async [Symbol.asyncDispose]() {
      clock.close()
      await dispatcher.close(Promise.resolve())
    },
  }
}

describe('a callback whose task is rerouted', () => {
  it('waits for the new instant', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const { id } = await rig.created(receiver.url('/'))
    await rig.store.reroute(ALICE, id, { to: 'settle', at: START + 4_000 }, START)
    await turn()
    expect(rig.dispatcher.scheduled()).toMatchObject([{ id: `${id}.1`, at: START + 4_000, attempt: 1 }])
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(rig.reports.map(({ at }) => at - START)).toEqual([4_000])
  })

  it('goes out at once when the task ends at once', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const { id } = await rig.created(receiver.url('/'))
    await rig.store.reroute(ALICE, id, SUCCEED, START)
    await receiver.arrived(1)
    await until('it is reported', () => rig.reports.length === 1)
    expect([rig.dispatcher.waiting, rig.clock.atWork]).toEqual([0, 0])
  })

  it('is dropped when the task never ends, and comes back when it does after all', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const { id } = await rig.created(receiver.url('/'))
    await rig.store.reroute(ALICE, id, STALL, START)
    await turn()
    expect([rig.dispatcher.waiting, rig.clock.waiting, rig.clock.atWork]).toEqual([0, 0, 0])
    await travel([{ clock: rig.clock, ms: 60_000 }])
    await rig.store.reroute(ALICE, id, SUCCEED, rig.clock.now())
    await until('it is reported', () => rig.reports.length === 1)
    expect(rig.reports).toMatchObject([{ callbackId: `${id}.2`, at: START + 60_000, outcome: 'delivered' }])
  })

  it('is sent by the plan as it is when it is taken charge of', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const made = task({ pace: 10, body: { callback_url: receiver.url('/') } })
    await rig.store.create(made, {}, START)
    await rig.store.reroute(ALICE, made.id, { to: 'fail', code: 'timeout', message: 'no', at: START + 3_000 }, START)
    void rig.dispatcher.schedule(made)
    await until('it waits', () => rig.dispatcher.waiting === 1)
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(rig.reports.map(({ at }) => at - START)).toEqual([3_000])
    expect(JSON.parse(receiver.arrivals[0]?.body ?? '')).toMatchObject({ error: { code: 'timeout' } })
  })

  it('is tried again at its own dates when its first attempt has failed already', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open({ retries: 2 })
    const { id } = await rig.created(receiver.url('/'))
    await travel([{ clock: rig.clock, ms: 10_500 }])
    expect(await rig.store.reroute(ALICE, id, STALL, rig.clock.now())).toBe('settled')
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(rig.reports.map(({ at }) => at - START)).toEqual([10_000, 11_000, 13_000])
  })
})

describe('what is cancelled', () => {
  it('is not sent, and no other with it', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const [one, two] = [await rig.created(receiver.url('/one')), await rig.created(receiver.url('/two'))]
    await rig.store.cancelDelivery(ALICE, one.id, 0, START)
    await turn()
    expect(rig.dispatcher.scheduled()).toMatchObject([{ taskId: two.id }])
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/two'])
    expect(await rig.dispatcher.close(Promise.resolve())).toBe(0)
  })
})

describe('what is due and waits for its turn', () => {
  it('is not sent if it is cancelled before', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open()
    const made: Task[] = []
    for (let index = 0; index < 34; index++) made.push(await rig.created(receiver.url(`/#${index}`)))
    rig.clock.moveTo(START + 10_000)
    await receiver.arrived(32)
    expect(rig.dispatcher.posting).toBe(34)
    await rig.store.cancelDelivery(ALICE, made[32]?.id ?? '', 0, rig.clock.now())
    receiver.answerAll()
    await receiver.arrived(33)
    receiver.answerAll()
    await until('all are over', () => rig.dispatcher.posting === 0)
    expect(rig.reports.map(({ taskId }) => taskId).toSorted()).toEqual(
      [...made.slice(0, 32), made[33]].map(task => task?.id).toSorted(),
    )
    expect([receiver.arrivals.length, rig.clock.atWork]).toEqual([33, 0])
  })
})

describe('what is forgotten', () => {
  it('neither waits nor is sent, while the clock goes on', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    await rig.created(receiver.url('/'))
    await rig.store.reset(ALICE)
    await rig.dispatcher.forget('nobody')
    expect(rig.dispatcher.waiting).toBe(1)
    await rig.dispatcher.forget(ALICE)
    expect([rig.dispatcher.waiting, rig.clock.waiting, rig.clock.atWork]).toEqual([0, 0, 0])
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(receiver.arrivals).toEqual([])
  })

  it('is what was there before the reset, not what came while that was made safe', async () => {
    await using receiver = await startReceiver()
    let isSafe = () => {}
    const safe = new Promise<void>(resolve => {
      isSafe = resolve
    })
    const keep: Keep = change => ('reset' in change ? safe : undefined)
    await using rig = open({ keep })
    await rig.created(receiver.url('/old'))
    await rig.created(receiver.url('/older'))
    const reset = rig.store.reset(ALICE)
    // Its id is that of the first.
    await rig.created(receiver.url('/new'))
    isSafe()
    await reset
    await rig.dispatcher.forget(ALICE)
    expect(rig.dispatcher.waiting).toBe(1)
    expect(rig.dispatcher.scheduled().map(({ url }) => url)).toEqual([receiver.url('/new')])
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/new'])
  })

  it('is no task that came later and has no callback yet', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const made = task({ pace: 10, body: { callback_url: receiver.url('/') } })
    const endless: Task = { ...made, steps: [made.steps[0]], deliveries: [] }
    await rig.store.create(endless, {}, START)
    await rig.dispatcher.schedule(endless)
    await rig.dispatcher.forget(ALICE)
    await rig.store.reroute(ALICE, endless.id, SUCCEED, START)
    await receiver.arrived(1)
  })
})

describe('the first attempt', () => {
  it('is all that is waited for where a create is answered after it', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open({ retries: 5 })
    const made = task({ pace: 'instant', body: { callback_url: receiver.url('/') } })
    await rig.store.create(made, {}, START)
    await rig.dispatcher.schedule(made)
    expect(rig.reports).toHaveLength(1)
    await until('the second waits', () => rig.dispatcher.waiting === 1)
  })
})

describe('callbacks that had come some way before', () => {
  it('are taken up where they were: those that are over are not sent, the others keep their count', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open({ retries: 2 })
    const made = task({ pace: 10, body: { callback_url: receiver.url('/') } })
    const at = START + 10_000
    const deliveries = ['/over', '/tried', '/new'].map(path => ({ url: receiver.url(path), at }))
    const kept = { ...made, deliveries }
    await rig.store.create(kept, {}, START)
    const retry = { attempt: 3, due: at }
    void rig.dispatcher.schedule(
      kept,
      new Map([
        [1, retry],
        [2, undefined],
      ]),
    )
    await until('two wait', () => rig.dispatcher.waiting === 2)
    expect(rig.dispatcher.scheduled().map(({ id, attempt }) => [id, attempt])).toEqual([
      [`${made.id}.2`, 3],
      [`${made.id}.3`, 1],
    ])
    expect(rig.dispatcher.scheduled(undefined, 'another')).toEqual([])
    await travel([{ clock: rig.clock, ms: 60_000 }])
    expect(receiver.arrivals.map(({ path }) => path).toSorted()).toEqual(['/new', '/new', '/new', '/tried'])
    expect(await rig.dispatcher.close(Promise.resolve())).toBe(0)
  })
})
