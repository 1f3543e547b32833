import type { Crew, WorkKind } from './crew.ts'
import type { Ending } from './hold.ts'
import type { Sleeper, Waiter } from './waiters.ts'

/** What a wait is for, and who is told of its end. */
interface Terms {
  /** Counted as at work again the moment it ends. */
  readonly kind: WorkKind | undefined
  readonly signal: Ending | undefined
  readonly resolve: () => void
  readonly reject: (reason: unknown) => void
}

/** A wait on a clock as a promise, which a signal may end. One object that is listener and sleeper: thousands may wait. */
export class Rest implements Sleeper {
  readonly #letGo: (waiter: Waiter) => void
  readonly #crew: Crew
  readonly #terms: Terms
  #waiter: Waiter | undefined

  /** `letGo` gives up a place on the clock. */
  constructor(letGo: (waiter: Waiter) => void, crew: Crew, terms: Terms) {
    this.#letGo = letGo
    this.#crew = crew
    this.#terms = terms
  }

  begin(waiter: Waiter): void {
    this.#waiter = waiter
    this.#terms.signal?.addEventListener('abort', this)
  }

  wake(): void {
    this.#end()
    this.#terms.resolve()
  }

  fail(reason: unknown): void {
    this.#end()
    this.#terms.reject(reason)
  }

  /** The signal has aborted. */
  handleEvent(): void {
    this.#end()
    if (this.#waiter) this.#letGo(this.#waiter)
    this.#terms.reject(this.#terms.signal?.reason)
  }

  #end(): void {
    const { kind, signal } = this.#terms
    signal?.removeEventListener('abort', this)
    if (kind) this.#crew.count(kind, 1)
  }
}
