import { z } from 'zod'
import type { Fleet } from '../simulation/fleet.ts'
import type { Namespace } from '../simulation/namespaces.ts'
import type { Timebase } from '../simulation/timebase.ts'
import type { Bus } from './bus.ts'
import type { ClockOwings } from './convoy.ts'
import type { Roster } from './roster.ts'

/** How often it is looked after callbacks that nobody waits for any more, in real milliseconds. */
const SWEEP_MS = 1000

/** What a replica says of a clock. */
const Report = z.object({
  isQuiet: z.boolean(),
  waiting: z.number(),
  awaited: z.number().nullable(),
  next: z.number().nullable(),
})
export type Report = Readonly<z.infer<typeof Report>>

/** Of several, in the order they were asked for; `null` of one that it does not know. */
export const Reports = z.array(Report.nullable())

export interface LeapsOptions {
  readonly bus: Bus
  readonly roster: Roster
  readonly owings: ClockOwings
  readonly timebase: Timebase
  readonly find: (key: string) => Namespace | undefined
}

/**
 * What came of an attempt.
 *
 * - `busy`: somebody works, or has just done so;
 * - `owed`: a callback is due or under way;
 * - `failed`: for want of a connection.
 */
type Outcome = 'leapt' | 'busy' | 'owed' | 'failed' | 'nobody waits'

/** When it is tried again where nobody is sure to do so otherwise, in real milliseconds: whoever promised to may have died. */
const AGAIN_MS: Readonly<Partial<Record<Outcome, number>>> = { busy: 1000, failed: 1000, owed: 20 }

/**
 * Auto-skip where several replicas have to be quiet. The one whose clock would leap asks the others; if one of them is not
 * quiet it proposes the leap itself when it is. So does everybody who has waited in vain.
 */
export class Leaps implements Pick<Fleet, 'leap'> {
  readonly #options: LeapsOptions
  /** Who is about to leap; `true` if he was told to once more meanwhile. */
  readonly #underway = new Map<Namespace, boolean>()
  /** Calls off what is to be done later. */
  readonly #callOff = new Set<() => void>()

  constructor(options: LeapsOptions) {
    this.#options = options
  }

  leap(namespace: Namespace): void {
    if (this.#underway.has(namespace)) this.#underway.set(namespace, true)
    else void this.#try(namespace)
  }

  /** What is to be said of clocks; `isLeap`: by somebody who wants to leap, and is to hear of it when it is quiet here. */
  report(keys: readonly string[], isLeap: boolean): (Report | null)[] {
    return keys.map(key => {
      const clock = this.#options.find(key)?.clock
      if (!clock) return null
      const { isQuiet, waiting, nextAwaited = null, nextEvent = null } = clock
      if (isLeap && !isQuiet) clock.askForQuiet()
      return { isQuiet, waiting, awaited: nextAwaited, next: nextEvent }
    })
  }

  /** Looks after callbacks whose replica has died, from time to time: they count as somebody who waits. */
  sweepLater(): void {
    this.#after(SWEEP_MS, () => {
      this.sweepLater()
      void this.#sweep().catch(() => {})
    })
  }

  close(): void {
    for (const callOff of this.#callOff) callOff()
  }

  #after(ms: number, act: () => void): void {
    const callOff = this.#options.timebase.after(ms, () => {
      this.#callOff.delete(callOff)
      act()
    })
    this.#callOff.add(callOff)
  }

  async #sweep(): Promise<void> {
    const { owings, find } = this.#options
    for (const key of await owings.owingNamespaces()) {
      const namespace = find(key)
      const clock = namespace?.clock
      if (clock?.setting.mode === 'auto-skip' && clock.isQuiet) this.leap(namespace as Namespace)
    }
  }

  async #try(namespace: Namespace): Promise<void> {
    this.#underway.set(namespace, false)
    const attempt = this.#options.bus.locked(`clock:${namespace.key}`, () => this.#leap(namespace))
    const outcome = await attempt.catch((): Outcome => 'failed')
    const isToldAgain = this.#underway.get(namespace)
    this.#underway.delete(namespace)
    if (namespace.clock.closedFor !== undefined) return
    const againMs = AGAIN_MS[outcome]
    if (isToldAgain || (outcome === 'busy' && !namespace.clock.isQuiet)) namespace.clock.askForQuiet()
    else if (againMs !== undefined) this.#after(againMs, () => namespace.clock.askForQuiet())
  }

  async #leap(namespace: Namespace): Promise<Outcome> {
    const { bus, roster, owings, timebase } = this.#options
    const { key, clock } = namespace
    if (!roster.isCurrent(namespace) || clock.setting.mode !== 'auto-skip') return 'nobody waits'
    if (!clock.isQuiet) return 'busy'
    await roster.register([namespace])
    const [answers, isAtRest, due] = await Promise.all([
      bus.ask('clocks:report', { keys: [key], isLeap: true }, Reports),
      owings.isAtRest(key, clock.now()),
      owings.earliest(key),
    ])
    const reports = answers.flat().filter(report => report !== null)
    if (!clock.isQuiet || reports.some(({ isQuiet }) => !isQuiet)) return 'busy'
    if (!isAtRest) return 'owed'
    const nexts = [clock.nextEvent, due, ...reports.map(({ next }) => next)]
    const target = Math.min(...nexts.filter(next => typeof next === 'number'))
    if (target === Number.POSITIVE_INFINITY) return 'nobody waits'
    if (target <= clock.now()) return 'busy'
    const stand = { ...clock.setting, at: target, real: timebase.now() }
    await Promise.all([roster.move('leap', [{ namespace, stand }]), bus.ask('clocks:look', [key])])
    return 'leapt'
  }
}
