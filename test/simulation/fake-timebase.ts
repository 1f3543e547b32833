import type { Timebase } from '../../src/simulation/timebase.ts'

/** As `setTimeout`: longer waits end early and have to be armed again. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

interface Timer {
  readonly at: number
  readonly wake: () => void
}

/** 2026-06-01T00:00:00Z. */
export const START = 1_780_272_000_000

/** Machine time that moves only when the test says so. */
export class FakeTimebase implements Timebase {
  #now: number
  readonly #timers = new Set<Timer>()
  /** Timers set so far. */
  set = 0

  constructor(now = START) {
    this.#now = now
  }

  /** Timers that are set and have not gone off. */
  get armed(): number {
    return this.#timers.size
  }

  now(): number {
    return this.#now
  }

  after(ms: number, wake: () => void): () => void {
    if (Number.isNaN(Math.ceil(ms))) throw new RangeError('a timer for no number of milliseconds')
    this.set++
    const timer = { at: this.#now + Math.min(Math.max(0, Math.ceil(ms)), LONGEST_TIMER_MS), wake }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Lets time pass; timers go off at their instants, in order. */
  pass(ms: number): void {
    const end = this.#now + ms
    for (let next = this.#next(); next && next.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.at)
      this.#timers.delete(next)
      next.wake()
    }
    this.#now = end
  }

  /** Lets time pass while the machine is too busy for its timers: those that are due go off at the next `pass`. */
  stall(ms: number): void {
    this.#now += ms
  }

  #next(): Timer | undefined {
    let next: Timer | undefined
    for (const timer of this.#timers) if (!next || timer.at < next.at) next = timer
    return next
  }
}

/** One turn of the event loop: whatever could go on without new events has gone on. */
export function turn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
