import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { RequestEntry } from '../journal/journal.ts'
import type { Namespace } from '../simulation/namespaces.ts'
import type { Task } from '../simulation/task.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import type { Call } from './call.ts'
import { type Door, pathOf } from './door.ts'

const MASK = '***'

/** Headers whose values are for nobody's eyes but the receiver's. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'x-mockling-key',
  'x-api-key',
  'api-key',
  'x-auth-token',
  'x-access-token',
])

const SECRET_IN_QUERY = /((?:^|&)[^=&]*(?:token|key|secret|password|signature|authorization)[^=&]*=)[^&]*/gi

/** Opens the entry of a request; without one, of what could not be read as HTTP. No secret gets further than this. */
export function openEntry(door: Door, namespace: Namespace, traceId: string, request?: ApiRequest): RequestEntry {
  // The usual fields from the start: an object that grows field by field costs several times as much.
  const entry: RequestEntry = {
    kind: 'request',
    seq: 0,
    at: namespace.clock.now(),
    namespace: namespace.key,
    traceId,
    method: request?.method ?? '',
    path: request ? pathOf(request) : '',
    query: request && queryOf(request),
    rawHeaders: request ? headersOf(request) : [],
    requestBody: undefined,
    status: undefined,
    responseHeaders: undefined,
    responseBody: undefined,
    code: undefined,
    message: undefined,
    taskId: undefined,
    outcome: undefined,
    accepted: undefined,
    credits: undefined,
    steps: undefined,
    answeredAt: undefined,
    endedAt: undefined,
    durationMs: undefined,
  }
  return door.journal.add(entry)
}

/** What follows the path's `?`, with the values of secrets masked. */
export function queryOf({ url }: ApiRequest): string | undefined {
  const start = url.indexOf('?')
  return start === -1 ? undefined : url.slice(start + 1).replace(SECRET_IN_QUERY, `$1${MASK}`)
}

/** What came with the request before, by connection, and what was kept of it. */
const before = new WeakMap<Socket, { readonly sent: readonly string[]; readonly kept: readonly string[] }>()

/** The headers as they are kept. A connection repeats itself: what it has sent before is kept once. */
export function headersOf({ raw }: ApiRequest): readonly string[] {
  const { rawHeaders: sent, socket } = raw
  const last = before.get(socket)
  if (last && isSame(last.sent, sent)) return last.kept
  const kept = sent.map((text, index) => {
    if (index % 2 === 1 && isSecret(sent[index - 1] as string)) return MASK
    return text === last?.sent[index] ? last.sent[index] : text
  })
  const same = last && isSame(last.kept, kept) ? last.kept : kept
  before.set(socket, { sent, kept: same })
  return same
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  for (let index = 0; index < other.length; index++) if (one[index] !== other[index]) return false
  return one.length === other.length
}

function isSecret(name: string): boolean {
  return SECRET_HEADERS.has(name.toLowerCase())
}

/** Notes what is answered, on its way out. */
export function journalAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, _reply, payload, done) => {
    journalAnswer(request.call, typeof payload === 'string' || payload instanceof Buffer ? String(payload) : undefined)
    done()
  })
}

/** Notes an answer as it goes out. */
export function journalAnswer({ entry, namespace }: Call, body: string | undefined): void {
  entry.answeredAt = namespace.clock.now()
  if (body !== undefined) entry.responseBody = body
}

/** Notes how the exchange ended. Nothing more is known of it later. */
export function journalEnd(door: Door, { entry, namespace, elapsedMs }: Call, reply: ApiReply): void {
  entry.endedAt = namespace.clock.now()
  entry.durationMs = Math.round(elapsedMs * 1000) / 1000
  if (entry.answeredAt !== undefined) entry.responseHeaders ??= reply.getHeaders()
  door.journal.complete(entry)
  door.onEnd(entry)
}

/** Notes that a create was accepted, and what is to become of it. */
export function journalAcceptance(entry: RequestEntry, { id, credits, steps }: Task): void {
  entry.accepted = true
  entry.taskId = id
  entry.credits = credits
  entry.steps = steps
}
