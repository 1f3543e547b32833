/** Goes round what a map has, a few at a time, so that each gets its turn whatever comes and goes. */
export class Round<Key, Value> {
  readonly #map: ReadonlyMap<Key, Value>
  #rest: Iterator<[Key, Value]> | undefined

  constructor(map: ReadonlyMap<Key, Value>) {
    this.#map = map
  }

  /** The next `count`; fewer at the end of a round. */
  next(count: number): [Key, Value][] {
    const some: [Key, Value][] = []
    while (some.length < count) {
      this.#rest ??= this.#map.entries()
      const { value, done } = this.#rest.next()
      if (done) {
        this.#rest = undefined
        break
      }
      some.push(value)
    }
    return some
  }
}
