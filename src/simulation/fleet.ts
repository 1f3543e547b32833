import type { ClockSetting } from './clock-setting.ts'
import type { ClockScope, Namespace, Namespaces } from './namespaces.ts'

/**
 * Processes that run the same namespaces, each with clocks of its own that show the same. Without a fleet there is one
 * process, and nothing of this is asked.
 */
export interface Fleet {
  /** Processes before this one. */
  readonly starts: number
  /** A namespace is kept from now on: the others are to have its clock, too. */
  keep(namespace: Namespace): void
  /** Clocks were started over here; without `key`, all. `isTold`: another process did so before, and decided where they stand. */
  restarted(key: string | undefined, isTold: boolean): void
  /** Clocks were changed here otherwise than by a command; without `key`, all. */
  changed(key: string | undefined, isTold: boolean): void
  /**
   * Resolves once the others would find what resets and new namespaces have changed here, and what they have changed is known
   * here.
   * @throws if they can't be reached.
   */
  written(): Promise<void>
  /** An auto-skip clock would leap now, were it alone. */
  leap(namespace: Namespace): void
  /** The namespaces whose clocks these are. Called once. */
  join(namespaces: Namespaces): Promise<void>
  /** Has a command carried out when those to the same clocks, given to whomever, are. It gets its place in the log. */
  command<T>(scope: ClockScope, act: (place: number) => Promise<T>): Promise<T>
  /** Has `log` be that of all. Called once. */
  shareLog(log: CommandLog): void
  /** A command is in the log for good: the others are to have it, too. */
  logged(entry: Logged): void
  /** Has the clocks run otherwise, everywhere. */
  set(namespaces: readonly Namespace[], setting: ClockSetting): Promise<void>
  /** To move the clocks by stops, everywhere. */
  convoy(namespaces: readonly Namespace[]): Convoy
  /** What waits on each of the clocks elsewhere. */
  elsewhere(namespaces: readonly Namespace[]): Promise<readonly Waits[]>
}

export interface Logged {
  /** Its place in the log. */
  readonly seq: number
}

/** The commands that were carried out. */
export interface CommandLog {
  readonly entries: readonly Logged[]
  /** Puts in what it does not have. */
  take(entries: readonly Logged[]): void
}

/** Of one clock: how many wait, the earliest instant awaited and the next event, infinite where there is none. */
export interface Waits {
  readonly waiting: number
  readonly awaited: number
  readonly next: number
}

/** Clocks that are moved together, by stops, in all processes of a fleet. Instants are in the order of the namespaces. */
export interface Convoy {
  /** Brings the clocks, here and elsewhere, to these instants. One that is there already, or is no more, stays. */
  moveTo(instants: readonly number[]): Promise<void>
  /**
   * Whether everybody elsewhere is at rest, and no callback is due or under way. If not, it is some time later when it
   * says so: it can be asked again at once.
   */
  isAtRest(): Promise<boolean>
  /** The earliest instants awaited elsewhere, as they were when all were at rest last; infinite where there is none. */
  readonly awaited: readonly number[]
}
