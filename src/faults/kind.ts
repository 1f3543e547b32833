import { z } from 'zod'
import type { ErrorCode } from '../contract/errors.ts'
import type { Revision } from '../contract/revisions.ts'
import type { Task } from '../simulation/task.ts'
import type { Draft } from '../simulation/timeline.ts'

/** What an effect can be done to: a create (its task, callbacks and files too), a poll, a download. */
export type Operation = 'create' | 'tasks' | 'download'

/** What an exchange may have, and an effect may need or take away. */
export type Part = 'task' | 'end' | 'video' | 'file' | 'bytes' | 'callback' | 'answer'

/** Why a create or poll is refused. */
export interface Refusal {
  readonly status: number
  readonly code: ErrorCode
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer of the API, about to be sent. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether the body is an error's. */
  readonly isError: boolean
  readonly traceId: string
  readonly revision: Revision
  /** Virtual milliseconds before anything is sent. */
  readonly delayMs?: number
  /** Bytes of the body after which the connection is reset; `head` for not even a status line. */
  readonly cutAfter?: number | 'head'
  /** The pace of the body on the virtual clock. */
  readonly bytesPerSecond?: number
}

/** The JSON of a settled task, wherever it is told: held answer, callback, record. */
export type Result = Readonly<Record<string, unknown>>

/** A callback about to be posted. Effects that need the body change `body`; `text`, if set, is sent instead. */
export interface Post {
  readonly body: Result
  readonly text?: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a callback's effect may want to know. */
export interface PostContext {
  readonly task: Task
  /** Which of the task's deliveries, from 0. */
  readonly index: number
  /** On the namespace's clock. */
  readonly now: number
}

/** How a file is served. */
export interface Serving {
  /** Answered bare, instead of the file. */
  readonly status?: number
  readonly type?: string
  /** Bytes of the body after which the connection is reset. */
  readonly cutAfter?: number
  readonly bytesPerSecond?: number
  /** Range is not understood. */
  readonly isRangeless?: true
  /** Bytes the file is said to have, and has, from its beginning; `moov`: up to the middle of its index. */
  readonly keep?: number | 'moov'
}

/** One way to choose what happens, or to misbehave. Hooks answer the changed value, and must not change the given one. */
export interface Kind<Options> {
  /** Kebab-case; the file's name too. */
  readonly name: string
  /** What the client is put through, as one sentence. */
  readonly summary: string
  readonly operations: readonly Operation[]
  /** The option that is given without its name. */
  readonly argument?: string
  readonly options: z.ZodType<Options>
  /** Without these it can never be seen. */
  readonly needs?: readonly Part[]
  /** With it, there are none of these. */
  readonly removes?: readonly Part[]
  /** What it decides, which no other may decide beside it. */
  decides?(options: Options): string | undefined
  refuse?(options: Options): Refusal
  plan?(draft: Draft, options: Options): Draft
  answer?(answer: Answer, options: Options): Answer
  result?(result: Result, options: Options): Result
  /** What a pending task's record shows as `response`. */
  pending?(options: Options, task: Task): Result
  post?(post: Post, options: Options, context: PostContext): Post
  serve?(serving: Serving, options: Options): Serving
}

/** Any kind; its options were checked when the effect was made. */
export type AnyKind = Kind<Readonly<Record<string, unknown>>>

/**
 * Puts a kind together; `options` gives the fields of its options, unknown ones are refused. It is asked when they are first
 * needed: most runs need few of them, and schemas take their time to make.
 */
export function kind<const Shape extends z.ZodRawShape>(
  facts: Omit<Kind<z.infer<z.ZodObject<Shape>>>, 'options'> & { readonly options: () => Shape },
): AnyKind {
  let made: z.ZodType | undefined
  return {
    ...facts,
    get options() {
      made ??= z.strictObject(facts.options())
      return made
    },
  } as unknown as AnyKind
}
