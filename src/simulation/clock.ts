import { Crew, type Work, type WorkKind } from './crew.ts'
import { machineTime, type Timebase } from './timebase.ts'
import { Waiters } from './waiters.ts'

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

/** Whether a clock of that mode runs with the machine's time. */
export function isRunning(mode: ClockMode): boolean {
  return mode === 'real' || mode === 'scaled'
}

/** The furthest instant: the last one JavaScript's calendar knows. */
export const LAST_INSTANT = 8_640_000_000_000_000

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
 * nothing of that changed meanwhile. Work that does no more than mark an instant that is marked already changes nothing:
 * a client that polls without a pause would otherwise keep the clock from ever getting to what it polls for.
 */
export class VirtualClock implements Clock {
  #setting: ClockSetting
  /** The virtual instant at `#anchorReal`; `now()` is counted from there. */
  #anchor: number
  #anchorReal: number
  /** Requests and callback posts under way. Auto-skip never leaps while there are any. */
  readonly #crew: Crew
  readonly #waiters = new Waiters()
  /** The earliest instant marked, which may be past. */
  #marked: number | undefined
  /** When something changed last, in real time. */
  #quietSince: number
  /** How many at work have done no more than mark what was marked already. */
  #repeating = 0
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
    this.#quietSince = this.#anchorReal
    this.#quietMs = quietMs
    this.#crew = new Crew(timebase)
  }

  get setting(): ClockSetting {
    return this.#setting
  }

  /** The earliest instant awaited; `undefined` when nobody waits. */
  get nextAwaited(): number | undefined {
    return this.#waiters.earliest()?.at
  }

  /**
   * The next instant at which something is expected to happen, which is where auto-skip would leap to: the earliest one
   * awaited or marked that the calendar has. `undefined` when there is none.
   */
  get nextEvent(): number | undefined {
    const marked = this.#marked !== undefined && this.#marked > this.now() ? this.#marked : Number.POSITIVE_INFINITY
    const target = Math.min(marked, this.nextAwaited ?? Number.POSITIVE_INFINITY)
    return target <= LAST_INSTANT ? target : undefined
  }

  /** How many are waiting. */
  get waiting(): number {
    return this.#waiters.size
  }

  /** How many are at work. */
  get atWork(): number {
    return this.#crew.size
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
    return this.#wait(instant, signal, undefined)
  }

  /** `until` for somebody who is `working`: he counts as resting meanwhile, and is at work again the moment he wakes. */
  rest(instant: number, signal?: AbortSignal): Promise<void> {
    return this.#wait(instant, signal, 'open')
  }

  /** Counts somebody as at work until the function returned is called. */
  working(): () => void {
    return this.work('open').end
  }

  /** Counts somebody as at work until he ends it. */
  work(kind: WorkKind): Work {
    this.#count(kind, 1)
    let isOver = false
    return {
      rest: (instant, signal) => this.#wait(instant, signal, kind),
      end: () => {
        if (!isOver) this.#count(kind, -1)
        isOver = true
      },
    }
  }

  /**
   * Resolves once no more than `tolerated` are at work, to how many are. Work that may last for ever, such as a download
   * that nobody reads on, is given up on when nothing has changed for half a real second: it is part of the number.
   */
  calm(tolerated = 0): Promise<number> {
    return this.#crew.calm(tolerated)
  }

  /** Something is awaited at `instant` by nobody in particular: it is an event to a clock that stands. */
  mark(instant: number): void {
    const now = this.now()
    if (this.#closedFor || this.#rate() > 0 || instant <= now) return
    if (instant === this.#marked && this.#setting.mode === 'auto-skip') this.#repeating++
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
    this.#repeating = 0
    this.wakeDue()
    this.#change()
  }

  /** Lets go of the timer and rejects all waits with `reason`, those to come too. */
  close(reason: unknown = new ClockClosed()): void {
    this.#closedFor ??= { reason }
    this.#disarm?.()
    for (const waiter of this.#waiters.takeAll()) waiter.fail(this.#closedFor.reason)
    this.#crew.close()
  }

  /**
   * Moves the clock to `instant` and wakes, in order of their instants, all who waited for one up to it. They see the
   * clock at `instant`; `travel` stops for each of them.
   * @throws RangeError if that lies before now or beyond the calendar.
   */
  moveTo(instant: number): void {
    this.show(instant)
    this.#armedFor = undefined
    this.wakeDue()
    this.#change()
  }

  /**
   * Has a clock that stands show a later instant without waking anybody, as a busy machine does: `wakeDue` wakes.
   * @throws RangeError if that lies before now or beyond the calendar.
   */
  show(instant: number): void {
    if (instant < this.now()) throw new RangeError('a clock moves forward only')
    if (!(instant <= LAST_INSTANT)) throw new RangeError('the instant is beyond the calendar')
    this.#reanchor(instant)
  }

  /** Wakes, in order of their instants, all who waited for one up to now. */
  wakeDue(): void {
    const now = this.now()
    for (let waiter = this.#waiters.takeDue(now); waiter; waiter = this.#waiters.takeDue(now)) waiter.wake()
  }

  #rate(): number {
    return this.#setting.mode === 'real' ? 1 : this.#setting.mode === 'scaled' ? this.#setting.rate : 0
  }

  #reanchor(instant: number): void {
    this.#anchor = instant
    this.#anchorReal = this.#timebase.now()
  }

  #wait(instant: number, signal: AbortSignal | undefined, kind: WorkKind | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closedFor) return Promise.reject(this.#closedFor.reason)
    if (instant <= this.now()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const settle = (how: () => void) => {
        signal?.removeEventListener('abort', abandon)
        if (kind) this.#crew.count(kind, 1)
        how()
      }
      const fail = (reason: unknown) => settle(() => reject(reason))
      const waiter = this.#waiters.add(instant, () => settle(resolve), fail)
      const abandon = () => {
        this.#waiters.drop(waiter)
        fail(signal?.reason)
        this.#change()
      }
      this.#change()
      signal?.addEventListener('abort', abandon, { once: true })
      if (kind) this.#count(kind, -1)
    })
  }

  #count(kind: WorkKind, change: 1 | -1): void {
    this.#crew.count(kind, change)
    if (this.#setting.mode !== 'auto-skip') return
    if (change === -1 && this.#repeating === 0) this.#change()
    else this.#rearm()
    if (change === -1) this.#repeating = Math.max(0, this.#repeating - 1)
  }

  /** Something has changed: quiet is counted anew. */
  #change(): void {
    this.#quietSince = this.#timebase.now()
    this.#rearm()
  }

  /** Sets the one timer to what comes next, if anything does. */
  #rearm(): void {
    const earliest = this.#waiters.earliest()
    const isRunning = this.#rate() > 0
    if (isRunning && earliest && this.#armedFor === earliest.at) return
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedFor = undefined
    if (this.#closedFor) return
    if (isRunning) {
      if (earliest) this.#armTimer(earliest.at)
    } else if (this.#setting.mode === 'auto-skip' && this.atWork === 0 && this.nextEvent !== undefined) {
      const rest = this.#quietSince + this.#quietMs - this.#timebase.now()
      // No timer would get its turn between two polls.
      const isDue = rest <= 0 && this.#repeating > 0
      const leap = () => this.#leap()
      this.#disarm = isDue ? afterThis(leap) : this.#timebase.after(rest, leap)
    }
  }

  #armTimer(instant: number): void {
    this.#armedFor = instant
    this.#disarm = this.#timebase.after((instant - this.now()) / this.#rate(), () => {
      this.#armedFor = undefined
      this.wakeDue()
      this.#rearm()
    })
  }

  #leap(): void {
    const target = this.nextEvent
    if (target !== undefined) this.moveTo(Math.max(target, this.now()))
  }
}

/** Calls `wake` when what is being done now is done, unless it is called off. */
function afterThis(wake: () => void): () => void {
  let isOff = false
  queueMicrotask(() => {
    if (!isOff) wake()
  })
  return () => {
    isOff = true
  }
}
