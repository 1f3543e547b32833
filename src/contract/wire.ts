import { z } from 'zod'
import { sourced } from './describing.ts'
import { endpointsOf, type TaskType } from './endpoints.ts'
import { ERROR_CODES, ERRORS, type ErrorCode, type Layer } from './errors.ts'
import { REVISION_FACTS, type ResultPart, type Revision } from './revisions.ts'

type Saying = (text: string) => string

const called: Saying = text => sourced(text, 'guide A, Asynchronous Callback', 'guide')
const shown: Saying = text => sourced(text, 'guide A, Basic Usage; gateway §1.4', 'guide')
const later: Saying = text => sourced(text, 'gateway §1.4', 'vendor')
const photo: Saying = text => sourced(text, 'gateway §7', 'vendor')
const refused: Saying = text => sourced(text, 'guide A, Error Response Example', 'guide')
const kept: Saying = text => sourced(text, 'gateway §5', 'vendor')
const madeUp: Saying = text => sourced(text, 'gateway §5; value mockling', 'vendor')

/** The answer to a create that isn't held: guide A, Asynchronous Callback. */
export const TaskAccepted = z
  .strictObject({
    task_id: z.uuid().describe(called('Id of the task; the callback and /kling/tasks carry it too.')),
  })
  .describe('The answer to a create that is not held.')

/** The finished video: held answer, callback body and the task's `response` alike. Field order as in guide A. */
export const VideoResult = z
  .strictObject({
    success: z.literal(true).describe(shown('Always true here.')),
    video_id: z
      .string()
      .describe(
        shown('Id of the video, to be given to an extend: a UUID, from revision 2026-08 on 18 decimal digits.'),
      ),
    video_url: z.url().describe(shown('Where the MP4 is; it is gone after 30 days.')),
    duration: z
      .string()
      .describe(shown('Seconds, as a decimal string: the request sends a number, the reply a string.')),
    state: z.literal('succeed').describe(shown('Always succeed, never succeeded.')),
    task_id: z.uuid().describe(shown('Id of the task that made the video.')),
  })
  .describe('The finished video.')

/** What later revisions add to a result (gateway §1.4). */
const RESULT_PARTS = {
  data: z
    .array(
      z.strictObject({
        id: z.uuid().describe(later('The task id.')),
        model: z.string().describe(later('Which model made it.')),
        state: z.literal('succeed').describe(later('Always succeed, as in the result.')),
        video_url: z.url().describe(later('Where the MP4 is, as in the result.')),
        duration: z.number().describe(later('Seconds, as a number: the result itself has text.')),
      }),
    )
    .optional()
    .describe(later('The videos made: one. Absent where a task was made under an earlier revision.')),
  usage: z
    .strictObject({ duration: z.number().positive().describe(later('Seconds billed.')) })
    .optional()
    .describe(later('What was billed; only with voice_list.')),
  cost: z
    .strictObject({
      amount: z.number().describe(later('The price in Credits. An estimate.')),
      currency: z.literal('credit').describe(later('Always credit.')),
    })
    .optional()
    .describe(later('What the video costs. Absent where a task was made under an earlier revision.')),
} as const satisfies Record<ResultPart, z.ZodType>

/** The finished video as a revision has it: guide A's fields, then those that it adds. */
export function videoResultIn(revision: Revision): z.ZodObject {
  const known = VIDEO_RESULTS.get(revision) ?? makeVideoResult(revision)
  VIDEO_RESULTS.set(revision, known)
  return known
}

/** Made once each: documents refer to a schema by its identity. */
const VIDEO_RESULTS = new Map<Revision, z.ZodObject>()

function makeVideoResult(revision: Revision): z.ZodObject {
  const parts = REVISION_FACTS[revision].resultParts.map(part => [part, RESULT_PARTS[part]] as const)
  if (parts.length === 0) return VideoResult
  return z.strictObject({ ...VideoResult.shape, ...Object.fromEntries(parts) }).describe('The finished video.')
}

/** The result of `/kling/talking-photo`: its duration is a number, and there is a second file (gateway §7). */
export const TalkingPhotoResult = z
  .strictObject({
    ...VideoResult.shape,
    duration: z.number().describe(photo('Seconds, as a number: other results have text.')),
    source_video_url: z.url().describe(photo('Where the video is before the recording was put to it.')),
  })
  .describe('The finished video of a talking photo.')

/** What went wrong, in every error. */
export const ErrorPart = z
  .strictObject({
    code: z.enum(ERROR_CODES as [ErrorCode, ...ErrorCode[]]).describe(refused('Which error it is.')),
    message: z.string().describe(refused('The error in words.')),
  })
  .describe('What went wrong.')

const traceId = z.uuid().describe(refused('Id of the request, also in the header x-trace-id.'))

/** Every refusal, and the response of a task that failed. */
export const ErrorBody = z
  .strictObject({
    success: z.literal(false).describe(refused('Always false here.')),
    error: ErrorPart,
    trace_id: traceId,
    task_id: z
      .uuid()
      .optional()
      .describe(sourced('Id of the task, if there is one.', 'gateway §4.2', 'vendor')),
  })
  .describe('A refusal, or what came of a task that failed.')

/** A refusal by the gateway, in revisions whose gateway leaves `success` out. */
export const GatewayErrorBody = z
  .strictObject({ error: ErrorPart, trace_id: traceId })
  .describe('A refusal by the gateway.')

/** A progress snapshot, one of the shapes a pending `response` may have. */
export const PendingSnapshot = z
  .strictObject({
    task_id: z.uuid().describe(kept('Id of the task.')),
    state: z.literal('processing').describe(kept('Always processing here.')),
  })
  .describe('A task that is being worked on, as it may show itself.')

/** Nothing at all: no such task, or the shape `empty` of a pending `response`. */
export const UnknownTask = z
  .strictObject({})
  .describe('An empty object: there is no such task. As the response of one, that it is pending, where that is set so.')

/** One record of /kling/tasks as a revision has it (gateway §5). */
export function taskRecordIn(revision: Revision) {
  const types = endpointsOf(revision).map(({ type }) => type)
  return z
    .strictObject({
      ...TaskRecord.shape,
      type: z.enum(types as [TaskType, ...TaskType[]]).describe(kept('Which endpoint made the task.')),
      response: responseOf([videoResultIn(revision), ...(types.includes('talking-photo') ? [TalkingPhotoResult] : [])]),
    })
    .describe('What is kept of a task.')
}

/** One record of /kling/tasks (gateway §5). */
export const TaskRecord = z
  .strictObject({
    _id: z.string().describe(kept('24 hexadecimal digits; the first eight are the second of created_at.')),
    id: z.uuid().describe(kept('The task id.')),
    type: z.literal('videos').describe(kept('Which endpoint made the task.')),
    created_at: z.number().describe(kept('Unix seconds with milliseconds as a fraction.')),
    started_at: z.number().optional().describe(kept('Unix seconds; absent until work starts.')),
    finished_at: z.number().optional().describe(kept('Unix seconds; absent until the task settles.')),
    elapsed: z.number().optional().describe(kept('finished_at less started_at, in seconds.')),
    trace_id: z.uuid().describe(kept('Id of the create request.')),
    job_id: z.string().describe(kept('22 URL-safe characters; the stem of the file name in video_url.')),
    api_id: z.uuid().describe(kept('Id of the endpoint at the platform.')),
    application_id: z.uuid().describe(madeUp('Id of the application behind the token; made up.')),
    user_id: z.uuid().describe(madeUp('Id of the account behind the token; made up.')),
    credential_id: z.uuid().describe(madeUp('Id of the token; made up.')),
    authorization_id: z.uuid().nullable().describe(madeUp('Always null here.')),
    actor_user_id: z.uuid().nullable().describe(madeUp('Always null here.')),
    request: z.record(z.string(), z.unknown()).describe(kept('The submitted JSON as sent.')),
    response: responseOf([VideoResult]),
  })
  .describe('What is kept of a task.')

function responseOf<Result extends z.ZodType>(results: readonly Result[]) {
  return z
    .xor([...results, ErrorBody, PendingSnapshot, UnknownTask, z.null()])
    .optional()
    .describe(kept('What the held call would have answered; absent while pending.'))
}

export type VideoResult = z.infer<typeof VideoResult>
export type ErrorBody = z.infer<typeof ErrorBody>
export type GatewayErrorBody = z.infer<typeof GatewayErrorBody>
export type TaskRecord = z.infer<typeof TaskRecord>

/** An error's body, fields in the order of guide A's example. */
export function errorBody(code: ErrorCode, message: string, traceId: string, taskId?: string): ErrorBody {
  const body: ErrorBody = { success: false, error: { code, message }, trace_id: traceId }
  if (taskId !== undefined) body.task_id = taskId
  return body
}

/** The error's body as `layer` words it in `revision`: the gateway may leave `success` out. */
export function errorBodyIn(
  revision: Revision,
  code: ErrorCode,
  message: string,
  traceId: string,
  layer: Layer = ERRORS[code].layer,
): ErrorBody | GatewayErrorBody {
  const { success, ...bare } = errorBody(code, message, traceId)
  return layer === 'worker' || REVISION_FACTS[revision].gatewaySaysSuccess ? { success, ...bare } : bare
}

/** The status that goes with a code. */
export function statusOf(code: ErrorCode): number {
  return ERRORS[code].status
}

/** What a pending task's record shows as `response` (gateway §10 on who misreads which). */
export const PENDING_RESPONSES = ['absent', 'null', 'empty', 'snapshot'] as const

export type PendingResponse = (typeof PENDING_RESPONSES)[number]

/** The codes a parameter error may be reported under (contract.md §8). */
export const PARAMETER_ERROR_CODES = ['bad_request', 'token_mismatched', 'api_not_implemented'] as const

export type ParameterErrorCode = (typeof PARAMETER_ERROR_CODES)[number]
