import { creditsLeft } from '../contract/pricing.ts'
import type { Rulebook } from '../faults/rulebook.ts'
import type { Journal } from '../journal/journal.ts'
import { type ClockMode, LAST_INSTANT } from '../simulation/clock.ts'
import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import type { ClockScope, Namespace, Namespaces } from '../simulation/namespaces.ts'
import { sha256 } from '../simulation/random.ts'
import { createdAt, newestFirst, settlesAt, stepAt, type Task, withoutUserinfo } from '../simulation/task.ts'
import { isoTime } from '../simulation/timebase.ts'
import type { Store, TaskFilter } from '../store/store.ts'

/** What a command works on. */
export interface ControlOptions {
  readonly namespaces: Namespaces
  readonly store: Store
  readonly journal: Journal
  readonly rulebook: Rulebook
  /** Credits each namespace begins with; `undefined`: unlimited. */
  readonly balance: number | undefined
}

/** A clock as shown. Instants in Unix milliseconds, and once more as text for people. */
export interface ClockState {
  /** `server`, or the first eight digits of the namespace. */
  readonly scope: string
  readonly mode: ClockMode
  readonly rate: number
  readonly now: number
  readonly time: string
  /** Whether commands to the server's clock move this one. */
  readonly follows: boolean
  /** How many wait on it: held requests and due callbacks. */
  readonly waiting: number
  /** The earliest instant awaited. */
  readonly next: number | null
}

/** A task as shown at this door: the plan, not the upstream's record. */
export interface TaskView {
  readonly id: string
  readonly namespace: string
  readonly state: string
  readonly action: string
  readonly model: string
  readonly mode: string
  readonly outcome: string
  readonly credits: number
  readonly createdAt: number
  readonly settlesAt: number | null
  readonly steps: Task['steps']
  readonly deliveries: Task['deliveries']
  readonly video: Task['video']
  readonly request: Task['request']
}

/** A command that can't be carried out, with the reason. */
export class Refused extends Error {
  readonly status: 400 | 404 | 409

  constructor(message: string, status: 400 | 404 | 409 = 400) {
    super(message)
    this.status = status
  }
}

/** How a namespace is shown and may be named. */
export function short(namespace: string): string {
  return namespace.slice(0, 8)
}

/** Our own door's commands. The same over HTTP in `routes.ts`. */
export class Control {
  readonly #options: ControlOptions

  constructor(options: ControlOptions) {
    this.#options = options
  }

  /** Whom a command is for: a token, a namespace by its hash or at least eight digits of it, or the server. */
  scopeOf(named: { token?: string | undefined; namespace?: string | undefined }): ClockScope {
    if (named.token !== undefined) return { namespace: sha256(named.token) }
    if (named.namespace === undefined) return 'server'
    const { namespace } = named
    if (/^[0-9a-f]{64}$/.test(namespace)) return { namespace }
    const known = this.#options.namespaces.all().filter(one => one.key.startsWith(namespace))
    if (known.length === 1 && known[0]) return { namespace: known[0].key }
    throw new Refused(`namespace '${namespace}' names ${known.length} of the known namespaces`, 404)
  }

  clock(scope: ClockScope): ClockState {
    return stateOf(this.#one(scope), scope === 'server' ? 'server' : short(scope.namespace))
  }

  /** Changes how the clock runs. `at` (Unix milliseconds, not before now) moves it there first. */
  setClock(scope: ClockScope, setting: { mode: ClockMode; rate?: number | undefined; at?: number | undefined }) {
    const rate = setting.mode === 'scaled' ? (setting.rate ?? 1) : 1
    if (setting.at !== undefined) this.advance(scope, { to: setting.at })
    for (const { clock } of this.#options.namespaces.commanded(scope)) clock.set({ mode: setting.mode, rate })
    return this.clock(scope)
  }

  /**
   * Moves the clock forward by `ms`, or to the instant `to`, to the whole millisecond. With the server's go those that
   * follow it; one that auto-skip has taken beyond `to` stays where it is.
   * @throws Refused if that lies before now or beyond the calendar. Then nothing has moved.
   */
  advance(scope: ClockScope, by: { ms: number } | { to: number }): ClockState {
    const now = this.#one(scope).clock.now()
    const ms = Math.round('ms' in by ? by.ms : by.to - now)
    if (ms < 0) throw new Refused(`a clock moves forward only, and it is ${isoTime(now)}`, 409)
    if (!(now + ms <= LAST_INSTANT)) throw new Refused('the instant is beyond the calendar', 409)
    for (const { clock } of this.#options.namespaces.commanded(scope)) {
      const target = 'ms' in by ? clock.now() + ms : Math.max(clock.now(), now + ms)
      clock.moveTo(Math.min(target, LAST_INSTANT))
    }
    return this.clock(scope)
  }

  /** A page of the namespace's tasks, newest first; of all namespaces' if none is named. */
  async tasks(scope: ClockScope, filter: TaskFilter): Promise<{ items: TaskView[]; total: number }> {
    const keys = scope === 'server' ? await this.#keysWithTasks() : [scope.namespace]
    const pages = await Promise.all(
      keys.map(key =>
        this.#options.store.list(key, { ...filter, offset: 0, limit: filter.offset + filter.limit }, this.#now(key)),
      ),
    )
    const own = pages.flatMap((page, index) => page.tasks.map(task => [task, keys[index] ?? ''] as const))
    // The guides' tasks are in every namespace; shown once.
    const distinct = [...new Map(own.map(pair => [pair[0].id, pair])).values()]
    const items = distinct
      .sort(([a], [b]) => newestFirst(a, b))
      .slice(filter.offset, filter.offset + filter.limit)
      .map(([task, key]) => viewOf(task, this.#now(key)))
    const repeated = (keys.length - 1) * GUIDE_TASKS.length
    return { items, total: pages.reduce((sum, page) => sum + page.total, 0) - repeated }
  }

  /** One task, of whichever namespace. */
  async task(id: string): Promise<TaskView> {
    for (const key of await this.#keysWithTasks()) {
      const now = this.#now(key)
      const task = await this.#options.store.task(key, id, now)
      if (task) return viewOf(task, now)
    }
    throw new Refused(`no task has the id '${id}'`, 404)
  }

  /** What a namespace has spent, in Credits. */
  async account(key: string) {
    const account = await this.#options.store.account(key, this.#now(key))
    const { balance } = this.#options
    const left = balance === undefined ? null : creditsLeft(balance, account)
    return { namespace: short(key), ...account, balance: balance ?? null, left }
  }

  /** Forgets tasks, journal, streams and clock of one namespace, or of all. Settings stay; rules too, and count anew. */
  async reset(scope: ClockScope): Promise<void> {
    const key = scope === 'server' ? undefined : scope.namespace
    await this.#options.store.reset(key)
    this.#options.namespaces.reset(key)
    this.#options.journal.clear(key)
    this.#options.rulebook.resetCounts(key)
  }

  get journal(): Journal {
    return this.#options.journal
  }

  async #keysWithTasks(): Promise<string[]> {
    const keys = (await this.#options.store.namespaces()).map(one => one.namespace)
    return keys.length > 0 ? keys : ['']
  }

  #now(key: string): number {
    return this.#one(key === '' ? 'server' : { namespace: key }).clock.now()
  }

  /** The namespace to look at. Looking does not make one. */
  #one(scope: ClockScope): Namespace {
    const { namespaces } = this.#options
    return (scope === 'server' ? undefined : namespaces.find(scope.namespace)) ?? namespaces.server
  }
}

function stateOf({ clock, follows }: Namespace, scope: string): ClockState {
  const now = clock.now()
  return {
    scope,
    ...clock.setting,
    now,
    time: isoTime(now),
    follows,
    waiting: clock.waiting,
    next: clock.nextAwaited ?? null,
  }
}

function viewOf(task: Task, now: number): TaskView {
  const { id, action, model, mode, outcome, credits, steps, video, request } = task
  const { callback_url: url } = request
  return {
    id,
    namespace: short(task.namespace),
    state: stepAt(task, now).state,
    action,
    model,
    mode,
    outcome,
    credits,
    createdAt: createdAt(task),
    settlesAt: settlesAt(task) ?? null,
    steps,
    deliveries: task.deliveries.map(delivery => ({ ...delivery, url: withoutUserinfo(delivery.url) })),
    video,
    request: typeof url === 'string' ? { ...request, callback_url: withoutUserinfo(url) } : request,
  }
}
