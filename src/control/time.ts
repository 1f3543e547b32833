import type { Journal } from '../journal/journal.ts'
import { type ClockMode, LAST_INSTANT, type VirtualClock } from '../simulation/clock.ts'
import type { ClockScope, Namespace, Namespaces } from '../simulation/namespaces.ts'
import { settlesAt, type Task } from '../simulation/task.ts'
import { isoTime } from '../simulation/timebase.ts'
import { inTurn, travel } from '../simulation/travel.ts'
import { type ClockCommand, ClockLog } from './clock-log.ts'
import { Refused } from './refused.ts'
import type { ClockState } from './shapes.ts'

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

  constructor(namespaces: Namespaces, journal: Pick<Journal, 'newest'>) {
    this.#namespaces = namespaces
    this.#journal = journal
  }

  state(scope: ClockScope): ClockState {
    const { clock, follows } = this.#one(scope)
    const now = clock.now()
    return {
      scope: scope === 'server' ? 'server' : scope.namespace.slice(0, 8),
      ...clock.setting,
      now,
      time: isoTime(now),
      follows,
      waiting: clock.waiting,
      next: finite(clock.nextAwaited),
    }
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
      const clocks = this.#namespaces.commanded(scope).map(({ clock }) => clock)
      if (at !== undefined) await this.#moveStanding(scope, clocks, at)
      for (const clock of clocks) clock.set({ mode, rate: command.rate })
    })
  }

  advance(scope: ClockScope, by: { ms: number } | { to: number }): Promise<ClockState> {
    return this.#command(scope, { command: 'advance', ...by }, () => this.#move(scope, by))
  }

  toNextEvent(scope: ClockScope): Promise<ClockState> {
    return this.#command(scope, { command: 'next-event' }, clocks => {
      const waits = clocks.map(clock => (clock.nextEvent ?? Number.POSITIVE_INFINITY) - clock.now())
      const ms = Math.min(...waits)
      if (ms === Number.POSITIVE_INFINITY) {
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
    act: (clocks: readonly VirtualClock[]) => void | Promise<void>,
  ): Promise<ClockState> {
    return inTurn(this.#clocks(scope), async () => {
      const from = this.#one(scope).clock.now()
      const entry = this.log.add(command, { scope, from, journalSeq: this.#journal.newest })
      try {
        await act(this.#clocks(scope))
      } catch (refusal) {
        this.log.remove(entry)
        throw refusal
      }
      this.#namespaces.commanded(scope)
      const state = this.state(scope)
      entry.to = state.now
      return state
    })
  }

  /** Moves clocks that stand meanwhile: one that ran would be a little further when it is told to stop there. */
  async #moveStanding(scope: ClockScope, clocks: readonly VirtualClock[], to: number): Promise<void> {
    const before = clocks.map(clock => clock.setting)
    for (const clock of clocks) clock.set({ mode: 'frozen', rate: 1 })
    try {
      await this.#move(scope, { to })
    } catch (refusal) {
      for (const [index, clock] of clocks.entries()) clock.set(before[index] ?? clock.setting)
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
    await travel(this.#namespaces.commanded(scope).map(({ clock }) => ({ clock, ms: length(clock) })))
  }

  #clocks(scope: ClockScope): VirtualClock[] {
    if (scope !== 'server') return [this.#namespaces.of(scope.namespace).clock]
    const followers = this.#namespaces.all().filter(({ follows }) => follows)
    return followers.map(({ clock }) => clock)
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
