import type { FastifyInstance } from 'fastify'
import { DEFECT_MESSAGE, ERRORS, type ErrorCode, NO_BODY_MESSAGE } from '../contract/errors.ts'
import { type ErrorBody, errorBody, errorBodyIn, type GatewayErrorBody } from '../contract/wire.ts'
import type { Interruption } from '../simulation/namespaces.ts'
import { Overload } from '../simulation/overload.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import type { Door } from './door.ts'
import { answerOverload, OVERLOADS } from './overload.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'

/** Answers with an error in the upstream's words, as the one who refuses with that code words it. */
export function refuse(
  request: ApiRequest,
  reply: ApiReply,
  code: ErrorCode,
  message: string = ERRORS[code].message,
  status: number = ERRORS[code].status,
): void {
  const { revision, traceId } = request.call
  send(request, reply, status, errorBodyIn(revision, code, message, traceId))
}

/** Refuses a body that is not read at all: the gateway does (gateway §4.1). */
export function refuseBody(
  request: ApiRequest,
  reply: ApiReply,
  message: string = ERRORS.bad_request.message,
  status: number = ERRORS.bad_request.status,
): void {
  const { revision, traceId } = request.call
  send(request, reply, status, errorBodyIn(revision, 'bad_request', message, traceId, 'gateway'))
}

/** Refuses what a body asks for, with whatever code: the service behind the gateway does. */
export function refuseByRule(
  request: ApiRequest,
  reply: ApiReply,
  code: ErrorCode,
  message: string,
  taskId?: string,
  status: number = ERRORS[code].status,
): void {
  send(request, reply, status, errorBody(code, message, request.call.traceId, taskId))
}

/** The one place where the envelope is made into a reply. */
function send({ call }: ApiRequest, reply: ApiReply, status: number, body: ErrorBody | GatewayErrorBody): void {
  call.entry.code = body.error.code
  call.entry.message = body.error.message
  const text = JSON.stringify(body)
  // Here too, for a URL that can't be decoded: no hook sees its answer.
  call.entry.responseBody = text
  reply.code(status).header('content-type', JSON_TYPE).send(text)
}

/**
 * The simulator itself ends the call: outside the imitation, marked by a header, and a task's id is not lost.
 * @throws Overload where it is for want of the Redis it shares with replicas.
 */
export function answerInterrupted(
  request: ApiRequest,
  reply: ApiReply,
  why: Exclude<Interruption['why'], 'hang-up'>,
  taskId?: string,
): void {
  if (why === 'redis') throw new Overload(why, OVERLOADS.redis)
  const message = why === 'shutdown' ? 'mockling is shutting down' : 'mockling was reset'
  reply
    .code(503)
    .header('content-type', JSON_TYPE)
    .header(`x-mockling-${why}`, '1')
    .send(JSON.stringify(errorBody('api_error', message, request.call.traceId, taskId)))
}

/** Turns whatever was thrown into the envelope: the framework's own refusals, and defects of ours. */
export function handleThrown(app: FastifyInstance, door: Door): void {
  app.setErrorHandler((thrown, request, reply) => answerThrown(door, thrown, request, reply))
}

/** The same for one that was caught. */
export function answerThrown(door: Door, thrown: unknown, request: ApiRequest, reply: ApiReply): void {
  const status = thrown instanceof Overload ? thrown.statusCode : statusOf(thrown)
  // Nobody is there any more to be told.
  if (request.call.isOver && status !== undefined) reply.hijack()
  else if (thrown instanceof Overload) answerOverload(reply, thrown)
  else if (status === 413) refuseTooLarge(door, request, reply)
  else if (status !== undefined) refuseBody(request, reply, thrown instanceof NoBody ? NO_BODY_MESSAGE : undefined)
  else {
    door.onDefect(thrown, request)
    refuse(request, reply, 'api_error', DEFECT_MESSAGE)
  }
}

function refuseTooLarge({ settings }: Door, request: ApiRequest, reply: ApiReply): void {
  const seen = settings.seenWords?.of({ message: ERRORS.content_too_large.message })
  refuse(request, reply, 'content_too_large', seen?.message, seen?.status)
}

/** The request has no body, or an empty one. */
export class NoBody extends Error {
  readonly statusCode = 400
}

/** The body is no JSON. */
export class Unreadable extends Error {
  readonly statusCode = 400
}

/** The status of a refusal that is the caller's doing; `undefined` for a defect. */
function statusOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined
  const status = Number(thrown.statusCode)
  return status >= 400 && status < 500 ? status : undefined
}
