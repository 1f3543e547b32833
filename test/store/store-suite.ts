import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusedTask } from '../../src/simulation/accept.ts'
import { GUIDE_TASKS } from '../../src/simulation/guide-tasks.ts'
import { createdAt, newestFirst, settlesAt, type Task } from '../../src/simulation/task.ts'
import type { Limits, Refusal, Store } from '../../src/store/store.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, accepted, BOB, FAILED, type Sample, task } from '../simulation/sample.ts'

/** What bounds a store, over all namespaces. */
export interface Bounds {
  /** Settled tasks kept. */
  readonly retain: number
  /** Pending tasks taken. */
  readonly mostPending: number
}

export const ROOMY: Bounds = { retain: 100_000, mostPending: 1_000_000 }

const DAY_MS = 24 * 60 * 60 * 1000
const RETENTION_MS = 60 * DAY_MS

/** A page with everything in it. */
const ALL = { offset: 0, limit: 1_000 }

type Answer = 'created' | 'taken' | Refusal

/** Creates as the door does: again with the next ordinal when another create took it meanwhile. */
async function create(store: Store, sample: Sample = {}, limits: Limits = {}): Promise<{ answer: Answer; task: Task }> {
  const namespace = sample.namespace ?? ALICE
  return store.byOrdinal(namespace, limits, async ordinal => {
    const made = task({ ...sample, namespace, ordinal })
    const answer = await store.create(made, limits, createdAt(made))
    return answer === 'taken' ? answer : { answer, task: made }
  })
}

/** Creates, and expects that nothing speaks against it. */
export async function created(store: Store, sample: Sample = {}, limits: Limits = {}): Promise<Task> {
  const { answer, task: made } = await create(store, sample, limits)
  expect(answer).toBe('created')
  return made
}

/** The namespace's own tasks, newest first, as the list gives them. */
async function own(store: Store, now: number, namespace = ALICE): Promise<string[]> {
  const { tasks } = await store.list(namespace, ALL, now)
  return tasks.filter(one => !one.isPermanent).map(({ id }) => id)
}

/** What every store promises. Each engine's test file calls this and adds nothing about behaviour. */
export function storeSuite(name: string, open: (bounds: Bounds) => Promise<Store>): void {
  describe(`store: ${name}`, () => {
    describe('create', () => {
      it('counts ordinals from 1, each namespace its own', async () => {
        const store = await open(ROOMY)
        expect(await store.nextOrdinal(ALICE)).toBe(1)
        await created(store)
        await created(store)
        expect(await store.nextOrdinal(ALICE)).toBe(3)
        expect(await store.nextOrdinal(BOB)).toBe(1)
      })

      it('does not count what limits refuse', async () => {
        const store = await open(ROOMY)
        const answers = await Promise.all(
          Array.from({ length: 12 }, async () => (await create(store, { credits: 1 }, { balance: 5 })).answer),
        )
        expect(answers.filter(answer => answer === 'used_up')).toHaveLength(7)
        expect(await store.nextOrdinal(ALICE)).toBe(6)
      })

      it('answers taken and changes nothing when another create has the ordinal', async () => {
        const store = await open(ROOMY)
        const first = task({ ordinal: 1, body: { prompt: 'first' } })
        const second = task({ ordinal: 1, now: START + 1, body: { prompt: 'second' } })
        expect(await store.create(first, {}, START)).toBe('created')
        expect(await store.create(second, {}, START + 1)).toBe('taken')
        expect(await store.create(first, {}, START)).toBe('taken')
        expect(await store.nextOrdinal(ALICE)).toBe(2)
        expect((await store.task(ALICE, first.id, START))?.request).toMatchObject({ prompt: 'first' })
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: first.credits })
      })

      it('answers taken for an ordinal that is not next', async () => {
        const store = await open(ROOMY)
        expect(await store.create(task({ ordinal: 2 }), {}, START)).toBe('taken')
        expect(await own(store, START)).toEqual([])
      })

      it.each([
        ['no limits', {}],
        ['limits', { balance: 1000 }],
      ])('gives every one of many creates at once an ordinal of its own, within %s', async (_, limits) => {
        const store = await open(ROOMY)
        const all = await Promise.all(Array.from({ length: 100 }, () => created(store, {}, limits)))
        expect(all.map(({ ordinal }) => ordinal).sort((a, b) => a - b)).toEqual(all.map((_, index) => index + 1))
        expect(new Set(await own(store, START)).size).toBe(100)
      })

      it('keeps the first of many creates with one ordinal', async () => {
        const store = await open(ROOMY)
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => store.create(task({ now: START + index }), {}, START + index)),
        )
        expect(answers.filter(answer => answer === 'created')).toHaveLength(1)
        expect(answers.filter(answer => answer === 'taken')).toHaveLength(49)
      })

      it('keeps the failed task of a refused create, which moves and costs nothing', async () => {
        const store = await open(ROOMY)
        const first = await created(store)
        const made = refusedTask(accepted({ traceId: '2f84d0a6-6c1e-4f7b-9a35-5d0c8e7b1a92' }), 'bad_request', 'no')
        await store.keepRefused(made)
        expect(await store.task(ALICE, made.id, START)).toEqual(made)
        expect(await store.task(BOB, made.id, START)).toBeUndefined()
        expect(await store.nextOrdinal(ALICE)).toBe(2)
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: first.credits })
        expect(await store.pending()).toBe(1)
        const { tasks } = await store.list(ALICE, { ...ALL, state: 'failed' }, START)
        expect(tasks).toEqual([made])
        expect(await store.reroute(ALICE, made.id, { to: 'succeed' }, START)).toBe('settled')
        expect(await store.task(ALICE, made.id, START + RETENTION_MS)).toBeUndefined()
        await store.reset(ALICE)
        expect(await store.task(ALICE, made.id, START)).toBeUndefined()
      })

      it('finds a task by each of its files until it is forgotten', async () => {
        const store = await open({ ...ROOMY, retain: 1 })
        const plain = await created(store, { pace: 'instant' })
        const video = { ...plain.video, id: 'x', path: '/kling/a.mp4', sourcePath: '/kling/a-source.mp4' }
        const both = { ...task({ ordinal: 2, pace: 'instant' }), video }
        await store.create(both, {}, START)
        for (const path of [video.path, video.sourcePath]) expect((await store.taskOfFile(path))?.id).toBe(both.id)
        await created(store, { pace: 'instant' })
        for (const path of [video.path, video.sourcePath]) expect(await store.taskOfFile(path)).toBeUndefined()
      })

      it('lists what one endpoint made', async () => {
        const store = await open(ROOMY)
        const { id } = await created(store)
        const ids = async (type: string) => (await store.list(ALICE, { ...ALL, type }, START)).tasks.map(one => one.id)
        expect(await ids('videos')).toContain(id)
        expect(await ids('motion')).toEqual([])
      })

      it('lists by mode, action and the beginning of an id', async () => {
        const store = await open(ROOMY)
        const plain = await created(store)
        const pro = await created(store, { body: { mode: 'pro' } })
        const found = async (filter: object) => {
          const { tasks, total } = await store.list(ALICE, { ...ALL, ...filter }, START)
          expect(total).toBe(tasks.length)
          return tasks.filter(one => !one.isPermanent).map(({ id }) => id)
        }
        expect(await found({ mode: 'pro' })).toEqual([pro.id])
        expect(await found({ mode: 'std' })).toEqual([plain.id])
        expect(await found({ action: 'text2video' })).toEqual([pro.id, plain.id])
        expect(await found({ action: 'extend' })).toEqual([])
        expect(await found({ id: plain.id.slice(0, 13) })).toEqual([plain.id])
        expect(await found({ id: plain.id.slice(1) })).toEqual([])
      })

      it('uses up no ordinal for a create that is refused', async () => {
        const store = await open(ROOMY)
        expect((await create(store, { credits: 2 }, { balance: 1 })).answer).toBe('used_up')
        expect((await create(store, { credits: 1 }, { concurrency: 0 })).answer).toBe('too_many_requests')
        expect(await store.nextOrdinal(ALICE)).toBe(1)
        expect(await own(store, START)).toEqual([])
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: 0 })
      })
    })

    describe('balance', () => {
      it('is reserved at the create and charged when the task succeeds, at that very instant', async () => {
        const store = await open(ROOMY)
        await created(store, { credits: 1.4, pace: 2 })
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: 1.4 })
        expect(await store.account(ALICE, START + 1_999)).toEqual({ charged: 0, reserved: 1.4 })
        expect(await store.account(ALICE, START + 2_000)).toEqual({ charged: 1.4, reserved: 0 })
        expect(await store.account(ALICE, START + 2_001)).toEqual({ charged: 1.4, reserved: 0 })
      })

      it('is given back when the task fails', async () => {
        const store = await open(ROOMY)
        await created(store, { credits: 1.4, pace: 2, ending: FAILED })
        expect(await store.account(ALICE, START + 2_000)).toEqual({ charged: 0, reserved: 0 })
        await created(store, { credits: 1.4, now: START + 2_000 }, { balance: 1.4 })
      })

      it('may be spent to the last Credit, and no further', async () => {
        const store = await open(ROOMY)
        const limits = { balance: 2.8 }
        await created(store, { credits: 1.4 }, limits)
        await created(store, { credits: 1.4 }, limits)
        expect((await create(store, { credits: 0.000001 }, limits)).answer).toBe('used_up')
        expect((await create(store, { credits: 0 }, limits)).answer).toBe('created')
      })

      it('is each namespace’s own', async () => {
        const store = await open(ROOMY)
        await created(store, { credits: 1 }, { balance: 1 })
        await created(store, { credits: 1, namespace: BOB }, { balance: 1 })
        expect(await store.account(BOB, START)).toEqual({ charged: 0, reserved: 1 })
      })

      it('adds up without a rounding error', async () => {
        const store = await open(ROOMY)
        // Floating point gives 16100000.000000002 millionths, and sums that drift.
        const limits = { balance: 12_075 }
        for (let index = 0; index < 750; index++) {
          await created(store, { credits: 16.1, pace: 'instant' }, limits)
        }
        expect(await store.account(ALICE, START)).toEqual({ charged: 12_075, reserved: 0 })
        expect((await create(store, { credits: 0.000001 }, limits)).answer).toBe('used_up')
      })

      it('is nothing for a namespace nobody has used', async () => {
        const store = await open(ROOMY)
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: 0 })
      })

      it('cannot be overdrawn by creates at once', async () => {
        const store = await open(ROOMY)
        const answers = await Promise.all(
          Array.from({ length: 50 }, () => create(store, { credits: 1 }, { balance: 10 })),
        )
        expect(answers.filter(({ answer }) => answer === 'created')).toHaveLength(10)
        expect(answers.filter(({ answer }) => answer === 'used_up')).toHaveLength(40)
      })

      it('is never overdrawn, and refused only when it is short, whatever settles when', async () => {
        const event = fc.record({
          afterMs: fc.integer({ min: 0, max: 3_000 }),
          tenths: fc.integer({ min: 0, max: 40 }),
          workMs: fc.integer({ min: 0, max: 10_000 }),
          fails: fc.boolean(),
        })
        await fc.assert(
          fc.asyncProperty(
            fc.array(event, { maxLength: 40 }),
            fc.integer({ min: 0, max: 200 }),
            async (events, tenths) => {
              const store = await open(ROOMY)
              const balance = tenths / 10
              const kept: { readonly tenths: number; readonly until: number; readonly fails: boolean }[] = []
              let now = START
              for (const { afterMs, tenths: price, workMs, fails } of events) {
                now += afterMs
                const taken = kept.reduce((sum, one) => sum + (one.fails && one.until <= now ? 0 : one.tenths), 0)
                const { answer } = await create(
                  store,
                  { now, credits: price / 10, pace: workMs / 1000, ...(fails && { ending: FAILED }) },
                  { balance },
                )
                expect(answer).toBe(price > tenths - taken ? 'used_up' : 'created')
                if (answer === 'created') kept.push({ tenths: price, until: now + workMs, fails })
                const { charged, reserved } = await store.account(ALICE, now)
                expect(charged + reserved).toBeLessThanOrEqual(balance + 1e-9)
                const open = kept.filter(one => one.until > now)
                const won = kept.filter(one => one.until <= now && !one.fails)
                expect(reserved).toBeCloseTo(open.reduce((sum, one) => sum + one.tenths, 0) / 10, 9)
                expect(charged).toBeCloseTo(won.reduce((sum, one) => sum + one.tenths, 0) / 10, 9)
              }
            },
          ),
        )
      })
    })

    describe('concurrency', () => {
      it('holds a slot from the create to the very instant of the end', async () => {
        const store = await open(ROOMY)
        const limits = { concurrency: 2 }
        await created(store, { pace: 2 }, limits)
        await created(store, { pace: 3, ending: FAILED }, limits)
        expect((await create(store, { now: START + 1_999 }, limits)).answer).toBe('too_many_requests')
        await created(store, { now: START + 2_000, pace: 10 }, limits)
        expect((await create(store, { now: START + 2_999 }, limits)).answer).toBe('too_many_requests')
        await created(store, { now: START + 3_000 }, limits)
      })

      it('is each namespace’s own, and not exceeded by creates at once', async () => {
        const store = await open(ROOMY)
        const answers = await Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            create(store, { namespace: index % 2 === 0 ? ALICE : BOB }, { concurrency: 3 }),
          ),
        )
        expect(answers.filter(({ answer }) => answer === 'created')).toHaveLength(6)
      })
    })

    describe('refusal', () => {
      it('says what create would, and changes nothing', async () => {
        const store = await open(ROOMY)
        const limits = { balance: 3, concurrency: 2 }
        expect(await store.refusal(ALICE, 3, limits, START)).toBeUndefined()
        expect(await store.refusal(ALICE, 3, limits, START)).toBeUndefined()
        expect(await store.refusal(ALICE, 3.000001, limits, START)).toBe('used_up')
        await created(store, { credits: 1, pace: 2 }, limits)
        expect(await store.refusal(ALICE, 2.5, limits, START)).toBe('used_up')
        expect(await store.refusal(ALICE, 2, limits, START)).toBeUndefined()
        await created(store, { credits: 1, pace: 2 }, limits)
        expect(await store.refusal(ALICE, 1, limits, START)).toBe('too_many_requests')
        expect(await store.refusal(ALICE, 1, limits, START + 2_000)).toBeUndefined()
        expect(await store.nextOrdinal(ALICE)).toBe(3)
      })

      it('names the balance before the cap', async () => {
        const store = await open(ROOMY)
        const limits = { balance: 1, concurrency: 1 }
        await created(store, { credits: 1, pace: 2 }, limits)
        expect(await store.refusal(ALICE, 1, limits, START)).toBe('used_up')
        expect((await create(store, { credits: 1 }, limits)).answer).toBe('used_up')
      })

      it('is overloaded when the store holds as many pending tasks as it may, until one settles', async () => {
        const store = await open({ ...ROOMY, mostPending: 3 })
        await created(store, { pace: 2 })
        await created(store, { pace: 9, namespace: BOB })
        await created(store, { pace: 9 })
        expect((await create(store)).answer).toBe('overloaded')
        expect((await create(store, { namespace: BOB })).answer).toBe('overloaded')
        expect(await store.refusal(BOB, 1, {}, START)).toBe('overloaded')
        await created(store, { now: START + 2_000, pace: 9 })
        expect((await create(store, { now: START + 2_000 })).answer).toBe('overloaded')
      })

      it('is not overloaded by tasks that settled in namespaces nobody comes back to', async () => {
        const store = await open({ ...ROOMY, mostPending: 3 })
        for (let index = 0; index < 10; index++) {
          await created(store, { pace: 'instant', namespace: `namespace ${index}` })
        }
      })

      it('is not overloaded any more after a reset', async () => {
        const store = await open({ ...ROOMY, mostPending: 2 })
        await created(store, { pace: 9 })
        await created(store, { pace: 9, namespace: BOB })
        await store.reset(ALICE)
        await created(store, { pace: 9 })
        expect((await create(store)).answer).toBe('overloaded')
        await store.reset()
        await created(store)
      })
    })

    describe('looking up', () => {
      it('finds a task by its id and by its video’s, pending and settled, in its own namespace', async () => {
        const store = await open(ROOMY)
        const made = await created(store, { pace: 2 })
        for (const now of [START, START + 2_000]) {
          expect(await store.task(ALICE, made.id, now)).toEqual(made)
          expect(await store.taskOfVideo(ALICE, made.video.id, now)).toEqual(made)
          expect(await store.task(BOB, made.id, now)).toBeUndefined()
          expect(await store.taskOfVideo(BOB, made.video.id, now)).toBeUndefined()
        }
        expect(await store.task(ALICE, made.video.id, START)).toBeUndefined()
        expect(await store.taskOfVideo(ALICE, made.id, START)).toBeUndefined()
        expect(await store.task(ALICE, '', START)).toBeUndefined()
      })

      it('finds a file’s task of any namespace', async () => {
        const store = await open(ROOMY)
        const [alices, bobs] = [await created(store), await created(store, { namespace: BOB })]
        expect(await store.taskOfFile(alices.video.path)).toEqual(alices)
        expect(await store.taskOfFile(bobs.video.path)).toEqual(bobs)
        expect(await store.taskOfFile(`${bobs.video.path}x`)).toBeUndefined()
        expect(await store.taskOfFile('')).toBeUndefined()
      })

      it('finds what came after somebody had looked, as it is by now, and nothing that went since', async () => {
        const store = await open({ ...ROOMY, retain: 1 })
        const found = async ({ namespace, video }: Task) => [
          await store.taskOfVideo(namespace, video.id, START),
          await store.taskOfFile(video.path),
        ]
        const nothing = [undefined, undefined]
        const first = await created(store, { pace: 'instant' })
        expect(await found(first)).toEqual([first, first])
        const pending = await created(store, { pace: 90 })
        expect(await found(pending)).toEqual([pending, pending])
        const stalled = await store.reroute(ALICE, pending.id, { to: 'stall' }, START)
        expect(await found(pending)).toEqual([stalled, stalled])
        const second = await created(store, { pace: 'instant' })
        expect(await found(first)).toEqual(nothing)
        expect(await found(second)).toEqual([second, second])
        const bobs = await created(store, { namespace: BOB })
        await store.reset(ALICE)
        expect(await found(pending)).toEqual(nothing)
        expect(await found(bobs)).toEqual([bobs, bobs])
        await store.reset()
        expect(await found(bobs)).toEqual(nothing)
        const again = await created(store)
        expect(await found(again)).toEqual([again, again])
      })

      it('has the guides’ own tasks in every namespace, from the start, after a reset and for ever', async () => {
        const store = await open({ ...ROOMY, retain: 0 })
        for (const namespace of [ALICE, BOB]) {
          await created(store, { namespace, pace: 'instant' })
          await created(store, { namespace, pace: 'instant' })
          for (const now of [START, START + 1_000 * RETENTION_MS]) {
            for (const guide of GUIDE_TASKS) {
              expect(await store.task(namespace, guide.id, now)).toEqual(guide)
              expect(await store.taskOfVideo(namespace, guide.video.id, now)).toEqual(guide)
              expect(await store.taskOfFile(guide.video.path)).toEqual(guide)
            }
            const { tasks } = await store.list(namespace, ALL, now)
            expect(tasks.slice(-3)).toEqual([...GUIDE_TASKS].reverse())
          }
          await store.reset(namespace)
          expect((await store.list(namespace, ALL, START)).tasks).toEqual([...GUIDE_TASKS].reverse())
          expect(await store.account(namespace, START)).toEqual({ charged: 0, reserved: 0 })
        }
      })
    })

    describe('list', () => {
      const page = (tasks: readonly Task[]) => tasks.map(({ id }) => id)

      it('is newest first, and of equal age the last accepted first', async () => {
        const store = await open(ROOMY)
        const made: Task[] = []
        for (const ms of [0, 0, 5, 5, 5, 9]) made.push(await created(store, { now: START + ms }))
        const { tasks, total } = await store.list(ALICE, ALL, START + 9)
        expect(page(tasks)).toEqual(page([...GUIDE_TASKS, ...made].reverse()))
        expect(total).toBe(9)
      })

      it('is newest first also on a clock that stands before the guides’ own times', async () => {
        const store = await open(ROOMY)
        const now = Date.UTC(2020, 0, 1)
        await created(store, { now })
        await created(store, { now: now + 1 })
        const instants = (await store.list(ALICE, ALL, now + 1)).tasks.map(createdAt)
        expect(instants).toEqual(instants.toSorted((a, b) => b - a))
      })

      it('is by what happens next, if that is asked for; those to which nothing does come last', async () => {
        const store = await open(ROOMY)
        const [slow, stalled, soon, over] = [
          await created(store, { pace: 60 }),
          await created(store, { pace: 60 }),
          await created(store, { pace: 10 }),
          await created(store, { pace: 'instant' }),
        ]
        await store.reroute(ALICE, stalled.id, { to: 'stall' }, START + 9_000)
        const soonest = async (filter: object, ms: number) => {
          const { tasks, total } = await store.list(ALICE, { ...ALL, order: 'soonest', ...filter }, START + ms)
          return [total, tasks.filter(({ isPermanent }) => !isPermanent).map(({ id }) => id)]
        }
        const last = settlesAt(slow) ?? 0
        expect(await soonest({}, 9_000)).toEqual([7, [soon.id, slow.id, over.id, stalled.id]])
        expect(await soonest({ state: 'pending' }, 9_000)).toEqual([3, [soon.id, slow.id, stalled.id]])
        expect(await soonest({ state: 'pending', limit: 1, offset: 1 }, 9_000)).toEqual([3, [slow.id]])
        expect(await soonest({ state: 'pending' }, last - START)).toEqual([1, [stalled.id]])
      })

      it('gives the page asked for and the number of all', async () => {
        const store = await open(ROOMY)
        const made: Task[] = []
        for (let ms = 0; ms < 7; ms++) made.push(await created(store, { now: START + ms }))
        const all = page([...GUIDE_TASKS, ...made].reverse())
        for (let offset = 0; offset <= 12; offset++) {
          for (const limit of [0, 1, 3, 10, 100]) {
            const { tasks, total } = await store.list(ALICE, { offset, limit }, START + 6)
            expect(page(tasks)).toEqual(all.slice(offset, offset + limit))
            expect(total).toBe(10)
          }
        }
      })

      it('is in order each time, whatever was done between two looks at it', async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(fc.integer({ min: -3, max: 9 }), { maxLength: 40 }), async steps => {
            const store = await open({ ...ROOMY, retain: 5 })
            let now = START
            for (const [index, step] of steps.entries()) {
              // At one instant, later, and earlier, as a clock may be set back.
              if (step < 7) await created(store, { now: now + 1000 * step })
              else if (step === 7) {
                const traceId = `2f84d0a6-6c1e-4f7b-9a35-${String(index).padStart(12, '0')}`
                await store.keepRefused(refusedTask(accepted({ now, traceId }), 'bad_request', 'no'))
              } else now += 20_000
              const { tasks, total } = await store.list(ALICE, ALL, now)
              expect(page(tasks)).toEqual(page(tasks.toSorted(newestFirst)))
              expect(total).toBe(tasks.length)
            }
          }),
          { numRuns: 20 },
        )
      })

      it('keeps those created between two instants, both included', async () => {
        const store = await open(ROOMY)
        const made: Task[] = []
        for (let ms = 0; ms < 5; ms++) made.push(await created(store, { now: START + ms }))
        const between = async (range: { from?: number; to?: number }) => {
          const { tasks, total } = await store.list(ALICE, { ...ALL, ...range }, START + 10)
          expect(total).toBe(tasks.length)
          return page(tasks)
        }
        expect(await between({ from: START + 1, to: START + 3 })).toEqual(page(made.slice(1, 4).reverse()))
        expect(await between({ from: START + 4 })).toEqual(page(made.slice(4)))
        expect(await between({ to: START - 1 })).toEqual(page([...GUIDE_TASKS].reverse()))
        expect(await between({ from: START + 5 })).toEqual([])
        expect(await between({ from: START + 3, to: START + 1 })).toEqual([])
      })

      it('shows nobody else’s tasks', async () => {
        const store = await open(ROOMY)
        await created(store, { namespace: BOB })
        expect(await own(store, START)).toEqual([])
      })
    })

    describe('retention', () => {
      it('forgets a settled task 60 virtual days after it settled, not a millisecond before', async () => {
        const store = await open(ROOMY)
        const made = await created(store, { pace: 2 })
        const settled = settlesAt(made) ?? Number.NaN
        const last = settled + RETENTION_MS - 1
        expect(await store.task(ALICE, made.id, last)).toEqual(made)
        expect(await store.taskOfVideo(ALICE, made.video.id, last)).toEqual(made)
        expect(await own(store, last)).toEqual([made.id])
        expect(await store.task(ALICE, made.id, last + 1)).toBeUndefined()
        expect(await store.taskOfVideo(ALICE, made.video.id, last + 1)).toBeUndefined()
        expect(await own(store, last + 1)).toEqual([])
        expect((await store.list(ALICE, ALL, last + 1)).total).toBe(GUIDE_TASKS.length)
      })

      it('forgets each of two tasks at its own time', async () => {
        const store = await open(ROOMY)
        const first = await created(store, { pace: 2 })
        const second = await created(store, { pace: 1 })
        const between = START + 1_000 + RETENTION_MS
        expect(await own(store, between)).toEqual([first.id])
        expect(await store.task(ALICE, second.id, between)).toBeUndefined()
      })

      it('counts from the end and not from the create, and never forgets a pending task', async () => {
        const store = await open(ROOMY)
        const long = await created(store, { pace: 86_400 })
        const stalled: Task = { ...task({ ordinal: 2 }), steps: [{ at: START, state: 'accepted' }] }
        await store.create(stalled, {}, START)
        expect(await own(store, START + RETENTION_MS)).toEqual([stalled.id, long.id])
        expect(await own(store, START + 1_000 * RETENTION_MS)).toEqual([stalled.id])
      })

      it('goes on counting ordinals and money', async () => {
        const store = await open(ROOMY)
        await created(store, { credits: 1 })
        const later = START + 2 * RETENTION_MS
        expect(await store.account(ALICE, later)).toEqual({ charged: 1, reserved: 0 })
        expect(await store.nextOrdinal(ALICE)).toBe(2)
      })
    })

    describe('eviction', () => {
      it('forgets the oldest settled first, not the oldest created', async () => {
        const store = await open({ ...ROOMY, retain: 2 })
        const slow = await created(store, { pace: 30 })
        const quick = await created(store, { pace: 1, now: START + 1 })
        const middle = await created(store, { pace: 10, now: START + 2 })
        const now = START + 40_000
        const next = await created(store, { now })
        expect(await own(store, now)).toEqual([next.id, middle.id, slow.id])
        expect(await store.task(ALICE, quick.id, now)).toBeUndefined()
        expect(await store.taskOfVideo(ALICE, quick.video.id, now)).toBeUndefined()
        expect(await store.taskOfFile(quick.video.path)).toBeUndefined()
        expect(await store.taskOfFile(middle.video.path)).toEqual(middle)
      })

      it('never forgets a pending task', async () => {
        const store = await open({ ...ROOMY, retain: 0 })
        const pending: string[] = []
        for (let index = 0; index < 20; index++) pending.unshift((await created(store, { pace: 100 })).id)
        const stalled: Task = { ...task({ ordinal: 21 }), steps: [{ at: START, state: 'accepted' }] }
        expect(await store.create(stalled, {}, START)).toBe('created')
        expect(await own(store, START + 99_999)).toEqual([stalled.id, ...pending])
        const last = await created(store, { now: START + 100_000 })
        expect(await own(store, START + 100_000)).toEqual([last.id, stalled.id])
      })

      it('counts over all namespaces', async () => {
        const store = await open({ ...ROOMY, retain: 3 })
        for (let index = 0; index < 4; index++) {
          await created(store, { pace: 'instant', now: START + index })
          await created(store, { pace: 'instant', now: START + index, namespace: BOB })
        }
        const now = START + 10
        await created(store, { now, pace: 100 })
        await created(store, { now, pace: 100, namespace: BOB })
        const left = (await own(store, now)).length + (await own(store, now, BOB)).length
        expect(left).toBe(3 + 2)
      })

      it('forgets what has settled in namespaces nobody comes back to', async () => {
        const store = await open({ ...ROOMY, retain: 10 })
        for (let index = 0; index < 50; index++) {
          await created(store, { pace: 'instant', namespace: `namespace ${index}` })
        }
        const held = (await store.namespaces()).reduce((sum, { tasks }) => sum + tasks, 0)
        expect(held).toBeLessThanOrEqual(10 + 1)
      })

      it('keeps what was billed, and the ordinals', async () => {
        const store = await open({ ...ROOMY, retain: 0 })
        for (let index = 0; index < 5; index++) await created(store, { credits: 1, pace: 'instant' })
        expect(await store.account(ALICE, START)).toEqual({ charged: 5, reserved: 0 })
        expect(await store.nextOrdinal(ALICE)).toBe(6)
      })

      it('keeps the pending and the last settled, whatever settles when', async () => {
        const event = fc.record({
          afterMs: fc.integer({ min: 0, max: 1_000 }),
          workMs: fc.integer({ min: 0, max: 5_000 }),
        })
        await fc.assert(
          fc.asyncProperty(
            fc.array(event, { maxLength: 60 }),
            fc.integer({ min: 0, max: 6 }),
            async (events, retain) => {
              const store = await open({ ...ROOMY, retain })
              const made: Task[] = []
              let now = START
              for (const { afterMs, workMs } of events) {
                now += afterMs
                made.push(await created(store, { now, pace: workMs / 1000 }))
                const left = new Set(await own(store, now))
                const ends = made.map(one => ({ id: one.id, at: settlesAt(one) ?? Number.NaN }))
                for (const { id } of ends.filter(({ at }) => at > now)) expect(left).toContain(id)
                const settled = ends.filter(({ at }) => at <= now)
                const gone = settled.filter(({ id }) => !left.has(id))
                const stayed = settled.filter(({ id }) => left.has(id))
                // A task that is settled the moment it is created may be counted then or with the next create.
                expect(stayed.length).toBeGreaterThanOrEqual(Math.min(retain, settled.length))
                expect(stayed.length).toBeLessThanOrEqual(retain + 1)
                expect(Math.max(...gone.map(({ at }) => at))).toBeLessThanOrEqual(
                  Math.min(...stayed.map(({ at }) => at)),
                )
              }
            },
          ),
        )
      })

      it('goes on for many more tasks than are retained', async () => {
        const store = await open({ ...ROOMY, retain: 10 })
        let now = START
        for (let index = 0; index < 2_500; index++) await created(store, { now: now++, pace: 0.005 })
        expect(await own(store, now)).toHaveLength(10 + 5)
        await store.reset(BOB)
        await created(store, { now, pace: 0.005 })
        expect(await own(store, now)).toHaveLength(10 + 5)
      })
    })

    describe('take', () => {
      it('gives as many at once as the bucket holds, then none', async () => {
        const store = await open(ROOMY)
        const taken = await Promise.all(Array.from({ length: 8 }, () => store.take(ALICE, 1, 5, START)))
        expect(taken.filter(Boolean)).toHaveLength(5)
        expect(await store.take(BOB, 1, 5, START)).toBe(true)
      })

      it('refills by the rate, and a refusal costs nothing', async () => {
        const store = await open(ROOMY)
        for (let index = 0; index < 5; index++) expect(await store.take(ALICE, 2, 5, START)).toBe(true)
        for (let ms = 0; ms < 500; ms += 7) expect(await store.take(ALICE, 2, 5, START + ms)).toBe(false)
        expect(await store.take(ALICE, 2, 5, START + 500)).toBe(true)
        expect(await store.take(ALICE, 2, 5, START + 999)).toBe(false)
        expect(await store.take(ALICE, 2, 5, START + 1_000)).toBe(true)
      })

      it('holds no more than the burst, however long nobody came', async () => {
        const store = await open(ROOMY)
        await store.take(ALICE, 10, 3, START)
        const later = START + 1_000 * DAY_MS
        const taken: boolean[] = []
        for (let index = 0; index < 10; index++) taken.push(await store.take(ALICE, 10, 3, later))
        expect(taken.filter(Boolean)).toHaveLength(3)
      })

      it.each([
        ['5/s', 5, 5, 200],
        ['10/s', 10, 10, 100],
        ['60/m', 1, 60, 1_000],
        ['1000/h', 1000 / 3600, 1000, 3_600],
        ['3/s', 3, 3, 334],
      ])('gives one each time the rate says: %s', async (_rate, perSecond, burst, everyMs) => {
        const store = await open(ROOMY)
        for (let index = 0; index < burst; index++) await store.take(ALICE, perSecond, burst, START)
        for (let index = 1; index <= 100; index++) {
          expect(await store.take(ALICE, perSecond, burst, START + index * everyMs)).toBe(true)
        }
      })

      it('never gives more than the burst and the rate in any window, nor less than they allow', async () => {
        const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 })), {
          minLength: 1,
          maxLength: 80,
        })
        const rates = fc.record({
          perSecond: fc.constantFrom(0.5, 1, 3, 1000 / 3600, 7.3),
          burst: fc.integer({ min: 1, max: 10 }),
        })
        await fc.assert(
          fc.asyncProperty(gaps, rates, async (steps, { perSecond, burst }) => {
            const store = await open(ROOMY)
            const given: number[] = []
            let now = START
            let bucket = burst
            for (const ms of steps) {
              now += ms
              bucket = Math.min(burst, bucket + (ms / 1000) * perSecond)
              const wasGiven = await store.take(ALICE, perSecond, burst, now)
              // Within a rounding error of a whole one either answer is right.
              if (Math.abs(bucket - 1) > 1e-6) expect(wasGiven).toBe(bucket > 1)
              if (wasGiven) {
                given.push(now)
                bucket -= 1
              }
            }
            for (const [first, from] of given.entries()) {
              for (let last = first; last < given.length; last++) {
                const seconds = ((given[last] ?? Number.NaN) - from) / 1000
                expect(last - first + 1).toBeLessThanOrEqual(burst + perSecond * seconds + 1e-6)
              }
            }
          }),
        )
      })
    })

    describe('generation', () => {
      it('grows with each reset that concerns the namespace', async () => {
        const store = await open(ROOMY)
        const seen = { alice: [await store.generation(ALICE)], bob: [await store.generation(BOB)] }
        for (const reset of [ALICE, undefined, ALICE, ALICE, undefined]) {
          await store.reset(reset)
          seen.alice.push(await store.generation(ALICE))
          seen.bob.push(await store.generation(BOB))
        }
        expect(new Set(seen.alice).size).toBe(6)
        expect(seen.alice).toEqual(seen.alice.toSorted((a, b) => a - b))
        const [first, alone, all, ...then] = seen.bob
        expect(alone).toBe(first)
        expect(all).toBeGreaterThan(first ?? 0)
        expect(then.slice(0, 2)).toEqual([all, all])
        expect(then[2]).toBeGreaterThan(all ?? 0)
      })

      it('stays as it is whatever else happens', async () => {
        const store = await open(ROOMY)
        const first = await store.generation(ALICE)
        await created(store)
        await store.take(ALICE, 1, 1, START)
        expect(await store.generation(ALICE)).toBe(first)
      })
    })

    describe('namespaces', () => {
      it('are those that hold tasks, and how many', async () => {
        const store = await open(ROOMY)
        expect(await store.namespaces()).toEqual([])
        await created(store)
        await created(store)
        await created(store, { namespace: BOB })
        expect((await store.namespaces()).toSorted((a, b) => b.tasks - a.tasks)).toEqual([
          { namespace: ALICE, tasks: 2 },
          { namespace: BOB, tasks: 1 },
        ])
        await store.reset(ALICE)
        expect(await store.namespaces()).toEqual([{ namespace: BOB, tasks: 1 }])
      })

      it('are not those that only asked', async () => {
        const store = await open(ROOMY)
        await store.nextOrdinal(ALICE)
        await store.task(ALICE, 'x', START)
        await store.list(ALICE, ALL, START)
        await store.account(ALICE, START)
        await store.take(ALICE, 1, 1, START)
        await store.refusal(ALICE, 1, {}, START)
        await create(store, { credits: 1 }, { balance: 0 })
        expect(await store.namespaces()).toEqual([])
      })
    })

    describe('reset', () => {
      it('forgets everything of the namespace and nothing of another', async () => {
        const store = await open(ROOMY)
        const limits = { balance: 10, concurrency: 2 }
        const gone = await created(store, { credits: 5, pace: 1 }, limits)
        await created(store, { credits: 5, pace: 9 }, limits)
        const bobs = await created(store, { credits: 5, namespace: BOB }, limits)
        for (const namespace of [ALICE, BOB]) await store.take(namespace, 0.001, 1, START)
        await store.reset(ALICE)

        expect(await store.task(ALICE, gone.id, START)).toBeUndefined()
        expect(await store.taskOfVideo(ALICE, gone.video.id, START)).toBeUndefined()
        expect(await store.taskOfFile(gone.video.path)).toBeUndefined()
        expect(await own(store, START)).toEqual([])
        expect(await store.account(ALICE, START)).toEqual({ charged: 0, reserved: 0 })
        expect(await store.nextOrdinal(ALICE)).toBe(1)
        expect(await store.take(ALICE, 0.001, 1, START)).toBe(true)

        expect(await store.task(BOB, bobs.id, START)).toEqual(bobs)
        expect(await store.taskOfFile(bobs.video.path)).toEqual(bobs)
        expect(await store.account(BOB, START)).toEqual({ charged: 0, reserved: 5 })
        expect(await store.nextOrdinal(BOB)).toBe(2)
        expect(await store.take(BOB, 0.001, 1, START)).toBe(false)
      })

      it('forgets everything of all', async () => {
        const store = await open(ROOMY)
        const made = [await created(store), await created(store, { namespace: BOB })]
        await store.reset()
        for (const { namespace, id, video } of made) {
          expect(await store.task(namespace, id, START)).toBeUndefined()
          expect(await store.taskOfFile(video.path)).toBeUndefined()
          expect(await store.nextOrdinal(namespace)).toBe(1)
        }
        expect(await store.namespaces()).toEqual([])
      })

      it('lets the same tasks be created again, on a clock that starts over', async () => {
        const store = await open({ ...ROOMY, retain: 2 })
        for (let round = 0; round < 5; round++) {
          for (let index = 0; index < 4; index++) await created(store, { now: START + index * 10, pace: 0.005 })
          expect(await own(store, START + 30)).toHaveLength(3)
          await store.reset(round % 2 === 0 ? ALICE : undefined)
        }
      })

      it('leaves the settled tasks of others to be evicted in their order', async () => {
        const store = await open({ ...ROOMY, retain: 6 })
        let now = START
        const bobs: string[] = []
        const bobCreates = async () => bobs.push((await created(store, { now, pace: 0.001, namespace: BOB })).id)
        for (; now < START + 30; now += 10) {
          await created(store, { now, pace: 0.001 })
          await bobCreates()
        }
        for (const namespace of [ALICE, BOB]) await store.account(namespace, now)
        await store.reset(ALICE)
        for (; now < START + 70; now += 10) await bobCreates()
        // Six have settled and one has not: room for all, now that Alice's are gone.
        expect((await own(store, now - 10, BOB)).toReversed()).toEqual(bobs)
        await bobCreates()
        expect((await own(store, now, BOB)).toReversed()).toEqual(bobs.slice(1))
      })
    })
  })
}
