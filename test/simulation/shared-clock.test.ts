import { describe, expect, it } from 'vitest'
import { type ClockOptions, type ClockSetting, type Stand, VirtualClock } from '../../src/simulation/clock.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'
import { Watch } from './watch.ts'

function start(setting: Partial<ClockSetting>, options: Partial<ClockOptions> = {}) {
  const timebase = new FakeTimebase()
  const clock = new VirtualClock({
    ...{ mode: 'frozen', rate: 1, startAt: START, quietMs: 5, timebase },
    ...setting,
    ...options,
  })
  /** What another process's clock says, in milliseconds from the start. */
  const take = (stand: Partial<ClockSetting> & { readonly at: number; readonly real?: number }) => {
    const { at, real = 0, ...run } = stand
    clock.take({ ...clock.setting, ...run, at: START + at, real: START + real })
  }
  return { timebase, clock, take, watch: new Watch(), shown: () => clock.now() - START }
}

const REAL = { mode: 'real', rate: 1 } as const
const FAST = { mode: 'scaled', rate: 10 } as const

describe('a clock that runs as another process’s', () => {
  it.each([
    ['real', REAL, 507],
    ['scaled', FAST, 570],
  ])('shows what that one shows: %s', (_mode, setting, later) => {
    const { timebase, take, shown } = start(setting)
    take({ at: 500 })
    expect(shown()).toBe(500)
    timebase.pass(7)
    expect(shown()).toBe(later)
  })

  it('counts from when the other one was set, which is some time ago', () => {
    const { take, shown } = start(FAST)
    take({ at: 500, real: -30 })
    expect(shown()).toBe(800)
    take({ at: 500, real: -40 })
    expect(shown()).toBe(900)
    take({ at: 510, real: -40 })
    expect(shown()).toBe(910)
  })

  it('takes nothing back: it stands until the other one has caught up, and runs on with it', () => {
    const { timebase, take, shown } = start(REAL)
    timebase.pass(100)
    take({ at: 0, real: 60 })
    expect(shown()).toBe(100)
    timebase.pass(59)
    expect(shown()).toBe(100)
    timebase.pass(2)
    expect(shown()).toBe(101)
  })

  it('wakes those whose instant has come with that, and the others at theirs', async () => {
    const { timebase, clock, take, watch } = start(REAL)
    for (const ms of [100, 900, 1_000, 1_100]) watch.over(clock.until(START + ms), String(ms))
    take({ at: 900 })
    await turn()
    expect(watch.woken).toEqual(['100', '900'])
    timebase.pass(99)
    await turn()
    expect(watch.woken).toEqual(['100', '900'])
    timebase.pass(101)
    await turn()
    expect(watch.woken).toEqual(['100', '900', '1000', '1100'])
  })

  it('runs at another rate as soon as the other one does', async () => {
    const { timebase, clock, take, watch, shown } = start(FAST)
    watch.over(clock.until(START + 1_000), 'one')
    timebase.pass(10)
    take({ rate: 90, at: 100, real: 10 })
    expect(clock.setting).toEqual({ mode: 'scaled', rate: 90 })
    timebase.pass(10)
    await turn()
    expect([watch.woken, shown()]).toEqual([['one'], 1_000])
  })

  it('is not disturbed by hearing what it knows', () => {
    const { timebase, clock, take } = start(REAL)
    void clock.until(START + 1_000)
    take({ at: 500 })
    const { set } = timebase
    timebase.pass(20)
    take({ at: 500 })
    expect([timebase.set, timebase.armed]).toEqual([set, 1])
  })

  it('says of itself what it was told', () => {
    const { clock, timebase } = start(REAL)
    const stand: Stand = { ...FAST, at: START + 500, real: START - 30 }
    timebase.pass(3)
    clock.take(stand)
    expect(clock.stand).toEqual(stand)
  })
})

describe('a clock that stands as another process’s', () => {
  it('goes where that one is, wakes who is due there, and goes on standing', async () => {
    const { timebase, clock, take, watch, shown } = start({ mode: 'frozen' })
    for (const ms of [10, 20, 30]) watch.over(clock.until(START + ms), String(ms))
    take({ at: 20 })
    timebase.pass(1_000)
    await turn()
    expect([watch.woken, shown()]).toEqual([['10', '20'], 20])
  })

  it('never goes back', () => {
    const { clock, take, shown } = start({ mode: 'frozen' })
    clock.moveTo(START + 50)
    take({ at: 20 })
    expect(shown()).toBe(50)
  })

  it.each([
    ['behind it', 20, 50],
    ['ahead of it', 80, 80],
  ])('stops when told to, with the other one %s', (_where, at, stood) => {
    const { timebase, clock, take, shown } = start(REAL)
    timebase.pass(50)
    take({ mode: 'frozen', at, real: 50 })
    timebase.pass(1_000)
    expect([shown(), clock.setting.mode]).toEqual([stood, 'frozen'])
  })

  it('begins to run when the other one does, from where that was', async () => {
    const { timebase, clock, take, watch, shown } = start({ mode: 'frozen' })
    watch.over(clock.until(START + 30), 'one')
    timebase.pass(100)
    take({ ...REAL, at: 5, real: 90 })
    expect(shown()).toBe(15)
    timebase.pass(15)
    await turn()
    expect(watch.woken).toEqual(['one'])
  })

  it('leaps when it would have, however often it hears where it is', () => {
    const { timebase, clock, take, shown } = start({ mode: 'auto-skip' })
    void clock.until(START + 1_000)
    timebase.pass(4)
    take({ at: 0, real: 4 })
    take({ at: -100, real: 4 })
    expect(shown()).toBe(0)
    timebase.pass(1)
    expect(shown()).toBe(1_000)
  })

  it('counts quiet anew where the other one has leapt to', () => {
    const { timebase, clock, take, shown } = start({ mode: 'auto-skip' })
    void clock.until(START + 1_000)
    timebase.pass(4)
    take({ at: 500, real: 4 })
    timebase.pass(4)
    expect(shown()).toBe(500)
    timebase.pass(1)
    expect(shown()).toBe(1_000)
  })

  it('still knows of what it marked when the other one has moved, and forgets it when that runs otherwise', () => {
    const { clock, take } = start({ mode: 'frozen' })
    clock.mark(START + 3_000)
    take({ at: 1_000 })
    expect(clock.nextEvent).toBe(START + 3_000)
    take({ mode: 'auto-skip', at: 1_000 })
    expect(clock.nextEvent).toBeUndefined()
  })
})

describe('being told of moves', () => {
  function told(setting: Partial<ClockSetting>) {
    const moves: Stand[] = []
    const woken: number[] = []
    const started = start(setting, { onMove: stand => moves.push({ ...stand, at: stand.at - START }) })
    void started.clock.until(START + 10).then(() => woken.push(moves.length))
    return { ...started, moves, woken }
  }

  it('happens before anybody sees the clock there', async () => {
    const { timebase, clock, moves, woken } = told({ mode: 'frozen' })
    timebase.pass(7)
    clock.moveTo(START + 10)
    await turn()
    expect(moves).toEqual([{ mode: 'frozen', rate: 1, at: 10, real: START + 7 }])
    expect(woken).toEqual([1])
  })

  it('happens when it runs otherwise, with how it does', () => {
    const { timebase, clock, take, moves } = told(REAL)
    timebase.pass(3)
    clock.set(FAST)
    timebase.pass(1)
    take({ mode: 'auto-skip', rate: 1, at: 8, real: 4 })
    expect(moves).toEqual([
      { ...FAST, at: 3, real: START + 3 },
      { mode: 'auto-skip', rate: 1, at: 13, real: START + 4 },
    ])
  })

  it('happens when it leaps', () => {
    const { timebase, moves } = told({ mode: 'auto-skip' })
    timebase.pass(5)
    expect(moves).toEqual([{ mode: 'auto-skip', rate: 1, at: 10, real: START + 5 }])
  })
})

describe('showing a later instant', () => {
  it('wakes nobody before it is time to, and then those who are due in their order', async () => {
    const { clock, watch, shown } = start({ mode: 'frozen' })
    for (const ms of [30, 10, 20]) watch.over(clock.until(START + ms), String(ms))
    clock.show(START + 20)
    await turn()
    expect([watch.woken, shown()]).toEqual([[], 20])
    clock.wakeDue()
    await turn()
    expect(watch.woken).toEqual(['10', '20'])
  })

  it('lets a clock that runs go on from there', () => {
    const { timebase, clock, shown } = start(REAL)
    clock.show(START + 20)
    timebase.pass(5)
    expect(shown()).toBe(25)
  })
})
