import { describe, expect, it } from 'vitest'
import { answerHeld } from '../../src/http/held.ts'
import { Interruption } from '../../src/simulation/namespaces.ts'
import type { Task } from '../../src/simulation/task.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { START, turn } from '../simulation/fake-timebase.ts'
import { ALICE, FAILED, type Sample, task } from '../simulation/sample.ts'
import { startCalls } from '../support/calls.ts'
import { until } from '../support/until.ts'

/** A held create of alice's: a task that takes ten seconds, unless told otherwise, and the request that waits for it. */
async function start({ timeout, ...sample }: Sample & { readonly timeout?: number } = {}) {
  const created = task({ pace: 10, ...sample })
  const started = startCalls((request, reply, { door }) => answerHeld(door, request, reply, created, timeout), {
    effects: created.effects ?? [],
  })
  const { store, clock } = started
  await store.create(created, {}, clock.now())
  let isAnswered = false
  const hold = async () => {
    const replied = started.ask().finally(() => {
      isAnswered = true
    })
    await until('it waits', () => clock.waiting === 1)
    return replied
  }
  /** Moves the clock, lets everything go on that can, and tells whether there was an answer. */
  const pass = async (ms: number) => {
    clock.moveTo(START + ms)
    for (let turns = 0; turns < 5; turns++) await turn()
    return isAnswered
  }
  return { ...started, created, hold, pass }
}

/** Knows which tasks are watched; `undefined` stands for all. */
class WatchedStore extends MemoryStore {
  readonly watched = new Set<string | undefined>()

  override watch(tell: (task: Task) => void, id?: string): () => void {
    this.watched.add(id)
    const unwatch = super.watch(tell, id)
    return () => {
      this.watched.delete(id)
      unwatch()
    }
  }
}

const settle = (store: Awaited<ReturnType<typeof start>>['store'], { id }: Task, ms: number, now = START) =>
  store.reroute(ALICE, id, { to: 'settle', at: START + ms }, now)

describe('a held request', () => {
  it('is answered with the result at the instant it settles, and counted as held meanwhile', async () => {
    const { hold, pass, load, clock, created } = await start()
    const replied = hold()
    await until('it is held', () => load.of('held') === 1 && clock.waiting === 1)
    expect(clock.nextAwaited).toBe(START + 10_000)
    expect(await pass(9999)).toBe(false)
    expect(await pass(10_000)).toBe(true)
    const reply = await replied
    expect(reply.statusCode).toBe(200)
    expect(reply.json()).toEqual({
      ...{ success: true, video_id: created.video.id, duration: '5.1', state: 'succeed', task_id: created.id },
      video_url: `http://127.0.0.1:4180${created.video.path}`,
    })
    expect([load.of('held'), clock.waiting]).toEqual([0, 0])
  })

  it('names the file as its caller sees us where nothing else was laid down', async () => {
    const created = { ...task({ pace: 10 }), origin: undefined }
    const { ask, clock, store } = startCalls((request, reply, { door }) =>
      answerHeld(door, request, reply, created, undefined),
    )
    await store.create(created, {}, START)
    clock.moveTo(START + 10_000)
    expect((await ask()).json().video_url).toBe(`http://localhost:80${created.video.path}`)
  })

  it('of a task that fails is answered with its error, which the journal knows', async () => {
    const { hold, pass, created, calls } = await start({ ending: FAILED })
    const replied = hold()
    await until('it waits', () => calls.length === 1)
    await pass(10_000)
    const reply = await replied
    expect([reply.statusCode, reply.json()]).toEqual([
      500,
      {
        ...{ success: false, error: { code: 'api_error', message: 'fetch failed' } },
        ...{ trace_id: created.traceId, task_id: created.id },
      },
    ])
    expect(calls[0]?.entry).toMatchObject({ code: 'api_error', message: 'fetch failed' })
  })

  it('that succeeds leaves no error in the journal', async () => {
    const { ask, pass, calls } = await start()
    await pass(10_000)
    await ask()
    expect(calls[0]?.entry).toMatchObject({ code: undefined, message: undefined })
  })

  it.each([
    [{ state: 'succeed' } as const, 200],
    [FAILED, 418],
  ])('is answered as effects have it: %j', async (ending, status) => {
    const { ask, pass } = await start({
      ending,
      effects: [
        { name: 'fail', options: { code: 'api_error', status: 418 } },
        { name: 'no-success', options: {} },
      ],
    })
    await pass(10_000)
    const reply = await ask()
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).not.toHaveProperty('success')
    expect(reply.json()).toHaveProperty('task_id')
  })
})

describe('a bound on the wait', () => {
  it.each([
    [0, 0, true],
    [9, 9000, true],
    [9, 60_000, true],
    [10, 10_000, false],
    [10, 60_000, false],
    [11, 10_000, false],
    [11, 60_000, false],
  ])('of %d s is over first or not, whatever was passed at once: at %d ms', async (timeout, ms, isFirst) => {
    const { ask, pass, created, clock } = await start({ timeout })
    if (ms < 60_000) await pass(ms)
    const replied = ask()
    if (ms === 60_000) {
      await until('it waits', () => clock.waiting === 1)
      await pass(ms)
    }
    const reply = await replied
    expect(reply.statusCode).toBe(200)
    if (isFirst) expect(reply.body).toBe(`{"task_id":"${created.id}"}`)
    else expect(reply.json()).toMatchObject({ state: 'succeed', task_id: created.id })
  })

  it('counts from the create, in seconds', async () => {
    const { ask, pass, clock } = await start({ timeout: 5 })
    await pass(3000)
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    expect(clock.nextAwaited).toBe(START + 5000)
    await pass(5000)
    expect(Object.keys((await replied).json())).toEqual(['task_id'])
  })

  it('ends the wait for a task that never does', async () => {
    const { ask, pass, created, store, clock } = await start({ timeout: 5 })
    await store.reroute(ALICE, created.id, { to: 'stall' }, START)
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    await pass(5000)
    expect((await replied).json()).toEqual({ task_id: created.id })
  })
})

describe('a changed plan', () => {
  it('is heeded that was changed before the wait began', async () => {
    const { ask, pass, created, store, clock } = await start()
    await settle(store, created, 4000)
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    expect(clock.nextAwaited).toBe(START + 4000)
    await pass(4000)
    expect((await replied).json()).toMatchObject({ state: 'succeed' })
  })

  it('is heeded each time, sooner or later', async () => {
    const { hold, pass, created, store, clock } = await start()
    const replied = hold()
    await until('it waits', () => clock.nextAwaited === START + 10_000)
    for (const ms of [20_000, 15_000, 16_000]) {
      await settle(store, created, ms)
      await until('it waits for the new instant', () => clock.nextAwaited === START + ms)
      expect(clock.waiting).toBe(1)
    }
    expect(await pass(15_999)).toBe(false)
    await pass(16_000)
    expect((await replied).json()).toMatchObject({ state: 'succeed' })
  })

  it('is heeded in how it ends', async () => {
    const { ask, created, store, clock } = await start()
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    await store.reroute(ALICE, created.id, { to: 'fail', code: 'forbidden', message: 'no' }, START)
    const reply = await replied
    expect([reply.statusCode, reply.json()]).toMatchObject([403, { error: { code: 'forbidden', message: 'no' } }])
  })

  it('is not looked for where the task is gone', async () => {
    const { ask, pass, created, store, clock } = await start()
    await store.reset(ALICE)
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    await pass(10_000)
    expect((await replied).json()).toMatchObject({ task_id: created.id, state: 'succeed' })
  })

  it('is listened for while the request is held, and no longer', async () => {
    const store = new WatchedStore({ retain: 10 })
    const created = task({ pace: 10 })
    const { ask, clock } = startCalls(
      (request, reply, { door }) => answerHeld(door, request, reply, created, undefined),
      { change: { store } },
    )
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    expect([...store.watched]).toEqual([created.id])
    clock.moveTo(START + 10_000)
    await replied
    expect([...store.watched]).toEqual([])
  })
})

describe('a wait that is ended', () => {
  it.each(['shutdown', 'reset'] as const)('by %s is answered with the task', async why => {
    const { hold, clock, created, load } = await start()
    const replied = hold()
    await until('it waits', () => clock.waiting === 1)
    clock.close(new Interruption(why))
    const reply = await replied
    expect([reply.statusCode, reply.headers[`x-mockling-${why}`], reply.json().task_id]).toEqual([503, '1', created.id])
    expect(load.of('held')).toBe(0)
  })

  it('by the caller is answered to nobody, and the task goes on', async () => {
    const { app, clock, calls, load, created, store, dialIn } = await start()
    const socket = await dialIn()
    await until('it waits', () => clock.waiting === 1)
    socket.destroy()
    await until('it is over', () => load.of('held') === 0)
    await turn()
    expect(calls[0]?.entry).toMatchObject({ hungUp: true, code: undefined, responseBody: undefined })
    expect(await store.task(ALICE, created.id, START)).toEqual(created)
    await app.close()
  })

  it('by a defect holds nothing any more', async () => {
    const { ask, clock, load } = await start()
    const replied = ask()
    await until('it waits', () => clock.waiting === 1)
    clock.close(new Error('broken'))
    expect((await replied).statusCode).toBe(500)
    expect(load.of('held')).toBe(0)
  })
})
