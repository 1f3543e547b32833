/** What is done one after another, each name on its own. */
export class Lanes {
  /** The end of each queue. */
  readonly #ends = new Map<string, Promise<void>>()

  /** Does `act` when all that came earlier under the name is over, however it ended. */
  inTurn<T>(name: string, act: () => Promise<T>): Promise<T> {
    const earlier = this.#ends.get(name)
    const done = earlier ? earlier.then(act) : act()
    const over = done.then(nothing, nothing)
    this.#ends.set(name, over)
    void over.then(() => {
      if (this.#ends.get(name) === over) this.#ends.delete(name)
    })
    return done
  }
}

function nothing(): void {}
