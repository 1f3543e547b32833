import type { Outcome } from '../faults/outcomes.ts'
import type { Found } from '../recording/answers.ts'
import type { Task } from '../simulation/task.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import { type Door, pathOf } from './door.ts'

/** The header that names the recording by which an answer is given. */
const MARK = 'x-mockling-replayed'

/**
 * What recordings have for a request, if there are any; without a body, whatever that was. The answer is marked with the
 * recording's name.
 */
export function recordedFor(door: Door, request: ApiRequest, reply: ApiReply, ...body: [unknown?]): Found | undefined {
  if (!door.recordings) return undefined
  const { authorization } = request.headers
  const found = door.recordings.find({
    namespace: request.call.namespace.key,
    method: request.method,
    path: pathOf(request),
    authorization: kindOf(authorization),
    ...(body.length > 0 && { body: body[0] }),
  })
  if (found) reply.header(MARK, found.name)
  return found
}

/** Whether nothing but the head decides: the path is not served, or nobody's token comes with it. */
export function isDecidedByHead(request: ApiRequest): boolean {
  return request.is404 || kindOf(request.headers.authorization) !== 'bearer'
}

function kindOf(header = ''): 'bearer' | 'other' | 'none' {
  if (/^\s*(?:Bearer\s*)?$/i.test(header)) return 'none'
  return /^Bearer +\S+$/i.test(header) ? 'bearer' : 'other'
}

/** Answers as it was answered then. */
export function answerRecorded(request: ApiRequest, reply: ApiReply, found: Found): void {
  reply
    .code(found.status)
    .headers(found.headers)
    .send(Buffer.from(found.text(request.call.traceId)))
}

/** Names the recordings that tasks go by. */
export function markRecorded(reply: ApiReply, tasks: readonly Task[]): void {
  const names = tasks.flatMap(({ effects = [] }) => effects.filter(({ name }) => name === RECORDED))
  if (names.length > 0) reply.header(MARK, [...new Set(names.map(({ options }) => options['file']))].join(', '))
}

/** Name of the effect. */
const RECORDED = 'recorded'

/** The outcome by which a task goes as the recorded one. */
export function recordedOutcome({ name, task = {} }: Found): Outcome {
  return { text: RECORDED, effects: [{ name: RECORDED, options: { file: name, ...task } }] }
}
