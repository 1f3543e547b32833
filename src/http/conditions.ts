import type { IncomingHttpHeaders } from 'node:http'
import { parseHttpDate } from '../simulation/timebase.ts'

/** Which version of a file there is. */
export interface Version {
  /** Strong, with its quotes. */
  readonly etag: string
  /** In Unix milliseconds; a whole second, as no HTTP date says more. */
  readonly modifiedAt: number
}

/** One of a list of entity tags (RFC 9110 §8.8.3). Commas may stand inside, spaces and tabs around. */
const TAG = /(W\/)?("[^"]*")/g

/**
 * The status to answer with instead of the file because a condition of the request does not hold, if there is any.
 *
 * In the order of RFC 9110 §13.2.2. `Cache-Control: no-cache` has no say in it: it is for caches on the way, and a
 * browser that reloads sends it along with its condition.
 */
export function failedCondition(headers: IncomingHttpHeaders, version: Version): 412 | 304 | undefined {
  const { etag, modifiedAt } = version
  const match = headers['if-match']
  const unmodifiedSince = parseHttpDate(headers['if-unmodified-since'])
  if (match !== undefined ? !lists(match, etag, 'strongly') : modifiedAt > (unmodifiedSince ?? modifiedAt)) return 412

  const noneMatch = headers['if-none-match']
  const modifiedSince = parseHttpDate(headers['if-modified-since'])
  if (noneMatch !== undefined) return lists(noneMatch, etag, 'weakly') ? 304 : undefined
  return modifiedSince !== undefined && modifiedAt <= modifiedSince ? 304 : undefined
}

/** Whether a list of tags holds the strong one given. Compared weakly, a tag may be marked as weak (§8.8.3.2). */
function lists(header: string, etag: string, compared: 'strongly' | 'weakly'): boolean {
  if (header.trim() === '*') return true
  return [...header.matchAll(TAG)].some(
    ([, weak, tag]) => tag === etag && (weak === undefined || compared === 'weakly'),
  )
}
