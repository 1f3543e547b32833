import { LRUCache } from 'lru-cache'

/** A token bucket: what it held at `filledAt`. */
interface Bucket {
  readonly level: number
  readonly filledAt: number
}

/** Buckets of the tokens seen last. One that is forgotten is full again. */
const MOST_BUCKETS = 50_000

/** A token bucket for each namespace. */
export class Buckets {
  /** Made when a rate is first asked for: it sets all of its room aside. */
  #buckets: LRUCache<string, Bucket> | undefined

  /** Takes one from a bucket that holds `burst` and refills by `perSecond`. `false` if it is empty. */
  take(namespace: string, perSecond: number, burst: number, now: number): boolean {
    this.#buckets ??= new LRUCache<string, Bucket>({ max: MOST_BUCKETS })
    const { level, filledAt } = this.#buckets.get(namespace) ?? { level: burst, filledAt: now }
    const filled = Math.min(burst, level + ((now - filledAt) / 1000) * perSecond)
    // A hair's breadth under one is one: 0.1 s at 10/s must refill it whole.
    const isTaken = filled >= 1 - 1e-9
    this.#buckets.set(namespace, { level: isTaken ? filled - 1 : filled, filledAt: now })
    return isTaken
  }

  /** Fills them all, or one. */
  reset(namespace?: string): void {
    if (namespace === undefined) this.#buckets?.clear()
    else this.#buckets?.delete(namespace)
  }
}
