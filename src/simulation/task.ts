import type { TaskType } from '../contract/endpoints.ts'
import type { ErrorCode } from '../contract/errors.ts'
import type { Format } from '../contract/formats.ts'
import type { Revision } from '../contract/revisions.ts'

/** One dated entry of a task's plan. Instants are Unix milliseconds on the namespace's clock. */
export type Step =
  | { readonly at: number; readonly state: 'accepted' | 'processing' | 'succeed' }
  | { readonly at: number; readonly state: 'failed'; readonly code: ErrorCode; readonly message: string }

/** The video a task makes if it succeeds. */
export interface Video {
  readonly id: string
  /** 22 URL-safe characters: the upstream's job, and the stem of the file's name. */
  readonly jobId: string
  /** Path of `video_url`. */
  readonly path: string
  readonly format: Format
  /** The video this one extends, or speaks over. */
  readonly sourceId?: string | undefined
  /** Path of `source_video_url`: the clip before sound was put to it. */
  readonly sourcePath?: string | undefined
}

/** A URL as it may be shown: a name and password in it are not for the journal. */
export function withoutUserinfo(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/i, '$1***@')
}

/** A message owed to somebody when the task settles. */
export interface Delivery {
  readonly url: string
  /** When it is due, on the namespace's clock. */
  readonly at: number
  /** It is not sent. */
  readonly isLost?: true
  /** It waits for the namespace's next callback to go first, so many milliseconds at most. */
  readonly yieldsMs?: number
  /** It says the opposite of the one before. */
  readonly isContradiction?: true
  /** It is not sent any more: a control command had it so. */
  readonly isCancelled?: true
}

/** The next attempt at a callback that failed before. */
export interface Retry {
  /** From 2. */
  readonly attempt: number
  /** On the namespace's clock. */
  readonly due: number
}

/** Something done to an exchange beyond what is usual: the name of its kind (see `faults/`), and how. Plain data. */
export interface Effect {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * An accepted create. Everything that will happen to it is decided and dated here; nobody moves it afterwards.
 */
export interface Task {
  readonly id: string
  /** The endpoint that made it. */
  readonly type: TaskType
  /** SHA-256 of the bearer token, in hexadecimal. */
  readonly namespace: string
  /** The how-manieth accepted create of the namespace, from 1; 0 for the guides' own and for those refused. */
  readonly ordinal: number
  readonly revision: Revision
  readonly traceId: string
  /** The create's body as sent, for the record. */
  readonly request: Readonly<Record<string, unknown>>
  readonly action: string
  readonly model: string
  readonly mode: string
  readonly outcome: string
  /** What was chosen for it beyond the usual. */
  readonly effects?: readonly Effect[] | undefined
  /** `/kling/tasks` knows nothing of it before. */
  readonly visibleAt?: number | undefined
  /** In order of `at`; the first is the acceptance. */
  readonly steps: readonly [Step, ...Step[]]
  readonly deliveries: readonly Delivery[]
  readonly video: Video
  /** Scheme and host that `video_url` is handed out under, fixed at the create; `undefined`: the asker's own. */
  readonly origin: string | undefined
  /** Credits billed if it succeeds. */
  readonly credits: number
  /** Its result says how many seconds were billed. */
  readonly isMetered?: true | undefined
  /** When a control command last replaced its future. */
  readonly reroutedAt?: number
  /** The video never expires and the task is never evicted: the guides' own examples. */
  readonly isPermanent?: true
}

/** What of a task says where it stands, and when. */
export type Plan = Pick<Task, 'steps' | 'isPermanent'>

/** The step the task is in at `instant`: the last one dated at or before it. */
export function stepAt(task: Plan, instant: number): Step {
  return task.steps.findLast(step => isPast(task, step, instant)) ?? task.steps[0]
}

/** The instant work began, if it has by `instant`. */
export function startedAt(task: Task, instant: number): number | undefined {
  return task.steps.find(step => step.state === 'processing' && isPast(task, step, instant))?.at
}

/** The guides' own tasks are over whatever the clock shows: it may start before their dates. */
function isPast(task: Plan, step: Step, instant: number): boolean {
  return step.at <= instant || task.isPermanent === true
}

export function isTerminal(step: Step): boolean {
  return step.state === 'succeed' || step.state === 'failed'
}

/** The instant from which the task can no longer change, or `undefined` if its plan has no end. */
export function settlesAt(task: Plan): number | undefined {
  return task.steps.find(isTerminal)?.at
}

export function createdAt(task: Plan): number {
  return task.steps[0].at
}

/** What of a task says how old it is. */
type Age = Pick<Task, 'steps' | 'ordinal'>

/** Order of lists: newest first; of equal age the last accepted first. */
export function newestFirst(a: Age, b: Age): number {
  return createdAt(b) - createdAt(a) || b.ordinal - a.ordinal
}

/** Tasks by the time that is left until their next step, each on its own clock; those that have none last, newest first. */
export function soonestFirst<T extends Plan & Age>(tasks: readonly T[], nowOf: (task: T) => number): T[] {
  return tasks
    .map(task => {
      const now = nowOf(task)
      const next = task.steps.find(step => !isPast(task, step, now))
      return { task, left: next ? next.at - now : Number.POSITIVE_INFINITY }
    })
    .sort((a, b) => (a.left === b.left ? newestFirst(a.task, b.task) : a.left - b.left))
    .map(({ task }) => task)
}

/** Whether `/kling/tasks` knows the task by now. */
export function isVisible(task: Task, instant: number): boolean {
  return task.visibleAt === undefined || instant >= task.visibleAt
}

/** A video URL is good for this long after the task settled (kling §1.7). */
export const VIDEO_LIFE_MS = 30 * 24 * 60 * 60 * 1000

/** A settled task is forgotten this long after it settled (chosen). */
export const RETENTION_MS = 60 * 24 * 60 * 60 * 1000

/** Whether the task is older than any record of it. A pending one never is. */
export function isForgotten(task: Plan, instant: number): boolean {
  const settled = settlesAt(task)
  return !task.isPermanent && settled !== undefined && instant >= settled + RETENTION_MS
}

/** Whether the task's video may be extended: it is there, and at most 30 days old. */
export function isExtensible(task: Task, instant: number): boolean {
  const step = stepAt(task, instant)
  return step.state === 'succeed' && (task.isPermanent === true || instant <= step.at + VIDEO_LIFE_MS)
}

/** Whether the task's file can be had at `instant`. */
export function fileAt(task: Task, instant: number): 'absent' | 'there' | 'expired' {
  const step = stepAt(task, instant)
  if (step.state !== 'succeed' || isForgotten(task, instant)) return 'absent'
  return task.isPermanent || instant < step.at + VIDEO_LIFE_MS ? 'there' : 'expired'
}

/** How long a file that is there can still be had from `instant` on; the life of a permanent one never begins to run. */
export function fileLifeMs(task: Task, instant: number): number {
  return task.isPermanent ? VIDEO_LIFE_MS : stepAt(task, instant).at + VIDEO_LIFE_MS - instant
}
