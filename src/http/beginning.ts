import type { ApiReply, ApiRequest } from './api.ts'
import { credentialOf } from './auth.ts'
import { Call } from './call.ts'
import { isExtra } from './connections.ts'
import { CORS } from './cors.ts'
import type { Door } from './door.ts'
import { NoBody, refuseBody, Unreadable } from './error-reply.ts'
import { journalEnd, openEntry } from './journaling.ts'
import { answerOverload } from './overload.ts'

/** Headers of a request, beyond which it is refused with 431: a head of small ones costs more than its bytes. */
const MOST_HEADERS = 500

/** A request has come: it is somebody's from now on, and in the journal. */
export function beginCall(door: Door, request: ApiRequest, reply: ApiReply): void {
  const { authorization } = request.headers
  const credential = door.recognise(authorization) ?? credentialOf(authorization, door.settings)
  const namespace = door.namespaces.of(credential.namespace)
  const traceId = door.namespaces.nextTraceId(namespace)
  const revision = door.revisionOf(namespace.key)
  const call = new Call(namespace, openEntry(door, namespace, traceId, request), credential, revision)
  if (credential.magic !== undefined) call.entry.magic = credential.magic
  door.arrivals.begin(call)
  call.after(() => {
    door.arrivals.leave(call)
    journalEnd(door, call, reply)
  })
  request.call = call
  beginReply(reply, traceId)
  call.follow(request.raw, reply.raw)
}

/** What every answer says. */
export function beginReply(reply: ApiReply, traceId: string): void {
  reply.header('x-trace-id', traceId).headers(CORS)
}

/** Refuses it if that is so whatever it asks for. */
export function refuseHead(door: Door, request: ApiRequest, reply: ApiReply): boolean {
  const { socket, rawHeaders } = request.raw
  if (door.load.isCrowded && isExtra(socket)) answerOverload(reply, door.load.overload('connections'), 'close')
  else if (rawHeaders.length > 2 * MOST_HEADERS) refuseBody(request, reply, 'The request has too many headers.', 431)
  else return false
  return true
}

/**
 * What a body says. Bodies are read as JSON text and by `JSON.parse` alone, so that `__proto__` is a field like any other.
 * @throws NoBody if there is nothing in it, Unreadable if it is no JSON.
 */
export function readBody({ entry }: Call, text: string): unknown {
  if (text.length === 0) throw new NoBody('no body')
  entry.requestBody = text
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Unreadable('broken JSON', { cause })
  }
}
