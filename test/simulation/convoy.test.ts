import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/simulation/clock.ts'
import { travel } from '../../src/simulation/travel.ts'
import { FakeConvoy } from './fake-fleet.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'

/** As many clocks here as elsewhere, which are moved together. */
function open(count = 1) {
  const timebase = new FakeTimebase()
  const clocks = () =>
    Array.from({ length: count }, () => new VirtualClock({ mode: 'frozen', rate: 1, startAt: START, timebase }))
  const [here, elsewhere] = [clocks(), clocks()]
  const convoy = new FakeConvoy(here, elsewhere)
  /** Moves all by as much. */
  const advance = (ms: number) =>
    travel(
      here.map(clock => ({ clock, ms })),
      convoy,
    )
  return { timebase, here, elsewhere, convoy, advance, shown: () => [...here, ...elsewhere].map(shownBy) }
}

const shownBy = (clock: VirtualClock) => clock.now() - START

/** Somebody who wakes again and again, takes a few turns of the event loop over his work, and sees what the clock shows. */
async function follow(
  clock: VirtualClock,
  [first, ...pauses]: readonly number[],
  seen: [due: number, shown: number][],
) {
  const work = clock.work('sure')
  let due = START + (first ?? 0)
  for (const pause of [...pauses, 0]) {
    await work.rest(due)
    seen.push([due - START, shownBy(clock)])
    await turn()
    await turn()
    due = clock.now() + pause
  }
  work.end()
}

describe('travel with clocks elsewhere', () => {
  it('stops where somebody waits elsewhere, also for what he sets off there', async () => {
    const { here, elsewhere, advance, shown } = open()
    const seen: [number, number][] = []
    const [a, b] = [here[0] as VirtualClock, elsewhere[0] as VirtualClock]
    void follow(a, [10, 60], seen)
    void follow(b, [5, 15, 20], seen)
    await advance(100)
    expect(seen).toEqual([5, 10, 20, 40, 70].map(ms => [ms, ms]))
    expect(shown()).toEqual([100, 100])
  })

  it('shows everybody his own instant, in order, wherever he waits', async () => {
    const chain = fc.record({
      place: fc.nat(1),
      waits: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(chain, { maxLength: 5 }), async chains => {
        const { here, elsewhere, advance, shown } = open()
        const seen: [number, number][] = []
        for (const { place, waits } of chains) {
          void follow((place === 0 ? here : elsewhere)[0] as VirtualClock, waits, seen)
        }
        await advance(1_500)
        for (const [due, now] of seen) expect(now).toBe(due)
        expect(seen.map(([due]) => due)).toEqual(seen.map(([due]) => due).toSorted((x, y) => x - y))
        expect(seen).toHaveLength(chains.reduce((sum, { waits }) => sum + waits.length, 0))
        expect(shown()).toEqual([1_500, 1_500])
      }),
      { numRuns: 30 },
    )
  })

  it('sets out when those who are at work elsewhere have come to rest', async () => {
    const { elsewhere, advance, shown } = open()
    const work = (elsewhere[0] as VirtualClock).work('sure')
    let isThere = false
    const journey = advance(100).then(() => {
      isThere = true
    })
    for (let n = 0; n < 10; n++) await turn()
    expect([isThere, shown()]).toEqual([false, [0, 0]])
    work.end()
    await journey
    expect(shown()).toEqual([100, 100])
  })

  it('waits for whoever went to work here while it asked elsewhere', async () => {
    const { here, convoy, advance, shown } = open()
    const clock = here[0] as VirtualClock
    const isAtRest = convoy.isAtRest.bind(convoy)
    const log: string[] = []
    let asked = 0
    convoy.isAtRest = async () => {
      asked++
      log.push(`asked with ${clock.atWork} at work here`)
      if (asked !== 1) return isAtRest()
      const work = clock.work('sure')
      void turn().then(async () => {
        await turn()
        work.end()
      })
      return false
    }
    await advance(10)
    expect(log.slice(0, 2)).toEqual(['asked with 0 at work here', 'asked with 0 at work here'])
    expect(shown()).toEqual([10, 10])
  })

  it('takes several along, each beside its own, and stops for none beyond its way', async () => {
    const { here, elsewhere, convoy, shown } = open(2)
    const stops: (readonly number[])[] = []
    const moveTo = convoy.moveTo.bind(convoy)
    convoy.moveTo = instants => {
      stops.push(instants.map(instant => instant - START))
      return moveTo(instants)
    }
    const [a, b] = elsewhere as [VirtualClock, VirtualClock]
    void a.until(START + 60)
    void b.until(START + 20)
    void b.until(START + 50)
    await travel(
      here.map((clock, index) => ({ clock, ms: [100, 30][index] ?? 0 })),
      convoy,
    )
    expect(stops).toEqual([
      [20, 20],
      [60, 30],
      [100, 30],
    ])
    expect(shown()).toEqual([100, 30, 100, 30])
  })

  it.each([-5, 0])('goes on where nobody woke elsewhere though his instant has come: %d', async ms => {
    const { convoy, advance, shown } = open()
    convoy.isAtRest = async () => {
      convoy.awaited = [START + ms]
      return true
    }
    await advance(10)
    expect(shown()).toEqual([10, 10])
  })

  it('fails when the others can’t be reached, and goes nowhere', async () => {
    const { convoy, advance, shown } = open()
    convoy.isAtRest = () => Promise.reject(new Error('gone'))
    await expect(advance(10)).rejects.toThrow('gone')
    expect(shown()).toEqual([0, 0])
  })
})
