import type { IncomingHttpHeaders } from 'node:http'
import parseRange, { type Range } from 'range-parser'
import type { Source } from '../media/shelf.ts'

/** More ranges than this in one request are taken for an attack, and answered with the whole file (RFC 9110 §14.2). */
const MOST_RANGES = 32

/** Bytes as they are, or bytes of the file: `end` is the last one, as in Content-Range. */
export type Part = Uint8Array | Range

/** What to answer a request for a file with: status, the headers that describe the body, and the body. */
export interface Plan {
  readonly status: 200 | 206 | 416
  readonly headers: readonly string[]
  readonly parts: readonly Part[]
}

/**
 * Reads Range and If-Range (RFC 9110 §14).
 *
 * Of HEAD as well, as nginx does: RFC 9110 §14.2 defines ranges for GET alone, but who asks by HEAD for a range wants to
 * know what GET would say.
 */
export function planOf(headers: IncomingHttpHeaders, source: Source, lastModified: string): Plan {
  const { size, type } = source
  const ranges = wantedRanges(headers, source, lastModified)
  if (ranges === 'none') return { status: 416, headers: ['content-range', `bytes */${size}`], parts: [] }
  if (ranges === 'all') return described(200, type, [{ start: 0, end: size - 1 }])
  const [only] = ranges
  if (ranges.length === 1 && only) return described(206, type, [only], ['content-range', contentRange(only, size)])
  // Not to be found inside the file: nobody can put the tag into a prompt that it depends on itself.
  const boundary = `mockling-${source.etag.slice(1, -1)}`
  const parts = ranges.flatMap(range => [partHead(boundary, type, range, size), range])
  return described(206, `multipart/byteranges; boundary=${boundary}`, [
    ...parts,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
}

/** Bytes of a part. */
export function lengthOf(part: Part): number {
  return part instanceof Uint8Array ? part.length : part.end + 1 - part.start
}

function described(status: 200 | 206, type: string, parts: readonly Part[], more: readonly string[] = []): Plan {
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  return { status, headers: ['content-type', type, 'content-length', String(length), ...more], parts }
}

/** The parts asked for; `all` without a usable Range header; `none` if none of them lies in the file. */
function wantedRanges(
  { range, 'if-range': ifRange }: IncomingHttpHeaders,
  { size, etag }: Source,
  lastModified: string,
): readonly Range[] | 'all' | 'none' {
  // Ranges of a unit that is not known are to be ignored (RFC 9110 §14.2); range-parser looks at no unit.
  if (range === undefined || !/^bytes=/i.test(range)) return 'all'
  // A part of another version is of no use: then the whole is sent. Weak tags never match here (RFC 9110 §13.1.5).
  if (ifRange !== undefined && ifRange !== etag && ifRange !== lastModified) return 'all'
  const parsed = parseRange(size, tidied(range, size), { combine: true })
  if (parsed === -1) return 'none'
  return parsed === -2 || parsed.length > MOST_RANGES ? 'all' : parsed
}

/** A suffix longer than the file means all of it (RFC 9110 §14.1.2): range-parser errs there. */
function tidied(range: string, size: number): string {
  return range.replace(/([=,]\s*)-(\d+)/g, (_, before, length) => `${before}-${Math.min(Number(length), size)}`)
}

function contentRange({ start, end }: Range, size: number): string {
  return `bytes ${start}-${end}/${size}`
}

function partHead(boundary: string, type: string, range: Range, size: number): Buffer {
  return Buffer.from(
    `\r\n--${boundary}\r\ncontent-type: ${type}\r\ncontent-range: ${contentRange(range, size)}\r\n\r\n`,
  )
}
