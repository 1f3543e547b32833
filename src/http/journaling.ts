import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestEntry } from '../journal/journal.ts'
import type { Task } from '../simulation/task.ts'
import type { Call } from './call.ts'
import type { Door } from './door.ts'

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

/** What can be told of a request before its body is there. No secret gets further than this. */
export function headOf(request: FastifyRequest): Pick<RequestEntry, 'query' | 'rawHeaders'> {
  const { url } = request
  const start = url.indexOf('?')
  const rawHeaders = request.raw.rawHeaders.slice()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (SECRET_HEADERS.has((rawHeaders[at] as string).toLowerCase())) rawHeaders[at + 1] = MASK
  }
  if (start === -1) return { rawHeaders }
  return { query: url.slice(start + 1).replace(SECRET_IN_QUERY, `$1${MASK}`), rawHeaders }
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
export function journalEnd(door: Door, { entry, namespace }: Call, reply: FastifyReply): void {
  entry.endedAt = namespace.clock.now()
  entry.durationMs = Math.round(reply.elapsedTime * 1000) / 1000
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
