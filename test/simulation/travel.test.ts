import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ClockMode, LAST_INSTANT, VirtualClock } from '../../src/simulation/clock.ts'
import { travel } from '../../src/simulation/travel.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'

function start(mode: ClockMode = 'frozen', startAt = START) {
  const timebase = new FakeTimebase()
  return { timebase, clock: new VirtualClock({ mode, rate: 1, startAt, quietMs: 5, timebase }) }
}

/** Somebody who wakes again and again: what he saw of the clock, and by how much he goes on. */
interface Chain {
  readonly name: string
  readonly first: number
  readonly pauses: readonly number[]
}

/** Follows the chain on the clock and notes each waking. He takes a few turns of the event loop over his work. */
async function follow(clock: VirtualClock, { name, first, pauses }: Chain, log: string[]): Promise<void> {
  const work = clock.work('sure')
  let due = START + first
  for (const pause of [...pauses, undefined]) {
    await work.rest(due)
    log.push(`${name} ${due - START} ${clock.now() - START}`)
    await turn()
    await turn()
    if (pause !== undefined) due = clock.now() + pause
  }
  work.end()
}

describe('travel', () => {
  it('stops at each instant awaited, so that all see the clock at theirs', async () => {
    const { clock } = start()
    const seen: number[] = []
    for (const ms of [50, 10, 30, 30]) void clock.until(START + ms).then(() => seen.push(clock.now() - START))
    await travel([{ clock, ms: 100 }])
    expect(seen).toEqual([10, 30, 30, 50])
    expect(clock.now()).toBe(START + 100)
  })

  it('dates what is set off on the way from where it happens', async () => {
    const { clock } = start()
    const log: string[] = []
    void follow(clock, { name: 'retry', first: 1_000, pauses: [1_000, 2_000, 4_000] }, log)
    await travel([{ clock, ms: 3_600_000 }])
    expect(log).toEqual(['retry 1000 1000', 'retry 2000 2000', 'retry 4000 4000', 'retry 8000 8000'])
  })

  it('moves at once when nobody waits and nobody works', () => {
    const { clock } = start()
    void travel([{ clock, ms: 100 }])
    expect(clock.now()).toBe(START + 100)
  })

  it('wakes those who wait for the very end', async () => {
    const { clock } = start()
    const log: string[] = []
    void follow(clock, { name: 'a', first: 100, pauses: [] }, log)
    await travel([{ clock, ms: 100 }])
    expect(log).toEqual(['a 100 100'])
  })

  it('leaves those alone who wait for later', async () => {
    const { clock } = start()
    const log: string[] = []
    void follow(clock, { name: 'a', first: 101, pauses: [] }, log)
    await travel([{ clock, ms: 100 }])
    expect([log, clock.waiting]).toEqual([[], 1])
  })

  it('sets out when those who are at work have come to rest', async () => {
    const { clock } = start()
    const work = clock.work('sure')
    const journey = travel([{ clock, ms: 1_000 }])
    await turn()
    expect(clock.now()).toBe(START)
    const log: number[] = []
    void work.rest(clock.now() + 10).then(() => {
      log.push(clock.now() - START)
      work.end()
    })
    await journey
    expect([log, clock.now()]).toEqual([[10], START + 1_000])
  })

  it('waits however long for work that ends of itself', async () => {
    const { clock, timebase } = start()
    const work = clock.work('sure')
    let isThere = false
    const journey = travel([{ clock, ms: 10 }]).then(() => {
      isThere = true
    })
    await turn()
    timebase.pass(60_000)
    for (let n = 0; n < 5; n++) await turn()
    expect([isThere, clock.now()]).toEqual([false, START])
    work.end()
    await journey
    expect(clock.now()).toBe(START + 10)
  })

  it('gives up on work that may last for ever, once for the whole way', async () => {
    const { clock, timebase } = start()
    clock.work('open')
    const seen: number[] = []
    for (const ms of [10, 20, 30]) void clock.until(START + ms).then(() => seen.push(clock.now() - START))
    const journey = travel([{ clock, ms: 100 }])
    await turn()
    timebase.pass(499)
    await turn()
    expect(clock.now()).toBe(START)
    timebase.pass(1)
    await journey
    expect([seen, clock.now(), timebase.armed]).toEqual([[10, 20, 30], START + 100, 0])
  })

  it('takes several clocks along, each at its own instant, in one order', async () => {
    const { clock: a } = start('frozen', START)
    const { clock: b } = start('frozen', START + 1_000_000)
    const log: string[] = []
    for (const ms of [40, 10]) void a.until(START + ms).then(() => log.push(`a ${a.now() - START}`))
    for (const ms of [30, 20]) void b.until(START + 1_000_000 + ms).then(() => log.push(`b ${b.now() - START}`))
    await travel([
      { clock: a, ms: 50 },
      { clock: b, ms: 25 },
    ])
    expect(log).toEqual(['a 10', 'b 1000020', 'a 40'])
    expect([a.now(), b.now()]).toEqual([START + 50, START + 1_000_025])
  })

  it('stops for one clock at its end before it stops for another further on', async () => {
    const { clock: a } = start()
    const { clock: b } = start()
    const log: string[] = []
    void a.until(START + 40).then(() => log.push('a 40'))
    void b.until(START + 30).then(() => log.push('b 30'))
    await travel([
      { clock: a, ms: 50 },
      { clock: b, ms: 30 },
    ])
    expect(log).toEqual(['b 30', 'a 40'])
  })

  it('sets out with none of several while somebody works on one', async () => {
    const { clock: a } = start()
    const { clock: b } = start()
    const work = b.work('sure')
    const journey = travel([
      { clock: a, ms: 10 },
      { clock: b, ms: 10 },
    ])
    await turn()
    expect(a.now()).toBe(START)
    work.end()
    await journey
    expect([a.now(), b.now()]).toEqual([START + 10, START + 10])
  })

  it('leaves a clock where it is that has run beyond its end meanwhile', async () => {
    const { clock, timebase } = start('real')
    void clock.until(START + 5).then(() => timebase.pass(50))
    await travel([{ clock, ms: 10 }])
    expect(clock.now()).toBe(START + 55)
  })

  it('ends at the end of the calendar', async () => {
    const { clock } = start('frozen', LAST_INSTANT - 5)
    await travel([{ clock, ms: 10 }])
    expect(clock.now()).toBe(LAST_INSTANT)
  })

  it('moves a clock that runs, which goes on running', async () => {
    const { clock, timebase } = start('real')
    const log: number[] = []
    void clock.until(START + 500).then(() => log.push(clock.now() - START))
    await travel([{ clock, ms: 1_000 }])
    timebase.pass(3)
    expect([log, clock.now()]).toEqual([[500], START + 1_003])
  })

  it('ends when the clock is closed on the way', async () => {
    const { clock } = start()
    const work = clock.work('sure')
    const journey = travel([{ clock, ms: 1_000 }])
    clock.close()
    work.end()
    await journey
  })

  it('waits for nobody on a clock that is closed', async () => {
    const { clock } = start()
    clock.work('sure')
    const journey = travel([{ clock, ms: 1_000 }])
    await turn()
    clock.close()
    await journey
  })

  const chains = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      first: fc.integer({ min: 1, max: 400 }),
      pauses: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 4 }),
    }),
    { maxLength: 6 },
  )

  async function run(all: readonly Chain[], legs: readonly number[]): Promise<string[]> {
    const { clock } = start()
    const log: string[] = []
    for (const chain of all) void follow(clock, chain, log)
    for (const ms of legs) await travel([{ clock, ms }])
    return log
  }

  it('shows everybody his own instant, in order, whatever they wait for', async () => {
    await fc.assert(
      fc.asyncProperty(chains, async all => {
        const instants = (await run(all, [2_000])).map(line => line.split(' ').slice(1).map(Number))
        for (const [due, now] of instants) expect(now).toBe(due)
        const seen = instants.map(([due]) => due)
        expect(seen).toEqual(seen.toSorted((a = 0, b = 0) => a - b))
        expect(seen).toHaveLength(all.reduce((sum, { pauses }) => sum + pauses.length + 1, 0))
      }),
      { numRuns: 60 },
    )
  })

  it('comes to the same by whatever legs', async () => {
    await fc.assert(
      fc.asyncProperty(chains, fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 6 }), async (all, legs) => {
        const gone = legs.reduce((sum, ms) => sum + ms, 0)
        expect(await run(all, [...legs, Math.max(0, 4_000 - gone)])).toEqual(await run(all, [4_000]))
      }),
      { numRuns: 60 },
    )
  })
})
