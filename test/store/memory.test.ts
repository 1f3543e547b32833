import { expect, it } from 'vitest'
import type { Task } from '../../src/simulation/task.ts'
import { MemoryStore } from '../../src/store/memory.ts'
import { NAMESPACE_BYTES, TASK_BYTES, weightOf } from '../../src/store/weight.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, task } from '../simulation/sample.ts'
import { rerouteSuite } from './reroute-suite.ts'
import { storeSuite } from './store-suite.ts'

storeSuite('memory', async bounds => new MemoryStore(bounds))
rerouteSuite('memory', async bounds => new MemoryStore(bounds))

it('tells of each task that is forgotten to make room, once, oldest first', async () => {
  const told: number[] = []
  const store = new MemoryStore({ retain: 2, onEvict: ({ ordinal }) => told.push(ordinal) })
  for (let ordinal = 1; ordinal <= 3_000; ordinal++) {
    // Each settles when the next is created.
    const now = START + ordinal
    await store.create(task({ ordinal, now, pace: 0.001 }), {}, now)
  }
  const expected = Array.from({ length: 2_997 }, (_, index) => index + 1)
  expect(told).toEqual(expected)
  await store.reset()
  expect(told).toEqual(expected)
})

it('books each task once, however often it was given another plan', async () => {
  const store = new MemoryStore({ retain: 1_000 })
  const made = Array.from({ length: 100 }, (_, index) => task({ ordinal: index + 1, pace: 60, credits: 1 }))
  for (const one of made) await store.create(one, {}, START)
  for (let change = 0; change < 5_000; change++) {
    const { id } = made[change % 100] as (typeof made)[number]
    await store.reroute(ALICE, id, { to: 'settle', at: START + 10_000 + ((change * 37) % 9_000) }, START + 1)
  }
  expect(await store.account(ALICE, START + 9_999)).toEqual({ charged: 0, reserved: 100 })
  expect(await store.pending()).toBe(100)
  expect(await store.account(ALICE, START + 20_000)).toEqual({ charged: 100, reserved: 0 })
  expect(await store.pending()).toBe(0)
})

it('tells of a forgotten task as it was by then, also if it was changed after it settled', async () => {
  const told: (true | undefined)[] = []
  const store = new MemoryStore({ retain: 1, onEvict: ({ deliveries }) => told.push(deliveries[0]?.isCancelled) })
  const body = { callback_url: 'http://a.test/hook' }
  const made = [1, 2].map(ordinal => task({ ordinal, now: START + ordinal, pace: 'instant', body }))
  await store.create(made[0] as (typeof made)[number], {}, START + 1)
  await store.cancelDelivery(ALICE, made[0]?.id ?? '', 0, START + 1)
  await store.create(made[1] as (typeof made)[number], {}, START + 2)
  expect(told).toEqual([true])
  expect(await store.task(ALICE, made[0]?.id ?? '', START + 2)).toBeUndefined()
})

it('keeps requests of so many bytes with tasks: settled ones go first, then creates are refused', async () => {
  const store = new MemoryStore({ retain: 1_000, mostBytes: 2_200, nowOf: () => START })
  const make = (ordinal: number, pace: number, now = START) =>
    store.create({ ...task({ ordinal, now, pace }), request: { note: ['x'.repeat(900)] } }, {}, now)
  const { namespace } = task({})
  await make(1, 0)
  await make(2, 0)
  await make(3, 60)
  const kept = await store.list(namespace, { offset: 0, limit: 100 }, START)
  expect(kept.tasks.map(({ ordinal }) => ordinal).filter(ordinal => ordinal > 0)).toEqual([3, 2])
  expect([await make(4, 60), await make(5, 60), await make(6, 60)]).toEqual(['created', 'created', 'overloaded'])
  await store.reset(namespace)
  expect(await make(1, 60)).toBe('created')
})

it('takes so much memory for everything: settled tasks go first, then creates are refused', async () => {
  const mostMemory = 2 * NAMESPACE_BYTES + 4 * TASK_BYTES
  const store = new MemoryStore({ retain: 1_000, mostMemory, nowOf: () => START })
  const make = (ordinal: number, namespace = ALICE, pace = 60) =>
    store.create({ ...task({ ordinal, pace }), namespace, request: {} }, {}, START)
  expect([await make(1, ALICE, 0), await make(2), await make(3)]).toEqual(['created', 'created', 'created'])
  // The settled one goes; the new namespace takes what it took.
  expect(await make(1, 'b'.repeat(64))).toBe('created')
  expect(store.size).toBe(3)
  expect([await make(4), await make(5)]).toEqual(['created', 'overloaded'])
  await store.reset('b'.repeat(64))
  expect(await make(5)).toBe('created')
})

it('reckons a task by what it was asked for, and by its callbacks beyond the first', () => {
  const { deliveries } = task({ body: { callback_url: 'http://a.test/hook' } })
  const weight = (request: object, times = 1) =>
    weightOf({
      request: request as Task['request'],
      deliveries: Array.from({ length: times }, () => deliveries).flat(),
    })
  const bare = weight({})
  expect(weight({ a: 'x'.repeat(1_000) }) - weight({ a: '' })).toBe(1_000)
  expect(weight({ a: '白'.repeat(1_000) }) - weight({ a: '' })).toBe(2_000)
  expect(weight({ a: Array.from({ length: 1_000 }, () => ({})) })).toBeGreaterThan(64_000)
  expect(weight({}, 0)).toBe(bare)
  expect(weight({}, 11) - bare).toBe(3_000)
})

it('reckons a task anew when it gets another plan', async () => {
  const store = new MemoryStore({ retain: 0, mostBytes: 200, nowOf: () => START })
  const made = task({ ordinal: 1, pace: 60, body: { callback_url: 'http://a.test/hook' } })
  const [delivery] = made.deliveries
  if (!delivery) throw new Error('the sample has no callback')
  await store.create({ ...made, request: {} }, {}, START)
  const small = { ...task({ ordinal: 2, pace: 60 }), request: {} }
  expect(await store.create(small, {}, START)).toBe('created')
  store.restore({ plan: { ...made, request: {}, deliveries: [delivery, delivery] } })
  expect(await store.create({ ...small, ...task({ ordinal: 3, pace: 60 }), request: {} }, {}, START)).toBe('overloaded')
  store.restore({ plan: { ...made, request: {} } })
  expect(await store.create({ ...task({ ordinal: 3, pace: 60 }), request: {} }, {}, START)).toBe('created')
})
