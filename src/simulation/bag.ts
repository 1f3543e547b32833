/** Something that is put in a bag, of which it is told where it lies there. */
export interface Bagged {
  seat: number
}

/**
 * Members that come and go by the thousand a second, in no order. A `Set` would leave its former tables behind, each of which
 * holds on to the next and to members long gone until the old generation is collected (V8 11): with their garbage, a
 * request cost a third more.
 */
export class Bag<T extends Bagged> {
  readonly #members: T[] = []

  get size(): number {
    return this.#members.length
  }

  /** All of them, as they are now. */
  get members(): readonly T[] {
    return [...this.#members]
  }

  add(member: T): void {
    member.seat = this.#members.push(member) - 1
  }

  /** Takes it out; nothing changes if it isn't there. */
  delete(member: T): void {
    const { seat } = member
    if (this.#members[seat] !== member) return
    const last = this.#members.pop() as T
    if (last === member) return
    this.#members[seat] = last
    last.seat = seat
  }
}
