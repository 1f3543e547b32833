import { durationText, type Format } from '../contract/formats.ts'
import type { CreateVideo } from '../contract/request.ts'
import type { Revision } from '../contract/revisions.ts'
import { type ErrorBody, errorBody, statusOf, type VideoResult } from '../contract/wire.ts'
import { bytesOf, digitsFrom, uuidFrom } from './random.ts'
import { type Effect, isTerminal, type Step, type Task, type Video } from './task.ts'
import { type Draft, type Pace, plan, workMs } from './timeline.ts'

/** Word for the action in the path of `video_url` (contract.md §3). */
const FOLDERS: Readonly<Record<string, string>> = { extend: 'extendVideo', image2video: 'image2video' }

/** All that a create comes with, once nothing objects to it. */
export interface Accepted {
  readonly seed: number
  readonly namespace: string
  readonly ordinal: number
  readonly revision: Revision
  readonly now: number
  readonly pace: Pace
  readonly outcome: string
  /** What was chosen beyond the usual, and what it makes of the plan. */
  readonly effects: readonly Effect[]
  readonly change: (draft: Draft) => Draft
  readonly traceId: string
  readonly body: Readonly<Record<string, unknown>>
  readonly request: CreateVideo
  readonly format: Format
  readonly origin: string
  readonly credits: number
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
  const task: Task = {
    id: uuidFrom(bytes, 0),
    namespace: accepted.namespace,
    ordinal: accepted.ordinal,
    revision: accepted.revision,
    traceId: accepted.traceId,
    request: accepted.body,
    action: request.action ?? '',
    model: request.model,
    mode: request.mode,
    outcome: accepted.outcome,
    ...(effects.length > 0 && { effects }),
    ...(visibleAt !== undefined && { visibleAt }),
    steps,
    deliveries,
    video: videoFrom(bytes, accepted),
    origin: accepted.origin,
    credits: accepted.credits,
  }
  return { task, isEager: isEager === true }
}

function videoFrom(bytes: Buffer, { request, format }: Accepted): Video {
  const jobId = bytes.toString('base64url', 32, 48).slice(0, 22)
  const folder = FOLDERS[request.action ?? ''] ?? 'text2video'
  return {
    id: uuidFrom(bytes, 16),
    jobId,
    path: `/bs2/upload-kling-api/${digitsFrom(bytes, 48, 10)}/${folder}/${jobId}-0_raw_video_1.mp4`,
    format,
    ...(request.action === 'extend' && request.videoId !== undefined && { sourceId: request.videoId }),
  }
}

/** What a settled task answers, wherever it is asked: over HTTP with `status`, in a callback or a record without. */
export function answerOf(task: Task, step: Step, origin: string): { status: number; body: VideoResult | ErrorBody } {
  if (!isTerminal(step)) throw new Error(`task ${task.id} has no answer at ${step.at}: it is ${step.state}`)
  if (step.state === 'failed') {
    return { status: statusOf(step.code), body: errorBody(step.code, step.message, task.traceId, task.id) }
  }
  const body: VideoResult = {
    success: true,
    video_id: task.video.id,
    video_url: (task.origin ?? origin) + task.video.path,
    duration: durationText(task.video.format),
    state: 'succeed',
    task_id: task.id,
  }
  return { status: 200, body }
}
