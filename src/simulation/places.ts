/** Far below where one number is taken for another. */
const HIGHEST = 2 ** 52

/**
 * Gives out places in an order: each is higher than all given out, or heard of, before (Lamport's clock). Where several
 * give them out, each has a residue of its own, so that no two are the same.
 */
export class Places {
  readonly #step: number
  #residue: number
  #newest = 0

  constructor({ step = 1, residue = 0 }: { readonly step?: number; readonly residue?: number } = {}) {
    this.#step = step
    this.#residue = residue % step
  }

  /** The highest given out or heard of; 0 before the first. */
  get newest(): number {
    return this.#newest
  }

  next(): number {
    const next = Math.floor(this.#newest / this.#step) * this.#step + this.#residue
    this.#newest = next > this.#newest ? next : next + this.#step
    return this.#newest
  }

  /** Those given out from now on have that residue. */
  renumber(residue: number): void {
    this.#residue = residue % this.#step
  }

  /** Somebody else gave this one out. */
  heard(place: number): void {
    // Beyond those that can be told apart there would be no next one.
    if (place > this.#newest && place <= HIGHEST) this.#newest = place
  }

  /** The next is the one after `place`. */
  continueAfter(place: number): void {
    this.#newest = place
  }
}
