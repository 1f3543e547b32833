import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { type Waiter, Waiters } from '../../src/simulation/waiters.ts'
import { turn } from './fake-timebase.ts'

const sleeper = { wake: () => {}, fail: () => {} }

/** Waiters for the instants given, in their order of arrival. */
function waiting(instants: readonly number[]) {
  const waiters = new Waiters()
  const each = instants.map(at => waiters.add(at, sleeper))
  return { waiters, each, named: (one: Waiter | undefined) => (one ? each.indexOf(one) : undefined) }
}

describe('waiters', () => {
  it('are taken by instant, then by arrival, when it has come', () => {
    const { waiters, named } = waiting([20, 10, 20, 10])
    expect(named(waiters.takeDue(9))).toBeUndefined()
    expect([10, 10, 10].map(now => named(waiters.takeDue(now)))).toEqual([1, 3, undefined])
    expect(named(waiters.earliest())).toBe(0)
    expect([20, 20, 20].map(now => named(waiters.takeDue(now)))).toEqual([0, 2, undefined])
    expect(waiters.size).toBe(0)
  })

  it('are passed over once they have given up, which counts once', () => {
    const { waiters, each, named } = waiting([10, 20, 30])
    for (const at of [0, 0, 1]) waiters.drop(each[at] as Waiter)
    expect(waiters.size).toBe(1)
    expect(named(waiters.earliest())).toBe(2)
    expect(named(waiters.takeDue(30))).toBe(2)
    waiters.drop(each[2] as Waiter)
    expect(waiters.size).toBe(0)
  })

  it('are handed over all at once, those who still wait', () => {
    const { waiters, each, named } = waiting([20, 10, 30])
    waiters.drop(each[0] as Waiter)
    expect(waiters.takeAll().map(named).toSorted()).toEqual([1, 2])
    expect(each.every(({ isOver }) => isOver)).toBe(true)
    expect([waiters.size, waiters.earliest()]).toEqual([0, undefined])
  })

  it('keep their order after most of them gave up', () => {
    const instants = Array.from({ length: 200 }, (_, at) => (at * 37) % 200)
    const { waiters, each } = waiting(instants)
    for (const waiter of each) if (waiter.at % 10 !== 0) waiters.drop(waiter)
    expect(waiters.size).toBe(20)
    const taken = Array.from({ length: 20 }, () => waiters.takeDue(200)?.at)
    expect(taken).toEqual(Array.from({ length: 20 }, (_, at) => at * 10))
  })

  it('are held on to no longer once they have given up, though an earlier one still waits', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const waiters = new Waiters()
    waiters.add(1, sleeper)
    const gone: WeakRef<object>[] = []
    for (let at = 2; at < 300; at++) {
      const abandoned = { ...sleeper }
      gone.push(new WeakRef(abandoned))
      waiters.drop(waiters.add(at, abandoned))
    }
    // Weak references hold on to their targets until the turn in which they were made is over.
    await turn()
    collect()
    expect(waiters.size).toBe(1)
    expect(gone.filter(one => one.deref() !== undefined).length).toBeLessThan(10)
  })
})
