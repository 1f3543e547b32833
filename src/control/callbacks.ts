import type { Deliveries } from '../callbacks/deliveries.ts'
import type { AttemptReport } from '../callbacks/dispatcher.ts'
import type { CallbackEntry, Journal } from '../journal/journal.ts'
import { callbackId, readCallbackId } from '../simulation/callback-id.ts'
import type { ClockScope } from '../simulation/namespaces.ts'
import { settlesAt, type Task, withoutUserinfo } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import { Refused } from './refused.ts'
import type { Tasks } from './tasks.ts'

/** What the dispatcher does for the commands about callbacks. */
export type CallbackDesk = Pick<Deliveries, 'scheduled' | 'resend' | 'forget' | 'messageOf'>

/** A callback that waits to be due, as shown. */
export interface ScheduledView {
  readonly id: string
  readonly namespace: string
  readonly taskId: string
  readonly url: string
  /** When, in Unix milliseconds on the namespace's clock. */
  readonly at: number
  /** Which attempt it will be, from 1. */
  readonly attempt: number
}

/** One of a task's callbacks, as shown. */
export interface CallbackView {
  /** The task's id, a dot, and its place among the task's callbacks from 1; 0 for one sent by hand to elsewhere. */
  readonly id: string
  readonly namespace: string
  readonly taskId: string
  readonly url: string | null
  /**
   * `scheduled`: waits to be due, for the first time or again; `delivered`, `lost`, `failed`: by its last attempt;
   * `cancelled`: by a command; `open`: none of these yet.
   */
  readonly state: 'scheduled' | 'delivered' | 'lost' | 'failed' | 'cancelled' | 'open'
  /** When it is due next. */
  readonly at: number | null
  /** Attempts so far, as the journal has them, oldest first. */
  readonly attempts: readonly CallbackEntry[]
}

/** A change to what is sent. Headers and body that are left out are as they were sent last, or would be sent now. */
export interface Edit {
  /** Without it, the address that the task asked for. */
  readonly url?: string | undefined
  /** Added to the others; `null` takes one away. Names in any case. */
  readonly headers?: Readonly<Record<string, string | null>> | undefined
  /** Text goes as it is, anything else as JSON. */
  readonly body?: unknown
}

/** Outcomes of attempts that left nothing behind: nothing was sent. */
const UNSENT: ReadonlySet<string> = new Set(['lost', 'refused-address', 'invalid-url', 'invalid-headers'])

/** Headers that the sender makes itself for each post. */
const OWN_HEADERS = new Set(['host', 'connection', 'content-length', 'user-agent', 'authorization'])

export interface CallbacksOptions {
  readonly dispatcher: CallbackDesk
  readonly store: Store
  readonly journal: Journal
  readonly tasks: Tasks
  readonly nowOf: (namespace: string) => number
}

/** The commands about callbacks. */
export class Callbacks {
  readonly #options: CallbacksOptions

  constructor(options: CallbacksOptions) {
    this.#options = options
  }

  /** What waits to be due, the earliest first (`due` of them at most), and the newest `limit` attempts, oldest first. */
  async list(
    scope: ClockScope,
    { task, limit = 100, due }: { task?: string | undefined; limit?: number; due?: number | undefined } = {},
  ) {
    const { dispatcher, journal } = this.#options
    const namespace = scope === 'server' ? undefined : scope.namespace
    const scheduled = await dispatcher.scheduled(namespace, task)
    const filter = { kind: 'callback', ...(namespace !== undefined && { namespace }) } as const
    const wanted = { ...filter, ...(task !== undefined && { taskId: task }) }
    const { entries: attempts } = await journal.readPage(wanted, limit, 0)
    return {
      scheduled: scheduled.slice(0, due).map(brief),
      due: scheduled.length,
      attempts: attempts.filter(entry => entry.kind === 'callback').map(brief),
    }
  }

  async show(id: string): Promise<CallbackView> {
    const { task, place } = await this.#find(id)
    const delivery = task.deliveries[place]
    const scheduled = await this.#options.dispatcher.scheduled(task.namespace, task.id)
    const waits = scheduled.find(one => one.id === id)
    const attempts = await this.#attempts(id)
    const last = attempts.at(-1)?.outcome
    const ended = last === 'delivered' || last === 'lost' ? last : last === undefined ? 'open' : 'failed'
    return {
      id,
      namespace: task.namespace.slice(0, 8),
      taskId: task.id,
      url: delivery ? withoutUserinfo(delivery.url) : null,
      state: waits ? 'scheduled' : delivery?.isCancelled ? 'cancelled' : ended,
      at: waits?.at ?? null,
      attempts: attempts.map(brief),
    }
  }

  /** Sends what was sent last once more, now. */
  async redeliver(id: string): Promise<AttemptReport> {
    return this.resend(id, {})
  }

  /** Sends it now, once, with changes. */
  async resend(id: string, edit: Edit): Promise<AttemptReport> {
    const { task, place } = await this.#find(id)
    return this.#send(task, place, edit)
  }

  /** Sends one for a task by hand, to the task's own address or another. */
  async send(taskId: string, edit: Edit): Promise<AttemptReport> {
    const task = await this.#options.tasks.find(taskId)
    return this.#send(task, task.deliveries.length > 0 ? 0 : -1, edit)
  }

  async cancel(id: string): Promise<CallbackView> {
    const { task, place } = await this.#find(id)
    const { state } = await this.show(id)
    if (state !== 'scheduled' && state !== 'open')
      throw new Refused(`callback '${id}' is ${state}; it is not scheduled`, 409)
    const { namespace } = task
    const { store, nowOf } = this.#options
    if (!(await store.cancelDelivery(namespace, task.id, place, nowOf(namespace)))) throw unknown(id)
    return { ...(await this.show(id)), state: 'cancelled', at: null }
  }

  async #find(id: string): Promise<{ task: Task; place: number }> {
    const named = readCallbackId(id)
    if (!named) throw unknown(id)
    const task = await this.#options.tasks.find(named.taskId)
    if (!task.deliveries[named.place] && (await this.#attempts(id)).length === 0) throw unknown(id)
    return { task, place: named.place }
  }

  async #attempts(id: string): Promise<CallbackEntry[]> {
    const { taskId = '' } = readCallbackId(id) ?? {}
    const entries = await this.#options.journal.readAll({ kind: 'callback', taskId })
    return entries.filter(entry => entry.kind === 'callback').filter(entry => entry.callbackId === id)
  }

  async #send(task: Task, place: number, { url, headers = {}, body }: Edit): Promise<AttemptReport> {
    const { dispatcher } = this.#options
    const attempts = await this.#attempts(callbackId(task.id, place))
    const last = attempts.findLast(({ outcome }) => !UNSENT.has(outcome))
    const to = url ?? task.deliveries[place]?.url ?? last?.url
    if (to === undefined) throw new Refused(`task '${task.id}' asked for no callback; name a url`)
    const usual =
      last && isWhole(last)
        ? { text: last.requestBody, headers: extraOf(last.requestHeaders) }
        : this.#planned(task, place, body)
    const changed = Object.entries({ ...usual.headers, ...lowered(headers) }).filter(([, value]) => value !== null)
    return brief(
      await dispatcher.resend(task, place, (attempts.at(-1)?.attempt ?? 0) + 1, {
        url: to,
        text: body === undefined ? usual.text : typeof body === 'string' ? body : JSON.stringify(body),
        headers: Object.fromEntries(changed) as Record<string, string>,
      }),
    )
  }

  /** What would be sent now. */
  #planned(task: Task, place: number, body: unknown): { text: string; headers: Readonly<Record<string, string>> } {
    const now = this.#options.nowOf(task.namespace)
    const settled = task.isPermanent ? 0 : (settlesAt(task) ?? Number.POSITIVE_INFINITY)
    if (settled <= now) return this.#options.dispatcher.messageOf(task, Math.max(0, place), now)
    if (body !== undefined) return { text: '', headers: {} }
    throw new Refused(`task '${task.id}' is not settled and nothing was sent yet; settle it, or give a body`, 409)
  }
}

/** Whether the journal has the whole body: it keeps the beginning only of a long one. */
function isWhole({ requestHeaders, requestBody }: CallbackEntry): boolean {
  const sent = requestHeaders['content-length']
  return sent === undefined || Number(sent) === Buffer.byteLength(requestBody)
}

function unknown(id: string): Refused {
  return new Refused(`no callback has the id '${id}'`, 404)
}

function lowered(headers: NonNullable<Edit['headers']>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function extraOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name)))
}

/** Namespaces by their first digits only. */
function brief<T extends { readonly namespace: string }>(shown: T): T {
  return { ...shown, namespace: shown.namespace.slice(0, 8) }
}
