/** Something to be written to a connection. */
export interface Ready {
  write(): void
}

/**
 * Writes together, when a turn of the event loop ends, what has got ready in it. Each write wakes its reader, who then runs
 * beside us: one at a time, in between other work, they take about twice as much of the processor.
 */
export class TurnEnd {
  #ready: Ready[] = []
  readonly #write = () => this.write()

  add(ready: Ready): void {
    if (this.#ready.length === 0) setImmediate(this.#write)
    this.#ready.push(ready)
  }

  /** Has all of it written now. */
  write(): void {
    const all = this.#ready
    this.#ready = []
    for (const ready of all) ready.write()
  }
}
