import type { ClockSetting } from './clock.ts'
import { VirtualClock } from './clock.ts'
import { bytesOf, uuidFrom } from './random.ts'
import type { Timebase } from './timebase.ts'

/** Everything of one bearer token that is not in the store: its clock, its trace ids, its held requests. */
export interface Namespace {
  /** SHA-256 of the token in hexadecimal; `''` for requests without a good token. */
  readonly key: string
  readonly clock: VirtualClock
  /** Ends every held request of the namespace. The reason says why. */
  readonly held: Set<AbortController>
  /** Whether commands to the server's clock move this one too. */
  follows: boolean
  /** Whether a create was ever accepted, so that the namespace is not forgotten. */
  isKept: boolean
  /** Requests so far: the position in the stream of trace ids. */
  requests: number
}

/** What a command to a clock is for. */
export type ClockScope = 'server' | { readonly namespace: string }

/** Why a held request ended before its time. */
export class Interruption extends Error {
  readonly why: 'hang-up' | 'shutdown' | 'reset'

  constructor(why: 'hang-up' | 'shutdown' | 'reset') {
    super(why)
    this.why = why
  }
}

export interface NamespacesOptions {
  readonly seed: number
  readonly setting: ClockSetting
  /** Real milliseconds of quiet before auto-skip leaps. */
  readonly quietMs: number
  /** Where new clocks start; `undefined`: at the machine's time. */
  readonly epoch: number | undefined
  readonly timebase: Timebase
}

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
    this.server = this.#makeServer()
  }

  /** The namespace of that key, made if need be. */
  of(key: string): Namespace {
    if (key === '') return this.server
    const known = this.#known.get(key)
    if (known) return known
    const made = this.#make(key, this.server.clock.now(), this.server.clock.setting)
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
    namespace.requests++
    return uuidFrom(bytesOf('trace', this.#options.seed, namespace.key, namespace.requests), 0)
  }

  /** Those that a command in `scope` is for. A namespace that is named follows the server no longer. */
  commanded(scope: ClockScope): Namespace[] {
    if (scope === 'server') return this.all().filter(namespace => namespace.follows)
    const named = this.of(scope.namespace)
    named.follows = named.key === ''
    named.isKept = true
    return [named]
  }

  /** Starts over: held requests end, streams and clocks restart. Without `key`, everything. */
  reset(key?: string): void {
    const gone = key === undefined ? this.all() : [this.of(key)]
    for (const namespace of gone) {
      interrupt(namespace, 'reset')
      this.#known.delete(namespace.key)
    }
    if (gone.includes(this.server)) this.server = this.#makeServer()
  }

  /** Starts over with every clock, those to come too, standing at `instant`. */
  standAt(instant: number): void {
    this.reset()
    this.server.clock.close()
    this.server = this.#make('', instant, { mode: 'frozen', rate: 1 })
  }

  /** Ends held requests and starts the streams of ids over; the clocks go on. Without `key`, everywhere. */
  restart(key?: string): void {
    for (const namespace of key === undefined ? this.all() : [this.of(key)]) {
      endHeld(namespace, 'reset')
      namespace.requests = 0
    }
  }

  /**
   * Has the clock run as the server's again, or all as they were started. None goes back: one that is ahead of the
   * server's stays there.
   */
  resetClocks(key?: string): void {
    if (key === undefined) this.server.clock.set(this.#options.setting)
    const { clock: pattern } = this.server
    for (const namespace of key === undefined ? this.all() : [this.of(key)]) {
      namespace.follows = true
      if (namespace === this.server) continue
      namespace.clock.moveTo(Math.max(namespace.clock.now(), pattern.now()))
      namespace.clock.set(pattern.setting)
    }
  }

  /** Ends every held request and lets go of all timers. */
  close(): void {
    for (const namespace of this.all()) {
      interrupt(namespace, 'shutdown')
    }
  }

  #makeServer(): Namespace {
    const { epoch, timebase, setting } = this.#options
    return this.#make('', epoch ?? timebase.now(), setting)
  }

  #make(key: string, startAt: number, setting: ClockSetting): Namespace {
    const { timebase, quietMs } = this.#options
    const clock = new VirtualClock({ ...setting, startAt, quietMs, timebase })
    return { key, clock, held: new Set(), follows: true, isKept: false, requests: 0 }
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

function endHeld({ held }: Namespace, why: 'shutdown' | 'reset'): void {
  const reason = new Interruption(why)
  for (const hold of held) hold.abort(reason)
}
