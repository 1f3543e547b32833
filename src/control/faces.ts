import type { AttemptReport } from '../callbacks/dispatcher.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Revision } from '../contract/revisions.ts'
import type { CallbackEntry } from '../journal/journal.ts'
import type { Repro } from '../replay/repro.ts'
import type { ClockMode } from '../simulation/clock.ts'
import type { CallbackView, Edit, ScheduledView } from './callbacks.ts'
import type { ResetPart } from './control.ts'
import type { InboxAnswer, Message } from './inboxes.ts'
import type { ClockState, TaskView } from './shapes.ts'
import type { Played } from './state-routes.ts'

/** A command was refused. `message` is the reason, in one sentence. */
export class CommandRefused extends Error {
  /** The status of the control door's answer. */
  readonly status: number

  constructor(status: number, reason: string) {
    super(reason)
    this.status = status
  }
}

/**
 * Gives a command to a control door: method, path below `/_mockling`, body. Resolves to the JSON answered.
 * Rejects with `CommandRefused`.
 */
export type Send = (method: string, path: string, body?: object) => Promise<unknown>

/** Whose namespace is meant. */
export interface For {
  /** The bearer token. Without it, the server and all that follow it. */
  readonly token?: string
}

/** An instant: Unix milliseconds, or ISO 8601 with its zone. */
export type Instant = number | string

/** The clock: of one token, or of the server and all that follow it. */
export interface ClockFace {
  /** The instant it shows, in Unix milliseconds. */
  now(of?: For): Promise<number>
  /** All there is to know of it. */
  state(of?: For): Promise<ClockState>
  /** Changes how it runs; `rate` goes with mode `scaled`. `at` moves it there first. */
  set(change: For & { readonly mode: ClockMode; readonly rate?: number; readonly at?: Instant }): Promise<ClockState>
  /**
   * Moves it forward. All who wait wake in order of their instants and see it there. Resolves when everything that was
   * due is done: held requests are answered, callbacks posted and, if they failed, tried again at their own dates.
   */
  advance(
    by: For & ({ readonly ms: number } | { readonly seconds: number } | { readonly to: Instant }),
  ): Promise<ClockState>
  /** Moves it to the next instant that somebody waits for. Refused if nobody does. */
  toNextEvent(of?: For): Promise<ClockState>
  /** Moves the task's clock to the instant it settles, not at all if it has. Refused if it never does. */
  untilSettled(taskId: string): Promise<ClockState>
}

/** The tasks, and what becomes of them. */
export interface TasksFace {
  /** Newest first. `pending`: not settled yet. `limit` is 100 unless given. */
  list(
    filter?: For & {
      readonly state?: 'pending' | 'accepted' | 'processing' | 'succeed' | 'failed'
      readonly model?: string
      readonly outcome?: string
      readonly limit?: number
      readonly offset?: number
    },
  ): Promise<{ items: TaskView[]; total: number }>
  get(id: string): Promise<TaskView>
  /** Has a pending task succeed at once, or at `at`. Refused if it is settled. */
  succeed(id: string, when?: { readonly at?: Instant }): Promise<TaskView>
  /** Has a pending task fail: with `api_error` unless `code` says otherwise, and the catalogue's text. */
  fail(
    id: string,
    how?: { readonly code?: ErrorCode; readonly message?: string; readonly at?: Instant },
  ): Promise<TaskView>
  /** Has a pending task end as planned, but at `at`. */
  settle(id: string, when: { readonly at: Instant }): Promise<TaskView>
  /** Has a pending task never settle. Its callbacks are cancelled. */
  stall(id: string): Promise<TaskView>
}

/** Callbacks. The id of one is its task's, a dot, and its number among the task's, from 1. */
export interface CallbacksFace {
  /** Those that are due later, the earliest first, and attempts so far, oldest first: the newest `limit`, 100 by default. */
  list(
    filter?: For & { readonly task?: string; readonly limit?: number },
  ): Promise<{ scheduled: ScheduledView[]; attempts: CallbackEntry[] }>
  get(id: string): Promise<CallbackView>
  /** Sends what was sent last once more, now. Resolves to what came of it. */
  redeliver(id: string): Promise<AttemptReport>
  /** The same with another address, other headers or another body. */
  resend(id: string, edit: Edit): Promise<AttemptReport>
  /** Sends a task's callback by hand, now and once, to the address it asked for or another. */
  send(taskId: string, edit?: Edit): Promise<AttemptReport>
  /** Cancels one that waits to be due. */
  cancel(id: string): Promise<CallbackView>
}

/** Receivers for callbacks. Any name will do. */
export interface InboxFace {
  /** What to give as `callback_url`. */
  url(name: string): string
  /** What came, oldest first. With `wait`, once `count` (1) are there or so many real seconds have passed. */
  list(
    name: string,
    which?: { readonly after?: number; readonly count?: number; readonly wait?: number },
  ): Promise<Message[]>
  /** How it answers from now on: 200 at once, unless told otherwise. `delay` is in virtual seconds. */
  answer(name: string, how: Partial<InboxAnswer>): Promise<InboxAnswer>
  /** Forgets what came; how it answers stays. */
  clear(name: string): Promise<void>
  /** The ones that something came to, or that answer otherwise than usual. */
  names(): Promise<string[]>
}

/** Runs, out and in. */
export interface StateFace {
  /** All it takes to have the run again: plain JSON. */
  export(): Promise<Repro>
  /**
   * Forgets everything, and plays the run again. Clocks stand afterwards where it ended. Resolves to where it differs.
   * @throws CommandRefused if the simulator was started with settings the run can't be had under.
   */
  import(run: Repro): Promise<Played>
}

/** What one token is judged by. */
export interface TokenSettings {
  /** First eight digits of it. */
  readonly namespace: string
  /** The dated reading of the contract. */
  readonly revision: Revision
  /** Whether that is the token's own; else it is the server's. */
  readonly isOwn: boolean
}

/** Settings that a token may have of its own. */
export interface TokenSettingsFace {
  /** Of the token named, or of all that have any. */
  list(of?: For): Promise<TokenSettings[]>
  /** From its next request on; `null`: the server's again. `token` may be left out where `as` has named it. */
  set(change: For & { readonly revision: Revision | null }): Promise<TokenSettings>
}

/** The commands of a control door, for code: the same for a simulator in this process and for one elsewhere. */
export interface Faces {
  readonly clock: ClockFace
  readonly tasks: TasksFace
  readonly callbacks: CallbacksFace
  readonly inbox: InboxFace
  readonly state: StateFace
  readonly tokenSettings: TokenSettingsFace
  /** Starts over: one namespace or all, the whole or a part. What was configured stays. */
  reset(which?: For & { readonly what?: readonly ResetPart[] }): Promise<void>
}

/** `url` is the simulator's, without a slash at the end. */
export function facesOf(send: Send, url: string): Faces {
  return {
    clock: clockFace(send),
    tasks: tasksFace(send),
    callbacks: callbacksFace(send),
    inbox: inboxFace(send, url),
    state: {
      export: () => send('GET', '/v1/state') as Promise<Repro>,
      import: run => send('POST', '/v1/state', run) as Promise<Played>,
    },
    tokenSettings: tokenSettingsFace(send),
    reset: async (which = {}) => void (await send('POST', '/v1/reset', which)),
  }
}

function tokenSettingsFace(send: Send): TokenSettingsFace {
  return {
    list: async (of = {}) =>
      ((await send('GET', `/v1/token-settings${query(of)}`)) as { items: TokenSettings[] }).items,
    set: change => send('PATCH', '/v1/token-settings', change) as Promise<TokenSettings>,
  }
}

function clockFace(send: Send): ClockFace {
  const state = (of: For = {}) => send('GET', `/v1/clock${query(of)}`) as Promise<ClockState>
  return {
    state,
    now: async of => (await state(of)).now,
    set: change => send('PUT', '/v1/clock', change) as Promise<ClockState>,
    advance: by => send('POST', '/v1/clock/advance', by) as Promise<ClockState>,
    toNextEvent: (of = {}) => send('POST', '/v1/clock/next-event', of) as Promise<ClockState>,
    untilSettled: task => send('POST', '/v1/clock/until-settled', { task }) as Promise<ClockState>,
  }
}

function tasksFace(send: Send): TasksFace {
  const reroute = (id: string, change: object) =>
    send('POST', `/v1/tasks/${part(id)}/reroute`, change) as Promise<TaskView>
  return {
    list: (filter = {}) => send('GET', `/v1/tasks${query(filter)}`) as Promise<{ items: TaskView[]; total: number }>,
    get: id => send('GET', `/v1/tasks/${part(id)}`) as Promise<TaskView>,
    succeed: (id, when) => reroute(id, { to: 'succeed', ...when }),
    fail: (id, how) => reroute(id, { to: 'fail', ...how }),
    settle: (id, when) => reroute(id, { to: 'settle', ...when }),
    stall: id => reroute(id, { to: 'stall' }),
  }
}

function callbacksFace(send: Send): CallbacksFace {
  const to = (id: string, verb = '') => `/v1/callbacks/${part(id)}${verb}`
  return {
    list: (filter = {}) => send('GET', `/v1/callbacks${query(filter)}`) as ReturnType<CallbacksFace['list']>,
    get: id => send('GET', to(id)) as Promise<CallbackView>,
    redeliver: id => send('POST', to(id, '/redeliver')) as Promise<AttemptReport>,
    resend: (id, edit) => send('POST', to(id, '/resend'), edit) as Promise<AttemptReport>,
    send: (task, edit) => send('POST', '/v1/callbacks', { task, ...edit }) as Promise<AttemptReport>,
    cancel: id => send('DELETE', to(id)) as Promise<CallbackView>,
  }
}

function inboxFace(send: Send, url: string): InboxFace {
  const to = (name: string) => `/v1/inbox/${part(name)}`
  return {
    url: name => `${url}/_mockling/inbox/${part(name)}`,
    list: async (name, which = {}) => ((await send('GET', to(name) + query(which))) as { items: Message[] }).items,
    answer: (name, how) => send('PUT', `${to(name)}/answer`, how) as Promise<InboxAnswer>,
    clear: async name => void (await send('DELETE', to(name))),
    names: async () =>
      ((await send('GET', '/v1/inbox')) as { items: { name: string }[] }).items.map(({ name }) => name),
  }
}

/** Text as a part of a path. */
export function part(text: string): string {
  return encodeURIComponent(text)
}

/** Fields as a query; those that are `undefined` are left out. */
export function query(fields: object): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)] as [string, string])).toString()
  return text && `?${text}`
}

/** Letters of a page that is none of ours. */
const MOST_SHOWN = 200

/** Reads what a control door answered: its JSON, or the refusal thrown. */
export function readAnswer(status: number, text: string): unknown {
  if (status < 400) return text === '' ? undefined : JSON.parse(text)
  // Not from our door: some proxy's page, say. Then its text is all there is.
  let reason = `${status}, no answer of a mockling server: ${text.trim().replace(/\s+/g, ' ').slice(0, MOST_SHOWN)}`
  try {
    reason = JSON.parse(text).detail ?? reason
  } catch {}
  throw new CommandRefused(status, reason)
}
