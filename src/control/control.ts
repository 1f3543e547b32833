import type { Rulebook } from '../faults/rulebook.ts'
import type { Journal } from '../journal/journal.ts'
import type { Tape } from '../replay/tape.ts'
import type { Fleet } from '../simulation/fleet.ts'
import type { ClockScope, Namespaces } from '../simulation/namespaces.ts'
import { sha256 } from '../simulation/random.ts'
import type { Store, TaskFilter } from '../store/store.ts'
import { Books } from './books.ts'
import { type CallbackDesk, Callbacks } from './callbacks.ts'
import type { ClockLog } from './clock-log.ts'
import type { Earlier } from './earlier.ts'
import type { Inboxes } from './inboxes.ts'
import type { NamespaceView } from './namespace-routes.ts'
import { Refused } from './refused.ts'
import { Reports } from './reports.ts'
import type { SettingsDesk } from './settings-desk.ts'
import type { ClockState, TaskView } from './shapes.ts'
import { type Reroute, Tasks } from './tasks.ts'
import { type ClockChange, Time } from './time.ts'

export { Refused } from './refused.ts'
export type { ClockState, TaskView } from './shapes.ts'

/** What a command works on. */
export interface ControlOptions {
  readonly namespaces: Namespaces
  readonly store: Store
  readonly journal: Journal
  readonly dispatcher: CallbackDesk
  readonly inboxes: Inboxes
  readonly settings: SettingsDesk
  readonly rulebook: Rulebook
  readonly tape: Tape
  readonly earlier?: Earlier | undefined
  readonly fleet?: Fleet | undefined
  readonly company?: ControlCompany | undefined
}

/** The other replicas, where there are any. */
export interface ControlCompany {
  /** Has them forget what a reset has them forget, beside what is shared with them. */
  forget(namespace: string | undefined, what: readonly ResetPart[]): Promise<void>
  /** What happened is forgotten here, and to be forgotten by them. */
  cleared(what: 'journal' | 'inbox', of: { namespace?: string | undefined; inbox?: string | undefined }): void
}

/** What a reset can be narrowed to. */
export const RESET_PARTS = ['tasks', 'journal', 'clock', 'inbox', 'counters'] as const
export type ResetPart = (typeof RESET_PARTS)[number]

/** Whom a command is for: one namespace, by its token, its hash or at least eight digits of that; or the server. */
export interface Named {
  readonly token?: string | undefined
  readonly namespace?: string | undefined
  readonly scope?: 'server' | undefined
}

/** How a namespace is shown and may be named. */
export function short(namespace: string): string {
  return namespace.slice(0, 8)
}

/** Our own door's commands. The same over HTTP in the `…-routes.ts` files. */
export class Control {
  readonly #options: ControlOptions
  readonly #time: Time
  readonly #tasks: Tasks
  readonly callbacks: Callbacks
  /** What was bought, what twice, and how tasks were polled. */
  readonly books: Books
  /** What other commands found. */
  readonly reports = new Reports()
  /** The present of a namespace, `''` being the server. */
  readonly nowOf = (key: string): number => this.#time.nowOf(key)

  constructor(options: ControlOptions) {
    this.#options = options
    const { namespaces, journal, store, dispatcher, earlier, fleet } = options
    this.#time = new Time(namespaces, journal, fleet)
    const { nowOf } = this
    this.#tasks = new Tasks(store, nowOf)
    this.books = new Books({ journal, store, namespaces, earlier })
    this.callbacks = new Callbacks({ dispatcher, store, journal, tasks: this.#tasks, nowOf })
  }

  /** Whom a command is for: a namespace if one is named, else the server. */
  scopeOf({ token, namespace, scope }: Named): ClockScope {
    if ([token, namespace, scope].filter(name => name !== undefined).length > 1) {
      throw new Refused('name one of token, namespace and scope; they say for whom it is')
    }
    if (token !== undefined) return { namespace: sha256(token) }
    if (namespace === undefined) return 'server'
    if (/^[0-9a-f]{64}$/.test(namespace)) return { namespace }
    const known = this.#options.namespaces.all().filter(one => one.key.startsWith(namespace))
    if (known.length === 1 && known[0]) return { namespace: known[0].key }
    const reason =
      known.length === 0 ? 'is none that is known' : `is the beginning of ${known.length}; give more digits`
    throw new Refused(`namespace '${namespace}' ${reason}`, 404)
  }

  /** The namespace named. */
  namespaceOf(named: Named): string {
    const scope = this.scopeOf(named)
    if (scope === 'server') throw new Refused('name a token or a namespace')
    return scope.namespace
  }

  /** The namespaces that were seen, those with most tasks first. */
  async namespaces({ offset, limit }: { readonly offset: number; readonly limit: number }) {
    const { namespaces, store, settings } = this.#options
    const held = new Map((await store.namespaces()).map(({ namespace, tasks }) => [namespace, tasks]))
    const keys = [...new Set([...held.keys(), ...namespaces.all().map(({ key }) => key)])].filter(key => key !== '')
    const page = keys.sort((a, b) => (held.get(b) ?? 0) - (held.get(a) ?? 0)).slice(offset, offset + limit)
    const viewOf = async (key: string): Promise<NamespaceView> => ({
      namespace: short(key),
      tasks: held.get(key) ?? 0,
      revision: settings.revisionOf(key),
      ...(await store.account(key, this.nowOf(key))),
      clock: this.clock({ namespace: key }),
    })
    return { items: await Promise.all(page.map(viewOf)), total: keys.length }
  }

  clock(scope: ClockScope): ClockState {
    return this.#time.state(scope)
  }

  /** The clock with whoever waits, here or at another replica. */
  clockEverywhere(scope: ClockScope): Promise<ClockState> {
    return this.#time.stateEverywhere(scope)
  }

  /** Changes how the clock runs. `at` (Unix milliseconds, not before now) moves it there first. */
  setClock(scope: ClockScope, change: ClockChange): Promise<ClockState> {
    return this.#time.set(scope, change)
  }

  /**
   * Moves the clock forward by `ms`, or to the instant `to`, to the whole millisecond. With the server's go those that
   * follow it; one that auto-skip has taken beyond `to` stays where it is. All who wait wake in order of their instants.
   * Resolves when everything that was due is done: held requests are answered, callbacks posted and, if they failed,
   * tried again at their own dates.
   * @throws Refused if that lies before now or beyond the calendar. Then nothing has moved.
   */
  advance(scope: ClockScope, by: { ms: number } | { to: number }): Promise<ClockState> {
    return this.#time.advance(scope, by)
  }

  /**
   * Moves the clock to the earliest instant awaited: by a held request, a due callback, or after a poll that showed a
   * pending task.
   * @throws Refused if nobody waits.
   */
  toNextEvent(scope: ClockScope): Promise<ClockState> {
    return this.#time.toNextEvent(scope)
  }

  /**
   * Moves the clock of the task's namespace to the instant the task settles; not at all if it has.
   * @throws Refused if there is no such task, or it never settles.
   */
  async untilSettled(taskId: string): Promise<ClockState> {
    const task = await this.#tasks.find(taskId)
    return this.#time.untilSettled(task, () => this.#tasks.find(taskId))
  }

  /** Every command given to a clock, oldest first. */
  get clockLog(): ClockLog {
    return this.#time.log
  }

  /** A page of the namespace's tasks, newest first; of all namespaces' if none is named. */
  tasks(scope: ClockScope, filter: TaskFilter): Promise<{ items: TaskView[]; total: number }> {
    return this.#tasks.list(scope, filter)
  }

  /** One task, of whichever namespace. */
  task(id: string): Promise<TaskView> {
    return this.#tasks.show(id)
  }

  /**
   * Replaces the future of a pending task. Held requests are answered and callbacks sent by the new plan.
   * @throws Refused if there is no such task, it is settled, or `at` lies before now.
   */
  reroute(id: string, change: Reroute): Promise<TaskView> {
    return this.#tasks.reroute(id, change)
  }

  /** What a namespace has spent, in Credits. */
  account(key: string) {
    return this.#tasks.account(key, this.#options.settings.config.balance)
  }

  /**
   * Starts over: one namespace, or all. Without `what`, all of it. What was configured stays: settings, rules, faults, how
   * inboxes answer.
   *
   * - `tasks`: tasks, money, rate windows and streams of ids; held requests end with 503, callbacks are dropped;
   * - `journal`;
   * - `clock`: it runs as the server's again, and that as it was started; with `tasks` it is also set back. Without them
   *   it stays where it is, for they are dated by it;
   * - `inbox`: the messages, of one namespace its callbacks;
   * - `counters`: how often rules and faults have matched and fired.
   */
  async reset(scope: ClockScope, what: readonly ResetPart[] = RESET_PARTS): Promise<void> {
    const { store, journal, rulebook, inboxes, company, fleet } = this.#options
    const key = scope === 'server' ? undefined : scope.namespace
    const wants = new Set(what)
    if (wants.has('tasks')) await store.reset(key)
    await this.forget(key, what)
    await fleet?.written()
    await company?.forget(key, what)
    if (wants.has('journal')) {
      journal.clear(key)
      company?.cleared('journal', { namespace: key })
    }
    if (wants.has('counters')) await rulebook.resetCounts(key)
    if (wants.has('inbox')) {
      inboxes.clear({ namespace: key })
      company?.cleared('inbox', { namespace: key })
    }
  }

  /** The part of a reset that concerns this process alone. `isTold`: another replica has done so, and decided where clocks stand. */
  async forget(key: string | undefined, what: readonly ResetPart[], isTold = false): Promise<void> {
    const { namespaces, dispatcher, earlier } = this.#options
    const wants = new Set(what)
    if (wants.has('tasks')) {
      await dispatcher.forget(key)
      if (wants.has('clock')) namespaces.reset(key, isTold)
      else namespaces.restart(key)
    } else if (wants.has('clock')) namespaces.resetClocks(key, isTold)
    if (wants.has('clock')) this.#time.log.clear(key)
    if (wants.has('journal')) earlier?.clear(key)
    this.#retape(key, wants)
  }

  /** What is forgotten need not be had again. */
  #retape(key: string | undefined, wants: ReadonlySet<ResetPart>): void {
    const { tape, namespaces } = this.#options
    if (wants.has('tasks')) tape.abandon(key)
    if (!wants.has('journal')) return
    if (!wants.has('tasks')) tape.loseJournal()
    else if (wants.has('clock') && key === undefined) tape.restart(namespaces.server.clock.now())
    else if (wants.has('clock') && key !== undefined) tape.forget(key)
  }

  /** Forgets what came to an inbox; answers how much that was. */
  clearInbox(inbox: string): number {
    const { inboxes, company } = this.#options
    company?.cleared('inbox', { inbox })
    return inboxes.clear({ inbox })
  }

  get inboxes(): Inboxes {
    return this.#options.inboxes
  }

  get settings(): SettingsDesk {
    return this.#options.settings
  }

  get journal(): Journal {
    return this.#options.journal
  }
}
