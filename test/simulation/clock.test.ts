import { setMaxListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClockClosed, type ClockMode, LAST_INSTANT, VirtualClock } from '../../src/simulation/clock.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'
import { Watch, type Watched } from './watch.ts'

const DAY_MS = 24 * 60 * 60 * 1000

function start(mode: ClockMode, { rate = 1, startAt = START, quietMs = 5 } = {}) {
  const timebase = new FakeTimebase()
  const clock = new VirtualClock({ mode, rate, startAt, quietMs, timebase })
  return { timebase, clock, watch: new Watch() }
}

describe('now', () => {
  it('runs with the machine when real', () => {
    const { clock, timebase } = start('real')
    timebase.pass(1234)
    expect(clock.now()).toBe(START + 1234)
  })

  it('runs from the instant it was started at', () => {
    const { clock, timebase } = start('real', { startAt: 1_000 })
    timebase.pass(5)
    expect(clock.now()).toBe(1_005)
  })

  it('runs at its rate when scaled, in whole milliseconds', () => {
    const fast = start('scaled', { rate: 10 })
    fast.timebase.pass(7)
    expect(fast.clock.now()).toBe(START + 70)

    const slow = start('scaled', { rate: 0.3 })
    slow.timebase.pass(9)
    expect(slow.clock.now()).toBe(START + 2)
    slow.timebase.pass(1)
    expect(slow.clock.now()).toBe(START + 3)
  })

  it.each(['frozen', 'auto-skip'] as const)('stands still when %s and nobody waits', mode => {
    const { clock, timebase } = start(mode)
    timebase.pass(100_000)
    expect(clock.now()).toBe(START)
  })

  it('stops at the last instant of the calendar', () => {
    const { clock, timebase } = start('scaled', { rate: 1_000_000, startAt: LAST_INSTANT - 10 })
    timebase.pass(1)
    expect(clock.now()).toBe(LAST_INSTANT)
  })

  it('continues from the instant it shows when the mode changes', () => {
    const { clock, timebase } = start('real')
    timebase.pass(100)
    clock.set({ mode: 'scaled', rate: 10 })
    expect(clock.now()).toBe(START + 100)
    timebase.pass(10)
    expect(clock.now()).toBe(START + 200)
    clock.set({ mode: 'frozen', rate: 1 })
    timebase.pass(1_000)
    expect(clock.now()).toBe(START + 200)
    clock.set({ mode: 'real', rate: 1 })
    expect(clock.now()).toBe(START + 200)
    timebase.pass(1)
    expect(clock.now()).toBe(START + 201)
    expect(clock.setting).toEqual({ mode: 'real', rate: 1 })
  })
})

describe('until', () => {
  it.each(['real', 'scaled', 'frozen', 'auto-skip'] as const)(
    'resolves at once for an instant that is past: %s',
    async mode => {
      const { clock, timebase } = start(mode)
      await clock.until(START)
      await clock.until(START - 1)
      await clock.until(Number.NEGATIVE_INFINITY)
      expect(timebase.set).toBe(0)
      expect(clock.waiting).toBe(0)
    },
  )

  it.each([1, 2, 7, 10, 1_000, 0.5, 0.3, 1 / 3, 0.07, 12.345678])(
    'wakes at the instant and never early at ×%d',
    async rate => {
      const { clock, timebase, watch } = start('scaled', { rate })
      const instant = START + 1_001
      const wait = watch.over(clock.until(instant))
      while (wait.state === 'waiting') {
        expect(clock.now()).toBeLessThan(instant)
        timebase.pass(1)
        await turn()
      }
      expect(clock.now()).toBeGreaterThanOrEqual(instant)
      // The millisecond before was too early: it woke as soon as it could.
      expect(clock.now() - Math.ceil(rate)).toBeLessThan(instant)
    },
  )

  it('wakes nobody a millisecond early when a timer goes off early', async () => {
    const timers: (() => void)[] = []
    let now = START
    const timebase = {
      now: () => now,
      after(_ms: number, wake: () => void) {
        timers.push(wake)
        return () => {}
      },
    }
    const clock = new VirtualClock({ mode: 'real', rate: 1, startAt: START, timebase })
    const wait = new Watch().over(clock.until(START + 10))
    now = START + 9
    timers.shift()?.()
    await turn()
    expect(wait.state).toBe('waiting')
    now = START + 10
    timers.shift()?.()
    await turn()
    expect(wait.state).toBe('woken')
  })

  it('waits longer than any timer can', async () => {
    const { clock, timebase, watch } = start('real')
    const wait = watch.over(clock.until(START + 100 * DAY_MS))
    timebase.pass(100 * DAY_MS - 1)
    await turn()
    expect(wait.state).toBe('waiting')
    timebase.pass(1)
    await turn()
    expect(wait.state).toBe('woken')
  })

  it('waits for ever for an instant that never comes', async () => {
    const { clock, timebase, watch } = start('real')
    const wait = watch.over(clock.until(Number.POSITIVE_INFINITY))
    timebase.pass(1_000 * DAY_MS)
    await turn()
    expect(wait.state).toBe('waiting')
  })

  it('wakes in order of instants, and for one instant in order of arrival', async () => {
    const { clock, timebase, watch } = start('real')
    for (const [name, ms] of [
      ['c', 30],
      ['a1', 10],
      ['b', 20],
      ['a2', 10],
      ['a3', 10],
    ] as const) {
      watch.over(clock.until(START + ms), name)
    }
    timebase.stall(100)
    timebase.pass(0)
    await turn()
    expect(watch.woken).toEqual(['a1', 'a2', 'a3', 'b', 'c'])
  })

  it('wakes in order of instants when the clock is moved past many', async () => {
    const { clock, watch } = start('frozen')
    const order = Array.from({ length: 500 }, (_, index) => (index * 193) % 101)
    order.forEach((ms, index) => void watch.over(clock.until(START + 1 + ms), `${ms} ${index}`))
    clock.moveTo(START + 1_000)
    await turn()
    const expected = order.map((ms, index) => ({ ms, index })).sort((a, b) => a.ms - b.ms || a.index - b.index)
    expect(watch.woken).toEqual(expected.map(({ ms, index }) => `${ms} ${index}`))
  })

  it('sets one timer for many who wait', async () => {
    const { clock, timebase, watch } = start('real')
    for (let index = 0; index < 1_000; index++) watch.over(clock.until(START + 1 + ((index * 7919) % 1_000)))
    expect(timebase.armed).toBe(1)
    expect(clock.waiting).toBe(1_000)
    expect(clock.nextAwaited).toBe(START + 1)
    timebase.pass(500)
    await turn()
    expect(timebase.armed).toBe(1)
    expect(watch.woken).toHaveLength(500)
    timebase.pass(500)
    await turn()
    expect(timebase.armed).toBe(0)
    expect(clock.waiting).toBe(0)
    expect(clock.nextAwaited).toBeUndefined()
  })

  it('sets no timer anew for those who are due later', () => {
    const { clock, timebase, watch } = start('real')
    for (const ms of [10, 10, 20, 1_000]) watch.over(clock.until(START + ms))
    expect(timebase.set).toBe(1)
  })

  it('sets the timer anew for somebody who is due earlier', async () => {
    const { clock, timebase, watch } = start('real')
    watch.over(clock.until(START + 1_000), 'late')
    watch.over(clock.until(START + 10), 'early')
    timebase.pass(10)
    await turn()
    expect(watch.woken).toEqual(['early'])
  })

  it('wakes 100,000 who wait, each at its instant and in order', { tags: 'thorough' }, async () => {
    const { clock, timebase } = start('real')
    const count = 100_000
    let woken = 0
    let last = 0
    let early = 0
    let disordered = 0
    const waits = Array.from({ length: count }, (_, index) => {
      const instant = START + 1 + ((index * 7_919) % count)
      return clock.until(instant).then(() => {
        woken++
        if (clock.now() < instant) early++
        if (instant < last) disordered++
        last = instant
      })
    })
    expect(timebase.armed).toBe(1)
    timebase.pass(count / 2)
    await turn()
    expect(woken).toBe(count / 2)
    timebase.stall(count / 2)
    timebase.pass(0)
    await Promise.all(waits)
    expect({ woken, early, disordered, armed: timebase.armed }).toEqual({
      woken: count,
      early: 0,
      disordered: 0,
      armed: 0,
    })
  })
})

describe('abort', () => {
  it('rejects at once with the reason of a signal that is aborted already', async () => {
    const { clock, timebase } = start('real')
    const reason = new Error('gone')
    await expect(clock.until(START + 10, AbortSignal.abort(reason))).rejects.toBe(reason)
    await expect(clock.until(START, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(clock.waiting).toBe(0)
    expect(timebase.armed).toBe(0)
  })

  it('rejects with the signal’s reason and leaves the others waiting', async () => {
    const { clock, timebase, watch } = start('real')
    const hold = new AbortController()
    const first = watch.over(clock.until(START + 10, hold.signal), 'first')
    watch.over(clock.until(START + 20), 'second')
    hold.abort('gone')
    await turn()
    expect(first).toEqual({ state: 'rejected', reason: 'gone' })
    expect(clock.waiting).toBe(1)
    expect(clock.nextAwaited).toBe(START + 20)
    expect(timebase.armed).toBe(1)
    timebase.pass(20)
    await turn()
    expect(watch.woken).toEqual(['second'])
  })

  it('lets go of the timer when nobody is left', () => {
    const { clock, timebase, watch } = start('real')
    const hold = new AbortController()
    watch.over(clock.until(START + 10, hold.signal))
    hold.abort()
    expect(timebase.armed).toBe(0)
    expect(clock.nextAwaited).toBeUndefined()
  })

  it('changes nothing after the instant has come', async () => {
    const { clock, timebase, watch } = start('real')
    const hold = new AbortController()
    const wait = watch.over(clock.until(START + 10, hold.signal))
    timebase.pass(10)
    hold.abort('too late')
    await turn()
    expect(wait.state).toBe('woken')
    expect(clock.waiting).toBe(0)
  })

  it('ends all who share one signal', async () => {
    const { clock, watch } = start('frozen')
    const hold = new AbortController()
    setMaxListeners(0, hold.signal)
    const waits = Array.from({ length: 200 }, (_, index) => watch.over(clock.until(START + 1 + index, hold.signal)))
    hold.abort('gone')
    await turn()
    expect(new Set(waits.map(wait => wait.state))).toEqual(new Set(['rejected']))
    expect(clock.waiting).toBe(0)
  })

  it('wakes the rest in order after most of 10,000 gave up', { tags: 'thorough' }, async () => {
    const { clock, watch } = start('frozen')
    const holds = Array.from({ length: 10_000 }, () => new AbortController())
    holds.forEach(
      (hold, index) =>
        void watch.over(
          clock.until(START + 1 + ((index * 7_919) % 10_000), hold.signal),
          String((index * 7_919) % 10_000),
        ),
    )
    for (const [index, hold] of holds.entries()) if (index % 10 !== 0) hold.abort()
    expect(clock.waiting).toBe(1_000)
    clock.moveTo(START + 10_000)
    await turn()
    expect(watch.woken).toHaveLength(1_000)
    expect(watch.woken.map(Number)).toEqual(watch.woken.map(Number).toSorted((a, b) => a - b))
  })

  it('forgets those who gave up, though an earlier one still waits', { tags: 'thorough' }, async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const { clock, watch } = start('frozen')
    watch.over(clock.until(START + 1))
    const gone: WeakRef<AbortController>[] = []
    for (let index = 0; index < 5_000; index++) {
      const hold = new AbortController()
      gone.push(new WeakRef(hold))
      watch.over(clock.until(START + 1_000, hold.signal))
      hold.abort()
    }
    // Weak references hold on to their targets until the turn in which they were made is over.
    await turn()
    collect()
    await turn()
    collect()
    expect(clock.waiting).toBe(1)
    expect(gone.filter(one => one.deref() !== undefined).length).toBeLessThan(200)
  })
})

describe('close', () => {
  it('rejects all waits and those to come, and lets go of the timer', async () => {
    const { clock, timebase, watch } = start('real')
    const waits = [1, 2, 3].map(ms => watch.over(clock.until(START + ms)))
    clock.close()
    await turn()
    expect(waits.map(wait => wait.state)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(waits[0]?.reason).toBeInstanceOf(ClockClosed)
    expect(clock.waiting).toBe(0)
    expect(timebase.armed).toBe(0)
    await expect(clock.until(START + 5)).rejects.toBeInstanceOf(ClockClosed)
    await expect(clock.rest(START + 5)).rejects.toBeInstanceOf(ClockClosed)
    timebase.pass(100)
    expect(timebase.armed).toBe(0)
  })

  it.each(['real', 'frozen', 'auto-skip'] as const)(
    'takes commands, and work that ends, without harm: %s',
    async mode => {
      const { clock, timebase, watch } = start(mode)
      const done = clock.working()
      const hold = new AbortController()
      for (let ms = 1; ms <= 5; ms++) watch.over(clock.until(START + ms, hold.signal))
      clock.close()
      hold.abort()
      done()
      clock.moveTo(START + 100)
      clock.set({ mode: 'auto-skip', rate: 1 })
      clock.set({ mode: 'real', rate: 1 })
      timebase.pass(100)
      await turn()
      expect(watch.woken).toEqual([])
      expect(timebase.armed).toBe(0)
    },
  )

  it('takes a mark without harm', () => {
    const { clock, timebase, watch } = start('auto-skip')
    for (let ms = 1; ms <= 5; ms++) watch.over(clock.until(START + ms))
    clock.close()
    clock.mark(START + 3_000)
    expect(timebase.armed).toBe(0)
  })
})

describe('moveTo', () => {
  it.each(['real', 'scaled', 'frozen', 'auto-skip'] as const)(
    'wakes those who are due, and no other: %s',
    async mode => {
      const { clock, watch } = start(mode, { rate: 2 })
      watch.over(clock.until(START + 999), 'before')
      watch.over(clock.until(START + 1_000), 'at')
      watch.over(clock.until(START + 1_001), 'after')
      clock.moveTo(START + 1_000)
      expect(clock.now()).toBe(START + 1_000)
      await turn()
      expect(watch.woken).toEqual(['before', 'at'])
      expect(clock.waiting).toBe(1)
    },
  )

  it.each(['real', 'scaled'] as const)('brings forward whoever is due later: %s', async mode => {
    const { clock, timebase, watch } = start(mode, { rate: 2 })
    const wait = watch.over(clock.until(START + 90_000))
    clock.moveTo(START + 80_000)
    timebase.pass(10_000)
    await turn()
    expect(clock.now()).toBeGreaterThanOrEqual(START + 90_000)
    expect(wait.state).toBe('woken')
  })

  it('may stay where it is', async () => {
    const { clock, watch } = start('frozen')
    const wait = watch.over(clock.until(START + 1))
    clock.moveTo(START)
    await turn()
    expect(wait.state).toBe('waiting')
  })

  it.each([
    ['the past', START - 1],
    ['after the calendar', LAST_INSTANT + 1],
    ['never', Number.POSITIVE_INFINITY],
    ['nowhere', Number.NaN],
  ])('refuses %s and changes nothing', async (_name, instant) => {
    const { clock, watch } = start('frozen')
    const wait = watch.over(clock.until(START + 1))
    expect(() => clock.moveTo(instant)).toThrow(RangeError)
    await turn()
    expect(clock.now()).toBe(START)
    expect(wait.state).toBe('waiting')
    clock.moveTo(LAST_INSTANT)
    expect(clock.now()).toBe(LAST_INSTANT)
  })
})

describe('set', () => {
  it('goes on waiting at the new rate', async () => {
    const { clock, timebase, watch } = start('real')
    const wait = watch.over(clock.until(START + 1_000))
    timebase.pass(500)
    clock.set({ mode: 'scaled', rate: 100 })
    timebase.pass(4)
    await turn()
    expect(wait.state).toBe('waiting')
    timebase.pass(1)
    await turn()
    expect(wait.state).toBe('woken')
  })

  it('stops everybody when frozen and lets them go on later', async () => {
    const { clock, timebase, watch } = start('real')
    const wait = watch.over(clock.until(START + 10))
    clock.set({ mode: 'frozen', rate: 1 })
    timebase.pass(1_000)
    await turn()
    expect(wait.state).toBe('waiting')
    expect(timebase.armed).toBe(0)
    clock.set({ mode: 'real', rate: 1 })
    timebase.pass(10)
    await turn()
    expect(wait.state).toBe('woken')
  })

  it('wakes those whose instant came while the timer was late', async () => {
    const { clock, timebase, watch } = start('real')
    const wait = watch.over(clock.until(START + 10))
    timebase.stall(12)
    clock.set({ mode: 'frozen', rate: 1 })
    await turn()
    expect(clock.now()).toBe(START + 12)
    expect(wait.state).toBe('woken')
  })
})

/** A poll that takes a millisecond, and is followed by the next at once. */
async function poll(clock: VirtualClock, timebase: FakeTimebase): Promise<void> {
  const done = clock.working()
  timebase.pass(1)
  clock.mark(clock.now() + 3_000)
  const before = clock.now()
  done()
  // Whoever ends something ends it at one instant.
  expect(clock.now()).toBe(before)
  await turn()
}

describe('auto-skip', () => {
  it('leaps to the earliest instant awaited, once quiet has passed and not before', async () => {
    const { clock, timebase, watch } = start('auto-skip', { quietMs: 5 })
    watch.over(clock.until(START + 90_000), 'later')
    watch.over(clock.until(START + 2_000), 'earlier')
    timebase.pass(4)
    await turn()
    expect(clock.now()).toBe(START)
    timebase.pass(1)
    await turn()
    expect(clock.now()).toBe(START + 2_000)
    expect(watch.woken).toEqual(['earlier'])
  })

  it('waits for quiet again before the next leap', async () => {
    const { clock, timebase, watch } = start('auto-skip', { quietMs: 5 })
    watch.over(clock.until(START + 1_000), 'first')
    watch.over(clock.until(START + 2_000), 'second')
    timebase.pass(5)
    timebase.pass(4)
    await turn()
    expect(watch.woken).toEqual(['first'])
    timebase.pass(1)
    await turn()
    expect(watch.woken).toEqual(['first', 'second'])
    expect(clock.now()).toBe(START + 2_000)
  })

  it('wakes all who wait for the instant it leaps to', async () => {
    const { clock, timebase, watch } = start('auto-skip')
    for (const name of ['a', 'b', 'c']) watch.over(clock.until(START + 1_000), name)
    timebase.pass(5)
    await turn()
    expect(watch.woken).toEqual(['a', 'b', 'c'])
  })

  it('never leaps while nobody waits, and sets no timer', () => {
    const { clock, timebase } = start('auto-skip')
    clock.working()()
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
    expect(timebase.set).toBe(0)
  })

  it('never leaps once the last who waited has given up', () => {
    const { clock, timebase, watch } = start('auto-skip')
    const hold = new AbortController()
    watch.over(clock.until(START + 1_000, hold.signal))
    timebase.pass(4)
    hold.abort()
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
    expect(timebase.armed).toBe(0)
  })

  it('never leaps while somebody works', async () => {
    const { clock, timebase, watch } = start('auto-skip', { quietMs: 5 })
    const first = clock.working()
    const second = clock.working()
    watch.over(clock.until(START + 1_000))
    timebase.pass(DAY_MS)
    first()
    first()
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
    second()
    timebase.pass(4)
    expect(clock.now()).toBe(START)
    timebase.pass(1)
    expect(clock.now()).toBe(START + 1_000)
  })

  it('counts work that began in another mode', () => {
    const { clock, timebase, watch } = start('real')
    const done = clock.working()
    clock.set({ mode: 'auto-skip', rate: 1 })
    watch.over(clock.until(START + 1_000))
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
    done()
    timebase.pass(5)
    expect(clock.now()).toBe(START + 1_000)
  })

  it('begins to count quiet anew with whatever happens', () => {
    const { clock, timebase, watch } = start('auto-skip', { quietMs: 5 })
    watch.over(clock.until(START + 1_000))
    timebase.pass(4)
    clock.working()()
    timebase.pass(4)
    watch.over(clock.until(START + 2_000))
    timebase.pass(4)
    expect(clock.now()).toBe(START)
    timebase.pass(1)
    expect(clock.now()).toBe(START + 1_000)
  })

  it('leaps also while somebody asks and asks, and hears the same', async () => {
    const { clock, timebase, watch } = start('auto-skip', { quietMs: 5 })
    for (let n = 0; n < 5; n++) await poll(clock, timebase)
    expect(clock.now()).toBe(START)
    await poll(clock, timebase)
    expect(clock.now()).toBe(START + 3_000)
    watch.over(clock.until(START + 4_000))
    for (let n = 0; n < 6; n++) await poll(clock, timebase)
    expect(clock.now()).toBe(START + 4_000)
  })

  it('lets everybody else go first who does something while one asks and asks', async () => {
    const { clock, timebase } = start('auto-skip', { quietMs: 5 })
    for (let n = 0; n < 4; n++) await poll(clock, timebase)
    clock.working()()
    for (let n = 0; n < 4; n++) await poll(clock, timebase)
    const other = clock.working()
    timebase.pass(1)
    for (let n = 0; n < 9; n++) await poll(clock, timebase)
    expect(clock.now()).toBe(START)
    other()
    for (let n = 0; n < 6; n++) await poll(clock, timebase)
    expect(clock.now()).toBe(START + 3_000)
  })

  it('begins to leap when the mode is set, and stops when it is set to another', async () => {
    const { clock, timebase, watch } = start('frozen')
    watch.over(clock.until(START + 1_000), 'first')
    watch.over(clock.until(START + 2_000), 'second')
    clock.set({ mode: 'auto-skip', rate: 1 })
    timebase.pass(5)
    clock.set({ mode: 'frozen', rate: 1 })
    timebase.pass(DAY_MS)
    await turn()
    expect(watch.woken).toEqual(['first'])
    expect(clock.now()).toBe(START + 1_000)
  })

  it('does not leap to an instant that never comes, nor beyond the calendar', async () => {
    const { clock, timebase, watch } = start('auto-skip')
    const never = watch.over(clock.until(Number.POSITIVE_INFINITY))
    const beyond = watch.over(clock.until(LAST_INSTANT + 1))
    expect(() => timebase.pass(100)).not.toThrow()
    await turn()
    expect(clock.now()).toBeLessThanOrEqual(LAST_INSTANT)
    expect([never.state, beyond.state]).toEqual(['waiting', 'waiting'])
  })
})

it('stands where it was set, and goes nowhere from beyond the calendar', () => {
  const clock = new VirtualClock({ mode: 'frozen', rate: 1, startAt: 1e300 })
  expect(clock.now()).toBe(1e300)
  expect(() => clock.moveTo(clock.now())).toThrow('the instant is beyond the calendar')
})

describe('rest', () => {
  it('lets auto-skip leap while all who work rest', async () => {
    const { clock, timebase, watch } = start('auto-skip')
    clock.working()
    watch.over(clock.rest(START + 1_000), 'rested')
    timebase.pass(5)
    await turn()
    expect(clock.now()).toBe(START + 1_000)
    expect(watch.woken).toEqual(['rested'])
  })

  it('does not let it leap while one works and another rests', () => {
    const { clock, timebase, watch } = start('auto-skip')
    clock.working()
    clock.working()
    watch.over(clock.rest(START + 1_000))
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
  })

  it('counts as work again from the moment of waking', async () => {
    const { clock, timebase, watch } = start('auto-skip')
    const done = clock.working()
    watch.over(clock.rest(START + 1_000))
    watch.over(clock.until(START + 2_000))
    timebase.pass(DAY_MS)
    await turn()
    expect(clock.now()).toBe(START + 1_000)
    done()
    timebase.pass(5)
    expect(clock.now()).toBe(START + 2_000)
  })

  it('counts as work again after an abort', () => {
    const { clock, timebase, watch } = start('auto-skip')
    const done = clock.working()
    const hold = new AbortController()
    watch.over(clock.rest(START + 1_000, hold.signal))
    watch.over(clock.until(START + 2_000))
    hold.abort()
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
    done()
    timebase.pass(5)
    expect(clock.now()).toBe(START + 2_000)
  })

  it('counts as work once, though he gives up after he woke', () => {
    const { clock, watch } = start('frozen')
    clock.working()
    const hold = new AbortController()
    watch.over(clock.rest(START + 1_000, hold.signal))
    clock.moveTo(START + 1_000)
    hold.abort()
    expect(clock.atWork).toBe(1)
  })

  it('counts as work once, though the clock is closed after he gave up', () => {
    const { clock, watch } = start('frozen')
    clock.working()
    const hold = new AbortController()
    watch.over(clock.rest(START + 1_000, hold.signal))
    hold.abort()
    clock.close()
    expect(clock.atWork).toBe(1)
  })

  it('changes no count if it need not wait at all', async () => {
    const { clock, timebase, watch } = start('auto-skip')
    clock.working()
    await clock.rest(START)
    await expect(clock.rest(START + 1_000, AbortSignal.abort('gone'))).rejects.toBe('gone')
    watch.over(clock.until(START + 1_000))
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
  })

  it('waits as until does in the other modes', async () => {
    const { clock, watch } = start('frozen')
    const wait = watch.over(clock.rest(START + 1_000))
    clock.moveTo(START + 999)
    await turn()
    expect(wait.state).toBe('waiting')
    clock.moveTo(START + 1_000)
    await turn()
    expect(wait.state).toBe('woken')
  })
})

describe('mark', () => {
  it('lets auto-skip leap though nobody in particular waits', () => {
    const { clock, timebase } = start('auto-skip')
    clock.mark(START + 3_000)
    timebase.pass(5)
    expect(clock.now()).toBe(START + 3_000)
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START + 3_000)
  })

  it('is one of the instants awaited: the earliest wins', () => {
    const { clock, timebase, watch } = start('auto-skip')
    watch.over(clock.until(START + 2_000))
    clock.mark(START + 3_000)
    timebase.pass(5)
    expect(clock.now()).toBe(START + 2_000)
    timebase.pass(5)
    expect(clock.now()).toBe(START + 3_000)
  })

  it('does not leap while somebody works', () => {
    const { clock, timebase } = start('auto-skip')
    const done = clock.working()
    clock.mark(START + 3_000)
    timebase.pass(DAY_MS)
    expect(clock.now()).toBe(START)
    done()
    timebase.pass(5)
    expect(clock.now()).toBe(START + 3_000)
  })

  it('counts as nobody waiting, however often it is made', () => {
    const { clock } = start('auto-skip')
    for (let poll = 0; poll < 100; poll++) clock.mark(START + 3_000)
    expect(clock.waiting).toBe(0)
  })

  it('counts as nobody waiting, also behind an earlier instant', () => {
    const { clock, watch } = start('auto-skip')
    watch.over(clock.until(START + 1_000))
    for (let poll = 0; poll < 100; poll++) clock.mark(START + 3_000)
    expect(clock.waiting).toBe(1)
  })

  it.each(['real', 'scaled', 'frozen'] as const)('means nothing when %s', mode => {
    const { clock, timebase } = start(mode)
    clock.mark(START + 3_000)
    expect(clock.waiting).toBe(0)
    expect(timebase.armed).toBe(0)
  })

  it('means nothing for an instant that is past', () => {
    const { clock, timebase } = start('auto-skip')
    clock.mark(START)
    clock.mark(START - 1)
    expect(clock.waiting).toBe(0)
    expect(timebase.armed).toBe(0)
  })
})

describe('the next event', () => {
  it('is the earliest instant awaited or marked, on a clock that stands', () => {
    const { clock } = start('frozen')
    expect(clock.nextEvent).toBeUndefined()
    void clock.until(START + 50)
    clock.mark(START + 30)
    clock.mark(START + 40)
    expect(clock.nextEvent).toBe(START + 30)
    clock.moveTo(START + 30)
    expect(clock.nextEvent).toBe(START + 50)
  })

  it('is no mark on a clock that runs, and no instant that never comes', () => {
    const { clock } = start('real')
    clock.mark(START + 30)
    void clock.until(Number.POSITIVE_INFINITY)
    expect(clock.nextEvent).toBeUndefined()
  })
})

describe('any history', () => {
  type Command =
    | { readonly do: 'pass' | 'stall' | 'move' | 'wait' | 'rest' | 'mark'; readonly ms: number }
    | { readonly do: 'abort'; readonly which: number }
    | { readonly do: 'set'; readonly mode: ClockMode; readonly rate: number }
    | { readonly do: 'work' | 'done' }

  const ms = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 100_000 }))
  const mode = fc.constantFrom<ClockMode>('real', 'scaled', 'frozen', 'auto-skip')
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('wait' as const, 'wait', 'rest', 'mark'), ms }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stall' as const, 'move'), ms }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('set' as const), mode, rate: fc.constantFrom(1, 10, 0.1, 3.7, 1_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('work' as const, 'done') }) },
  )

  interface Waiting {
    readonly at: number
    readonly watched: Watched
    readonly hold: AbortController
    readonly order: number
  }

  /** Runs the commands and says what was wrong first; `undefined` if nothing was. */
  async function faultIn(commands: readonly Command[]): Promise<string | undefined> {
    const { clock, timebase } = start('real')
    const waits: Waiting[] = []
    const wakes: Waiting[] = []
    const work: (() => void)[] = []
    let before = clock.now()
    /** Whether a timer may be due that has not gone off: then nobody can have been woken. */
    let isLate = false
    for (const [index, command] of commands.entries()) {
      const stood = clock.setting.mode === 'frozen' || (clock.setting.mode === 'auto-skip' && work.length > 0)
      switch (command.do) {
        case 'pass':
          timebase.pass(command.ms)
          isLate = false
          if (stood && clock.now() !== before) return `${index}: moved by itself`
          break
        case 'stall':
          timebase.stall(command.ms)
          isLate = true
          break
        case 'move':
          clock.moveTo(clock.now() + command.ms)
          isLate = false
          break
        case 'set': {
          const shown = clock.now()
          clock.set({ mode: command.mode, rate: command.mode === 'scaled' ? command.rate : 1 })
          timebase.pass(0)
          isLate = false
          if (clock.now() !== shown) return `${index}: a change of mode moved it`
          break
        }
        case 'mark':
          clock.mark(clock.now() + command.ms)
          break
        case 'work':
          work.push(clock.working())
          break
        case 'done':
          work.pop()?.()
          break
        case 'abort':
          waits[command.which % Math.max(1, waits.length)]?.hold.abort('gone')
          break
        default: {
          // Only somebody who works can rest; here each rests with work of his own.
          const hold = new AbortController()
          const at = clock.now() + command.ms
          const end = command.do === 'rest' ? clock.working() : () => {}
          const wait = command.do === 'rest' ? clock.rest(at, hold.signal) : clock.until(at, hold.signal)
          const watched: Watched = { state: 'waiting', reason: undefined }
          const waiting: Waiting = { at, watched, hold, order: waits.length }
          waits.push(waiting)
          wait
            .then(
              () => {
                watched.state = 'woken'
                wakes.push(waiting)
              },
              () => {
                watched.state = 'rejected'
              },
            )
            .then(end)
        }
      }
      await turn()
      const now = clock.now()
      if (now < before) return `${index}: went back from ${before} to ${now}`
      before = now
      // Timers take whole real milliseconds and `now()` shows whole virtual ones: one of either may be lost when scaled.
      const grace = clock.setting.mode === 'scaled' ? Math.max(1, clock.setting.rate) : 0
      for (const { at, watched } of waits) {
        if (watched.state === 'waiting' && at <= now - grace && !isLate) {
          return `${index}: nobody woke who waited for ${at} at ${now}`
        }
        if (watched.state === 'woken' && at > now) return `${index}: woken at ${now}, ${at - now} ms early`
      }
      const live = waits.filter(({ watched }) => watched.state === 'waiting').length
      if (clock.waiting < live) return `${index}: counts ${clock.waiting} of ${live}`
      if (timebase.armed > 1) return `${index}: ${timebase.armed} timers`
    }
    return undefined
  }

  it('never goes back, wakes everybody whose instant has passed, and nobody before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 40, size: 'max' }), async commands => {
        expect(await faultIn(commands)).toBeUndefined()
      }),
      { numRuns: 1_000 },
    )
  })

  it('wakes everybody in the order of their instants, whatever is passed at once', async () => {
    const waits = fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(waits, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 5 }), async (instants, moves) => {
        const { clock, watch } = start('frozen')
        instants.forEach((ms, index) => void watch.over(clock.until(START + ms), `${ms} ${index}`))
        for (const ms of moves) clock.moveTo(clock.now() + ms)
        await turn()
        const moved = moves.reduce((sum, ms) => sum + ms, 0)
        const due = instants.map((ms, index) => ({ ms, index })).filter(({ ms }) => ms <= moved)
        due.sort((a, b) => a.ms - b.ms || a.index - b.index)
        expect(watch.woken).toEqual(due.map(({ ms, index }) => `${ms} ${index}`))
      }),
    )
  })

  it('leaps through the instants awaited one by one, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 30 }), async instants => {
        const { clock, timebase, watch } = start('auto-skip', { quietMs: 5 })
        for (const ms of instants) watch.over(clock.until(START + ms))
        for (const next of [...new Set(instants)].sort((a, b) => a - b)) {
          timebase.pass(5)
          expect(clock.now()).toBe(START + next)
        }
        timebase.pass(5)
        await turn()
        expect(clock.now()).toBe(START + Math.max(0, ...instants))
        expect(watch.woken).toHaveLength(instants.length)
      }),
    )
  })
})
