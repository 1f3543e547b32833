import { describe, expect, it } from 'vitest'
import { GUIDE_TASKS } from '../../src/simulation/guide-tasks.ts'
import type { Task } from '../../src/simulation/task.ts'
import type { Store } from '../../src/store/store.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB, FAILED } from '../simulation/sample.ts'
import { type Bounds, created, ROOMY } from './store-suite.ts'

const SUCCEED = { to: 'succeed' } as const
const FAIL = { to: 'fail', code: 'timeout', message: 'too slow' } as const
const STALL = { to: 'stall' } as const

const HOOK = { body: { callback_url: 'http://a.test/hook' } } as const

function isTask(answer: Task | string | undefined): asserts answer is Task {
  expect(answer).toBeTypeOf('object')
}

/** What every store promises about changes of plans. */
export function rerouteSuite(name: string, open: (bounds: Bounds) => Promise<Store>): void {
  describe(`plans in store: ${name}`, () => {
    describe('reroute', () => {
      it('replaces the future of a task wherever it is looked up', async () => {
        const store = await open(ROOMY)
        const made = await created(store, { pace: 10 })
        const now = START + 5_000
        const changed = await store.reroute(ALICE, made.id, FAIL, now)
        isTask(changed)
        expect(changed).toMatchObject({ id: made.id, reroutedAt: now })
        expect(changed.steps.at(-1)).toEqual({ at: now, state: 'failed', code: 'timeout', message: 'too slow' })
        expect(await store.task(ALICE, made.id, now)).toEqual(changed)
        expect(await store.taskOfVideo(ALICE, made.video.id, now)).toEqual(changed)
        expect(await store.taskOfFile(made.video.path)).toEqual(changed)
        const { tasks, total } = await store.list(ALICE, { offset: 0, limit: 1 }, now)
        expect([tasks, total]).toEqual([[changed], 4])
      })

      it('charges what succeeds by the new plan, at its instant', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { credits: 1.4, pace: 10, ending: FAILED })
        await store.reroute(ALICE, id, { ...SUCCEED, at: START + 3_000 }, START + 1_000)
        expect(await store.account(ALICE, START + 2_999)).toEqual({ charged: 0, reserved: 1.4 })
        expect(await store.account(ALICE, START + 3_000)).toEqual({ charged: 1.4, reserved: 0 })
        expect(await store.account(ALICE, START + 10_000)).toEqual({ charged: 1.4, reserved: 0 })
        expect(await store.pending()).toBe(0)
      })

      it('gives back what fails by the new plan, at once', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { credits: 1.4, pace: 10 })
        await store.reroute(ALICE, id, FAIL, START + 1_000)
        expect(await store.account(ALICE, START + 1_000)).toEqual({ charged: 0, reserved: 0 })
        expect(await store.account(ALICE, START + 20_000)).toEqual({ charged: 0, reserved: 0 })
        expect(await store.pending()).toBe(0)
      })

      it('keeps price and slot of a task that never settles, until it does after all', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { credits: 1.4, pace: 2 })
        await store.reroute(ALICE, id, STALL, START)
        const late = START + 1e9
        expect(await store.account(ALICE, late)).toEqual({ charged: 0, reserved: 1.4 })
        expect(await store.refusal(ALICE, 1, { concurrency: 1 }, late)).toBe('too_many_requests')
        expect(await store.pending()).toBe(1)
        isTask(await store.reroute(ALICE, id, SUCCEED, late))
        expect(await store.account(ALICE, late)).toEqual({ charged: 1.4, reserved: 0 })
        expect(await store.refusal(ALICE, 1, { concurrency: 1 }, late)).toBeUndefined()
      })

      it('leaves the other tasks of the namespace to settle at their own instants', async () => {
        const store = await open(ROOMY)
        const all = [
          await created(store, { credits: 1, pace: 1 }),
          await created(store, { credits: 2, pace: 2 }),
          await created(store, { credits: 4, pace: 3 }),
        ]
        await store.reroute(ALICE, all[1]?.id ?? '', { ...SUCCEED, at: START + 9_000 }, START + 500)
        const charged = async (ms: number) => (await store.account(ALICE, START + ms)).charged
        expect([await charged(1_000), await charged(2_000), await charged(3_000), await charged(9_000)]).toEqual([
          1, 1, 5, 7,
        ])
      })

      it('refuses a settled task and changes nothing', async () => {
        const store = await open(ROOMY)
        const made = await created(store, { credits: 1.4, pace: 2 })
        expect(await store.reroute(ALICE, made.id, FAIL, START + 2_000)).toBe('settled')
        expect(await store.task(ALICE, made.id, START + 2_000)).toEqual(made)
        expect(await store.account(ALICE, START + 2_000)).toEqual({ charged: 1.4, reserved: 0 })
        expect(await store.reroute(ALICE, GUIDE_TASKS[0]?.id ?? '', FAIL, START)).toBe('settled')
      })

      it('knows no task of another namespace', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { pace: 10 })
        expect(await store.reroute(BOB, id, FAIL, START)).toBe('unknown')
        expect(await store.reroute(ALICE, 'nobody', FAIL, START)).toBe('unknown')
      })

      it('refuses to move an end that there is none of', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { pace: 10 })
        await store.reroute(ALICE, id, STALL, START)
        expect(await store.reroute(ALICE, id, { to: 'settle', at: START + 1 }, START)).toBe('endless')
      })

      it('lets the first of several at once win, if it settles the task', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { credits: 1.4, pace: 10 })
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => store.reroute(ALICE, id, SUCCEED, START + 1)),
        )
        expect(answers.filter(answer => answer === 'settled')).toHaveLength(19)
        expect(await store.account(ALICE, START + 1)).toEqual({ charged: 1.4, reserved: 0 })
      })

      it('has its room in retention like any settled task', async () => {
        const store = await open({ ...ROOMY, retain: 1 })
        const first = await created(store, { pace: 100 })
        const second = await created(store, { pace: 100 })
        for (const { id } of [first, second]) await store.reroute(ALICE, id, SUCCEED, START + 1)
        expect(await store.task(ALICE, first.id, START + 1)).toBeUndefined()
        expect(await store.task(ALICE, second.id, START + 1)).toBeDefined()
      })
    })

    describe('cancelDelivery', () => {
      it('cancels a callback of a pending and of a settled task', async () => {
        const store = await open(ROOMY)
        for (const now of [START, START + 60_000]) {
          const made = await created(store, { pace: 10, ...HOOK })
          const changed = await store.cancelDelivery(ALICE, made.id, 0, now)
          expect(changed).toEqual({ ...made, deliveries: [{ ...made.deliveries[0], isCancelled: true }] })
          expect(await store.task(ALICE, made.id, now)).toEqual(changed)
          await store.reset()
        }
      })

      it('changes nothing about the money', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { credits: 1.4, pace: 10, ...HOOK })
        await store.cancelDelivery(ALICE, id, 0, START)
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: 1.4 })
        expect(await store.account(ALICE, START + 10_000)).toEqual({ charged: 1.4, reserved: 0 })
        await store.cancelDelivery(ALICE, id, 0, START + 10_000)
        expect(await store.account(ALICE, START + 10_000)).toEqual({ charged: 1.4, reserved: 0 })
      })

      it('is undefined where there is none', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, HOOK)
        expect(await store.cancelDelivery(ALICE, id, 1, START)).toBeUndefined()
        expect(await store.cancelDelivery(BOB, id, 0, START)).toBeUndefined()
        expect(await store.cancelDelivery(ALICE, 'nobody', 0, START)).toBeUndefined()
      })
    })

    describe('watch', () => {
      it('tells of each change of the task watched, and of every task without an id', async () => {
        const store = await open(ROOMY)
        const [one, two] = [await created(store, { pace: 10, ...HOOK }), await created(store, { pace: 10 })]
        const told: string[] = []
        store.watch(task => told.push(`one ${task.steps.at(-1)?.state}`), one.id)
        store.watch(task => told.push(`any ${task.ordinal}`))
        await store.reroute(ALICE, one.id, STALL, START)
        await store.reroute(ALICE, two.id, FAIL, START)
        await store.cancelDelivery(ALICE, one.id, 0, START)
        expect(told.toSorted()).toEqual(['any 1', 'any 1', 'any 2', 'one processing', 'one processing'])
      })

      it('tells nothing of a change that was refused, nor after its end', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store, { pace: 10 })
        const told: Task[] = []
        const end = store.watch(task => told.push(task), id)
        await store.reroute(ALICE, id, FAIL, START + 10_000)
        await store.reroute(BOB, id, FAIL, START)
        end()
        end()
        await store.reroute(ALICE, id, FAIL, START)
        expect(told).toEqual([])
      })
    })

    describe('list', () => {
      it('keeps tasks by their state now, their model and their outcome', async () => {
        const store = await open(ROOMY)
        const made = [
          await created(store, { pace: 1, outcome: 'one' }),
          await created(store, { pace: 9, ending: FAILED, body: { model: 'kling-v1-6' } }),
          await created(store, { pace: 9, body: { model: 'kling-v1-6' } }),
        ]
        const ordinals = async (filter: object, ms: number) => {
          const { tasks, total } = await store.list(ALICE, { offset: 0, limit: 100, ...filter }, START + ms)
          expect(total).toBe(tasks.length)
          return tasks.filter(task => !task.isPermanent).map(({ ordinal }) => ordinal)
        }
        expect(made.map(({ ordinal }) => ordinal)).toEqual([1, 2, 3])
        expect(await ordinals({ state: 'accepted' }, 0)).toEqual([3, 2, 1])
        expect(await ordinals({ state: 'processing' }, 500)).toEqual([3, 2, 1])
        expect(await ordinals({ state: 'pending' }, 1_000)).toEqual([3, 2])
        expect(await ordinals({ state: 'succeed' }, 9_000)).toEqual([3, 1])
        expect(await ordinals({ state: 'failed' }, 9_000)).toEqual([2])
        expect(await ordinals({ model: 'kling-v1-6' }, 0)).toEqual([3, 2])
        expect(await ordinals({ outcome: 'one' }, 0)).toEqual([1])
        expect(await ordinals({ model: 'kling-v1-6', state: 'failed' }, 9_000)).toEqual([2])
        expect((await store.list(ALICE, { offset: 0, limit: 100, state: 'pending' }, START + 9_000)).total).toBe(0)
      })
    })
  })
}
