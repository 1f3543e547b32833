import type { ErrorCode } from '../contract/errors.ts'
import type { Complaint } from '../contract/rules/objection.ts'
import type { Step } from '../simulation/task.ts'

/** Headers of an answer: names in lower case, in the order they were set. */
export type AnswerHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** When a request's body had arrived. */
export interface Arrival {
  /** On the namespace's clock. */
  readonly at: number
  /** The newest entry of the journal by then. */
  readonly after: number
  /** The how-manieth body it was to arrive. */
  readonly turn: number
}

/**
 * One request at the upstream's door, as it ended. Plain data: an entry that went through JSON says the same. Fields that
 * nothing is known of are absent or `undefined`.
 */
export interface RequestEntry {
  readonly kind: 'request'
  /** Place in the journal, from 1, over all namespaces. */
  readonly seq: number
  /** When it began, on the namespace's clock, in Unix milliseconds. */
  readonly at: number
  /** SHA-256 of the bearer token; `''` without a good one. */
  readonly namespace: string
  readonly traceId: string
  /** `''`, as `path`, of what could not be read as HTTP. */
  readonly method: string
  readonly path: string
  /** What follows the path's `?`, with the values of secrets masked. Absent if nothing does. */
  readonly query?: string | undefined
  /** Names and values in turn, in the order and case they came in; credentials and cookies are masked. */
  readonly rawHeaders: readonly string[]
  /** As sent. Absent if there was none, or nobody read it: of another type than JSON, too large. */
  requestBody?: string | undefined
  /** Characters of the whole body, of which `requestBody` is only the beginning. */
  requestCut?: number | undefined
  /** What `digestOf` makes of an accepted create's whole body where `requestBody` is cut. */
  requestDigest?: string | undefined
  /** Absent while the answer is not out yet, and when the caller hung up before it. */
  status?: number | undefined
  responseHeaders?: AnswerHeaders | undefined
  responseBody?: string | undefined
  /** Characters of the whole answer, of which `responseBody` is only the beginning. */
  responseCut?: number | undefined
  code?: string | undefined
  message?: string | undefined
  /** Every objection to the body, the first of which was the answer. */
  objections?: readonly Complaint[] | undefined
  /** Fields given and not used. */
  ignored?: readonly string[] | undefined
  taskId?: string | undefined
  /** The code that its magic token stands for. */
  magic?: ErrorCode | undefined
  /** When its body had arrived, if other things happened meanwhile. */
  arrived?: Arrival | undefined
  /** What was chosen to happen. */
  outcome?: string | undefined
  /** Ids of the rule that chose it and of the faults that were added. */
  rules?: readonly string[] | undefined
  /** A create that made the task `taskId`. */
  accepted?: true | undefined
  /** What an accepted create costs if it succeeds. */
  credits?: number | undefined
  /** The accepted create's plan as it was made; commands may have changed the task's since. */
  steps?: readonly Step[] | undefined
  /** The caller went away before the answer. */
  hungUp?: true | undefined
  /** An effect broke the connection off. */
  isCut?: true | undefined
  /** When the answer was ready to go out, on the namespace's clock. */
  answeredAt?: number | undefined
  /** When its last byte had gone out, or the caller was gone, on the namespace's clock. The entry is complete then. */
  endedAt?: number | undefined
  /** Real milliseconds from arrival to end. */
  durationMs?: number | undefined
}

/** One request for a video's file, as it ended. */
export interface DownloadEntry {
  readonly kind: 'download'
  readonly seq: number
  /** When it began, on the clock of the task's namespace. */
  readonly at: number
  /** Of the task; `''` if the path is no task's. */
  readonly namespace: string
  readonly method: string
  readonly path: string
  /** What follows the path's `?`, with the values of secrets masked. */
  readonly query?: string | undefined
  /** As a request's. */
  readonly rawHeaders: readonly string[]
  /** The Range header among them. */
  readonly range?: string
  taskId?: string
  status?: number
  /** Bytes of the body handed to the connection. */
  bytes: number
  /** What kept the file, or the rest of it, from being sent: no doing of the caller's. */
  error?: string
  /** Ids of the faults that were added. */
  rules?: readonly string[]
  hungUp?: true
  /** An effect broke the connection off. */
  isCut?: true
  /** When its last byte had gone out, or the caller was gone, on the same clock. The entry is complete then. */
  endedAt?: number
}

/** One try to deliver a callback. */
export interface CallbackEntry {
  readonly kind: 'callback'
  /** Given when it was sent, not when its answer came. */
  readonly seq: number
  /** When it was sent, on the namespace's clock. */
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** Which of the task's callbacks: the task's id, a dot and its number. */
  readonly callbackId?: string
  /** From 1. */
  readonly attempt: number
  /** It was sent by a control command. */
  readonly resend?: true
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string
  /** What came of it: `delivered`, or why not. */
  readonly outcome: string
  readonly status?: number | undefined
  readonly responseHeaders?: Readonly<Record<string, string>> | undefined
  readonly responseBody?: string | undefined
  /** Whether `responseBody` is less than the receiver sent. */
  readonly truncated?: boolean | undefined
  readonly error?: string | undefined
  /** When its answer had come, or none was waited for any more, on the namespace's clock. */
  readonly endedAt: number
  /** Real milliseconds. */
  readonly durationMs: number
}

export type Entry = RequestEntry | DownloadEntry | CallbackEntry

/** An entry without its place, which the journal gives. */
export type Unplaced<E> = E extends Entry ? Omit<E, 'seq'> : never
