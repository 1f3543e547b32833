import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fresh from 'fresh'
import parseRange, { type Range } from 'range-parser'
import type { Source } from '../media/shelf.ts'
import { fileAt, settlesAt, type Task } from '../simulation/task.ts'
import { httpDate } from '../simulation/timebase.ts'
import { type Door, pathOf } from './door.ts'

/** More ranges than this in one request are taken for an attack, and answered with the whole file (RFC 9110 §14.2). */
const MOST_RANGES = 32

const BOUNDARY = 'mockling-byteranges'

const NONE = new Uint8Array()

/** Media URLs, served as a CDN would: no envelope, no token, no more words than needed (contract.md §7). */
export function fileRoutes(app: FastifyInstance, door: Door): void {
  for (const url of ['/bs2/*', '/kling/:file(^[^/]+\\.mp4)']) {
    app.route({ method: ['GET', 'HEAD'], url, handler: (request, reply) => sendFile(door, request, reply) })
  }
}

async function sendFile(door: Door, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.removeHeader('x-trace-id')
  const task = await door.store.taskOfFile(pathOf(request))
  if (!task) return reply.code(404).send()
  const { clock } = door.namespaces.of(task.isPermanent ? '' : task.namespace)
  request.call.entry.taskId = task.id
  const state = fileAt(task, clock.now())
  if (state !== 'there') return reply.code(state === 'absent' ? 404 : 403).send()

  const etag = door.media.etag(task)
  const lastModified = httpDate(settlesAt(task) ?? 0)
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=2592000',
    etag,
    'last-modified': lastModified,
  })
  // Before the clip is made: whoever has it needs none.
  if (fresh(request.headers, { etag, 'last-modified': lastModified })) return reply.code(304).send()
  const source = door.media.ready(task) ?? (await opened(door, task, request))
  if (source === undefined) return reply.hijack()
  return sendRanges(source, wantedRanges(request, source, lastModified), request, reply)
}

/** The task's file; `undefined` if the caller hung up before it was there. */
async function opened(door: Door, task: Task, request: FastifyRequest): Promise<Source | undefined> {
  const caller = new AbortController()
  request.call.onHangUp(() => caller.abort(new Error('the caller hung up')))
  try {
    return await door.media.open(task, caller.signal)
  } catch (error) {
    if (caller.signal.aborted) return undefined
    throw error
  }
}

/** The parts asked for; `all` without a usable Range header; `none` if none of them lies in the file. */
function wantedRanges(
  request: FastifyRequest,
  source: Source,
  lastModified: string,
): readonly Range[] | 'all' | 'none' {
  const { range, 'if-range': ifRange } = request.headers
  if (range === undefined) return 'all'
  // A part of another version is of no use: then the whole is sent. Weak tags never match here (RFC 9110 §13.1.5).
  if (ifRange !== undefined && ifRange !== source.etag && ifRange !== lastModified) return 'all'
  const parsed = parseRange(source.size, tidied(range, source.size), { combine: true })
  if (parsed === -1) return 'none'
  return parsed === -2 || parsed.type !== 'bytes' || parsed.length > MOST_RANGES ? 'all' : parsed
}

/** Units are of any case, and a suffix longer than the file means all of it (RFC 9110 §14.1.2): range-parser errs in both. */
function tidied(range: string, size: number): string {
  return range
    .replace(/^\s*bytes\s*=/i, 'bytes=')
    .replace(/([=,]\s*)-(\d+)/g, (_, before, length) => `${before}-${Math.min(Number(length), size)}`)
}

function sendRanges(
  source: Source,
  ranges: readonly Range[] | 'all' | 'none',
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> | FastifyReply {
  const { size } = source
  if (ranges === 'none') return reply.code(416).header('content-range', `bytes */${size}`).send()
  if (ranges === 'all') return sendParts(source, [{ start: 0, end: size - 1 }], 'video/mp4', request, reply)
  reply.code(206)
  const [only] = ranges
  if (ranges.length === 1 && only) {
    reply.header('content-range', contentRange(only, size))
    return sendParts(source, [only], 'video/mp4', request, reply)
  }
  const parts = [...ranges.flatMap(range => [partHead(range, size), range]), Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]
  return sendParts(source, parts, `multipart/byteranges; boundary=${BOUNDARY}`, request, reply)
}

/** Bytes as they are, or bytes of the file: the end is the last one, as in Content-Range. */
type Part = Uint8Array | Range

async function sendParts(
  source: Source,
  parts: readonly Part[],
  type: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  reply.type(type).header('content-length', length)
  if (request.method === 'HEAD') return reply.send()
  // What is read in one go needs no stream.
  const [only] = parts
  const first =
    parts.length === 1 && only && !(only instanceof Uint8Array) ? await source.read(only.start, only.end + 1) : NONE
  if (first.length === length) return reply.send(Buffer.from(first.buffer, first.byteOffset, length))
  return reply.send(Readable.from(piecesOf(source, parts, first), { objectMode: false, highWaterMark: 1 }))
}

function lengthOf(part: Part): number {
  return part instanceof Uint8Array ? part.length : part.end + 1 - part.start
}

/**
 * A piece is read when the one before has gone out: a slow reader costs no more memory than that. `first` is what has
 * been read of the first part already.
 */
async function* piecesOf(source: Source, parts: readonly Part[], first: Uint8Array): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first
  let isRead = first.length
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      yield part
      continue
    }
    let at = part.start + isRead
    isRead = 0
    while (at <= part.end) {
      const piece = await source.read(at, part.end + 1)
      at += piece.length
      yield piece
    }
  }
}

function contentRange({ start, end }: Range, size: number): string {
  return `bytes ${start}-${end}/${size}`
}

function partHead(range: Range, size: number): Buffer {
  return Buffer.from(
    `\r\n--${BOUNDARY}\r\ncontent-type: video/mp4\r\ncontent-range: ${contentRange(range, size)}\r\n\r\n`,
  )
}
