import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Route } from '../../src/simulation/reroute.ts'
import { createdAt, type Task } from '../../src/simulation/task.ts'
import type { Owings } from '../../src/store/owings.ts'
import type { Store } from '../../src/store/store.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB, task } from '../simulation/sample.ts'
import { OwingsModel } from './owings-model.ts'

type Keeper = Store & Owings

interface Bounds {
  /** Settled tasks kept. */
  readonly retain: number
  /** How long a callback whose create is not answered is left to its maker. */
  readonly freshMs?: number
}

const URL = 'http://a.test/hook'

/** Creates a task that takes `paceMs`, with a callback due so many milliseconds after its create for each of `dueMs`. */
async function owing(store: Store, namespace: string, now: number, paceMs: number, dueMs: readonly number[]) {
  const plain = task({
    namespace,
    now,
    ordinal: await store.nextOrdinal(namespace),
    pace: paceMs / 1000,
    body: { callback_url: URL },
  })
  const made = { ...plain, deliveries: dueMs.map(ms => ({ url: URL, at: now + ms })) }
  expect(await store.create(made, {}, now)).toBe('created')
  return made
}

const places = (owings: readonly { taskId: string; place: number }[]) =>
  owings.map(({ taskId, place }) => `${taskId} ${place}`)

/** What every keeper of owings promises to those who share it: `open` gives two that are one. */
export function owingsSuite(name: string, open: (bounds: Bounds) => Promise<readonly [Keeper, Keeper]>): void {
  describe(`owings: ${name}`, () => {
    it('leaves the callbacks of an unanswered create to its maker, for a while', async () => {
      for (const freshMs of [60_000, 0]) {
        const [one, other] = await open({ retain: 10, freshMs })
        const made = await owing(one, ALICE, START, 0, [0])
        const name = { namespace: ALICE, taskId: made.id, place: 0 }
        expect(await other.claim(ALICE, START, 10)).toEqual(freshMs === 0 ? [{ ...name, attempt: 1, due: START }] : [])
        await one.release(made)
        expect(await other.claim(ALICE, START, 10)).toEqual(freshMs === 0 ? [] : [{ ...name, attempt: 1, due: START }])
      }
    })

    it('gives each callback to one of many who claim at once', async () => {
      const stores = await open({ retain: 10 })
      const made: Task[] = []
      for (let index = 0; index < 60; index++) made.push(await owing(stores[0], ALICE, START, 0, [index]))
      for (const one of made) await stores[1].release(one)
      const claims = Array.from({ length: 10 }, (_, index) => (stores[index % 2] as Keeper).claim(ALICE, START + 49, 7))
      const claimed = (await Promise.all(claims)).flat()
      expect(new Set(places(claimed)).size).toBe(claimed.length)
      expect(claimed.map(({ due }) => due - START).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 50 }, (_, at) => at),
      )
    })

    it('hands out what was claimed too long ago, again and again until it is over', async () => {
      const [one, other] = await open({ retain: 10 })
      const made = await owing(one, ALICE, START, 0, [0, 0])
      await one.release(made)
      const claimed = await one.claim(ALICE, START, 10)
      expect(claimed).toHaveLength(2)
      expect(await other.reclaim(60_000, 10)).toEqual([])
      expect(await other.reclaim(-1, 1)).toHaveLength(1)
      expect((await other.reclaim(-1, 10)).sort((a, b) => a.place - b.place)).toEqual(claimed)
      expect(await other.reclaim(60_000, 10)).toEqual([])
      for (const name of claimed) await other.over(name)
      expect(await other.reclaim(-1, 10)).toEqual([])
      expect(await one.isAtRest(ALICE, START)).toBe(true)
    })

    it('has the task of a callback that is owed, though the store has forgotten it', async () => {
      const [one, other] = await open({ retain: 0 })
      const made = await owing(one, ALICE, START, 0, [0, 1_000])
      expect(await other.task(ALICE, made.id, START)).toBeUndefined()
      await one.release(made)
      const [first] = await one.claim(ALICE, START, 1)
      const [second] = await one.claim(ALICE, START + 1_000, 1)
      if (!first || !second) throw new Error('nothing was claimed')
      expect(await other.owedTask(first)).toEqual(made)
      await one.over(first)
      expect(await other.owedTask(first)).toBeUndefined()
      expect(await other.owedTask(second)).toEqual(made)
      await other.again(second, { attempt: 2, due: START + 5_000 })
      expect(await one.owedTask(second)).toEqual(made)
      await one.reset(ALICE)
      expect(await other.owedTask(second)).toBeUndefined()
    })

    it('owes nothing for a create that was refused or taken', async () => {
      const [one] = await open({ retain: 10 })
      const made = task({ body: { callback_url: URL } })
      expect(await one.create(made, { concurrency: 0 }, createdAt(made))).toBe('too_many_requests')
      expect(await one.create({ ...made, ordinal: 2 }, {}, createdAt(made))).toBe('taken')
      expect(await one.count()).toEqual({ waiting: 0, underway: 0 })
    })

    it('keeps the books, whoever does what in which order', async () => {
      const op = fc.record({
        what: fc.constantFrom(
          ...['create', 'create', 'release', 'release', 'claim', 'claim', 'claim', 'again', 'again', 'over', 'pass'],
          ...['reroute', 'reroute', 'cancel', 'cancel', 'reset'],
        ),
        /** By the first or the second. */
        by: fc.integer({ min: 0, max: 1 }),
        isBobs: fc.boolean(),
        which: fc.nat({ max: 20 }),
        ms: fc.integer({ min: 0, max: 3_000 }),
        callbacks: fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 3 }),
        route: fc.constantFrom<Route>(
          { to: 'stall' },
          { to: 'succeed' },
          { to: 'settle', at: START + 5_000 },
          { to: 'fail', code: 'timeout', message: 'too slow', at: START + 2_000 },
        ),
      })
      const ops = fc.array(op, { minLength: 10, maxLength: 60 })
      await fc.assert(
        fc.asyncProperty(ops, fc.integer({ min: 0, max: 3 }), async (steps, retain) => {
          const stores = await open({ retain })
          const model = new OwingsModel()
          const made: Task[] = []
          let now = START
          for (const { what, by, isBobs, which, ms, callbacks, route } of steps) {
            const store = stores[by] as Keeper
            const namespace = isBobs ? BOB : ALICE
            const one = made[which % Math.max(1, made.length)]
            const underway = model.underway[which % Math.max(1, model.underway.length)]
            if (what === 'create') {
              const created = await owing(store, namespace, now, 4 * ms, callbacks)
              made.push(created)
              model.create(created)
            } else if (what === 'pass') now += ms
            else if (what === 'claim')
              model.claimed(namespace, now, which + 1, await store.claim(namespace, now, which + 1))
            else if (what === 'reset' && which < 8) {
              const scope = which === 0 ? undefined : namespace
              await store.reset(scope)
              model.reset(scope)
              made.splice(0, made.length, ...made.filter(kept => scope !== undefined && kept.namespace !== scope))
            } else if (what === 'release' && one) {
              await store.release(one)
              model.release(one.id)
            } else if (what === 'again' && underway) {
              await store.again(underway, { attempt: 2, due: now + ms })
              model.again(underway, 2, now + ms)
            } else if (what === 'over' && underway) {
              await store.over(underway)
              model.over(underway)
            } else if (what === 'reroute' && one) {
              const changed = await store.reroute(one.namespace, one.id, route, now)
              if (typeof changed === 'object') model.replan(changed)
            } else if (what === 'cancel' && one) {
              const changed = await store.cancelDelivery(one.namespace, one.id, ms % 3, now)
              if (changed) model.replan(changed)
            }
            await model.holds(stores[1 - by] as Keeper, [ALICE, BOB], now)
          }
        }),
      )
    })
  })
}
