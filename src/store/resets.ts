/** How many single namespaces are told apart by their resets. */
const MOST = 10_000

/** Counts resets, so that what began before one is told from what came after it. */
export class Resets {
  #all = 0
  /** Of single namespaces, the latest last. One that so many others came after is forgotten: by then nothing is under way from before it. */
  readonly #of = new Map<string, number>()

  /** Another number after each reset of the namespace or of everything. */
  generation(namespace: string): number {
    return this.#all + (this.#of.get(namespace) ?? 0)
  }

  /** Without `namespace`, of everything. */
  add(namespace?: string): void {
    if (namespace === undefined) this.#all++
    else this.#put(namespace, (this.#of.get(namespace) ?? 0) + 1)
  }

  get counts(): { readonly resets: number; readonly of: readonly (readonly [string, number])[] } {
    return { resets: this.#all, of: [...this.#of] }
  }

  restore({ resets, of }: Resets['counts']): void {
    this.#all = resets
    for (const [namespace, count] of of) this.#put(namespace, count)
  }

  #put(namespace: string, count: number): void {
    this.#of.delete(namespace)
    this.#of.set(namespace, count)
    if (this.#of.size > MOST) this.#of.delete(this.#of.keys().next().value as string)
  }
}
