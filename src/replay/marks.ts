/** An instant of the recording at which something ended or fell due. */
export interface Mark {
  readonly at: number
  /** Place of the entry that had begun by then. */
  readonly after: number
  /** Order among marks of one instant; those without one come in the order they were added. */
  readonly turn?: number | undefined
  /** What is to be done beyond showing the instant. */
  readonly act?: () => void
}

/** What is still to come, by namespace. */
export class Marks {
  readonly #marks = new Map<string, Mark[]>()

  add(namespace: string, mark: Mark): void {
    const marks = this.#marks.get(namespace)
    if (!marks) return void this.#marks.set(namespace, [mark])
    const later = marks.findIndex(other => comesBefore(mark, other))
    marks.splice(later === -1 ? marks.length : later, 0, mark)
  }

  /** The next one up to `at`, once the entries before it, up to `begun`, have begun. */
  take(namespace: string, at: number, begun: number): Mark | undefined {
    const marks = this.#marks.get(namespace)
    const index = marks?.findIndex(mark => mark.at > at || mark.after <= begun) ?? -1
    const next = marks?.[index]
    if (!next || next.at > at) return undefined
    marks?.splice(index, 1)
    return next
  }
}

function comesBefore(one: Mark, other: Mark): boolean {
  if (one.at !== other.at) return one.at < other.at
  return one.turn !== undefined && other.turn !== undefined && one.turn < other.turn
}
