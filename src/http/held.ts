import type { FastifyReply, FastifyRequest } from 'fastify'
import { errorBody } from '../contract/wire.ts'
import { answerOf } from '../simulation/accept.ts'
import { Interruption } from '../simulation/namespaces.ts'
import { createdAt, settlesAt, stepAt, type Task } from '../simulation/task.ts'
import { type Door, originOf } from './door.ts'
import { JSON_TYPE } from './error-reply.ts'

/**
 * Holds the request until the task settles, then answers with its result or failure.
 *
 * `timeout` (whole seconds) bounds the wait: then the answer is the task id and the task goes on. At the same instant
 * the result wins. If the caller hangs up the task goes on too, and nobody is answered.
 */
export async function answerHeld(
  door: Door,
  request: FastifyRequest,
  reply: FastifyReply,
  task: Task,
  timeout: number | undefined,
): Promise<FastifyReply> {
  const settled = settlesAt(task) ?? Number.POSITIVE_INFINITY
  const bound = timeout === undefined ? Number.POSITIVE_INFINITY : createdAt(task) + timeout * 1000
  const why = await waitUntil(Math.min(settled, bound), request)
  if (why === 'hang-up') return reply.hijack()
  if (why !== undefined) return answerInterrupted(request, reply, why, task.id)
  reply.header('content-type', JSON_TYPE)
  // Decided by the plan, not by the clock: one `advance` may have passed both instants.
  if (bound < settled) return reply.send(JSON.stringify({ task_id: task.id }))
  const { status, body } = answerOf(task, stepAt(task, settled), originOf(door, request))
  if (!body.success) {
    request.call.entry.code = body.error.code
    request.call.entry.message = body.error.message
  }
  return reply.code(status).send(JSON.stringify(body))
}

async function waitUntil(instant: number, request: FastifyRequest): Promise<Interruption['why'] | undefined> {
  const { namespace } = request.call
  const hold = new AbortController()
  request.call.onHangUp(() => hold.abort(new Interruption('hang-up')))
  namespace.held.add(hold)
  try {
    await namespace.clock.rest(instant, hold.signal)
    return undefined
  } catch (reason) {
    if (reason instanceof Interruption) return reason.why
    throw reason
  } finally {
    namespace.held.delete(hold)
  }
}

/** The simulator itself ends the call: outside the imitation, marked by a header, and a task's id is not lost. */
export function answerInterrupted(
  request: FastifyRequest,
  reply: FastifyReply,
  why: 'shutdown' | 'reset',
  taskId?: string,
): FastifyReply {
  const message = why === 'shutdown' ? 'mockling is shutting down' : 'mockling was reset'
  return reply
    .code(503)
    .header('content-type', JSON_TYPE)
    .header(`x-mockling-${why}`, '1')
    .send(JSON.stringify(errorBody('api_error', message, request.call.traceId, taskId)))
}
