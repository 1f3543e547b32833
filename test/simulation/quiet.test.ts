import { describe, expect, it } from 'vitest'
import { type ClockMode, type ClockOptions, LAST_INSTANT, VirtualClock } from '../../src/simulation/clock.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'

function start(mode: ClockMode, options: Partial<ClockOptions> = {}) {
  const timebase = new FakeTimebase()
  const clock = new VirtualClock({ mode, rate: 1, startAt: START, quietMs: 5, timebase, ...options })
  return { timebase, clock, shown: () => clock.now() - START }
}

/** A clock whose leaps somebody else decides on, and how often he was asked. */
function asking(mode: ClockMode = 'auto-skip') {
  const asked: number[] = []
  const started = start(mode, { onQuiet: () => asked.push(started.timebase.now() - START) })
  return { ...started, asked }
}

describe('quiet', () => {
  it('is when nothing has changed for a while', () => {
    const { timebase, clock } = start('auto-skip')
    const isQuietAfter = (ms: number) => {
      timebase.pass(ms)
      return clock.isQuiet
    }
    expect([isQuietAfter(4), isQuietAfter(1), isQuietAfter(1_000)]).toEqual([false, true, true])
    clock.working()()
    expect([isQuietAfter(4), isQuietAfter(1)]).toEqual([false, true])
    const hold = new AbortController()
    clock.until(START + 1_000, hold.signal).catch(() => {})
    expect([isQuietAfter(4)]).toEqual([false])
    hold.abort()
    expect([isQuietAfter(4), isQuietAfter(1)]).toEqual([false, true])
    clock.moveTo(START + 1)
    expect([isQuietAfter(4), isQuietAfter(1)]).toEqual([false, true])
  })

  it('is never while somebody works', () => {
    const { timebase, clock } = start('auto-skip')
    const end = clock.working()
    timebase.pass(1_000)
    expect(clock.isQuiet).toBe(false)
    end()
    expect(clock.isQuiet).toBe(false)
    timebase.pass(5)
    expect(clock.isQuiet).toBe(true)
  })

  it('is five milliseconds unless told otherwise', () => {
    const timebase = new FakeTimebase()
    const clock = new VirtualClock({ mode: 'auto-skip', rate: 1, startAt: START, timebase })
    void clock.until(START + 1_000)
    timebase.pass(4)
    expect(clock.now()).toBe(START)
    timebase.pass(1)
    expect(clock.now()).toBe(START + 1_000)
  })
})

describe('a clock whose leaps somebody else decides on', () => {
  it('asks him once where it would leap, and stays', () => {
    const { timebase, clock, asked, shown } = asking()
    void clock.until(START + 1_000)
    timebase.pass(1_000)
    expect([asked, shown()]).toEqual([[5], 0])
  })

  it('asks again when it is quiet again', () => {
    const { timebase, clock, asked } = asking()
    void clock.until(START + 1_000)
    timebase.pass(10)
    clock.working()()
    timebase.pass(10)
    expect(asked).toEqual([5, 15])
  })

  it('asks nobody while nobody waits', () => {
    const { timebase, clock, asked } = asking()
    clock.working()()
    timebase.pass(1_000)
    expect(asked).toEqual([])
  })

  it.each(['real', 'scaled', 'frozen'] as const)('asks nobody where it would not leap: %s', mode => {
    const { timebase, clock, asked } = asking(mode)
    void clock.until(START + 1_000)
    clock.askForQuiet()
    timebase.pass(10_000)
    expect(asked).toEqual([])
  })
})

describe('asking for quiet', () => {
  it('has an answer though nobody waits here, once', () => {
    const { timebase, clock, asked } = asking()
    clock.askForQuiet()
    timebase.pass(5)
    clock.working()()
    timebase.pass(1_000)
    expect(asked).toEqual([5])
  })

  it('has it at once where it is quiet already', () => {
    const { timebase, clock, asked } = asking()
    timebase.pass(100)
    clock.askForQuiet()
    timebase.pass(0)
    expect(asked).toEqual([100])
  })

  it('has it when whoever works has done so', () => {
    const { timebase, clock, asked } = asking()
    const end = clock.working()
    clock.askForQuiet()
    timebase.pass(100)
    end()
    timebase.pass(4)
    expect(asked).toEqual([])
    timebase.pass(1)
    expect(asked).toEqual([105])
  })

  it('is over when the clock has been moved meanwhile', () => {
    const { timebase, clock, asked } = asking()
    clock.askForQuiet()
    clock.take({ ...clock.stand, at: START + 1_000 })
    timebase.pass(1_000)
    clock.working()()
    timebase.pass(1_000)
    expect(asked).toEqual([])
  })

  it('has a clock that leaps by itself stay where it is while nobody waits', () => {
    const { timebase, clock, shown } = start('auto-skip')
    clock.askForQuiet()
    timebase.pass(1_000)
    expect(shown()).toBe(0)
  })

  it('is in vain on a clock that is closed', () => {
    const { timebase, clock, asked } = asking()
    clock.close()
    clock.askForQuiet()
    timebase.pass(1_000)
    expect([asked, timebase.armed]).toEqual([[], 0])
  })
})

describe('marks', () => {
  it('leave what is marked, when one that is past is made', () => {
    const { clock } = start('frozen')
    clock.mark(START + 3_000)
    clock.mark(START)
    clock.mark(START - 1)
    expect(clock.nextEvent).toBe(START + 3_000)
  })

  it('may be later than the last one once that is past', () => {
    const { clock } = start('frozen')
    clock.mark(START + 10)
    clock.moveTo(START + 10)
    expect(clock.nextEvent).toBeUndefined()
    clock.mark(START + 20)
    expect(clock.nextEvent).toBe(START + 20)
  })

  it('are forgotten when the clock runs otherwise', () => {
    const { clock } = start('frozen')
    clock.mark(START + 3_000)
    clock.set({ mode: 'auto-skip', rate: 1 })
    expect(clock.nextEvent).toBeUndefined()
  })
})

describe('those who ask and ask, and hear the same', () => {
  const AGAIN = START + 3_000

  it('hold no leap up, though there is always another one before the last is done', async () => {
    const { timebase, clock, shown } = start('auto-skip')
    /** Somebody begins to ask; what is returned has him hear his answer. */
    const ask = () => {
      const end = clock.working()
      clock.mark(AGAIN)
      return () => {
        timebase.pass(1)
        end()
      }
    }
    ask()()
    for (let round = 0; round < 2; round++) {
      const first = ask()
      const second = ask()
      first()
      const third = ask()
      second()
      third()
      expect(shown()).toBe(0)
    }
    await turn()
    expect(shown()).toBe(3_000)
  })

  it('make nobody else’s end any less of a change', () => {
    const { timebase, clock, shown } = start('auto-skip')
    clock.mark(AGAIN)
    const other = clock.working()
    const end = clock.working()
    clock.mark(AGAIN)
    end()
    timebase.pass(100)
    other()
    timebase.pass(4)
    expect(shown()).toBe(0)
    timebase.pass(1)
    expect(shown()).toBe(3_000)
  })

  it('wait like everybody for who begins before it', async () => {
    const { timebase, clock, shown } = start('auto-skip')
    clock.mark(AGAIN)
    for (let ms = 0; ms < 6; ms++) {
      const end = clock.working()
      clock.mark(AGAIN)
      timebase.pass(1)
      end()
    }
    const end = clock.working()
    await turn()
    expect(shown()).toBe(0)
    end()
    timebase.pass(5)
    expect(shown()).toBe(3_000)
  })

  it('hold one up when they hear something else', () => {
    const { timebase, clock, shown } = start('auto-skip')
    for (const ms of [9_000, 8_000, 7_000]) {
      const end = clock.working()
      clock.mark(START + ms)
      timebase.pass(4)
      end()
    }
    timebase.pass(4)
    expect(shown()).toBe(0)
    timebase.pass(1)
    expect(shown()).toBe(7_000)
  })
})

describe('the end of the calendar', () => {
  it('can be waited for, and leapt to', async () => {
    const { timebase, clock } = start('auto-skip')
    const wait = clock.until(LAST_INSTANT)
    expect(clock.nextEvent).toBe(LAST_INSTANT)
    timebase.pass(5)
    await wait
    expect(clock.now()).toBe(LAST_INSTANT)
  })

  it.each([
    [START - 1, 'forward only'],
    [LAST_INSTANT + 1, 'beyond the calendar'],
  ])('is where a clock can go, from now on, and says so: %d', (instant, why) => {
    const { clock, shown } = start('frozen')
    expect(() => clock.show(instant)).toThrow(why)
    expect(shown()).toBe(0)
  })
})

describe('a clock that is closed', () => {
  it('says why, though it is closed again', async () => {
    const { clock } = start('real')
    const [first, second] = [new Error('first'), new Error('second')]
    expect(clock.closedFor).toBeUndefined()
    const before = clock.until(START + 10)
    clock.close(first)
    clock.close(second)
    expect(clock.closedFor).toBe(first)
    await expect(before).rejects.toBe(first)
    await expect(clock.until(START + 10)).rejects.toBe(first)
  })

  it('has nobody wait for whoever works', async () => {
    const { clock } = start('frozen')
    clock.work('sure')
    const calm = clock.calm()
    clock.close()
    expect(await calm).toBe(1)
  })

  it('takes nobody in whose instant has come, either', async () => {
    const { clock } = start('frozen')
    clock.close('gone')
    await expect(clock.until(START)).rejects.toBe('gone')
    await turn()
    expect(clock.waiting).toBe(0)
  })
})
