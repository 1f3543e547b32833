import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { inOrder, servingBy } from '../faults/effects.ts'
import type { Serving } from '../faults/kind.ts'
import type { DownloadEntry } from '../journal/journal.ts'
import { shownAt } from '../simulation/accept.ts'
import { fileAt, fileLifeMs, settlesAt, type Task } from '../simulation/task.ts'
import { httpDate } from '../simulation/timebase.ts'
import { Exchange } from './call.ts'
import { effectsOn } from './choosing.ts'
import { failedCondition } from './conditions.ts'
import { isExtra } from './connections.ts'
import { answerPreflights, CORS } from './cors.ts'
import { type Door, pathOf } from './door.ts'
import { headersOf, queryOf } from './journaling.ts'
import { answerOverload } from './overload.ts'
import { planOf } from './ranges.ts'
import { sendParts } from './sending.ts'
import { twinOf } from './twins.ts'

type Download = Exchange<DownloadEntry>

/**
 * Media URLs, served as a CDN would: no envelope, no token, no more words than needed (contract.md §7).
 *
 * The answer is written to the connection without Fastify's help, which would take longer than sending a range.
 */
export async function filesDoor(app: FastifyInstance, door: Door): Promise<void> {
  // A preflight with a body, which nobody reads: refused in as few words as the rest.
  app.setErrorHandler<{ statusCode?: number }>((thrown, request, reply) => {
    const { statusCode = 500 } = thrown
    if (statusCode >= 500) door.onDefect(thrown, request)
    return reply.code(statusCode).headers(CORS).send()
  })
  for (const url of ['/bs2/*', '/kling/:file(^[^/]+\\.mp4)']) {
    app.route({ method: ['GET', 'HEAD'], url, handler: (request, reply) => download(door, request, reply) })
    answerPreflights(app, url, 'GET, HEAD, OPTIONS')
  }
}

async function download(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (door.load.isCrowded && isExtra(request.raw.socket)) {
    answerOverload(reply, door.load.overload('connections'), 'close')
    return
  }
  const path = pathOf(request)
  const found = await door.store.taskOfFile(path)
  const task = found && shownAt(found, path)
  const exchange = begin(door, request, task)
  reply.hijack()
  exchange.follow(request.raw, reply.raw)
  try {
    await answer(door, request, reply.raw, exchange, task)
  } catch (error) {
    if (exchange.isOver) return
    door.onDefect(error, request)
    breakOff(reply.raw, exchange, error)
  }
}

function begin(door: Door, request: FastifyRequest, task: Task | undefined): Download {
  const namespace = door.namespaces.of(task === undefined || task.isPermanent ? '' : task.namespace)
  const { range } = request.headers
  const entry: DownloadEntry = door.journal.add({
    kind: 'download',
    at: namespace.clock.now(),
    namespace: namespace.key,
    method: request.method,
    path: pathOf(request),
    query: queryOf(request),
    rawHeaders: headersOf(request),
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
  request: FastifyRequest,
  response: ServerResponse,
  exchange: Download,
  task: Task | undefined,
): Promise<void> {
  const now = exchange.namespace.clock.now()
  const serving = await servingOf(door, exchange, task)
  if (serving.status !== undefined) return bare(response, exchange, serving.status)
  const state = task === undefined ? 'absent' : fileAt(task, now)
  if (task === undefined || state !== 'there') return bare(response, exchange, state === 'expired' ? 403 : 404)
  const etag = door.media.etag(task)
  // Before the clip is made: whoever has it needs none.
  const conditions = serving.keep === undefined ? request.headers : {}
  const failed = failedCondition(conditions, { etag, modifiedAt: modifiedAt(task, now) })
  if (failed === 412) return bare(response, exchange, 412)
  const lastModified = httpDate(modifiedAt(task, now))
  const headers = (tag: string) => [
    ...always(exchange),
    ...(serving.isRangeless ? [] : ['accept-ranges', 'bytes']),
    ...['etag', tag, 'last-modified', lastModified],
    ...['cache-control', `public, max-age=${Math.floor(fileLifeMs(task, now) / 1000)}`],
  ]
  if (failed === 304) return void response.writeHead(304, headers(etag)).end()

  const caller = new AbortController()
  exchange.onHangUp(() => caller.abort(new Error('the caller hung up')))
  const file = door.media.ready(task) ?? (await door.media.open(task, caller.signal))
  const source = serving === USUAL ? file : await twinOf(file, serving)
  const plan = planOf(serving.isRangeless ? {} : request.headers, source, lastModified)
  if (plan.status === 416) return bare(response, exchange, 416, plan.headers)
  const writeHead = () => response.writeHead(plan.status, [...headers(source.etag), ...plan.headers])
  if (request.method === 'HEAD') return void writeHead().end()
  await sendParts(source, plan.parts, response, exchange, writeHead, serving)
}

const USUAL: Serving = {}

/** What the task's own effects and the faults that fire make of the download. */
async function servingOf(door: Door, { entry, namespace }: Download, task: Task | undefined): Promise<Serving> {
  if (task === undefined || (task.effects === undefined && door.rulebook.rules.length === 0)) return USUAL
  const { id, model, mode, action, request } = task
  const prompt = typeof request['prompt'] === 'string' ? { prompt: request['prompt'] } : {}
  const facts = { operation: 'download', taskId: id, model, mode, action, ...prompt } as const
  const { effects, rules } = await effectsOn(door, namespace, facts)
  if (rules.length > 0) entry.rules = rules.map(rule => rule.id)
  return servingBy(inOrder([...(task.effects ?? []), ...effects]))
}

/** When the file came to be, cut to the second. Never after now, though a clock may start before the guides' videos. */
function modifiedAt(task: Task, now: number): number {
  return Math.floor(Math.min(settlesAt(task) ?? now, now) / 1000) * 1000
}

/** Names and values in turn. Date is the namespace's time, by which files come and go. */
function always({ namespace }: Download): string[] {
  return [...Object.entries(CORS).flat(), 'date', httpDate(namespace.clock.now())]
}

function bare(response: ServerResponse, exchange: Download, status: number, more: readonly string[] = []): void {
  response.writeHead(status, [...always(exchange), 'content-length', '0', ...more]).end()
}

/** After a failure of ours: a bare 500 if nothing has been said yet, else the end of the connection. */
function breakOff(response: ServerResponse, exchange: Download, error: unknown): void {
  exchange.entry.error = error instanceof Error ? error.message : String(error)
  if (response.headersSent) {
    // Over before the connection is, which else would count as the caller's hang-up.
    exchange.entry.status = response.statusCode
    exchange.end()
    response.destroy()
  } else bare(response, exchange, 500)
}
