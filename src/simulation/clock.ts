import TinyQueue from 'tinyqueue'
import { machineTime, type Timebase } from './timebase.ts'

/** Where the simulator reads the time and waits. Every instant is in Unix milliseconds. */
export interface Clock {
  /** The current instant. Moves forward only. */
  now(): number
  /**
   * Resolves once `now() >= instant`, at once if that is already so.
   * @throws `signal.reason` if `signal` aborts first, the reason of `close` if that comes first.
   */
  until(instant: number, signal?: AbortSignal): Promise<void>
}

/**
 * How a clock runs.
 *
 * - `real`: with the machine's time;
 * - `scaled`: `rate` times as fast;
 * - `frozen`: only by `advance`;
 * - `auto-skip`: stands still, and leaps to the earliest instant awaited as soon as everybody waits.
 */
export type ClockMode = 'real' | 'scaled' | 'frozen' | 'auto-skip'

export interface ClockSetting {
  readonly mode: ClockMode
  /** Virtual milliseconds for each real one; 1 unless `scaled`. */
  readonly rate: number
}

export interface ClockOptions extends ClockSetting {
  /** The instant to start at. */
  readonly startAt: number
  /** Real milliseconds of quiet before auto-skip leaps. Default 5. */
  readonly quietMs?: number
  readonly timebase?: Timebase
}

/** The furthest instant: the last one JavaScript's calendar knows. */
export const LAST_INSTANT = 8_640_000_000_000_000

interface Waiter {
  readonly at: number
  /** Order of arrival, so that waiters for one instant wake in it. */
  readonly turn: number
  readonly wake: () => void
  /** Ends the wait without the instant having come. */
  readonly fail: (reason: unknown) => void
  over: boolean
}

function byInstant(a: Waiter, b: Waiter): number {
  return a.at - b.at || a.turn - b.turn
}

/** The clock waited for is no more. */
export class ClockClosed extends Error {
  constructor() {
    super('the clock was closed')
  }
}

/**
 * A clock that can be stopped, sped up and moved. One heap of waiters and at most one timer.
 *
 * Auto-skip leaps when three things hold for `quietMs` of real time: nothing is `working`, somebody waits, and
 * nothing of that changed meanwhile.
 */
export class VirtualClock implements Clock {
  #setting: ClockSetting
  /** The virtual instant at `#anchorReal`; `now()` is counted from there. */
  #anchor: number
  #anchorReal: number
  /** Requests and callback posts under way. Auto-skip never leaps while there are any. */
  #working = 0
  #waiters = new TinyQueue<Waiter>([], byInstant)
  #turns = 0
  /** Waiters that are not over, so that abandoned ones can be swept once they are the most. */
  #live = 0
  /** The earliest instant marked, which may be past. */
  #marked: number | undefined
  /** Calls off the one timer; `undefined` when none is armed. */
  #disarm: (() => void) | undefined
  /** The instant the one timer is set for, in `real` and `scaled`. */
  #armedFor: number | undefined
  /** Set once the clock is closed. */
  #closedFor: { readonly reason: unknown } | undefined
  readonly #quietMs: number
  readonly #timebase: Timebase

  constructor({ mode, rate, startAt, quietMs = 5, timebase = machineTime }: ClockOptions) {
    this.#setting = { mode, rate }
    this.#timebase = timebase
    this.#anchor = startAt
    this.#anchorReal = timebase.now()
    this.#quietMs = quietMs
  }

  get setting(): ClockSetting {
    return this.#setting
  }

  /** The earliest instant awaited; `undefined` when nobody waits. */
  get nextAwaited(): number | undefined {
    return this.#earliest()?.at
  }

  /** How many are waiting. */
  get waiting(): number {
    return this.#live
  }

  /** Why the clock was closed, if it was. */
  get closedFor(): unknown {
    return this.#closedFor?.reason
  }

  now(): number {
    const rate = this.#rate()
    if (rate === 0) return this.#anchor
    return Math.min(LAST_INSTANT, this.#anchor + Math.floor((this.#timebase.now() - this.#anchorReal) * rate))
  }

  until(instant: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(instant, signal, false)
  }

  /** `until` for somebody who is `working`: he counts as resting meanwhile, and is at work again the moment he wakes. */
  rest(instant: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(instant, signal, true)
  }

  /** Counts somebody as at work until the function returned is called. */
  working(): () => void {
    this.#count(1)
    let isOver = false
    return () => {
      if (!isOver) this.#count(-1)
      isOver = true
    }
  }

  /** Something is awaited at `instant` by nobody in particular: auto-skip may leap there. */
  mark(instant: number): void {
    const now = this.now()
    if (this.#closedFor || this.#setting.mode !== 'auto-skip' || instant <= now) return
    const isPast = this.#marked === undefined || this.#marked <= now
    this.#marked = isPast ? instant : Math.min(instant, this.#marked ?? instant)
    this.#rearm()
  }

  /** Changes how the clock runs, from the instant it shows. */
  set(setting: ClockSetting): void {
    this.#reanchor(this.now())
    this.#setting = setting
    this.#armedFor = undefined
    this.#marked = undefined
    this.#wakeDue()
    this.#rearm()
  }

  /** Lets go of the timer and rejects all waits with `reason`, those to come too. */
  close(reason: unknown = new ClockClosed()): void {
    this.#closedFor ??= { reason }
    this.#disarm?.()
    const { data } = this.#waiters
    this.#waiters = new TinyQueue([], byInstant)
    for (const waiter of data) {
      if (!waiter.over) waiter.fail(this.#closedFor.reason)
    }
  }

  /**
   * Moves the clock to `instant` and wakes, in order of their instants, all who waited for it.
   * @throws RangeError if that lies before now or beyond the calendar.
   */
  moveTo(instant: number): void {
    if (instant < this.now()) throw new RangeError('a clock moves forward only')
    if (!(instant <= LAST_INSTANT)) throw new RangeError('the instant is beyond the calendar')
    this.#reanchor(instant)
    this.#armedFor = undefined
    this.#wakeDue()
    this.#rearm()
  }

  #rate(): number {
    return this.#setting.mode === 'real' ? 1 : this.#setting.mode === 'scaled' ? this.#setting.rate : 0
  }

  #reanchor(instant: number): void {
    this.#anchor = instant
    this.#anchorReal = this.#timebase.now()
  }

  #wait(instant: number, signal: AbortSignal | undefined, counts: boolean): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closedFor) return Promise.reject(this.#closedFor.reason)
    if (instant <= this.now()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        signal?.removeEventListener('abort', abandon)
        if (counts) this.#working++
        how()
      }
      const fail = (reason: unknown) => {
        this.#end(waiter)
        settle(() => reject(reason))
      }
      const waiter = this.#add(instant, () => settle(resolve), fail)
      const abandon = () => {
        fail(signal?.reason)
        this.#sweep()
        this.#rearm()
      }
      signal?.addEventListener('abort', abandon, { once: true })
      if (counts) this.#count(-1)
    })
  }

  #count(change: 1 | -1): void {
    this.#working += change
    if (this.#setting.mode === 'auto-skip') this.#rearm()
  }

  #add(at: number, wake: () => void, fail: (reason: unknown) => void): Waiter {
    const waiter: Waiter = { at, turn: this.#turns++, wake, fail, over: false }
    this.#waiters.push(waiter)
    this.#live++
    this.#rearm()
    return waiter
  }

  #end(waiter: Waiter): void {
    waiter.over = true
    this.#live--
  }

  /** Drops abandoned waiters once they are more than the live ones. */
  #sweep(): void {
    if (this.#waiters.length < 64 || this.#waiters.length < 2 * this.#live) return
    this.#waiters = new TinyQueue(
      this.#waiters.data.filter(waiter => !waiter.over),
      byInstant,
    )
  }

  #earliest(): Waiter | undefined {
    let waiter = this.#waiters.peek()
    while (waiter?.over) {
      this.#waiters.pop()
      waiter = this.#waiters.peek()
    }
    return waiter
  }

  #wakeDue(): void {
    const now = this.now()
    for (let waiter = this.#earliest(); waiter && waiter.at <= now; waiter = this.#earliest()) {
      this.#waiters.pop()
      this.#end(waiter)
      waiter.wake()
    }
  }

  /** Sets the one timer to what comes next, if anything does. */
  #rearm(): void {
    const earliest = this.#earliest()
    const isRunning = this.#rate() > 0
    if (isRunning && earliest && this.#armedFor === earliest.at) return
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedFor = undefined
    if (this.#closedFor) return
    if (isRunning) {
      if (earliest) this.#armTimer(earliest.at)
    } else if (this.#setting.mode === 'auto-skip' && this.#working === 0 && this.#leapTarget() !== undefined) {
      this.#disarm = this.#timebase.after(this.#quietMs, () => this.#leap())
    }
  }

  /** Where auto-skip would leap to: the earliest instant awaited or marked that the calendar has. */
  #leapTarget(): number | undefined {
    const marked = this.#marked !== undefined && this.#marked > this.now() ? this.#marked : Number.POSITIVE_INFINITY
    const target = Math.min(marked, this.#earliest()?.at ?? Number.POSITIVE_INFINITY)
    return target <= LAST_INSTANT ? target : undefined
  }

  #armTimer(instant: number): void {
    this.#armedFor = instant
    this.#disarm = this.#timebase.after((instant - this.now()) / this.#rate(), () => {
      this.#armedFor = undefined
      this.#wakeDue()
      this.#rearm()
    })
  }

  #leap(): void {
    const target = this.#leapTarget()
    if (target !== undefined) this.moveTo(Math.max(target, this.now()))
  }
}
