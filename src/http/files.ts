import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fresh from 'fresh'
import type { DownloadEntry } from '../journal/journal.ts'
import { fileAt, settlesAt, type Task } from '../simulation/task.ts'
import { httpDate } from '../simulation/timebase.ts'
import { Exchange } from './call.ts'
import { type Door, pathOf } from './door.ts'
import { planOf } from './ranges.ts'
import { sendParts } from './sending.ts'

/**
 * Media URLs, served as a CDN would: no envelope, no token, no more words than needed (contract.md §7).
 *
 * The answer is written to the connection without Fastify's help, which would take longer than sending a range.
 */
export async function filesDoor(app: FastifyInstance, door: Door): Promise<void> {
  const factsOf = rememberedFacts(door)
  for (const url of ['/bs2/*', '/kling/:file(^[^/]+\\.mp4)']) {
    app.route({ method: ['GET', 'HEAD'], url, handler: (request, reply) => download(door, factsOf, request, reply) })
  }
}

async function download(door: Door, factsOf: FactsOf, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.hijack()
  const task = await door.store.taskOfFile(pathOf(request))
  const exchange = begin(door, request, task)
  exchange.follow(request.raw, reply.raw)
  try {
    await answer(door, factsOf, request, reply.raw, exchange, task)
  } catch (error) {
    if (exchange.isOver) return
    door.onDefect(error, request)
    if (reply.raw.headersSent) reply.raw.destroy()
    else bare(reply.raw, 500)
  }
}

function begin(door: Door, request: FastifyRequest, task: Task | undefined): Exchange<DownloadEntry> {
  const namespace = door.namespaces.of(task === undefined || task.isPermanent ? '' : task.namespace)
  const { range } = request.headers
  const entry: DownloadEntry = door.journal.add({
    kind: 'download',
    at: namespace.clock.now(),
    namespace: namespace.key,
    method: request.method,
    path: pathOf(request),
    ...(range !== undefined && { range }),
    ...(task && { taskId: task.id }),
    bytes: 0,
  })
  const exchange = new Exchange(namespace, entry)
  exchange.after(() => {
    entry.endedAt = namespace.clock.now()
    door.journal.complete(entry)
    door.onEnd(entry)
  })
  return exchange
}

async function answer(
  door: Door,
  factsOf: FactsOf,
  request: FastifyRequest,
  response: ServerResponse,
  exchange: Exchange<DownloadEntry>,
  task: Task | undefined,
): Promise<void> {
  const state = task === undefined ? 'absent' : fileAt(task, exchange.namespace.clock.now())
  if (task === undefined || state !== 'there') return bare(response, state === 'expired' ? 403 : 404)
  const { etag, lastModified, headers } = factsOf(task)
  // Before the clip is made: whoever has it needs none.
  if (fresh(request.headers, { etag, 'last-modified': lastModified })) {
    response.writeHead(304, headers).end()
    return
  }
  const caller = new AbortController()
  exchange.onHangUp(() => caller.abort(new Error('the caller hung up')))
  const source = door.media.ready(task) ?? (await door.media.open(task, caller.signal))
  const plan = planOf(request.headers, source, lastModified)
  response.writeHead(plan.status, [...headers, ...plan.headers])
  if (request.method === 'HEAD') response.end()
  else await sendParts(source, plan.parts, response, exchange, bytes => (exchange.entry.bytes += bytes))
}

function bare(response: ServerResponse, status: number): void {
  response.writeHead(status, [...CORS, 'content-length', '0']).end()
}

const CORS = ['access-control-allow-origin', '*', 'access-control-expose-headers', '*, authorization']

/** What every answer about a task's file says of it. */
interface Facts {
  readonly etag: string
  readonly lastModified: string
  /** Names and values in turn. */
  readonly headers: string[]
}

type FactsOf = (task: Task) => Facts

/** Files are asked for in many ranges, so their facts are put together once. */
function rememberedFacts(door: Door): FactsOf {
  const remembered = new WeakMap<Task, Facts>()
  return task => {
    const known = remembered.get(task) ?? gathered(door, task)
    remembered.set(task, known)
    return known
  }
}

function gathered(door: Door, task: Task): Facts {
  const etag = door.media.etag(task)
  const lastModified = httpDate(settlesAt(task) ?? 0)
  const headers = [
    ...CORS,
    ...['accept-ranges', 'bytes', 'cache-control', 'public, max-age=2592000'],
    ...['etag', etag, 'last-modified', lastModified],
  ]
  return { etag, lastModified, headers }
}
