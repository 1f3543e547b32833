import { describe, expect, it } from 'vitest'
import { Arrivals } from '../../src/http/arrivals.ts'
import type { Call } from '../../src/http/call.ts'

/** The part of a call that matters here, at instant 10 unless told otherwise. */
function call(seq: number, clock = { now: () => 10 }) {
  const entry: { seq: number; at: number; arrived?: object } = { seq, at: clock.now() }
  return { entry, call: { entry, namespace: { clock } } as unknown as Call }
}

describe('the arrival of a body', () => {
  it('that was there at once is not told', () => {
    const arrivals = new Arrivals()
    for (const seq of [1, 2]) {
      const one = call(seq)
      arrivals.begin(one.call)
      arrivals.arrive(one.call, seq)
      expect(one.entry).not.toHaveProperty('arrived')
    }
  })

  it('is told where time has passed', () => {
    const arrivals = new Arrivals()
    let now = 10
    const one = call(1, { now: () => now })
    arrivals.begin(one.call)
    now = 11
    arrivals.arrive(one.call, 1)
    expect(one.entry.arrived).toEqual({ at: 11, after: 1, turn: 1 })
  })

  it('is told where another request has begun, also if that is over', () => {
    const arrivals = new Arrivals()
    const one = call(1)
    arrivals.begin(one.call)
    arrivals.arrive(one.call, 2)
    expect(one.entry.arrived).toEqual({ at: 10, after: 2, turn: 1 })
  })

  it('is told where another is awaited, until that one has ended', () => {
    const arrivals = new Arrivals()
    const [awaited, next, last] = [call(1), call(2), call(3)]
    arrivals.begin(awaited.call)
    arrivals.begin(next.call)
    arrivals.arrive(next.call, 2)
    expect(next.entry.arrived).toEqual({ at: 10, after: 2, turn: 1 })
    arrivals.leave(awaited.call)
    arrivals.begin(last.call)
    arrivals.arrive(last.call, 3)
    expect(last.entry).not.toHaveProperty('arrived')
  })

  it('is told where another’s came meanwhile, in the order of coming', () => {
    const arrivals = new Arrivals()
    const [first, second] = [call(1), call(2)]
    arrivals.begin(second.call)
    arrivals.begin(first.call)
    arrivals.arrive(first.call, 1)
    arrivals.arrive(second.call, 2)
    expect([first.entry.arrived, second.entry.arrived]).toEqual([
      { at: 10, after: 1, turn: 1 },
      { at: 10, after: 2, turn: 2 },
    ])
  })
})
