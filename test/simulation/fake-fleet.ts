import type { Stand, VirtualClock } from '../../src/simulation/clock.ts'
import type { Convoy } from '../../src/simulation/fleet.ts'
import { type Namespace, Namespaces, type NamespacesOptions } from '../../src/simulation/namespaces.ts'
import { FakeTimebase, turn } from './fake-timebase.ts'

/** Where a clock stands for all of a fleet. */
interface Agreed extends Stand {
  readonly follows: boolean
}

/** Processes that run the same namespaces and hear of each other at once. */
export class FakeFleet {
  readonly timebase = new FakeTimebase()
  /** Of the clocks that all know of. */
  readonly agreed = new Map<string, Agreed>()
  readonly members: Member[] = []

  /** One more process, with namespaces of its own. */
  join(options: Pick<NamespacesOptions, 'setting' | 'epoch'>): Member {
    const member = new Member(this, { seed: 1, quietMs: 5, timebase: this.timebase, ...options })
    this.members.push(member)
    return member
  }

  /** Has a clock stand otherwise, everywhere. */
  agree(key: string, agreed: Agreed): void {
    this.agreed.set(key, agreed)
    for (const member of this.members) member.look(key)
  }

  /** What a clock shows, in each process. */
  shown(key: string): number[] {
    return this.members.map(({ namespaces }) => namespaces.of(key).clock.now())
  }
}

export class Member implements NonNullable<NamespacesOptions['fleet']> {
  readonly starts: number
  readonly namespaces: Namespaces
  /** The namespaces whose clocks would have leapt, were they alone. */
  readonly leaps: string[] = []
  readonly #fleet: FakeFleet

  constructor(fleet: FakeFleet, options: Omit<NamespacesOptions, 'fleet'>) {
    this.#fleet = fleet
    this.starts = fleet.members.length
    this.namespaces = new Namespaces({ ...options, fleet: this })
    if (!fleet.agreed.has('')) this.#decide(this.namespaces.server)
    this.look()
  }

  keep(namespace: Namespace): void {
    const { key } = namespace
    if (!this.#fleet.agreed.has(key)) this.#decide(namespace)
    for (const member of this.#fleet.members) member.look(key)
  }

  restarted(key: string | undefined, isTold: boolean): void {
    const { agreed } = this.#fleet
    if (!isTold) {
      if (key === undefined) agreed.clear()
      else agreed.delete(key)
      if (!agreed.has('')) this.#decide(this.namespaces.server)
      for (const { namespaces } of this.#others) namespaces.reset(key, true)
    }
    this.look(key)
  }

  changed(key: string | undefined, isTold: boolean): void {
    if (!isTold) {
      const changed = key === undefined ? this.namespaces.all() : [this.namespaces.of(key)]
      for (const one of changed) if (this.#fleet.agreed.has(one.key)) this.#decide(one)
      for (const { namespaces } of this.#others) namespaces.resetClocks(key, true)
    }
    this.look(key)
  }

  leap({ key }: Namespace): void {
    this.leaps.push(key)
  }

  /** Has clocks here stand as agreed; without `key`, all. */
  look(key?: string): void {
    for (const [name, stand] of this.#fleet.agreed) {
      if (key === undefined || key === name) this.namespaces.take(name, stand, stand.follows)
    }
  }

  get #others(): Member[] {
    return this.#fleet.members.filter(member => member !== this)
  }

  #decide({ key, clock, follows }: Namespace): void {
    this.#fleet.agreed.set(key, { ...clock.stand, follows })
  }
}

/** Takes clocks elsewhere along with those here, each beside its own. */
export class FakeConvoy implements Convoy {
  awaited: readonly number[] = []
  readonly #here: readonly VirtualClock[]
  readonly #elsewhere: readonly VirtualClock[]

  constructor(here: readonly VirtualClock[], elsewhere: readonly VirtualClock[]) {
    this.#here = here
    this.#elsewhere = elsewhere
  }

  async moveTo(instants: readonly number[]): Promise<void> {
    for (const clocks of [this.#here, this.#elsewhere]) {
      for (const [index, clock] of clocks.entries()) {
        const instant = instants[index] ?? Number.NaN
        if (instant > clock.now()) clock.moveTo(instant)
      }
    }
  }

  async isAtRest(): Promise<boolean> {
    await turn()
    if (this.#elsewhere.some(({ atWork }) => atWork > 0)) return false
    this.awaited = this.#elsewhere.map(({ nextAwaited }) => nextAwaited ?? Number.POSITIVE_INFINITY)
    return true
  }
}
