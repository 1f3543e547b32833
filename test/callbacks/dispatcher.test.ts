import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { type AddressPolicyOptions, addressPolicy } from '../../src/callbacks/address-policy.ts'
import { type AttemptReport, Dispatcher } from '../../src/callbacks/dispatcher.ts'
import { createPoster } from '../../src/callbacks/post.ts'
import { answerOf } from '../../src/simulation/accept.ts'
import { type ClockMode, VirtualClock } from '../../src/simulation/clock.ts'
import { settlesAt, stepAt, type Task } from '../../src/simulation/task.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { FakeTimebase, START, turn } from '../simulation/fake-timebase.ts'
import { ALICE, BOB, FAILED, type Sample, task } from '../simulation/sample.ts'
import { until } from '../support/requests.ts'
import { type Receiver, startReceiver, startSlowReceiver, startSocketServer } from './receiver.ts'

/** Callbacks are due this long after the task was accepted. */
const WORK_MS = 2_000
const DUE = START + WORK_MS

const NEVER = new Promise<void>(() => {})

interface Given {
  readonly mode?: ClockMode
  readonly retries?: number
  readonly policy?: Partial<AddressPolicyOptions>
}

/** A dispatcher with a real poster, on clocks that the test moves; gone at the end of the scope. */
function open({ mode = 'frozen', retries = 0, policy }: Given = {}) {
  const timebase = new FakeTimebase()
  const clocks = new Map<string, VirtualClock>()
  const clockOf = (namespace: string) => {
    const clock = clocks.get(namespace) ?? new VirtualClock({ mode, rate: 1, startAt: START, quietMs: 5, timebase })
    clocks.set(namespace, clock)
    return clock
  }
  const store = new MemoryStore({ retain: 0 })
  const reports: AttemptReport[] = []
  let places = 0
  const dispatcher = new Dispatcher({
    store,
    poster: createPoster({
      policy: addressPolicy({ private: 'allow', loopback: 'allow', allow: [], deny: [], ...policy }),
      userAgent: 'mockling/test',
    }),
    clockOf,
    retries: () => retries,
    place: () => ++places,
    onAttempt: report => reports.push(report),
  })
  return {
    dispatcher,
    clock: clockOf(ALICE),
    clockOf,
    timebase,
    store,
    reports,
    /** Resolves once there are as many reports. */
    reported: (count: number) => until(`${count} attempts are reported`, () => reports.length >= count),
    /** Resolves once as many deliveries wait for their time. */
    waiting: (count: number) => until(`${count} deliveries wait`, () => dispatcher.waiting === count),
    /** Resolves once nothing waits and no post is under way. */
    async idle() {
      await until('all is done', () => dispatcher.waiting === 0 && dispatcher.posting === 0)
      await turn()
    },
    /** As a reset of the namespace does: the store's share is gone, and the clock is another. */
    async reset(namespace: string) {
      await store.reset(namespace)
      clocks.get(namespace)?.close()
      clocks.delete(namespace)
    },
    async [Symbol.asyncDispose]() {
      for (const clock of clocks.values()) clock.close()
      await dispatcher.close(Promise.resolve())
    },
  }
}

function callback(url: string, sample: Sample = {}): Task {
  return task({ pace: WORK_MS / 1000, ...sample, body: { callback_url: url, ...sample.body } })
}

/** Has forty callbacks fall due for one receiver, of whom thirty-two are under way then. */
async function crowd(rig: ReturnType<typeof open>, receiver: Receiver): Promise<void> {
  for (let ordinal = 1; ordinal <= 40; ordinal++) rig.dispatcher.schedule(callback(receiver.url('/'), { ordinal }))
  await rig.waiting(40)
  rig.clock.moveTo(DUE)
  await receiver.arrived(32)
}

/** What the receiver is to get, byte for byte. */
function bodyOf(sent: Task): string {
  return JSON.stringify(answerOf(sent, stepAt(sent, settlesAt(sent) ?? Number.NaN), '').body)
}

describe('a callback', () => {
  it('is posted at the instant the task settles, not a millisecond before, with the result', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const sent = callback(receiver.url('/hook'))
    rig.dispatcher.schedule(sent)
    await rig.waiting(1)
    expect(rig.clock.nextAwaited).toBe(DUE)
    rig.clock.moveTo(DUE - 1)
    await turn()
    expect([rig.dispatcher.waiting, rig.dispatcher.posting]).toEqual([1, 0])

    rig.clock.moveTo(DUE)
    await rig.reported(1)
    expect(receiver.arrivals).toMatchObject([{ method: 'POST', path: '/hook', body: bodyOf(sent) }])
    expect(JSON.parse(receiver.arrivals[0]?.body ?? '')).toMatchObject({ success: true, task_id: sent.id })
  })

  it('carries the failure, with the task id', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const sent = callback(receiver.url('/'), { ending: FAILED })
    rig.dispatcher.schedule(sent)
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    expect(receiver.arrivals[0]?.body).toBe(bodyOf(sent))
    expect(JSON.parse(receiver.arrivals[0]?.body ?? '')).toMatchObject({ success: false, task_id: sent.id })
  })

  it('is posted at once if it is due already', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/'), { pace: 'instant' }))
    await rig.reported(1)
    expect(receiver.arrivals).toHaveLength(1)
  })

  it('carries the end of the task also when the clock has gone far beyond it', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const sent = callback(receiver.url('/'))
    rig.dispatcher.schedule(sent)
    await rig.waiting(1)
    rig.clock.moveTo(DUE + 1e9)
    await rig.reported(1)
    expect(receiver.arrivals[0]?.body).toBe(bodyOf(sent))
    expect(rig.reports[0]?.at).toBe(DUE + 1e9)
  })

  it('is not posted for a task that asked for none', async () => {
    await using rig = open()
    rig.dispatcher.schedule(task())
    await turn()
    expect([rig.dispatcher.waiting, rig.dispatcher.posting, rig.clock.waiting]).toEqual([0, 0, 0])
  })

  it('is reported with what was sent and what came of it', async () => {
    await using receiver = await startReceiver(response => response.writeHead(202, { 'x-seen': '1' }).end('thanks'))
    await using rig = open()
    const sent = callback(receiver.url('/hook'))
    rig.dispatcher.schedule(sent)
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    expect(rig.reports).toEqual([
      expect.objectContaining({
        at: DUE,
        namespace: ALICE,
        taskId: sent.id,
        attempt: 1,
        url: receiver.url('/hook'),
        requestBody: bodyOf(sent),
        outcome: 'delivered',
        status: 202,
        responseBody: 'thanks',
        responseHeaders: expect.objectContaining({ 'x-seen': '1' }),
        requestHeaders: receiver.arrivals[0]?.headers,
        durationMs: expect.any(Number),
      }),
    ])
  })

  it('has the place of its sending, however long its answer takes', async () => {
    const slow: ServerResponse[] = []
    await using receiver = await startReceiver((response, { path }) => {
      if (path === '/slow') slow.push(response)
      else response.end()
    })
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/slow')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await receiver.arrived(1)
    rig.dispatcher.schedule(callback(receiver.url('/quick')))
    await rig.reported(1)
    slow[0]?.end()
    await rig.reported(2)
    expect(rig.reports.map(({ url, seq }) => [new URL(url).pathname, seq])).toEqual([
      ['/quick', 2],
      ['/slow', 1],
    ])
  })

  it('waits on the clock of its own namespace', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/alice')))
    rig.dispatcher.schedule(callback(receiver.url('/bob'), { namespace: BOB }))
    await rig.waiting(2)
    rig.clockOf(BOB).moveTo(DUE)
    await rig.reported(1)
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/bob'])
    expect(rig.dispatcher.waiting).toBe(1)
  })

  it('goes to each of several addresses on its own', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    const sent = callback(receiver.url('/first'))
    const twice = { ...sent, deliveries: [...sent.deliveries, { url: receiver.url('/second'), at: DUE + 5 }] }
    rig.dispatcher.schedule(twice)
    await rig.waiting(2)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    rig.clock.moveTo(DUE + 5)
    await rig.reported(2)
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/first', '/second'])
  })

  it('arrives exactly once, for each of 1,000', async () => {
    await using receiver = await startReceiver()
    await using rig = open({ retries: 3 })
    const all = Array.from({ length: 1_000 }, (_, index) =>
      callback(receiver.url(`/${index}`), { ordinal: index + 1, now: START + (index % 10) }),
    )
    for (const one of all) rig.dispatcher.schedule(one)
    await rig.waiting(1_000)
    rig.clock.moveTo(DUE + 4)
    await rig.reported(500)
    rig.clock.moveTo(DUE + 9)
    await rig.reported(1_000)
    await rig.idle()
    const got = receiver.arrivals.map(({ path, body }) => `${path} ${JSON.parse(body).task_id}`)
    expect(got.toSorted()).toEqual(all.map(({ id }, index) => `/${index} ${id}`).toSorted())
    expect(rig.reports).toHaveLength(1_000)
  })
})

describe('retries', () => {
  it('come after a doubling wait on the namespace’s clock, up to a minute, then stop', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open({ retries: 8 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    const waits: number[] = []
    for (let attempt = 1; attempt <= 8; attempt++) {
      await rig.reported(attempt)
      await rig.waiting(1)
      const next = rig.clock.nextAwaited ?? Number.NaN
      waits.push((next - rig.clock.now()) / 1000)
      rig.clock.moveTo(next - 1)
      await turn()
      expect(rig.dispatcher.posting).toBe(0)
      rig.clock.moveTo(next)
    }
    await rig.reported(9)
    await rig.idle()
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
    expect(rig.reports.map(({ attempt, outcome, status }) => [attempt, outcome, status])).toEqual(
      Array.from({ length: 9 }, (_, index) => [index + 1, 'bad-status', 500]),
    )
    expect(rig.clock.waiting).toBe(0)
    expect(receiver.arrivals).toHaveLength(9)
    expect(new Set(receiver.arrivals.map(({ body }) => body)).size).toBe(1)
  })

  it('come up to a minute apart and no more, also after very many', async () => {
    await using rig = open({ retries: 20 })
    const closed = await startSocketServer()
    const url = closed.url('/')
    await closed[Symbol.asyncDispose]()
    rig.dispatcher.schedule(callback(url))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    for (let attempt = 1; attempt <= 20; attempt++) {
      await rig.reported(attempt)
      await rig.waiting(1)
      rig.clock.moveTo(rig.clock.now() + 60_000)
    }
    await rig.reported(21)
    await rig.idle()
    expect(new Set(rig.reports.map(({ outcome }) => outcome))).toEqual(new Set(['connection-error']))
  })

  it('end with the first that is answered well', async () => {
    let arrivals = 0
    await using receiver = await startReceiver(response => response.writeHead(++arrivals < 3 ? 503 : 204).end())
    await using rig = open({ retries: 10 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    for (let attempt = 1; attempt <= 2; attempt++) {
      await rig.reported(attempt)
      await rig.waiting(1)
      rig.clock.moveTo(rig.clock.nextAwaited ?? Number.NaN)
    }
    await rig.reported(3)
    await rig.idle()
    expect(rig.reports.map(({ attempt, outcome, at }) => [attempt, outcome, at - DUE])).toEqual([
      [1, 'bad-status', 0],
      [2, 'bad-status', 1_000],
      [3, 'delivered', 3_000],
    ])
  })

  it('count their wait from the end of the attempt before', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open({ retries: 1 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await receiver.arrived(1)
    rig.clock.moveTo(DUE + 30_000)
    receiver.answerAll(500)
    await rig.waiting(1)
    expect(rig.clock.nextAwaited).toBe(DUE + 31_000)
  })

  it.each([
    ['a redirect', 301],
    ['a refusal', 404],
    ['a failure', 500],
  ])('come after %s', async (_name, status) => {
    await using receiver = await startReceiver(response => response.writeHead(status, { location: '/x' }).end())
    await using rig = open({ retries: 1 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    await rig.waiting(1)
    rig.clock.moveTo(DUE + 1_000)
    await rig.reported(2)
    expect(receiver.arrivals).toHaveLength(2)
  })

  it('come after an answer that is no HTTP and after a broken connection', async () => {
    await using gibberish = await startSocketServer(socket => socket.end('hello\r\n\r\n'))
    await using broken = await startSocketServer(socket => socket.destroy())
    for (const [receiver, outcome] of [
      [gibberish, 'bad-answer'],
      [broken, 'connection-error'],
    ] as const) {
      await using rig = open({ retries: 1 })
      rig.dispatcher.schedule(callback(receiver.url('/')))
      await rig.waiting(1)
      rig.clock.moveTo(DUE)
      await rig.reported(1)
      await rig.waiting(1)
      expect(rig.reports[0]?.outcome).toBe(outcome)
    }
  })

  it('do not come unless they are asked for', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    await rig.idle()
    expect(rig.clock.waiting).toBe(0)
    expect(receiver.arrivals).toHaveLength(1)
  })

  it('do not come where they would change nothing: a refused address', async () => {
    await using receiver = await startReceiver()
    await using rig = open({ retries: 5, policy: { loopback: 'deny' } })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    await rig.idle()
    expect(rig.reports).toMatchObject([{ attempt: 1, outcome: 'refused-address', url: receiver.url('/') }])
    expect(receiver.accepted).toBe(0)
    expect(rig.clock.waiting).toBe(0)
  })

  it('do not come where they would change nothing: no URL', async () => {
    await using rig = open({ retries: 5 })
    rig.dispatcher.schedule(callback('http://'))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    await rig.idle()
    expect(rig.reports).toMatchObject([{ outcome: 'invalid-url' }])
  })
})

describe('a slow receiver', () => {
  it('delays no callback to another, however many wait for it', async () => {
    await using slow = await startSlowReceiver()
    await using quick = await startReceiver()
    await using rig = open()
    // More than may be open to one origin at a time, all before the quick one's.
    for (let ordinal = 1; ordinal <= 50; ordinal++) rig.dispatcher.schedule(callback(slow.url('/'), { ordinal }))
    for (let ordinal = 51; ordinal <= 70; ordinal++) rig.dispatcher.schedule(callback(quick.url('/'), { ordinal }))
    await rig.waiting(70)
    rig.clock.moveTo(DUE)
    await rig.reported(20)
    expect(quick.arrivals).toHaveLength(20)
    expect(rig.dispatcher.posting).toBe(50)
    await slow.arrived(32)
    slow.answerAll()
    await slow.arrived(50)
    slow.answerAll()
    await rig.reported(70)
    expect(slow.arrivals).toHaveLength(50)
  })

  it('delays no later callback of the same task’s namespace', async () => {
    await using slow = await startSlowReceiver()
    await using quick = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(slow.url('/')))
    rig.dispatcher.schedule(callback(quick.url('/'), { ordinal: 2, now: START + 1_000 }))
    await rig.waiting(2)
    rig.clock.moveTo(DUE)
    await slow.arrived(1)
    rig.clock.moveTo(DUE + 1_000)
    await rig.reported(1)
    expect(rig.reports[0]?.url).toBe(quick.url('/'))
  })
})

describe('a reset', () => {
  it('drops the namespace’s callbacks that are not due, and no other’s', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/alice')))
    rig.dispatcher.schedule(callback(receiver.url('/bob'), { namespace: BOB }))
    await rig.waiting(2)
    await rig.reset(ALICE)
    await rig.waiting(1)
    rig.clockOf(ALICE).moveTo(DUE)
    rig.clockOf(BOB).moveTo(DUE)
    await rig.reported(1)
    await rig.idle()
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/bob'])
  })

  it('drops a callback also if its clock goes on', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    await rig.store.reset(ALICE)
    rig.clock.moveTo(DUE)
    await rig.idle()
    expect(receiver.accepted).toBe(0)
    expect(rig.reports).toEqual([])
  })

  it('drops the report of a post that was under way, and its retries', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open({ retries: 5 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await receiver.arrived(1)
    await rig.reset(ALICE)
    receiver.answerAll(500)
    await rig.idle()
    rig.clockOf(ALICE).moveTo(DUE + 3_600_000)
    await rig.idle()
    expect(rig.reports).toEqual([])
    expect(receiver.arrivals).toHaveLength(1)
  })

  it('drops what is due and waits for its turn', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open()
    await crowd(rig, receiver)
    await rig.reset(ALICE)
    receiver.answerAll()
    await rig.idle()
    expect(rig.reports).toEqual([])
    expect(receiver.arrivals).toHaveLength(32)
  })

  it('of another namespace drops nothing', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await receiver.arrived(1)
    await rig.reset(BOB)
    receiver.answerAll()
    await rig.reported(1)
  })

  it('leaves what is created after it alone', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/before')))
    await rig.waiting(1)
    await rig.reset(ALICE)
    rig.dispatcher.schedule(callback(receiver.url('/after')))
    await rig.waiting(1)
    rig.clockOf(ALICE).moveTo(DUE)
    await rig.reported(1)
    await rig.idle()
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/after'])
  })
})

describe('close', () => {
  it('has nothing to do when nothing is left', async () => {
    await using rig = open()
    expect(await rig.dispatcher.close(NEVER)).toBe(0)
  })

  it('counts the callbacks that are not due, and sends them no more', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    for (let ordinal = 1; ordinal <= 3; ordinal++) rig.dispatcher.schedule(callback(receiver.url('/'), { ordinal }))
    await rig.waiting(3)
    expect(await rig.dispatcher.close(NEVER)).toBe(3)
    rig.clock.moveTo(DUE)
    await rig.idle()
    expect(receiver.accepted).toBe(0)
  })

  it('waits for posts under way, which then are not left undone', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/')))
    rig.dispatcher.schedule(callback(receiver.url('/'), { ordinal: 2, now: START + 1 }))
    await rig.waiting(2)
    rig.clock.moveTo(DUE)
    await receiver.arrived(1)
    const undone = rig.dispatcher.close(NEVER)
    receiver.answerAll()
    expect(await undone).toBe(1)
    expect(rig.reports).toMatchObject([{ outcome: 'delivered' }])
  })

  it('cuts off what is not answered in time, counts and reports it', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open({ retries: 3 })
    await crowd(rig, receiver)
    let cutOff = () => {}
    const undone = rig.dispatcher.close(
      new Promise<void>(resolve => {
        cutOff = resolve
      }),
    )
    await turn()
    expect(rig.reports).toEqual([])
    cutOff()
    expect(await undone).toBe(40)
    await rig.idle()
    expect(new Set(rig.reports.map(({ outcome }) => outcome))).toEqual(new Set(['aborted']))
    expect(rig.reports).toHaveLength(40)
  })

  it('sends what is due and waits for its turn, if there is time', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open()
    await crowd(rig, receiver)
    const undone = rig.dispatcher.close(NEVER)
    receiver.answerAll()
    await receiver.arrived(40)
    receiver.answerAll()
    expect(await undone).toBe(0)
    expect(new Set(rig.reports.map(({ outcome }) => outcome))).toEqual(new Set(['delivered']))
  })

  it('counts a callback that waits to be tried again', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open({ retries: 3 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await rig.reported(1)
    await rig.waiting(1)
    expect(await rig.dispatcher.close(NEVER)).toBe(1)
  })

  it('counts a callback whose post under way fails while it closes, with tries left', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open({ retries: 3 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.clock.moveTo(DUE)
    await receiver.arrived(1)
    const undone = rig.dispatcher.close(NEVER)
    receiver.answerAll(500)
    expect(await undone).toBe(1)
  })

  it('counts a callback that was scheduled just now', async () => {
    await using receiver = await startReceiver()
    await using rig = open()
    rig.dispatcher.schedule(callback(receiver.url('/')))
    expect(await rig.dispatcher.close(NEVER)).toBe(1)
  })
})

describe('under auto-skip', () => {
  it('the clock leaps to a callback that is due', async () => {
    await using receiver = await startReceiver()
    await using rig = open({ mode: 'auto-skip' })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    await rig.waiting(1)
    rig.timebase.pass(5)
    await rig.reported(1)
    expect(rig.clock.now()).toBe(DUE)
    expect(rig.reports[0]?.at).toBe(DUE)
  })

  it('the clock does not leap while a post is unanswered', async () => {
    await using receiver = await startSlowReceiver()
    await using rig = open({ mode: 'auto-skip' })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    rig.dispatcher.schedule(callback(receiver.url('/'), { ordinal: 2, pace: 60 }))
    await rig.waiting(2)
    rig.timebase.pass(5)
    await receiver.arrived(1)
    rig.timebase.pass(3_600_000)
    await turn()
    expect(rig.clock.now()).toBe(DUE)

    receiver.answerAll()
    await rig.reported(1)
    rig.timebase.pass(5)
    await receiver.arrived(2)
    expect(rig.clock.now()).toBe(START + 60_000)
    receiver.answerAll()
    await rig.reported(2)
  })

  it('the clock leaps from one retry to the next', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using rig = open({ mode: 'auto-skip', retries: 3 })
    rig.dispatcher.schedule(callback(receiver.url('/')))
    for (let attempt = 1; attempt <= 4; attempt++) {
      await rig.waiting(1)
      rig.timebase.pass(5)
      await rig.reported(attempt)
    }
    await rig.idle()
    expect(rig.reports.map(({ at }) => at - DUE)).toEqual([0, 1_000, 3_000, 7_000])
  })
})
