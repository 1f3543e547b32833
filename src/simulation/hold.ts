/** What a wait asks of the signal that may end it: an `AbortSignal` has it all. */
export interface Ending {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: Ended): void
  removeEventListener(type: 'abort', listener: Ended): void
}

interface Ended {
  handleEvent(): void
}

/**
 * Ends one wait: an `AbortController` and its signal in one, for a single listener. Node's take 0.7 KB, and thousands may be
 * held at once.
 */
export class Hold implements Ending {
  aborted = false
  reason: unknown = undefined
  #wait: Ended | undefined = undefined

  /** Only the first time counts. */
  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.#wait?.handleEvent()
  }

  addEventListener(_type: 'abort', wait: Ended): void {
    this.#wait = wait
  }

  removeEventListener(): void {
    this.#wait = undefined
  }
}
