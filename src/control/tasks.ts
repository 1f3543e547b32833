import { ERROR_CODES, ERRORS, type ErrorCode } from '../contract/errors.ts'
import { creditsLeft } from '../contract/pricing.ts'
import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import type { ClockScope } from '../simulation/namespaces.ts'
import type { Route } from '../simulation/reroute.ts'
import {
  createdAt,
  newestFirst,
  settlesAt,
  soonestFirst,
  stepAt,
  type Task,
  withoutUserinfo,
} from '../simulation/task.ts'
import { isoTime } from '../simulation/timebase.ts'
import type { Store, TaskFilter } from '../store/store.ts'
import { Refused } from './refused.ts'
import type { TaskView } from './shapes.ts'

/** Codes a task can fail with: those of the service behind the gateway. */
export const FAILURE_CODES = ERROR_CODES.filter(code => ERRORS[code].layer === 'worker' && code !== 'bad_request')

/** What is to become of a task. Instants are Unix milliseconds; without one, at once. */
export type Reroute =
  | { readonly to: 'succeed'; readonly at?: number | undefined }
  | {
      readonly to: 'fail'
      /** Default `api_error`. */
      readonly code?: ErrorCode | undefined
      /** Default: the catalogue's text for the code. */
      readonly message?: string | undefined
      readonly at?: number | undefined
    }
  | { readonly to: 'settle'; readonly at: number }
  | { readonly to: 'stall' }

/** The commands about tasks. `''` names the server's own namespace. */
export class Tasks {
  readonly #store: Store
  readonly #nowOf: (namespace: string) => number

  constructor(store: Store, nowOf: (namespace: string) => number) {
    this.#store = store
    this.#nowOf = nowOf
  }

  /** A page of the namespace's tasks; of all namespaces' if none is named. */
  async list(scope: ClockScope, filter: TaskFilter): Promise<{ items: TaskView[]; total: number }> {
    const keys = scope === 'server' ? await this.#keys() : [scope.namespace]
    const [only = '', ...others] = keys
    if (others.length === 0) {
      const now = this.#nowOf(only)
      const { tasks, total } = await this.#store.list(only, filter, now)
      return { items: tasks.map(task => viewOf(task, now)), total }
    }
    return this.#merged(keys, filter)
  }

  async #merged(keys: readonly string[], filter: TaskFilter): Promise<{ items: TaskView[]; total: number }> {
    const until = filter.offset + filter.limit
    const pages = await Promise.all(
      keys.map(key => this.#store.list(key, { ...filter, offset: 0, limit: until }, this.#nowOf(key))),
    )
    // The guides' tasks are in every namespace; shown once.
    const own = pages.flatMap(({ tasks }, index) => (index === 0 ? tasks : tasks.filter(task => !task.isPermanent)))
    const nowOf = (task: Task) => this.#nowOf(task.isPermanent ? (keys[0] ?? '') : task.namespace)
    const ordered = filter.order === 'soonest' ? soonestFirst(own, nowOf) : own.sort(newestFirst)
    const items = ordered.slice(filter.offset, until).map(task => viewOf(task, nowOf(task)))
    const repeated = (keys.length - 1) * (await this.#guides(filter))
    return { items, total: pages.reduce((sum, page) => sum + page.total, 0) - repeated }
  }

  /** One task, of whichever namespace. */
  async find(id: string): Promise<Task> {
    for (const key of await this.#keys()) {
      const task = await this.#store.task(key, id, this.#nowOf(key))
      if (task) return task
    }
    throw new Refused(`no task has the id '${id}'`, 404)
  }

  async show(id: string): Promise<TaskView> {
    const task = await this.find(id)
    return viewOf(task, this.#nowOf(task.namespace))
  }

  async reroute(id: string, change: Reroute): Promise<TaskView> {
    const { namespace } = await this.find(id)
    const now = this.#nowOf(namespace)
    if ('at' in change && change.at !== undefined && change.at < now) {
      throw new Refused(`at: ${change.at} is not allowed; it must not be before now, which is ${isoTime(now)}`, 409)
    }
    const answer = await this.#store.reroute(namespace, id, routeOf(change), now)
    if (typeof answer === 'object') return viewOf(answer, now)
    switch (answer) {
      case 'unknown':
        throw new Refused(`no task has the id '${id}'`, 404)
      case 'settled':
        throw new Refused(`task '${id}' is settled, and a settled task can't change any more`, 409)
      case 'endless':
        throw new Refused(`task '${id}' has no planned end that could be moved; have it succeed or fail`, 409)
    }
  }

  /** What a namespace has spent, in Credits, of `balance` to begin with. */
  async account(key: string, balance: number | undefined) {
    const account = await this.#store.account(key, this.#nowOf(key))
    const left = balance === undefined ? null : creditsLeft(balance, account)
    return { namespace: key.slice(0, 8), ...account, balance: balance ?? null, left }
  }

  async #keys(): Promise<string[]> {
    const keys = (await this.#store.namespaces()).map(one => one.namespace)
    return keys.length > 0 ? keys : ['']
  }

  /** How many of the guides' tasks match. */
  async #guides(filter: TaskFilter): Promise<number> {
    const { tasks } = await this.#store.list('', { ...filter, offset: 0, limit: GUIDE_TASKS.length }, this.#nowOf(''))
    return tasks.length
  }
}

function routeOf(change: Reroute): Route {
  if (change.to === 'stall' || change.to === 'settle') return change
  const at = change.at === undefined ? {} : { at: change.at }
  if (change.to === 'succeed') return { to: 'succeed', ...at }
  const { code = 'api_error' } = change
  return { to: 'fail', code, message: change.message ?? ERRORS[code].message, ...at }
}

function viewOf(task: Task, now: number): TaskView {
  const { id, type, action, model, mode, outcome, credits, steps, video, request } = task
  const { callback_url: url } = request
  return {
    id,
    namespace: task.namespace.slice(0, 8),
    state: stepAt(task, now).state,
    type,
    action,
    model,
    mode,
    outcome,
    credits,
    createdAt: createdAt(task),
    settlesAt: settlesAt(task) ?? null,
    reroutedAt: task.reroutedAt ?? null,
    steps,
    deliveries: task.deliveries.map(delivery => ({ ...delivery, url: withoutUserinfo(delivery.url) })),
    video,
    request: typeof url === 'string' ? { ...request, callback_url: withoutUserinfo(url) } : request,
  }
}
