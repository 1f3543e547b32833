import type { SeenWords } from '../contract/observations.ts'
import type { Revision } from '../contract/revisions.ts'
import type { Strictness } from '../contract/rules/objection.ts'
import type { ParameterErrorCode, PendingResponse } from '../contract/wire.ts'
import type { Rulebook } from '../faults/rulebook.ts'
import type { DownloadEntry, Journal, RequestEntry } from '../journal/journal.ts'
import type { Source } from '../media/shelf.ts'
import type { Answers } from '../recording/answers.ts'
import type { Namespaces } from '../simulation/namespaces.ts'
import type { Task } from '../simulation/task.ts'
import type { Timebase } from '../simulation/timebase.ts'
import type { Pace } from '../simulation/timeline.ts'
import type { Limits, Store } from '../store/store.ts'
import type { ApiRequest } from './api.ts'
import type { Arrivals } from './arrivals.ts'
import type { Credential } from './auth.ts'
import type { Load } from './load.ts'
import type { Records } from './records.ts'

/** How often creates are admitted: a token bucket that holds `burst`. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** The settings the upstream's door obeys. */
export interface DoorSettings {
  readonly revision: Revision
  readonly strictness: Strictness
  readonly parameterErrorCode: ParameterErrorCode
  readonly pendingResponse: PendingResponse
  readonly pace: Pace
  readonly seed: number
  /** Scheme and host of URLs handed out, without a slash at the end; `undefined`: as the request says. */
  readonly publicUrl: string | undefined
  readonly trustProxy: boolean
  /** The tokens that work; `undefined`: any. */
  readonly tokens: ReadonlySet<string> | undefined
  /** How the API was seen to word what is chosen here; `undefined`: nothing was seen. */
  readonly seenWords: SeenWords | undefined
  readonly rate: Rate | undefined
  readonly limits: Limits
  /** How far auto-skip may leap for a poll that shows a pending task. */
  readonly skipPerPollMs: number
}

/** The files behind `video_url`. */
export interface Media {
  /** The strong entity tag of a task's file, known before the file is made. */
  etag(task: Task): string
  /** A task's file if it can be had at once. */
  ready(task: Task): Source | undefined
  /**
   * A task's file, once its size is known.
   * @throws `signal.reason` if `signal` aborts before.
   */
  open(task: Task, signal: AbortSignal): Promise<Source>
}

/** How much of a request is read, and how long we wait for it. */
export interface ServerLimits {
  /** Larger bodies are refused with 413; those that may hold a file have its bytes beside. */
  readonly bodyBytes: number
  /** Of the line and the headers. */
  readonly headBytes: number
  /** Real milliseconds until the head must be there, from the connection or the end of the answer before. */
  readonly headMs: number
  /** Real milliseconds until the whole request must be there. */
  readonly requestMs: number
  /** Real milliseconds that a connection is kept without a request. */
  readonly keepAliveMs: number
}

/** What the upstream's door stands on. */
export interface Door {
  readonly limits: ServerLimits
  readonly timebase: Timebase
  readonly load: Load
  readonly settings: DoorSettings
  /** The revision that a namespace is judged by: its own, or else the server's. */
  revisionOf(namespace: string): Revision
  readonly namespaces: Namespaces
  readonly store: Store
  readonly journal: Journal
  /**
   * Takes charge of the task's callbacks, as a rule once its create's answer is flushed. `isEager`: before it; resolves
   * when the first of them is over.
   */
  deliver(task: Task, isEager: boolean): Promise<void>
  readonly media: Media
  readonly arrivals: Arrivals
  readonly records: Records
  /** Answers that go before our own. */
  readonly recordings: Answers | undefined
  /** Reads an `Authorization` header that stands for one masked in a journal; `undefined` for any other. */
  recognise(header: string | undefined): Credential | undefined
  /** What goes wrong on purpose. */
  readonly rulebook: Rulebook
  /** Names of the files given by `--clip 'succeed NAME=FILE'`. */
  readonly clips: ReadonlySet<string>
  /** A defect of ours, for the log. */
  onDefect(error: unknown, request: ApiRequest): void
  /** Called when a request at this door has ended. */
  onEnd(entry: RequestEntry | DownloadEntry): void
  /** Scheme and host this process listens on. */
  address(): string
}

/** A host as it may stand in a URL we hand out: a name or address and a port, nothing that could end the authority. */
const HOST = /^(?:[\w.-]{1,255}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i

/** Scheme and host under which the caller sees us. */
export function originOf(door: Door, request: ApiRequest): string {
  const { publicUrl, trustProxy } = door.settings
  if (publicUrl !== undefined) return publicUrl
  const forwarded = trustProxy ? forwardedOrigin(request) : {}
  const host = forwarded.host ?? request.headers.host ?? ''
  if (!HOST.test(host)) return door.address()
  return `${forwarded.scheme ?? request.protocol}://${host}`
}

function forwardedOrigin(request: ApiRequest): { scheme?: string; host?: string } {
  const [scheme, host] = ['x-forwarded-proto', 'x-forwarded-host'].map(name =>
    String(request.headers[name] ?? '')
      .split(',')[0]
      ?.trim(),
  )
  return { ...((scheme === 'http' || scheme === 'https') && { scheme }), ...(host && { host }) }
}

/** The request's path, without its query. */
export function pathOf(request: ApiRequest): string {
  const end = request.url.indexOf('?')
  return end === -1 ? request.url : request.url.slice(0, end)
}
