import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusedTask } from '../../src/simulation/accept.ts'
import type { Route } from '../../src/simulation/reroute.ts'
import type { Task } from '../../src/simulation/task.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { RedisStore } from '../../src/store/redis.ts'
import type { Store } from '../../src/store/store.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, accepted, BOB, FAILED, task } from '../simulation/sample.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'

const DAY_MS = 24 * 60 * 60 * 1000

/** Something that is done to a store, or asked of it. The tasks kept so far are in `kept`. */
type Act = (store: Store, now: number, kept: readonly Kept[]) => Promise<unknown>

class Kept {
  readonly namespace: string
  readonly id: string

  constructor({ namespace, id }: Task) {
    this.namespace = namespace
    this.id = id
  }
}

/** One of them. */
function some(kept: readonly Kept[], which: number): readonly [namespace: string, id: string] {
  const { namespace, id } = kept[which % Math.max(1, kept.length)] ?? { namespace: ALICE, id: 'nobody' }
  return [namespace, id]
}

const namespaces = fc.constantFrom(ALICE, BOB)
const limits = fc.record(
  { balance: fc.integer({ min: 0, max: 12 }), concurrency: fc.integer({ min: 1, max: 5 }) },
  { requiredKeys: [] },
)
const routes = fc.oneof(
  fc.constantFrom<Route>({ to: 'stall' }, { to: 'succeed' }, { to: 'fail', code: 'timeout', message: 'too slow' }),
  fc.integer({ min: 0, max: 60_000 }).map((ms): Route => ({ to: 'settle', at: START + ms })),
)
const states = fc.constantFrom('accepted', 'processing', 'succeed', 'failed', 'pending' as const)
const filters = fc.record(
  {
    from: fc.integer({ min: START - 10, max: START + 20_000 }),
    to: fc.integer({ min: START - 10, max: START + 20_000 }),
    state: states,
    model: fc.constantFrom('kling-v1', 'kling-v1-6'),
    outcome: fc.constantFrom('succeed', 'other'),
    order: fc.constantFrom('newest', 'soonest'),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<object>

const creating: fc.Arbitrary<Act> = fc
  .record({
    namespace: namespaces,
    limits,
    credits: fc.integer({ min: 0, max: 40 }),
    pace: fc.nat({ max: 9 }),
    fails: fc.boolean(),
  })
  .map(({ namespace, limits, credits, pace, fails }) => async (store, now) => {
    const body = { callback_url: 'http://a.test', model: pace % 2 === 0 ? 'kling-v1' : 'kling-v1-6' }
    const ordinal = await store.nextOrdinal(namespace)
    const made = task({
      namespace,
      now,
      pace,
      credits: credits / 10,
      ordinal,
      body,
      ...(fails && { ending: FAILED }),
    })
    const answer = await store.create(made, limits, now)
    return answer === 'created' ? new Kept(made) : answer
  })

const acts: readonly fc.Arbitrary<Act>[] = [
  fc.tuple(namespaces, fc.uuid()).map(([namespace, traceId]) => async (store, now) => {
    const refused = refusedTask({ ...accepted({ traceId, now }), namespace }, 'bad_request', 'no')
    await store.keepRefused(refused)
    return new Kept(refused)
  }),
  fc.tuple(fc.nat(), routes).map(
    ([which, route]) =>
      (store, now, kept) =>
        store.reroute(...some(kept, which), route, now),
  ),
  fc.nat().map(which => (store, now, kept) => store.cancelDelivery(...some(kept, which), 0, now)),
  fc.tuple(namespaces, filters, fc.nat({ max: 8 }), fc.nat({ max: 8 })).map(
    ([namespace, filter, offset, limit]) =>
      (store, now) =>
        store.list(namespace, { ...filter, offset, limit }, now),
  ),
  fc.tuple(namespaces, limits, fc.integer({ min: 0, max: 5 })).map(
    ([namespace, limits, credits]) =>
      (store, now) =>
        store.refusal(namespace, credits, limits, now),
  ),
  namespaces.map(namespace => (store, now) => store.account(namespace, now)),
  namespaces.map(namespace => (store, now) => store.take(namespace, 0.3, 3, now)),
  fc.constant<Act>(store => Promise.all([store.pending(), store.census()])),
]
const reset: fc.Arbitrary<Act> = fc
  .option(namespaces, { nil: undefined })
  .map(namespace => store => store.reset(namespace))

describe.skipIf(!isRedisThere)(`stores${withoutRedis}`, () => {
  let server: RedisServer
  let client: Redis
  beforeAll(async () => {
    server = await startRedis()
    client = new Redis(server.url)
  })
  afterAll(async () => {
    client.disconnect()
    await server[Symbol.asyncDispose]()
  })

  it('answer alike in memory and on a Redis, whatever is done to them', async () => {
    const step = fc.record({
      act: fc.oneof({ arbitrary: creating, weight: 15 }, ...acts.map(arbitrary => ({ arbitrary, weight: 5 })), {
        arbitrary: reset,
        weight: 1,
      }),
      afterMs: fc.oneof(
        { arbitrary: fc.nat({ max: 3_000 }), weight: 30 },
        { arbitrary: fc.constant(60 * DAY_MS), weight: 1 },
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async steps => {
        let now = START
        const bounds = { retain: 1_000, mostPending: 12, nowOf: () => now }
        const memory = new MemoryStore(bounds)
        const redis = new RedisStore({ ...bounds, client, prefix: `${randomUUID()}:` })
        const kept: Kept[] = []
        for (const { act, afterMs } of steps) {
          now += afterMs
          const expected = await act(memory, now, kept)
          expect(await act(redis, now, kept)).toEqual(expected)
          if (expected instanceof Kept) kept.push(expected)
        }
        for (const namespace of [ALICE, BOB]) {
          expect(await redis.nextOrdinal(namespace)).toBe(await memory.nextOrdinal(namespace))
        }
        for (const { namespace, id } of kept)
          expect(await redis.task(namespace, id, now)).toEqual(await memory.task(namespace, id, now))
        const held = await memory.namespaces()
        expect(new Set(await redis.namespaces())).toEqual(new Set(held))
      }),
    )
  })
})
