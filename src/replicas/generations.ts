import { setImmediate } from 'node:timers/promises'
import type { Store } from '../store/store.ts'
import type { Patience } from './patience.ts'

/** Asks for a namespace's generation once for all who want to know it in the same turn: each callback does, several times. */
export class Generations implements Pick<Store, 'generation'> {
  readonly #store: Pick<Store, 'generation'>
  readonly #patience: Patience
  readonly #asked = new Map<string, Promise<number>>()

  constructor(store: Pick<Store, 'generation'>, patience: Patience) {
    this.#store = store
    this.#patience = patience
  }

  /** As it is after the call. */
  generation(namespace: string): Promise<number> {
    const asked = this.#asked.get(namespace) ?? this.#ask(namespace)
    this.#asked.set(namespace, asked)
    return asked
  }

  async #ask(namespace: string): Promise<number> {
    await setImmediate()
    this.#asked.delete(namespace)
    return this.#patience.until(() => this.#store.generation(namespace))
  }
}
