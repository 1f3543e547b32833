import type { Call } from './call.ts'

/**
 * In which order the bodies of requests arrive, which is not always the order the requests began in.
 *
 * Where a body was there at once and nobody else's came meanwhile or was awaited, its entry says nothing of it.
 */
export class Arrivals {
  /** Requests whose bodies are to come, with how many others had come when they began. */
  readonly #awaited = new Map<Call, number>()
  #turns = 0

  /** A request has begun. */
  begin(call: Call): void {
    this.#awaited.set(call, this.#turns)
    call.after(() => this.#awaited.delete(call))
  }

  /** Its body has arrived. `newest` is the journal's newest entry. */
  arrive(call: Call, newest: number): void {
    const { entry, namespace } = call
    const at = namespace.clock.now()
    const isNext = this.#awaited.get(call) === this.#turns
    const turn = ++this.#turns
    this.#awaited.delete(call)
    if (at === entry.at && newest === entry.seq && this.#awaited.size === 0 && isNext) return
    entry.arrived = { at, after: newest, turn }
  }
}
