import type { VirtualClock } from '../simulation/clock.ts'
import type { Timebase } from '../simulation/timebase.ts'
import type { Sleeper, Waiter } from '../simulation/waiters.ts'
import type { Owings } from '../store/owings.ts'
import type { Jobs } from './jobs.ts'

export interface FerryOptions {
  readonly owings: Pick<Owings, 'claim' | 'reclaim' | 'earliest' | 'owingNamespaces'>
  readonly clockOf: (namespace: string) => VirtualClock
  readonly jobs: Pick<Jobs, 'add' | 'isAtWork'>
  readonly timebase: Timebase
  readonly onTrouble: (error: unknown) => void
}

/** Callbacks claimed in one go. */
const LOAD = 1000

/** Real milliseconds between two looks for what nobody here knows of: other replicas may have died. */
const SWEEP_MS = 1000

/** A callback that was claimed so long ago should be a job by now. */
const LOST_MS = 5000

/** Of those that should be jobs so many are made sure of with each look: most are. */
const MOST_LOST = 500

/** A place on a namespace's clock for its earliest callback. */
class Alarm implements Sleeper {
  readonly clock: VirtualClock
  readonly at: number
  readonly waiter: Waiter
  readonly #onWake: (isDue: boolean) => void

  constructor(clock: VirtualClock, at: number, onWake: (isDue: boolean) => void) {
    this.clock = clock
    this.at = at
    this.#onWake = onWake
    this.waiter = clock.wakeAt(at, this)
  }

  wake(): void {
    this.#onWake(true)
  }

  fail(): void {
    this.#onWake(false)
  }
}

/** A look at a namespace that is under way. */
interface Look {
  isWantedAgain: boolean
}

/**
 * Takes callbacks from where they wait to where they are seen to, when they are due: one place on each namespace's clock,
 * and once a second a look at all that wait, whoever made them.
 */
export class Ferry {
  readonly #options: FerryOptions
  readonly #alarms = new Map<string, Alarm>()
  readonly #looks = new Map<string, Look>()
  readonly #running = new Set<Promise<void>>()
  #callOff = () => {}
  #isClosed = false

  constructor(options: FerryOptions) {
    this.#options = options
    this.#arm(0)
  }

  /** A callback of the namespace is due at `at`, which may be past. */
  expect(namespace: string, at: number): void {
    if (this.#isClosed) return
    const clock = this.#options.clockOf(namespace)
    if (clock.closedFor !== undefined) return
    if (at <= clock.now()) this.look(namespace)
    else if (at < (this.#alarms.get(namespace)?.at ?? Number.POSITIVE_INFINITY)) this.#set(namespace, clock, at)
  }

  /** Takes what is due of the namespace now, and sees when the next one is. */
  look(namespace: string): void {
    if (this.#isClosed) return
    const look = this.#looks.get(namespace)
    if (look) look.isWantedAgain = true
    else this.#run(this.#lookAt(namespace))
  }

  /** What waits of the namespace, or of all, is no more. */
  forget(namespace?: string): void {
    const known = namespace === undefined ? [...this.#alarms.keys()] : [namespace]
    for (const key of known) this.#drop(key)
  }

  /** Takes nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#callOff()
    this.forget()
    await Promise.allSettled(this.#running)
  }

  #arm(ms: number): void {
    if (this.#isClosed) return
    this.#callOff = this.#options.timebase.after(ms, () => this.#run(this.#sweep().finally(() => this.#arm(SWEEP_MS))))
  }

  #run(running: Promise<void>): void {
    const told = running.catch(this.#options.onTrouble).finally(() => this.#running.delete(told))
    this.#running.add(told)
  }

  async #sweep(): Promise<void> {
    const { owings, jobs } = this.#options
    const before = [...this.#alarms]
    const namespaces = await owings.owingNamespaces()
    const owing = new Set(namespaces)
    for (const [known, alarm] of before) {
      if (!owing.has(known) && this.#alarms.get(known) === alarm) this.#drop(known)
    }
    const { onTrouble } = this.#options
    // One that can't be looked at keeps the others from nothing.
    await Promise.all(
      namespaces.map(namespace =>
        this.#rearm(namespace).then(due => {
          if (due !== undefined) this.look(namespace)
        }, onTrouble),
      ),
    )
    const lost = await owings.reclaim(LOST_MS, MOST_LOST)
    await jobs.add(lost.filter(one => !jobs.isAtWork(one)))
  }

  async #lookAt(namespace: string): Promise<void> {
    const look: Look = { isWantedAgain: false }
    this.#looks.set(namespace, look)
    // From the turn it is woken in: nobody is to take the clock for quiet meanwhile.
    const clock = this.#options.clockOf(namespace)
    const work = clock.work('sure')
    try {
      do {
        look.isWantedAgain = false
        const upTo = await this.#take(namespace, clock)
        const next = await this.#rearm(namespace)
        // What was due then and is still there can't be taken yet: it is looked at again with the next sweep.
        if (next !== undefined && next > upTo) look.isWantedAgain = true
      } while (look.isWantedAgain && !this.#isClosed)
    } finally {
      this.#looks.delete(namespace)
      work.end()
    }
  }

  /** Takes all that is due. Resolves to the instant up to which it has. */
  async #take(namespace: string, clock: VirtualClock): Promise<number> {
    const { owings, jobs } = this.#options
    for (;;) {
      const now = clock.now()
      const claimed = await owings.claim(namespace, now, LOAD)
      await jobs.add(claimed)
      if (claimed.length < LOAD || this.#isClosed) return now
    }
  }

  /** Sets the alarm to what waits. Resolves to when that is, if it is due by now. */
  async #rearm(namespace: string): Promise<number | undefined> {
    const before = this.#alarms.get(namespace)
    const earliest = await this.#options.owings.earliest(namespace)
    const clock = this.#options.clockOf(namespace)
    if (this.#isClosed || clock.closedFor !== undefined) return undefined
    if (earliest !== undefined && earliest <= clock.now()) return earliest
    // One that was set meanwhile is for a callback that we may have come too early to see.
    const set = this.#alarms.get(namespace)
    if (set && set !== before && set.clock === clock && set.at < (earliest ?? Number.POSITIVE_INFINITY))
      return undefined
    if (earliest === undefined) this.#drop(namespace)
    else this.#set(namespace, clock, earliest)
    return undefined
  }

  #set(namespace: string, clock: VirtualClock, at: number): void {
    const alarm = this.#alarms.get(namespace)
    if (alarm?.clock === clock && alarm.at === at) return
    this.#drop(namespace)
    const set: Alarm = new Alarm(clock, at, isDue => {
      if (this.#alarms.get(namespace) === set) this.#alarms.delete(namespace)
      if (isDue) this.look(namespace)
    })
    this.#alarms.set(namespace, set)
  }

  #drop(namespace: string): void {
    const alarm = this.#alarms.get(namespace)
    this.#alarms.delete(namespace)
    alarm?.clock.letGo(alarm.waiter)
  }
}
