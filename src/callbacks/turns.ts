/** Somebody who waits for his turn, or has it. */
interface Ticket {
  /** One of each level. */
  readonly names: readonly string[]
  readonly start: () => void
  /** Of how many levels he has a turn. */
  held: number
  isOver: boolean
  /** Who comes after him where he waits. */
  next: Ticket | undefined
}

/** Who has a turn of one name, and who waits for one: a chain, since a crowd may wait and the first is asked for often. */
interface Queue {
  running: number
  first: Ticket | undefined
  last: Ticket | undefined
}

/** `then` of this is a good deal cheaper than `queueMicrotask`, which makes a resource for the hooks of each. */
const NOW = Promise.resolve()

/**
 * At most so many of one name at a time, first come first served, on several levels: who has a turn on one waits for
 * his turn on the next. So a name that fills its share of the first level is nobody else's trouble on the second.
 * Remembers only names with work under way.
 */
export class Turns {
  #limits: readonly number[]
  readonly #levels: readonly Map<string, Queue>[]
  /** Who has just been handed a turn, and has not gone on. */
  #handed: Ticket[] = []

  /** How many of one name may have a turn, by level. */
  constructor(limits: readonly number[]) {
    this.#limits = limits
    this.#levels = limits.map(() => new Map())
  }

  /**
   * Calls `start` when it is the caller's turn of all `names`, one for each level. The function returned gives the turn
   * back, or the place in the queue; only the first time counts.
   */
  take(names: readonly string[], start: () => void): () => void {
    const ticket: Ticket = { names, start, held: 0, isOver: false, next: undefined }
    this.#advance(ticket)
    return () => this.#giveBack(ticket)
  }

  /** Has all who wait begin, and all who come: nobody has to wait any more. */
  open(): void {
    this.#limits = this.#limits.map(() => Number.POSITIVE_INFINITY)
    this.#startHanded()
    for (const level of this.#levels) {
      for (const queue of [...level.values()]) {
        for (let next = takeFirst(queue); next; next = takeFirst(queue)) this.#advance(next)
      }
    }
  }

  #advance(ticket: Ticket): void {
    for (; ticket.held < ticket.names.length; ticket.held++) {
      const queue = this.#queueOf(ticket.held, ticket.names[ticket.held] as string)
      if (queue.running >= (this.#limits[ticket.held] as number)) {
        if (queue.last) queue.last.next = ticket
        else queue.first = ticket
        queue.last = ticket
        return
      }
      queue.running++
    }
    ticket.start()
  }

  #startHanded(): void {
    const handed = this.#handed
    this.#handed = []
    for (const ticket of handed) if (!ticket.isOver) this.#advance(ticket)
  }

  #giveBack(ticket: Ticket): void {
    if (ticket.isOver) return
    ticket.isOver = true
    for (let level = ticket.held - 1; level >= 0; level--) this.#release(level, ticket.names[level] as string)
  }

  #release(level: number, name: string): void {
    const queue = this.#queueOf(level, name)
    const next = takeFirst(queue)
    if (next) {
      next.held++ // `running` stays: the turn is handed on
      // Not in here: each of a crowd that fails at once would be another frame on the stack.
      if (this.#handed.push(next) === 1) void NOW.then(() => this.#startHanded())
    } else if (--queue.running === 0) this.#levels[level]?.delete(name)
  }

  #queueOf(level: number, name: string): Queue {
    const queues = this.#levels[level] as Map<string, Queue>
    let queue = queues.get(name)
    if (!queue) {
      queue = { running: 0, first: undefined, last: undefined }
      queues.set(name, queue)
    }
    return queue
  }
}

/** The first who has not given up his place. */
function takeFirst(queue: Queue): Ticket | undefined {
  let first = queue.first
  while (first?.isOver) first = first.next
  queue.first = first?.next
  if (!queue.first) queue.last = undefined
  if (first) first.next = undefined
  return first
}
