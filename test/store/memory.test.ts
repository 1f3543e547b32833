import { expect, it } from 'vitest'
import { MemoryStore } from '../../src/store/memory.ts'
import { START } from '../simulation/fake-timebase.ts'
import { task } from '../simulation/sample.ts'
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
