import type { Create } from '../contract/create.ts'
import { ENDPOINTS } from '../contract/endpoints.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { durationText, type Format } from '../contract/formats.ts'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import { type ErrorBody, errorBody, statusOf, type VideoResult } from '../contract/wire.ts'
import { bytesOf, digitsFrom, snowflakeFrom, uuidFrom } from './random.ts'
import { inOnePiece, sharedFormat, sharedText } from './sharing.ts'
import { type Effect, isTerminal, type Step, type Task, type Video } from './task.ts'
import { type Draft, type Pace, plan, workMs } from './timeline.ts'

/** Word for the action in the path of an uploaded video (contract.md §3); those of motion are made up. */
const FOLDERS: Readonly<Record<string, string>> = {
  extend: 'extendVideo',
  image2video: 'image2video',
  motion: 'motionControl',
}

/** What is known of a create whether it is accepted or refused. */
interface Asked {
  readonly seed: number
  readonly namespace: string
  readonly revision: Revision
  readonly now: number
  readonly outcome: string
  readonly traceId: string
  readonly body: Readonly<Record<string, unknown>>
  readonly request: Create
}

/** All that a create comes with, once nothing objects to it. */
export interface Accepted extends Asked {
  readonly ordinal: number
  readonly pace: Pace
  /** What was chosen beyond the usual, and what it makes of the plan. */
  readonly effects: readonly Effect[]
  readonly change: (draft: Draft) => Draft
  /** The video it works on. */
  readonly sourceId?: string | undefined
  readonly format: Format
  readonly origin: string
  readonly credits: number
  readonly isMetered?: boolean
}

/** A new task, and whether its callbacks go out before the create is answered. */
export interface Accepting {
  readonly task: Task
  readonly isEager: boolean
}

/**
 * Decides and dates everything about a new task. Ids, path and timing follow from seed, namespace and ordinal alone
 * (contract.md §3).
 */
export function accept(accepted: Accepted): Accepting {
  const { request, now, effects } = accepted
  const bytes = bytesOf('task', accepted.seed, accepted.namespace, accepted.ordinal)
  const usual = plan(now, workMs(request, accepted.pace, bytes, 56))
  const { steps, deliveries, visibleAt, isEager } = accepted.change({
    steps: usual,
    deliveries: request.callbackUrl === undefined ? [] : [{ url: request.callbackUrl, at: usual[2]?.at ?? now }],
    ...(request.timeout !== undefined && { timeoutMs: request.timeout * 1000 }),
  })
  const id = uuidFrom(bytes, 0)
  const { ordinal, credits, isMetered } = accepted
  const origin = sharedText(accepted.origin)
  const video = videoFrom(bytes, accepted, id)
  const task = taskOf(accepted, {
    id,
    ordinal,
    effects,
    visibleAt,
    steps,
    deliveries,
    video,
    origin,
    credits,
    isMetered,
  })
  return { task, isEager: isEager === true }
}

/** What is decided about a create. */
type Decided = Pick<Task, 'id' | 'ordinal' | 'steps' | 'deliveries' | 'video' | 'origin' | 'credits'> & {
  readonly effects: readonly Effect[]
  readonly visibleAt: number | undefined
  readonly isMetered: boolean | undefined
}

/** The usual members written out: spreads took most of the time of a create. */
function taskOf(asked: Asked, decided: Decided): Task {
  const { request, namespace, revision, traceId, outcome } = asked
  const { effects, visibleAt, isMetered } = decided
  const task: Task = {
    id: decided.id,
    type: request.type,
    namespace,
    revision,
    traceId,
    request: asked.body,
    action: request.action ?? '',
    model: request.model,
    mode: request.mode,
    outcome,
    ordinal: decided.ordinal,
    steps: decided.steps,
    deliveries: decided.deliveries,
    video: decided.video,
    origin: decided.origin,
    credits: decided.credits,
  }
  if (effects.length === 0 && visibleAt === undefined && !isMetered) return task
  return { ...task, effects: effects.length > 0 ? effects : undefined, visibleAt, isMetered: isMetered || undefined }
}

function videoFrom(bytes: Buffer, { request, revision, format, sourceId }: Accepted, id: string): Video {
  const jobId = bytes.toString('base64url', 32, 48).slice(0, 22)
  const folder = FOLDERS[request.action ?? ''] ?? 'text2video'
  const { videoId, videoPath } = REVISION_FACTS[revision]
  const video: Video = {
    id: videoId === 'digits' ? snowflakeFrom(bytes, 16) : uuidFrom(bytes, 16),
    jobId,
    path: inOnePiece(
      videoPath === 'task'
        ? `/kling/${id}.mp4`
        : `/bs2/upload-kling-api/${digitsFrom(bytes, 48, 10)}/${folder}/${jobId}-0_raw_video_1.mp4`,
    ),
    format: sharedFormat(format),
  }
  const { hasSource } = ENDPOINTS[request.type].result
  if (sourceId === undefined && !hasSource) return video
  return { ...video, sourceId, sourcePath: hasSource && inOnePiece(`/kling/${id}-source.mp4`) }
}

/** A clip that is never made. */
const NO_FORMAT: Format = { width: 1280, height: 720, fps: 30, frames: 0, audio: false }

/**
 * The task that a refused create leaves: failed from the start, nobody's video, free of charge. Its id follows from the
 * request's trace id, so that refusals never move the ids of tasks.
 */
export function refusedTask(asked: Asked, code: ErrorCode, message: string): Task {
  const { seed, traceId, now } = asked
  const bytes = bytesOf('refused', seed, traceId)
  return taskOf(asked, {
    id: uuidFrom(bytes, 0),
    ordinal: 0,
    effects: [],
    visibleAt: undefined,
    steps: [
      { at: now, state: 'accepted' },
      { at: now, state: 'failed', code, message },
    ],
    deliveries: [],
    video: { id: '', jobId: bytes.toString('base64url', 32, 48).slice(0, 22), path: '', format: NO_FORMAT },
    origin: undefined,
    credits: 0,
    isMetered: undefined,
  })
}

/** The result as the endpoint and the revision have it: guide A's fields in their order, then what was added later. */
export interface TaskResult extends Omit<VideoResult, 'duration'> {
  readonly duration: string | number
  readonly [later: string]: unknown
}

/** What a settled task answers, wherever it is asked: over HTTP with `status`, in a callback or a record without. */
export function answerOf(task: Task, step: Step, origin: string): { status: number; body: TaskResult | ErrorBody } {
  if (!isTerminal(step)) throw new Error(`task ${task.id} has no answer at ${step.at}: it is ${step.state}`)
  if (step.state === 'failed') {
    return { status: statusOf(step.code), body: errorBody(step.code, step.message, task.traceId, task.id) }
  }
  const { video } = task
  const host = task.origin ?? origin
  const { hasNumericDuration, isPlain } = ENDPOINTS[task.type].result
  const duration = durationText(video.format)
  const body: TaskResult = {
    success: true,
    video_id: video.id,
    video_url: host + video.path,
    duration: hasNumericDuration ? Number(duration) : duration,
    state: 'succeed',
    task_id: task.id,
    ...(video.sourcePath !== undefined && { source_video_url: host + video.sourcePath }),
  }
  return { status: 200, body: isPlain ? body : { ...body, ...laterParts(task, body) } }
}

/** What the task's revision adds to results, in its order. */
function laterParts({ id, model, revision, credits, isMetered }: Task, { video_url, duration }: TaskResult) {
  const seconds = Number(duration)
  const parts = {
    data: [{ id, model, state: 'succeed', video_url, duration: seconds }],
    usage: isMetered ? { duration: seconds } : undefined,
    cost: { amount: credits, currency: 'credit' },
  }
  const given = REVISION_FACTS[revision].resultParts.filter(part => parts[part] !== undefined)
  return Object.fromEntries(given.map(part => [part, parts[part]]))
}

/** The task as one of its files shows it: whole, or before sound was put to it. */
export function shownAt(task: Task, path: string): Task {
  const { sourcePath, ...video } = task.video
  if (path !== sourcePath) return task
  return { ...task, video: { ...video, id: `${video.id}-source`, path, format: { ...video.format, audio: false } } }
}
