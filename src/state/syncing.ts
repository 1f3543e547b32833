/** When what is written is made safe from a power cut: before it is answered, once a second, or when the system likes. */
export const SYNCS = ['always', 'interval', 'never'] as const
export type Sync = (typeof SYNCS)[number]

/**
 * Has what is written made safe from a power cut, many writes at once: one `sync` at a time, and the next for all that
 * came meanwhile.
 */
export class Syncing {
  readonly #sync: () => Promise<void>
  #running: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  constructor(sync: () => Promise<void>) {
    this.#sync = sync
  }

  /** Resolves once all that was written before the call is safe. */
  safe(): Promise<void> {
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#running = this.#next ?? this.#running
        this.#next = undefined
        return this.#sync()
      })
    return this.#next
  }
}
