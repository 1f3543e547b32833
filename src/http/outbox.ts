/** An answer that is ready to go. */
export interface Ready {
  write(): void
}

/**
 * Answers that get ready in one turn of the event loop go out together, at its end. Each write wakes its reader, who
 * then runs beside us: one after the other, in between other work, they cost about twice as much.
 */
export class Outbox {
  #ready: Ready[] = []
  readonly #send = () => this.send()

  add(answer: Ready): void {
    if (this.#ready.length === 0) setImmediate(this.#send)
    this.#ready.push(answer)
  }

  /** Has all of them go out. */
  send(): void {
    const ready = this.#ready
    this.#ready = []
    for (const answer of ready) answer.write()
  }
}
