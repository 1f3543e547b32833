import type { Journal } from '../journal/journal.ts'
import { type ClockMode, type ClockSetting, LAST_INSTANT, type VirtualClock } from '../simulation/clock.ts'
import type { Fleet, Waits } from '../simulation/fleet.ts'
import type { ClockScope, Namespace, Namespaces } from '../simulation/namespaces.ts'
import { settlesAt, type Task } from '../simulation/task.ts'
import { isoTime } from '../simulation/timebase.ts'
import { inTurn, travel } from '../simulation/travel.ts'
import { type ClockCommand, ClockLog } from './clock-log.ts'
import { Refused } from './refused.ts'
import type { ClockState } from './shapes.ts'

/** Later than any instant. */
const NEVER = Number.POSITIVE_INFINITY

/** How a clock is to run. */
export interface ClockChange {
  readonly mode: ClockMode
  /** Virtual milliseconds for each real one, with mode `scaled` only. Default 1. */
  readonly rate?: number | undefined
  /** Where to move it first, not before now. */
  readonly at?: number | undefined
}

/** The commands to clocks. Those for one clock are carried out one after another. */
export class Time {
  readonly log = new ClockLog()
  readonly #namespaces: Namespaces
  readonly #journal: Pick<Journal, 'newest'>
  readonly #fleet: Fleet | undefined

  constructor(namespaces: Namespaces, journal: Pick<Journal, 'newest'>, fleet?: Fleet) {
    this.#namespaces = namespaces
    this.#journal = journal
    this.#fleet = fleet
    fleet?.shareLog(this.log)
  }

  /** With who waits here, and `elsewhere`. */
  state(scope: ClockScope, elsewhere?: Waits): ClockState {
    const { clock, follows } = this.#one(scope)
    const now = clock.now()
    const next = Math.min(clock.nextAwaited ?? NEVER, elsewhere?.awaited ?? NEVER)
    return {
      scope: scope === 'server' ? 'server' : scope.namespace.slice(0, 8),
      ...clock.setting,
      now,
      time: isoTime(now),
      follows,
      waiting: clock.waiting + (elsewhere?.waiting ?? 0),
      next: finite(next),
    }
  }

  /** With whoever waits, wherever that is. */
  async stateEverywhere(scope: ClockScope): Promise<ClockState> {
    const [waits] = (await this.#fleet?.elsewhere([this.#one(scope)])) ?? []
    return this.state(scope, waits)
  }

  /** The present of a namespace, `''` being the server. */
  nowOf(key: string): number {
    return this.#one(key === '' ? 'server' : { namespace: key }).clock.now()
  }

  set(scope: ClockScope, { mode, rate = 1, at }: ClockChange): Promise<ClockState> {
    const command = {
      command: 'set',
      mode,
      rate: mode === 'scaled' ? rate : 1,
      ...(at !== undefined && { at }),
    } as const
    return this.#command(scope, command, async () => {
      const commanded = this.#namespaces.commanded(scope)
      if (at !== undefined) await this.#moveStanding(scope, commanded, at)
      await this.#run(commanded, { mode, rate: command.rate })
    })
  }

  advance(scope: ClockScope, by: { ms: number } | { to: number }): Promise<ClockState> {
    return this.#command(scope, { command: 'advance', ...by }, () => this.#move(scope, by))
  }

  toNextEvent(scope: ClockScope): Promise<ClockState> {
    return this.#command(scope, { command: 'next-event' }, async namespaces => {
      const elsewhere = this.#fleet ? await this.#fleet.elsewhere(namespaces) : []
      const ms = Math.min(
        ...namespaces.flatMap(({ clock }, index) =>
          [clock.nextEvent, elsewhere[index]?.next].map(next => (next ?? NEVER) - clock.now()),
        ),
      )
      if (ms === NEVER) {
        throw new Refused(
          'nobody waits: there is no held request, no due callback and no poll of a pending task; advance by a length or to an instant',
          409,
        )
      }
      return this.#move(scope, { ms })
    })
  }

  /** `find` gives the task as it is by now, which may have been rerouted. */
  async untilSettled(task: Task, find: () => Promise<Task | undefined>): Promise<ClockState> {
    const scope: ClockScope = task.namespace === '' ? 'server' : { namespace: task.namespace }
    if (isSettled(task, this.nowOf(task.namespace))) return this.state(scope)
    return this.#command(scope, { command: 'until-settled', task: task.id }, async () => {
      for (let latest = await find(); latest; latest = await find()) {
        const now = this.nowOf(task.namespace)
        if (isSettled(latest, now)) return
        const at = settlesAt(latest)
        if (at === undefined) throw new Refused(`task '${task.id}' never settles: its plan has no end`, 409)
        if (!(at <= LAST_INSTANT)) throw new Refused(`task '${task.id}' settles beyond the calendar`, 409)
        await this.#move(scope, { to: at })
      }
    })
  }

  /** Carries out a command when those before it are, and keeps it in the log unless it was refused. */
  async #command(
    scope: ClockScope,
    command: ClockCommand,
    act: (namespaces: readonly Namespace[]) => void | Promise<void>,
  ): Promise<ClockState> {
    const carryOut = async (seq?: number) => {
      const from = this.#one(scope).clock.now()
      const entry = this.log.add(command, { scope, from, journalSeq: this.#journal.newest, seq })
      try {
        await act(this.#concerned(scope))
      } catch (refusal) {
        this.log.remove(entry)
        throw refusal
      }
      this.#namespaces.commanded(scope)
      const state = this.#fleet ? await this.stateEverywhere(scope) : this.state(scope)
      entry.to = state.now
      this.#fleet?.logged(entry)
      return state
    }
    const clocks = this.#concerned(scope).map(({ clock }) => clock)
    return inTurn(clocks, () => (this.#fleet ? this.#fleet.command(scope, carryOut) : carryOut()))
  }

  /** Here and elsewhere. */
  #run(namespaces: readonly Namespace[], setting: ClockSetting): Promise<void> | undefined {
    if (this.#fleet) return this.#fleet.set(namespaces, setting)
    for (const { clock } of namespaces) clock.set(setting)
    return undefined
  }

  /** Moves clocks that stand meanwhile: one that ran would be a little further when it is told to stop there. */
  async #moveStanding(scope: ClockScope, namespaces: readonly Namespace[], to: number): Promise<void> {
    const before = namespaces.map(({ clock }) => clock.setting)
    const stopped = this.#run(namespaces, { mode: 'frozen', rate: 1 })
    if (stopped) await stopped
    try {
      await this.#move(scope, { to })
    } catch (refusal) {
      for (const [index, namespace] of namespaces.entries()) {
        await this.#run([namespace], before[index] ?? namespace.clock.setting)
      }
      throw refusal
    }
  }

  async #move(scope: ClockScope, by: { ms: number } | { to: number }): Promise<void> {
    const now = this.#one(scope).clock.now()
    const ms = Math.round('ms' in by ? by.ms : by.to - now)
    if (ms < 0) throw new Refused(`a clock moves forward only, and it is ${isoTime(now)}`, 409)
    if (!(now + ms <= LAST_INSTANT)) throw new Refused('the instant is beyond the calendar', 409)
    // A clock that auto-skip has taken beyond the instant stays where it is.
    const length = (clock: VirtualClock) => ('ms' in by ? ms : Math.max(0, now + ms - clock.now()))
    const commanded = this.#namespaces.commanded(scope)
    const journeys = commanded.map(({ clock }) => ({ clock, ms: length(clock) }))
    await travel(journeys, this.#fleet?.convoy(commanded))
  }

  #concerned(scope: ClockScope): Namespace[] {
    if (scope !== 'server') return [this.#namespaces.of(scope.namespace)]
    return this.#namespaces.all().filter(({ follows }) => follows)
  }

  /** The namespace to look at. Looking does not make one. */
  #one(scope: ClockScope): Namespace {
    return (scope === 'server' ? undefined : this.#namespaces.find(scope.namespace)) ?? this.#namespaces.server
  }
}

function isSettled(task: Task, now: number): boolean {
  const at = settlesAt(task)
  return task.isPermanent === true || (at !== undefined && at <= now)
}

function finite(instant: number | undefined): number | null {
  return instant !== undefined && instant <= LAST_INSTANT ? instant : null
}
