import { z } from 'zod'
import type { Convoy } from '../simulation/fleet.ts'
import type { Namespace } from '../simulation/namespaces.ts'
import { pause, type Timebase } from '../simulation/timebase.ts'
import { type Rested, settle } from '../simulation/travel.ts'
import type { Owings } from '../store/owings.ts'
import type { Bus } from './bus.ts'
import type { Roster } from './roster.ts'

/** Who is at work elsewhere says so after this long, in real milliseconds, and is asked again. */
const ANSWER_MS = 1000

/** Between two looks at callbacks that are due or under way, in real milliseconds: twice as long each time. */
const LOOK_MS = [2, 50] as const

/** Callbacks that nobody works on are given up on after this long, in real milliseconds: twice what it takes to take them over. */
const ABANDONED_MS = 20_000

/** Whose clocks are meant. */
export const Keys = z.array(z.string()).readonly()

/** What is asked of others: to be at rest. */
export const RestQuestion = z.object({
  keys: Keys,
  /** How many at work have been given up on, by replica, in the order of the keys. */
  tolerated: z.record(z.string(), z.array(z.number()).readonly()),
})
export type RestQuestion = Readonly<z.infer<typeof RestQuestion>>

const RestAnswer = z.object({
  from: z.string(),
  /** Whether nobody is at work who has not been given up on. */
  isCalm: z.boolean(),
  atWork: z.number(),
  /** The earliest instants awaited, in the order of the keys. */
  awaited: z.array(z.number().nullable()).readonly(),
  tolerated: z.array(z.number()).readonly(),
})
export type RestAnswer = Readonly<z.infer<typeof RestAnswer>>

/** What of the owings clocks ask for. */
export type ClockOwings = Pick<Owings, 'earliest' | 'isAtRest' | 'owingNamespaces'>

export interface ConvoyOptions {
  readonly bus: Bus
  readonly roster: Roster
  readonly owings: ClockOwings
  readonly timebase: Timebase
}

/** Answers once all here are at rest, or after a while. */
export async function restHere(
  find: (key: string) => Namespace | undefined,
  id: string,
  { keys, tolerated }: RestQuestion,
  timebase: Timebase,
): Promise<RestAnswer> {
  const namespaces = keys.map(find)
  const legs = namespaces.map((namespace, index) => ({
    clock: namespace?.clock,
    tolerated: tolerated[id]?.[index] ?? 0,
  }))
  const rested = legs.filter((leg): leg is Rested => leg.clock !== undefined)
  let callOff = () => {}
  const isLate = new Promise<false>(resolve => {
    callOff = timebase.after(ANSWER_MS, () => resolve(false))
  })
  const isCalm = await Promise.race([settle(rested).then(() => true), isLate])
  callOff()
  return {
    from: id,
    isCalm,
    atWork: rested.reduce((sum, { clock }) => sum + clock.atWork, 0),
    awaited: namespaces.map(namespace => namespace?.clock.nextAwaited ?? null),
    tolerated: legs.map(leg => leg.tolerated),
  }
}

/** The clocks of namespaces in all replicas, on their way. */
export class RedisConvoy implements Convoy {
  readonly #options: ConvoyOptions
  readonly #namespaces: readonly Namespace[]
  /** Their places among the namespaces: nobody elsewhere knows of the others. */
  readonly #shared: readonly number[]
  awaited: readonly number[] = []
  /** When callbacks are due, as it was last known. */
  #due: readonly number[] = []
  readonly #tolerated: Record<string, readonly number[]> = {}
  #answers: Promise<RestAnswer[]> | undefined
  /** Callbacks have been under way since all were asked. */
  #wereOwed = false
  #lookMs: number = LOOK_MS[0]
  /** Since when callbacks are due and nobody works, in real time. */
  #abandonedSince: number | undefined
  #isAbandoned = false

  constructor(options: ConvoyOptions, namespaces: readonly Namespace[]) {
    this.#options = options
    this.#namespaces = namespaces
    this.#shared = namespaces.flatMap((one, index) => (options.roster.isShared(one) ? [index] : []))
  }

  async moveTo(instants: readonly number[]): Promise<void> {
    const { roster, timebase } = this.#options
    const moves = this.#namespaces.flatMap((namespace, index) => {
      const at = instants[index] ?? 0
      const { clock } = namespace
      if (clock.closedFor !== undefined || at <= clock.now()) return []
      return [{ namespace, stand: { ...clock.setting, at, real: timebase.now() } }]
    })
    this.#wereOwed = this.#due.some((due, index) => due <= (instants[index] ?? 0))
    const shared = moves.filter(({ namespace }) => roster.isShared(namespace))
    await roster.register(shared.map(({ namespace }) => namespace))
    const moved = roster.move('set', shared)
    this.#answers = this.#ask('clocks:go')
    await moved
    for (const { namespace, stand } of moves) {
      const { clock } = namespace
      if (!roster.isShared(namespace) && stand.at > clock.now()) clock.moveTo(stand.at)
    }
  }

  async isAtRest(): Promise<boolean> {
    const asked = this.#answers ?? this.#ask('clocks:rest')
    this.#answers = undefined
    const answers = await asked
    for (const { from, tolerated } of answers) if (tolerated.some(count => count > 0)) this.#tolerated[from] = tolerated
    if (answers.some(({ isCalm }) => !isCalm)) return false
    const { isAtRest, due } = await this.#owed()
    if (!isAtRest && !this.#isAbandoned) {
      await this.#linger(answers.some(({ atWork }) => atWork > 0))
      return false
    }
    this.#lookMs = LOOK_MS[0]
    this.#abandonedSince = undefined
    // Whoever worked on a callback may have set something off since he was asked.
    if (this.#wereOwed) {
      this.#wereOwed = false
      return false
    }
    this.#due = due
    this.awaited = this.#earliest(answers, due)
    return true
  }

  #ask(topic: string): Promise<RestAnswer[]> {
    const keys = this.#shared.map(index => this.#namespaces[index]?.key ?? '')
    const question: RestQuestion = { keys, tolerated: this.#tolerated }
    const answers = this.#options.bus.ask(topic, question, RestAnswer)
    // It is looked at when all are at rest here.
    answers.catch(() => {})
    return answers
  }

  /** Whether no callback is due or under way, and when the next is due, in the order of the namespaces. */
  async #owed(): Promise<{ isAtRest: boolean; due: number[] }> {
    const { owings, roster } = this.#options
    const due: number[] = this.#namespaces.map(() => Number.POSITIVE_INFINITY)
    const rests = await Promise.all(
      this.#shared.map(async index => {
        const namespace = this.#namespaces[index]
        if (!namespace || !roster.isCurrent(namespace)) return true
        const [isAtRest, earliest] = await Promise.all([
          owings.isAtRest(namespace.key, namespace.clock.now()),
          owings.earliest(namespace.key),
        ])
        due[index] = earliest ?? Number.POSITIVE_INFINITY
        return isAtRest
      }),
    )
    return { isAtRest: rests.every(Boolean), due }
  }

  /** Lets callbacks have their time. */
  async #linger(isWorkedElsewhere: boolean): Promise<void> {
    const { timebase } = this.#options
    this.#wereOwed = true
    const isWorked = isWorkedElsewhere || this.#namespaces.some(({ clock }) => clock.atWork > 0)
    if (isWorked) this.#abandonedSince = undefined
    else this.#abandonedSince ??= timebase.now()
    this.#isAbandoned = timebase.now() - (this.#abandonedSince ?? timebase.now()) >= ABANDONED_MS
    await pause(this.#lookMs, timebase)
    this.#lookMs = Math.min(2 * this.#lookMs, LOOK_MS[1])
  }

  #earliest(answers: readonly RestAnswer[], due: readonly number[]): number[] {
    const earliest = [...due]
    for (const { awaited } of answers) {
      for (const [nth, instant] of awaited.entries()) {
        const index = this.#shared[nth]
        if (index !== undefined && instant !== null) earliest[index] = Math.min(earliest[index] ?? instant, instant)
      }
    }
    return earliest
  }
}
