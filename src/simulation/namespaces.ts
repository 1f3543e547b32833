import { VirtualClock } from './clock.ts'
import { type ClockSetting, type Stand, shownAt } from './clock-setting.ts'
import type { Fleet } from './fleet.ts'
import type { Hold } from './hold.ts'
import { bytesOf, uuidFrom } from './random.ts'
import type { Timebase } from './timebase.ts'

/** Everything of one bearer token that is not in the store: its clock, its trace ids, its held requests. */
export interface Namespace {
  /** SHA-256 of the token in hexadecimal; `''` for requests without a good token. */
  readonly key: string
  readonly clock: VirtualClock
  /** Ends every held request of the namespace. The reason says why. */
  readonly held: Set<Pick<Hold, 'abort'>>
  /** Whether commands to the server's clock move this one too. */
  follows: boolean
  /** Whether a create was ever accepted, so that the namespace is not forgotten. */
  isKept: boolean
  /** How often trace ids were drawn, four at a time: the position in their stream. */
  draws: number
  /** Drawn and not given out yet, the next one last. */
  readonly traceIds: string[]
}

/** What a command to a clock is for. */
export type ClockScope = 'server' | { readonly namespace: string }

/** Why a held request ended before its time. */
export class Interruption extends Error {
  readonly why: 'hang-up' | 'shutdown' | 'reset' | 'redis'

  constructor(why: Interruption['why']) {
    super(why)
    this.why = why
  }
}

/** A namespace's clock as it was left. */
export interface Kept extends Stand {
  readonly follows: boolean
  /** It shows no earlier instant, though the machine's time may have gone back. */
  readonly least: number
}

/** Where clocks are kept from one process to the next: the server's, and of the namespaces those that are kept. */
export interface ClockKeeper {
  /** As they were left. */
  readonly clocks: ReadonlyMap<string, Kept>
  /** Processes before this one. */
  readonly starts: number
  keepClock(key: string, stand: Omit<Kept, 'least'> | undefined): void
}

export interface NamespacesOptions {
  readonly seed: number
  readonly setting: ClockSetting
  /** Real milliseconds of quiet before auto-skip leaps. */
  readonly quietMs: number
  /** Where new clocks start; `undefined`: at the machine's time. */
  readonly epoch: number | undefined
  readonly timebase: Timebase
  readonly keeper?: ClockKeeper | undefined
  readonly fleet?: Pick<Fleet, 'starts' | 'keep' | 'restarted' | 'changed' | 'leap'> | undefined
}

/** Each process has so many trace ids of a namespace to itself. */
const DRAWS_A_PROCESS = 1e9

/** Namespaces that never had a task accepted are forgotten, oldest first, beyond this many. */
const MOST_IDLE = 20_000

/**
 * The namespaces there are, made when first asked for.
 *
 * Each has a clock of its own that starts where the server's stands and follows commands to the server's until it is
 * given one itself. Auto-skip leaps are each namespace's own.
 */
export class Namespaces {
  readonly #options: NamespacesOptions
  readonly #known = new Map<string, Namespace>()
  /** With no more namespaces than this, no more than `MOST_IDLE` of them can be idle. */
  #lookAgainAt = MOST_IDLE
  /** The server's own: requests without a good token, and the start of every new clock. */
  server: Namespace

  constructor(options: NamespacesOptions) {
    this.#options = options
    const { keeper } = options
    const kept = keeper?.clocks.get('')
    this.server = kept ? this.#remade('', kept) : this.#makeServer()
    for (const [key, clock] of keeper?.clocks ?? []) if (key !== '') this.#known.set(key, this.#remade(key, clock))
    this.#keepClock(this.server)
  }

  /** The namespace of that key, made if need be. */
  of(key: string): Namespace {
    if (key === '') return this.server
    const known = this.#known.get(key)
    if (known) return known
    const { clock: pattern } = this.server
    const made = this.#make(key, pattern.now(), pattern.setting)
    made.clock.take(pattern.stand)
    this.#known.set(key, made)
    if (this.#known.size > this.#lookAgainAt) this.#forgetIdle()
    return made
  }

  /** The namespace if it was ever used. */
  find(key: string): Namespace | undefined {
    return key === '' ? this.server : this.#known.get(key)
  }

  all(): Namespace[] {
    return [this.server, ...this.#known.values()]
  }

  /** The next trace id: a stream of its own, so that requests never move the ids of tasks. */
  nextTraceId(namespace: Namespace): string {
    const next = namespace.traceIds.pop()
    if (next !== undefined) return next
    const bytes = bytesOf('trace', this.#options.seed, namespace.key, ++namespace.draws)
    namespace.traceIds.push(uuidFrom(bytes, 48), uuidFrom(bytes, 32), uuidFrom(bytes, 16))
    return uuidFrom(bytes, 0)
  }

  /** Something was accepted for it: it is not forgotten. */
  keep(namespace: Namespace): void {
    if (namespace.isKept) return
    namespace.isKept = true
    this.#keepClock(namespace)
    this.#options.fleet?.keep(namespace)
  }

  /** Has the clock of a namespace run as another process of the fleet has it. */
  take(key: string, stand: Stand, follows: boolean): void {
    const namespace = this.of(key)
    namespace.follows = follows
    if (key !== '') namespace.isKept = true
    namespace.clock.take(stand)
    if (key !== '') return
    // Nobody has told of those that are not kept: they stand where the server's does.
    for (const one of this.#known.values()) if (one.follows && !one.isKept) one.clock.take(stand)
  }

  /** Those that a command in `scope` is for. A namespace that is named follows the server no longer. */
  commanded(scope: ClockScope): Namespace[] {
    if (scope === 'server') return this.all().filter(namespace => namespace.follows)
    const named = this.of(scope.namespace)
    const followed = named.follows
    named.follows = named.key === ''
    named.isKept = true
    if (followed !== named.follows) this.#keepClock(named)
    return [named]
  }

  /**
   * Starts over: held requests end, streams and clocks restart. Without `key`, everything. `isTold`: another process of the
   * fleet has done so, and decided where clocks stand.
   */
  reset(key?: string, isTold = false): void {
    this.#reset(key)
    this.#options.fleet?.restarted(key, isTold)
  }

  #reset(key: string | undefined): void {
    const gone = key === undefined ? this.all() : [this.of(key)]
    for (const namespace of gone) {
      interrupt(namespace, 'reset')
      this.#known.delete(namespace.key)
      if (namespace.isKept) this.#options.keeper?.keepClock(namespace.key, undefined)
    }
    if (!gone.includes(this.server)) return
    this.server = this.#makeServer()
    this.#keepClock(this.server)
  }

  /** Starts over with every clock, those to come too, standing at `instant`. For a process without a fleet. */
  standAt(instant: number): void {
    this.#reset(undefined)
    this.server.clock.close()
    this.server = this.#make('', instant, { mode: 'frozen', rate: 1 })
    this.#keepClock(this.server)
  }

  /** Ends held requests and starts the streams of ids over; the clocks go on. Without `key`, everywhere. */
  restart(key?: string): void {
    for (const namespace of key === undefined ? this.all() : [this.of(key)]) {
      endHeld(namespace, 'reset')
      namespace.draws = 0
      namespace.traceIds.length = 0
    }
  }

  /**
   * Has the clock run as the server's again, or all as they were started. None goes back: one that is ahead of the
   * server's stays there. `isTold` as with `reset`.
   */
  resetClocks(key?: string, isTold = false): void {
    if (!isTold) this.#resetClocks(key)
    this.#options.fleet?.changed(key, isTold)
  }

  #resetClocks(key: string | undefined): void {
    if (key === undefined) this.server.clock.set(this.#options.setting)
    const { clock: pattern } = this.server
    for (const namespace of key === undefined ? this.all() : [this.of(key)]) {
      namespace.follows = true
      namespace.clock.moveTo(Math.max(namespace.clock.now(), pattern.now()))
      namespace.clock.set(pattern.setting)
    }
  }

  /** Ends every held request: what they wait for can't be told any more. The tasks go on. */
  endHeld(why: 'redis'): void {
    for (const namespace of this.all()) endHeld(namespace, why)
  }

  /** Ends every held request and lets go of all timers. */
  close(): void {
    for (const namespace of this.all()) {
      const { clock } = namespace
      this.#keepClock(namespace, { ...clock.stand, at: clock.now(), real: this.#options.timebase.now() })
      interrupt(namespace, 'shutdown')
    }
  }

  #makeServer(): Namespace {
    const { epoch, timebase, setting } = this.#options
    return this.#make('', epoch ?? timebase.now(), setting)
  }

  #make(key: string, startAt: number, setting: ClockSetting): Namespace {
    const { timebase, quietMs, keeper, fleet } = this.#options
    const onMove = keeper && { onMove: (stand: Stand) => this.#keepClock(namespace, stand) }
    const onQuiet = fleet && { onQuiet: () => fleet.leap(namespace) }
    const clock = new VirtualClock({ ...setting, startAt, quietMs, timebase, ...onMove, ...onQuiet })
    const draws = ((keeper ?? fleet)?.starts ?? 0) * DRAWS_A_PROCESS
    const namespace: Namespace = { key, clock, held: new Set(), follows: true, isKept: false, draws, traceIds: [] }
    return namespace
  }

  /** A namespace as another process left it. */
  #remade(key: string, kept: Kept): Namespace {
    const { mode, rate, follows, least } = kept
    const startAt = Math.max(least, shownAt(kept, this.#options.timebase.now()))
    return Object.assign(this.#make(key, startAt, { mode, rate }), { follows, isKept: key !== '' })
  }

  #keepClock(namespace: Namespace, stand = namespace.clock.stand): void {
    const { key, isKept, follows } = namespace
    // One that was reset meanwhile is another's by now.
    if (this.find(key) !== namespace) return
    if (isKept || key === '') this.#options.keeper?.keepClock(key, { ...stand, follows })
  }

  #forgetIdle(): void {
    const idle = [...this.#known.values()].filter(one => !one.isKept && one.clock.waiting === 0)
    const tooMany = idle.length > MOST_IDLE ? idle.slice(0, -MOST_IDLE / 2) : []
    for (const { key } of tooMany) this.#known.delete(key)
    this.#lookAgainAt = this.#known.size + MOST_IDLE - (idle.length - tooMany.length)
  }
}

function interrupt(namespace: Namespace, why: 'shutdown' | 'reset'): void {
  endHeld(namespace, why)
  namespace.clock.close(new Interruption(why))
}

function endHeld({ held }: Namespace, why: Interruption['why']): void {
  const reason = new Interruption(why)
  for (const hold of held) hold.abort(reason)
}
