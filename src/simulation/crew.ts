import type { Ending } from './hold.ts'
import type { Timebase } from './timebase.ts'

/** Somebody at work on a clock. While he is, auto-skip does not leap and `advance` does not go on. */
export interface Work {
  /**
   * Waits for the instant, resting meanwhile; he is at work again the moment he wakes.
   * @throws `signal.reason` if `signal` aborts first, the reason of the clock's `close` if that comes first.
   */
  rest(instant: number, signal?: Ending): Promise<void>
  /** His work is done. Only the first time counts. */
  end(): void
}

/**
 * Whether work ends of itself, in real time: `sure` within a limit of its own, as a callback's post does; `open` may not,
 * as a download whose reader may have stopped reading.
 */
export type WorkKind = 'open' | 'sure'

/** Real milliseconds without any change after which work that may last for ever is not waited for. */
const LINGER_MS = 500

/** Who is at work on a clock: how many, and who asks to be told of a change. */
export class Crew {
  #open = 0
  #sure = 0
  #isClosed = false
  readonly #told = new Set<() => void>()
  readonly #timebase: Timebase

  constructor(timebase: Timebase) {
    this.#timebase = timebase
  }

  /** How many are at work. */
  get size(): number {
    return this.#open + this.#sure
  }

  count(kind: WorkKind, change: 1 | -1): void {
    if (kind === 'sure') this.#sure += change
    else this.#open += change
    this.#tell()
  }

  /** Nobody is waited for any more. */
  close(): void {
    this.#isClosed = true
    this.#tell()
  }

  #tell(): void {
    for (const tell of this.#told) tell()
  }

  /**
   * Resolves once no more than `tolerated` are at work, or the ones who are may be for ever and have been for a while:
   * to how many that is.
   */
  async calm(tolerated: number): Promise<number> {
    while (this.size > tolerated && !this.#isClosed) {
      const changed = await this.#change(this.#sure > 0 ? undefined : LINGER_MS)
      if (!changed) return this.size
    }
    return this.size
  }

  /** Resolves at the next change, to `false` if none comes within `ms`. */
  #change(ms: number | undefined): Promise<boolean> {
    return new Promise(resolve => {
      const end = (changed: boolean) => {
        callOff?.()
        this.#told.delete(onChange)
        resolve(changed)
      }
      const onChange = () => end(true)
      const callOff = ms === undefined ? undefined : this.#timebase.after(ms, () => end(false))
      this.#told.add(onChange)
    })
  }
}
