import TinyQueue from 'tinyqueue'

/** Somebody to be woken. */
export interface Sleeper {
  wake(): void
  /** Ends the wait without the instant having come. */
  fail(reason: unknown): void
}

/** His place among those who wait for an instant. */
export interface Waiter {
  readonly at: number
  /** Order of arrival, so that waiters for one instant wake in it. */
  readonly turn: number
  readonly sleeper: Sleeper
  isOver: boolean
}

/** Who waits on a clock, the earliest instant first. */
export class Waiters {
  #queue = new TinyQueue<Waiter>([], byInstant)
  #turns = 0
  /** Waiters that are not over, so that abandoned ones can be swept once they are the most. */
  #live = 0

  /** How many wait. */
  get size(): number {
    return this.#live
  }

  add(at: number, sleeper: Sleeper): Waiter {
    const waiter: Waiter = { at, turn: this.#turns++, sleeper, isOver: false }
    this.#queue.push(waiter)
    this.#live++
    return waiter
  }

  earliest(): Waiter | undefined {
    let waiter = this.#queue.peek()
    while (waiter?.isOver) {
      this.#queue.pop()
      waiter = this.#queue.peek()
    }
    return waiter
  }

  /** The next whose instant has come by `now`, who waits no longer then. */
  takeDue(now: number): Waiter | undefined {
    const waiter = this.earliest()
    if (waiter === undefined || waiter.at > now) return undefined
    this.#queue.pop()
    this.#end(waiter)
    return waiter
  }

  /** He waits no longer. */
  drop(waiter: Waiter): void {
    if (waiter.isOver) return
    this.#end(waiter)
    if (this.#queue.length < 2 * this.#live) return
    this.#queue = new TinyQueue(
      this.#queue.data.filter(({ isOver }) => !isOver),
      byInstant,
    )
  }

  /** All who wait, and nobody waits any longer. */
  takeAll(): Waiter[] {
    const live = this.#queue.data.filter(({ isOver }) => !isOver)
    this.#queue = new TinyQueue([], byInstant)
    for (const waiter of live) this.#end(waiter)
    return live
  }

  #end(waiter: Waiter): void {
    waiter.isOver = true
    this.#live--
  }
}

function byInstant(a: Waiter, b: Waiter): number {
  return a.at - b.at || a.turn - b.turn
}
