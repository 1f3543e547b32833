import type { Call } from './call.ts'

/**
 * In which order the bodies of requests arrive, which is not always the order the requests began in.
 *
 * Where a body was there at once and nobody else's came meanwhile or was awaited, its entry says nothing of it.
 */
export class Arrivals {
  /** Requests whose bodies are to come. */
  #awaited = 0
  #turns = 0

  /** A request has begun. */
  begin(call: Call): void {
    call.bodiesBefore = this.#turns
    this.#awaited++
  }

  /** Its body has arrived. `newest` is the journal's newest entry. */
  arrive(call: Call, newest: number): void {
    const { entry, namespace } = call
    const at = namespace.clock.now()
    const isNext = call.bodiesBefore === this.#turns
    const turn = ++this.#turns
    this.leave(call)
    if (at === entry.at && newest === entry.seq && this.#awaited === 0 && isNext) return
    entry.arrived = { at, after: newest, turn }
  }

  /** Its body is awaited no longer, as it is over. */
  leave(call: Call): void {
    if (call.bodiesBefore === undefined) return
    call.bodiesBefore = undefined
    this.#awaited--
  }
}
