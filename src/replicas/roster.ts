import { isRunning, type Stand } from '../simulation/clock-setting.ts'
import type { Namespace, Namespaces } from '../simulation/namespaces.ts'
import type { Bus } from './bus.ts'
import type { Kind, SharedStand, Stands } from './stands.ts'

/** A namespace, and where its clock is to stand. */
export interface Move {
  readonly namespace: Namespace
  readonly stand: Stand
}

/**
 * The clocks here and their stands in Redis. Those are what counts: a clock is moved here when that is written there, and
 * what was written elsewhere is looked up.
 */
export class Roster {
  readonly #stands: Stands
  readonly #namespaces: Namespaces
  readonly #bus: Pick<Bus, 'id' | 'tell'>
  /** Which of its namespace's clocks it is, of those that are known to others. */
  readonly #born = new WeakMap<Namespace, string>()
  #births = 0

  constructor(stands: Stands, namespaces: Namespaces, bus: Pick<Bus, 'id' | 'tell'>) {
    this.#stands = stands
    this.#namespaces = namespaces
    this.#bus = bus
  }

  /** Whether it was not reset meanwhile. */
  isCurrent(namespace: Namespace): boolean {
    return this.#namespaces.find(namespace.key) === namespace
  }

  /** Whether others know of it. Of one that is not kept nobody does. */
  isShared({ key, isKept }: Namespace): boolean {
    return isKept || key === ''
  }

  /** Has others know of clocks, unless they do. Whoever is first decides where they stand. */
  async register(namespaces: readonly Namespace[]): Promise<void> {
    await this.#announce(
      'new',
      namespaces.filter(one => !this.#born.has(one)),
    )
  }

  /**
   * Moves clocks that are registered, here and in Redis. What is told to others as soon as this was called comes after it, so
   * that they find it there, and is told even if this replica dies before it has moved its own.
   */
  move(kind: Exclude<Kind, 'new'>, moves: readonly Move[]): Promise<void> {
    return this.#write(kind, moves)
  }

  /** Has clocks here stand as they do in Redis: those of the namespaces named, or all. Answers which there are. */
  async look(keys?: readonly string[]): Promise<ReadonlySet<string>> {
    const there = await this.#stands.read(keys)
    const ahead: Namespace[] = []
    for (const [key, stand] of there) {
      if (!stand) continue
      const known = this.#namespaces.find(key)
      const wasKnown = known !== undefined && this.#born.get(known) === stand.born
      const namespace = this.#take(key, stand)
      // What a clock has shown it does not take back: the others go along.
      const { clock } = namespace
      if (wasKnown && !isRunning(stand.mode) && clock.now() > stand.at) {
        ahead.push(namespace)
      }
    }
    await this.#announce('leap', ahead)
    return new Set([...there].flatMap(([key, stand]) => (stand ? [key] : [])))
  }

  /** Goes by what is in Redis after a time when messages may have been missed, as at the beginning. */
  async catchUp(): Promise<void> {
    const shared = () => this.#namespaces.all().filter(one => this.isShared(one))
    const known = shared().filter(one => this.#born.has(one))
    const there = await this.look()
    // A Redis that has forgotten them all is told again.
    if (!there.has('')) {
      await this.#announce('new', known)
    } else {
      const gone = known.filter(one => this.isCurrent(one) && !there.has(one.key))
      for (const { key } of gone) this.#namespaces.reset(key, true)
    }
    await this.register(shared())
  }

  /** All clocks are new. */
  async startOver(): Promise<void> {
    const { server } = this.#namespaces
    await this.#stands.startOver(this.#shared({ namespace: server, stand: server.clock.stand }))
  }

  /** A namespace's clock is no more. */
  async remove(key: string): Promise<void> {
    await this.#stands.remove(key)
    if (key === '') await this.register([this.#namespaces.server])
  }

  /** Puts clocks into Redis as they stand here, and has the others look. */
  async #announce(kind: Kind, namespaces: readonly Namespace[]): Promise<void> {
    if (namespaces.length === 0) return
    const written = this.#write(
      kind,
      namespaces.map(namespace => ({ namespace, stand: namespace.clock.stand })),
    )
    this.#bus.tell(
      'clocks:look',
      namespaces.map(({ key }) => key),
    )
    await written
  }

  async #write(kind: Kind, moves: readonly Move[]): Promise<void> {
    const current = moves.filter(({ namespace }) => this.isCurrent(namespace))
    const writes = current.map(move => ({ key: move.namespace.key, kind, stand: this.#shared(move) }))
    const there = await this.#stands.write(writes)
    for (const [index, { namespace }] of current.entries()) {
      const stand = there[index]
      if (stand && this.isCurrent(namespace)) this.#take(namespace.key, stand)
    }
  }

  #shared({ namespace, stand }: Move): SharedStand {
    const born = this.#born.get(namespace) ?? `${this.#bus.id}.${++this.#births}`
    return { ...stand, born, follows: namespace.follows }
  }

  #take(key: string, stand: SharedStand): Namespace {
    const known = this.#namespaces.find(key)
    const born = known && this.#born.get(known)
    if (born !== undefined && born !== stand.born) this.#namespaces.reset(key === '' ? undefined : key, true)
    this.#namespaces.take(key, stand, stand.follows)
    const namespace = this.#namespaces.of(key)
    this.#born.set(namespace, stand.born)
    return namespace
  }
}
