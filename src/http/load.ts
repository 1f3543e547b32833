import { Overload } from '../simulation/overload.ts'
import { OVERLOADS, type OverloadKind } from './overload.ts'

/** What is counted while it lasts, and may be so many at once. */
export type Counted = 'held' | 'streams' | 'waits'

/** How much there may be of what. */
export interface Caps extends Readonly<Record<Counted, number>> {
  readonly connections: number
  readonly pending: number
  /** Bytes of bodies that have not arrived whole, over all requests. */
  readonly bodyBytes: number
}

/** How much of what there is at present, and how often there was too much. */
export class Load {
  readonly caps: Caps
  readonly #now: Record<Counted, number> = { held: 0, streams: 0, waits: 0 }
  readonly #refused = new Map((Object.keys(OVERLOADS) as OverloadKind[]).map(kind => [kind, 0]))
  /** Whether new connections find no room; asked of who looks after them. */
  isCrowded = false
  /** Whether it has started, and is not on its way out. */
  phase: 'starting' | 'up' | 'stopping' = 'starting'
  connections = 0
  bodyBytes = 0

  constructor(caps: Caps) {
    this.caps = caps
  }

  /** How many there are of it. */
  of(what: Counted): number {
    return this.#now[what]
  }

  /** How often something was refused, by what there was too much of. */
  get refused(): ReadonlyMap<OverloadKind, number> {
    return this.#refused
  }

  /** What there is as much of as may be, so that callers of the API are turned away. */
  get full(): OverloadKind[] {
    const isFull = {
      connections: this.isCrowded,
      held: this.#now.held >= this.caps.held && this.caps.held > 0,
      bodies: this.bodyBytes >= this.caps.bodyBytes,
    }
    return (Object.keys(isFull) as (keyof typeof isFull)[]).filter(kind => isFull[kind])
  }

  /** What to refuse with, or to throw. Counted. */
  overload(kind: OverloadKind, detail: string = OVERLOADS[kind]): Overload {
    this.#count(kind)
    return new Overload(kind, detail)
  }

  /** Does what may be refused below the doors with such an overload, at once or later, and counts it if it is. */
  watch<T>(kind: OverloadKind, act: () => Promise<T> | undefined): Promise<T> | undefined {
    const notice = (error: unknown) => {
      if (error instanceof Overload) this.#count(kind)
    }
    try {
      const later = act()
      later?.catch(notice)
      return later
    } catch (error) {
      notice(error)
      throw error
    }
  }

  /** What to refuse one more with; `undefined` while there is room. */
  objection(what: Counted): Overload | undefined {
    return this.#now[what] < this.caps[what] ? undefined : this.overload(what)
  }

  /**
   * One more, until the function returned is called.
   * @throws Overload if there are as many as may be.
   */
  enter(what: Counted): () => void {
    const objection = this.objection(what)
    if (objection) throw objection
    return this.begin(what)
  }

  /** The same for one that was asked for before. */
  begin(what: Counted): () => void {
    this.#now[what]++
    let isOver = false
    return () => {
      if (!isOver) this.#now[what]--
      isOver = true
    }
  }

  #count(kind: OverloadKind): void {
    this.#refused.set(kind, (this.#refused.get(kind) ?? 0) + 1)
  }
}
