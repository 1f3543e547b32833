import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { refusedTask } from '../../src/simulation/accept.ts'
import { HEADER } from '../../src/state/records.ts'
import { State } from '../../src/state/state.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, accepted, BOB, FAILED, task } from '../simulation/sample.ts'
import { until } from '../support/requests.ts'
import { statePath } from './state-dir.ts'

const HOOK = { callback_url: 'http://a.test/hook' }
/** Between two verbs. */
const STEP_MS = 700

async function open(file: string) {
  const warnings: string[] = []
  const kept: { state?: State } = {}
  const store = new MemoryStore({ retain: 20, keep: change => kept.state?.keep(change) })
  kept.state = await State.open(file, store, { sync: 'never', onWarning: text => warnings.push(text) })
  return { store, state: kept.state, warnings }
}

type Open = Awaited<ReturnType<typeof open>>

/** All that can be seen of it at an instant. */
async function sight({ store, state }: Open, now = START): Promise<string> {
  const of = async (key: string) => ({
    tasks: (await store.list(key, { offset: 0, limit: 1_000 }, START)).tasks,
    ordinal: await store.nextOrdinal(key),
    generation: await store.generation(key),
    account: await store.account(key, now),
  })
  const debts = state.owed.debts.map(({ task: { id, steps }, left }) => [id, steps, [...left]])
  return JSON.stringify([
    await of(ALICE),
    await of(BOB),
    debts,
    [...state.clocks].map(([key, { least: _, ...stand }]) => [key, stand]),
  ])
}

const namespace = fc.constantFrom(ALICE, BOB)
const which = fc.nat(5)
const verb = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('create' as const), namespace, hook: fc.boolean(), fails: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), namespace }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('stall' as const, 'succeed' as const, 'cancel' as const, 'over' as const, 'again' as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock' as const), namespace, at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset' as const), namespace: fc.option(namespace) }) },
)
type Verb = typeof verb extends fc.Arbitrary<infer Value> ? Value : never

/** Does it; `ids` are the tasks so far, of which the last ones are taken. */
async function act({ store, state }: Open, one: Verb, now: number, ids: [string, string][]): Promise<void> {
  const [key, id] = ('which' in one && ids.at(-1 - one.which)) || [ALICE, 'none']
  switch (one.do) {
    case 'create': {
      const ordinal = await store.nextOrdinal(one.namespace)
      const given = { namespace: one.namespace, ordinal, now, ...(one.fails && { ending: FAILED }) }
      const made = task({ ...given, ...(one.hook && { body: HOOK }) })
      ids.push([one.namespace, made.id])
      await store.create(made, {}, now)
      return
    }
    case 'refuse':
      await store.keepRefused(
        refusedTask(accepted({ namespace: one.namespace, now, traceId: `t${now}` }), 'bad_request', 'no'),
      )
      return
    case 'stall':
      await store.reroute(key, id, { to: 'stall' }, now)
      return
    case 'succeed':
      await store.reroute(key, id, { to: 'succeed' }, now)
      return
    case 'cancel':
      await store.cancelDelivery(key, id, 0, now)
      return
    case 'over':
      state.over(id, 0)
      return
    case 'again':
      state.again(id, 0, { attempt: 2, due: now })
      return
    case 'clock':
      state.keepClock(one.namespace, { mode: 'frozen', rate: 1, at: one.at, real: now, follows: true })
      return
    case 'reset':
      await store.reset(one.namespace ?? undefined)
  }
}

it('is what it was after one of the things done, wherever the file is cut or damaged', async () => {
  using place = statePath()
  let files = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(verb, { minLength: 1, maxLength: 30 }),
      fc.array(fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }), { minLength: 1, maxLength: 4 }),
      async (verbs, damages) => {
        const file = `${place.file}.${++files}`
        const first = await open(file)
        const ids: [string, string][] = []
        const sights = [await sight(first)]
        const sizes = [HEADER.length]
        for (const [index, one] of verbs.entries()) {
          await act(first, one, START + index * STEP_MS, ids)
          sights.push(await sight(first, START + index * STEP_MS))
          sizes.push(readFileSync(file).length)
        }
        await first.state.close()
        const whole = readFileSync(file)
        for (const { at, byte } of damages) {
          const position = HEADER.length + (at % (whole.length - HEADER.length + 1))
          const bytes = Buffer.from(whole)
          // Cut off there, or one byte is another.
          if (byte === 0 || position === whole.length) writeFileSync(file, bytes.subarray(0, position))
          else {
            bytes[position] = (bytes[position] ?? 0) ^ byte
            writeFileSync(file, bytes)
          }
          const again = await open(file)
          const last = sizes.findLastIndex(size => size <= position)
          expect(await sight(again, START + Math.max(0, last - 1) * STEP_MS)).toBe(sights[last])
          await again.state.close()
        }
      },
    ),
    { numRuns: 150 },
  )
})

it('is written anew when most of it is no longer so, and is the same', async () => {
  using place = statePath()
  const first = await open(place.file)
  const { store, state } = first
  for (let ordinal = 1; ordinal <= 3; ordinal++)
    await store.create(task({ ordinal, body: HOOK, credits: 1 }), {}, START)
  state.over(task({ ordinal: 1 }).id, 0)
  state.again(task({ ordinal: 2 }).id, 0, { attempt: 2, due: START + 9 })
  await store.reset(BOB)
  await store.cancelDelivery(ALICE, task({ ordinal: 3 }).id, 0, START)
  for (let at = 0; at < 30_000; at++) {
    state.keepClock(ALICE, { mode: 'frozen', rate: 1, at, real: START, follows: true })
    if (at % 1_000 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  const before = await sight(first)
  await state.close()
  expect(readFileSync(place.file, 'utf8').split('\n').length).toBeLessThan(25_000)
  const second = await open(place.file)
  expect(await sight(second)).toBe(before)
  expect(second.warnings).toEqual([])
  await second.state.close()
})

it('is not written anew over and over where most of it is owed for tasks that are forgotten', async () => {
  using place = statePath()
  const { store, state } = await open(place.file)
  for (let ordinal = 1; ordinal <= 15_000; ordinal++)
    await store.create(task({ ordinal, body: HOOK, now: START }), {}, START + ordinal * 60_000)
  await until('it was written anew', () => !existsSync(`${place.file}.new`))
  state.again(task({ ordinal: 1, body: HOOK }).id, 0, { attempt: 2, due: START })
  await new Promise(resolve => setImmediate(resolve))
  expect(existsSync(`${place.file}.new`)).toBe(false)
  await state.close()
  expect(state.owed.debts.length).toBe(15_000)
})
