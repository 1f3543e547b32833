import type { Fired, Hits, SharedCounts } from './rulebook.ts'

/** Counts of one request's rules, to be counted up. */
export interface Count {
  matched: number
  fired: number
}

/** A request that waits to be counted. */
interface Waiting {
  readonly names: readonly string[]
  readonly take: (counts: ReadonlyMap<string, Count>) => Fired
  readonly resolve: (fired: Fired) => void
  readonly reject: (reason: unknown) => void
}

/** Requests counted with one write. */
const MOST_AT_ONCE = 1000

/**
 * Counts that are shared with other replicas. They are read, counted up and written, which is done again if somebody else
 * wrote meanwhile. Requests of one namespace that come while that goes on are counted together afterwards: if each did it
 * for itself, all but one of them would have to do it again, and again.
 */
export class JointCounts {
  readonly #shared: SharedCounts
  /** By namespace, those that are counted next. */
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(shared: SharedCounts) {
    this.#shared = shared
  }

  /** Has `take` count up the rules of these names, maybe more than once: what it answered last holds. */
  take(namespace: string, names: readonly string[], take: Waiting['take']): Promise<Fired> {
    return new Promise((resolve, reject) => {
      const one = { names, take, resolve, reject }
      const waiting = this.#waiting.get(namespace)
      if (waiting) {
        waiting.push(one)
        return
      }
      this.#waiting.set(namespace, [one])
      void this.#takeAll(namespace)
    })
  }

  async #takeAll(namespace: string): Promise<void> {
    for (;;) {
      const some = this.#waiting.get(namespace)?.splice(0, MOST_AT_ONCE) ?? []
      if (some.length === 0) break
      try {
        const fired = await this.#count(namespace, some)
        for (const [index, one] of some.entries()) one.resolve(fired[index] as Fired)
      } catch (reason) {
        for (const { reject } of some) reject(reason)
      }
    }
    this.#waiting.delete(namespace)
  }

  /** In the order in which they came. */
  async #count(namespace: string, some: readonly Waiting[]): Promise<Fired[]> {
    const names = [...new Set(some.flatMap(one => one.names))]
    for (;;) {
      const before: readonly Hits[] = await this.#shared.read(namespace, names)
      const counts = new Map(names.map((name, index) => [name, { matched: 0, fired: 0, ...before[index] }]))
      const fired = some.map(({ take }) => take(counts))
      if (await this.#shared.write(namespace, names, before, [...counts.values()])) return fired
    }
  }
}
