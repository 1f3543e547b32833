import { afterThis } from './after-this.ts'
import { type Clock, ClockClosed, type ClockOptions } from './clock-options.ts'
import { type ClockSetting, isRunning, LAST_INSTANT, type Stand } from './clock-setting.ts'
import { Crew, type Work, type WorkKind } from './crew.ts'
import type { Ending } from './hold.ts'
import { Rest } from './rest.ts'
import { machineTime, type Timebase } from './timebase.ts'
import { type Sleeper, type Waiter, Waiters } from './waiters.ts'

export { ClockClosed, type ClockOptions } from './clock-options.ts'
export { type ClockMode, type ClockSetting, isRunning, LAST_INSTANT, type Stand } from './clock-setting.ts'

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
  /** What it has shown before it was to run as another process's: it shows no less. */
  #least = Number.NEGATIVE_INFINITY
  /** Requests and callback posts under way. Auto-skip never leaps while there are any. */
  readonly #crew: Crew
  readonly #waiters = new Waiters()
  /** The earliest instant marked, which may be past. */
  #marked = Number.NEGATIVE_INFINITY
  /** When something changed last, in real time. */
  #quietSince: number
  /** How many at work have done no more than mark what was marked already. */
  #repeating = 0
  /** Somebody elsewhere asks to be told when it is quiet here. */
  #isAsked = false
  /** Calls off the one timer; `undefined` when none is armed. */
  #disarm: (() => void) | undefined
  /** The instant the one timer is set for, in `real` and `scaled`. */
  #armedFor: number | undefined
  /** Set once the clock is closed. */
  #closedFor: { readonly reason: unknown } | undefined
  readonly #quietMs: number
  readonly #timebase: Timebase
  readonly #onMove: ClockOptions['onMove']
  readonly #onQuiet: ClockOptions['onQuiet']

  constructor({ mode, rate, startAt, quietMs = 5, timebase = machineTime, onMove, onQuiet }: ClockOptions) {
    this.#setting = { mode, rate }
    this.#timebase = timebase
    this.#anchor = startAt
    this.#anchorReal = timebase.now()
    this.#quietSince = this.#anchorReal
    this.#quietMs = quietMs
    this.#crew = new Crew(timebase)
    this.#onMove = onMove
    this.#onQuiet = onQuiet
  }

  get setting(): ClockSetting {
    return this.#setting
  }

  get stand(): Stand {
    return { ...this.#setting, at: this.#anchor, real: this.#anchorReal }
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
    const target = Math.min(this.#markedAhead, this.nextAwaited ?? Number.POSITIVE_INFINITY)
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

  /** Whether nobody is at work, and nothing has changed for as long as auto-skip has to wait. */
  get isQuiet(): boolean {
    return this.atWork === 0 && this.#timebase.now() - this.#quietSince >= this.#quietMs
  }

  /** Why the clock was closed, if it was. */
  get closedFor(): unknown {
    return this.#closedFor?.reason
  }

  now(): number {
    const rate = this.#rate()
    if (rate === 0) return this.#anchor
    const gone = Math.floor((this.#timebase.now() - this.#anchorReal) * rate)
    return Math.max(this.#least, Math.min(LAST_INSTANT, this.#anchor + gone))
  }

  until(instant: number, signal?: Ending): Promise<void> {
    return this.#wait(instant, signal, undefined)
  }

  /** `until` for somebody who is `working`: he counts as resting meanwhile, and is at work again the moment he wakes. */
  rest(instant: number, signal?: Ending): Promise<void> {
    return this.#wait(instant, signal, 'open')
  }

  /** Has him woken at an instant that lies ahead, on a clock that is not closed: a place among the others is all it costs. */
  wakeAt(instant: number, sleeper: Sleeper): Waiter {
    const waiter = this.#waiters.add(instant, sleeper)
    this.#change()
    return waiter
  }

  /** He waits no longer, and hears nothing of it. */
  readonly letGo = (waiter: Waiter): void => {
    this.#waiters.drop(waiter)
    this.#change()
  }

  /** Counts somebody as at work until the function returned is called. */
  working(kind: WorkKind = 'open'): () => void {
    this.#count(kind, 1)
    let isOver = false
    return () => {
      if (!isOver) this.#count(kind, -1)
      isOver = true
    }
  }

  /** Counts somebody as at work until he ends it. */
  work(kind: WorkKind): Work {
    return { rest: (instant, signal) => this.#wait(instant, signal, kind), end: this.working(kind) }
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
    if (this.#closedFor || this.#rate() > 0 || instant <= this.now()) return
    if (instant === this.#marked) this.#repeating++
    this.#marked = Math.min(instant, this.#markedAhead)
    this.#rearm()
  }

  /** Changes how the clock runs, from the instant it shows. */
  set(setting: ClockSetting): void {
    this.#reanchor(this.now())
    this.#run(setting)
  }

  /** Has it run as a clock of another process does. What it has shown it does not take back. */
  take({ mode, rate, at, real }: Stand): void {
    const shown = this.now()
    const runs = isRunning(mode)
    const isOther = mode !== this.#setting.mode || rate !== this.#setting.rate
    if (!isOther && (runs ? at === this.#anchor && real === this.#anchorReal : at <= shown)) return
    this.#least = shown
    this.#anchor = runs ? at : Math.max(at, shown)
    this.#anchorReal = real
    if (isOther) this.#run({ mode, rate })
    else this.#arrive()
  }

  /** Has `onQuiet` called once it is quiet, though nobody may wait here. */
  askForQuiet(): void {
    this.#isAsked = true
    this.#rearm()
  }

  /** Lets go of the timer and rejects all waits with `reason`, those to come too. */
  close(reason: unknown = new ClockClosed()): void {
    this.#closedFor ??= { reason }
    this.#disarm?.()
    for (const waiter of this.#waiters.takeAll()) waiter.sleeper.fail(this.#closedFor.reason)
    this.#crew.close()
  }

  /**
   * Moves the clock to `instant` and wakes, in order of their instants, all who waited for one up to it. They see the
   * clock at `instant`; `travel` stops for each of them.
   * @throws RangeError if that lies before now or beyond the calendar.
   */
  moveTo(instant: number): void {
    this.show(instant)
    this.#arrive()
  }

  /**
   * Has a clock that stands show a later instant without waking anybody, as a busy machine does: `wakeDue` wakes.
   * @throws RangeError if that lies before now or beyond the calendar.
   */
  show(instant: number): void {
    if (instant < this.now()) throw new RangeError('a clock moves forward only')
    if (!(instant <= LAST_INSTANT)) throw new RangeError('the instant is beyond the calendar')
    this.#reanchor(instant)
    this.#onMove?.(this.stand)
  }

  /** Wakes, in order of their instants, all who waited for one up to now. */
  wakeDue(): void {
    const now = this.now()
    for (let waiter = this.#waiters.takeDue(now); waiter; waiter = this.#waiters.takeDue(now)) waiter.sleeper.wake()
  }

  #run(setting: ClockSetting): void {
    this.#setting = setting
    this.#onMove?.(this.stand)
    this.#marked = Number.NEGATIVE_INFINITY
    this.#repeating = 0
    this.#arrive()
  }

  #arrive(): void {
    this.#armedFor = undefined
    this.#isAsked = false
    this.wakeDue()
    this.#change()
  }

  #rate(): number {
    return this.#setting.mode === 'real' ? 1 : this.#setting.mode === 'scaled' ? this.#setting.rate : 0
  }

  #reanchor(instant: number): void {
    this.#anchor = instant
    this.#anchorReal = this.#timebase.now()
  }

  #wait(instant: number, signal: Ending | undefined, kind: WorkKind | undefined): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closedFor) return Promise.reject(this.#closedFor.reason)
    if (instant <= this.now()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const rest = new Rest(this.letGo, this.#crew, { kind, signal, resolve, reject })
      rest.begin(this.wakeAt(instant, rest))
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
    const runs = this.#rate() > 0
    if (runs && earliest && this.#armedFor === earliest.at) return
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedFor = undefined
    if (this.#closedFor) return
    if (runs) {
      if (earliest) this.#armTimer(earliest.at)
    } else if (this.#setting.mode === 'auto-skip' && this.atWork === 0 && this.#isAwaited) {
      const rest = this.#quietSince + this.#quietMs - this.#timebase.now()
      // No timer would get its turn between two polls.
      const isDue = rest <= 0 && this.#repeating > 0
      const leap = () => this.#leap()
      this.#disarm = isDue ? afterThis(leap) : this.#timebase.after(rest, leap)
    }
  }

  get #isAwaited(): boolean {
    return this.#isAsked || this.nextEvent !== undefined
  }

  /** The earliest instant marked, infinite where it is past. */
  get #markedAhead(): number {
    return this.#marked > this.now() ? this.#marked : Number.POSITIVE_INFINITY
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
    this.#isAsked = false
    const target = this.nextEvent
    if (this.#onQuiet) this.#onQuiet()
    else if (target !== undefined) this.moveTo(Math.max(target, this.now()))
  }
}
