/** How many of the newest items of a stream hold at least so many things, where each may hold several. */
export class Window {
  readonly #least: number
  /** How many things each item holds, oldest first; those before `#from` are outside of the window. */
  #counts: number[] = []
  #from = 0
  #sum = 0

  constructor(least: number) {
    this.#least = least
  }

  /** As if each held one, while there are not so many things. */
  get length(): number {
    return this.#sum < this.#least ? this.#least : this.#counts.length - this.#from
  }

  add(count: number): void {
    this.#counts.push(count)
    this.#sum += count
    for (let oldest = this.#counts[this.#from] ?? 0; this.#sum - oldest >= this.#least; ) {
      this.#sum -= oldest
      oldest = this.#counts[++this.#from] ?? 0
    }
    if (this.#from <= this.#counts.length / 2) return
    this.#counts = this.#counts.slice(this.#from)
    this.#from = 0
  }
}
