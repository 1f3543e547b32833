import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fresh from 'fresh'
import parseRange, { type Ranges } from 'range-parser'
import type { Clip } from '../media/clip.ts'
import { fileAt, settlesAt } from '../simulation/task.ts'
import { httpDate } from '../simulation/timebase.ts'
import { type Door, pathOf } from './door.ts'

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

  const clip = door.clip(task)
  const lastModified = httpDate(settlesAt(task) ?? 0)
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=2592000',
    etag: clip.etag,
    'last-modified': lastModified,
  })
  if (fresh(request.headers, { etag: clip.etag, 'last-modified': lastModified })) return reply.code(304).send()
  return sendBytes(clip, wantedRanges(request, clip, lastModified), request, reply)
}

/** The parts asked for; `all` without a usable Range header; `none` if none of them lies in the file. */
function wantedRanges(request: FastifyRequest, clip: Clip, lastModified: string): Ranges | 'all' | 'none' {
  const { range, 'if-range': ifRange } = request.headers
  if (range === undefined) return 'all'
  // A part of another version is of no use: then the whole is sent. Weak tags never match here (RFC 9110 §13.1.5).
  if (ifRange !== undefined && ifRange !== clip.etag && ifRange !== lastModified) return 'all'
  const parsed = parseRange(clip.size, tidied(range, clip.size), { combine: true })
  if (parsed === -1) return 'none'
  return parsed === -2 || parsed.type !== 'bytes' ? 'all' : parsed
}

/** Units are of any case, and a suffix longer than the file means all of it (RFC 9110 §14.1.2): range-parser errs in both. */
function tidied(range: string, size: number): string {
  return range
    .replace(/^\s*bytes\s*=/i, 'bytes=')
    .replace(/([=,]\s*)-(\d+)/g, (_, before, length) => `${before}-${Math.min(Number(length), size)}`)
}

const BOUNDARY = 'mockling-byteranges'

function sendBytes(
  clip: Clip,
  ranges: Ranges | 'all' | 'none',
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (ranges === 'none') return reply.code(416).header('content-range', `bytes */${clip.size}`).send()
  reply.type('video/mp4')
  if (ranges === 'all') return sendPart(clip, 0, clip.size, request, reply)
  const [only] = ranges
  if (ranges.length === 1 && only) {
    reply.code(206).header('content-range', contentRange(clip, only))
    return sendPart(clip, only.start, only.end + 1, request, reply)
  }
  const parts = ranges.map(range => [partHead(clip, range), clip.read(range.start, range.end + 1)])
  const body = Buffer.concat([...parts.flat(), Buffer.from(`\r\n--${BOUNDARY}--\r\n`)])
  reply.code(206).type(`multipart/byteranges; boundary=${BOUNDARY}`).header('content-length', body.length)
  return reply.send(request.method === 'HEAD' ? undefined : body)
}

function sendPart(clip: Clip, from: number, to: number, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('content-length', to - from)
  return reply.send(request.method === 'HEAD' ? undefined : Buffer.from(clip.read(from, to)))
}

function contentRange(clip: Clip, { start, end }: { start: number; end: number }): string {
  return `bytes ${start}-${end}/${clip.size}`
}

function partHead(clip: Clip, range: { start: number; end: number }): Buffer {
  return Buffer.from(
    `\r\n--${BOUNDARY}\r\ncontent-type: video/mp4\r\ncontent-range: ${contentRange(clip, range)}\r\n\r\n`,
  )
}
