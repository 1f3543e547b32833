import { pause } from '../simulation/timebase.ts'

/** Real milliseconds before something is tried again; they double, up to the longest. */
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 1000

/** Does what needs Redis until it succeeds: for what must not be lost because Redis is away for a while. */
export class Patience {
  readonly #onTrouble: (error: unknown) => void
  #isOver = false

  constructor(onTrouble: (error: unknown) => void) {
    this.#onTrouble = onTrouble
  }

  /** @throws what `act` threw last, once patience is over. */
  async until<T>(act: () => Promise<T>): Promise<T> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      try {
        return await act()
      } catch (error) {
        if (this.#isOver) throw error
        this.#onTrouble(error)
        await pause(waitMs)
      }
    }
  }

  /** What fails from now on has failed. */
  end(): void {
    this.#isOver = true
  }
}
