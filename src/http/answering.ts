import { errorBodyIn } from '../contract/wire.ts'
import { answerBy } from '../faults/effects.ts'
import type { Answer, Refusal } from '../faults/kind.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import { answerInterrupted, JSON_TYPE } from './error-reply.ts'
import { journalAnswer } from './journaling.ts'
import { Outlet } from './outlet.ts'

/** Sends an answer of the API, or what the effects on its request make of it. */
export function answer(
  request: ApiRequest,
  reply: ApiReply,
  status: number,
  body: string,
  isError = false,
): void | Promise<void> {
  const { effects, traceId, revision } = request.call
  if (effects.length > 0) {
    const headers = { 'content-type': JSON_TYPE }
    return play(request, reply, answerBy(effects, { status, headers, body, isError, traceId, revision }))
  }
  reply.code(status).header('content-type', JSON_TYPE).send(body)
  return undefined
}

/** Refuses as an effect has it. */
export function answerRefusal(
  request: ApiRequest,
  reply: ApiReply,
  { status, code, message, headers = {} }: Refusal,
): void | Promise<void> {
  const { entry, traceId, revision } = request.call
  entry.code = code
  entry.message = message
  reply.headers(headers)
  return answer(request, reply, status, JSON.stringify(errorBodyIn(revision, code, message, traceId)), true)
}

async function play(request: ApiRequest, reply: ApiReply, sent: Answer): Promise<void> {
  const { call } = request
  const { status, headers, cutAfter, bytesPerSecond, delayMs = 0 } = sent
  if (delayMs > 0 || bytesPerSecond !== undefined) call.onKeptBack?.()
  if (delayMs > 0) {
    const why = await call.waitUntil(call.namespace.clock.now() + delayMs)
    if (why === 'hang-up') {
      reply.hijack()
      return
    }
    if (why !== undefined) return answerInterrupted(request, reply, why, call.entry.taskId)
  }
  const body = Buffer.from(sent.body)
  // As bytes: to text Fastify adds what it thinks that a Content-Type lacks.
  if (cutAfter === undefined && bytesPerSecond === undefined) {
    reply.code(status).headers(headers).send(body)
    return
  }
  reply.hijack()
  if (cutAfter === 'head') {
    call.breakOff()
    reply.raw.destroy()
    return
  }
  const head = { ...reply.getHeaders(), ...headers, 'content-length': body.length }
  call.entry.status = status
  call.entry.responseHeaders = head
  journalAnswer(call, cutAfter === undefined ? sent.body : body.toString('utf8', 0, cutAfter))
  // Fastify's head is not sent by itself any more.
  reply.raw.writeHead(status, head)
  const flow = { isReset: true, ...(cutAfter !== undefined && { cutAfter }), ...(bytesPerSecond && { bytesPerSecond }) }
  await new Outlet(reply.raw, call, flow).end(body)
}
