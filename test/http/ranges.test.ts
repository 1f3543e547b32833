import { describe, expect, it } from 'vitest'
import { lengthOf, type Part, planOf } from '../../src/http/ranges.ts'

const ETAG = '"tag"'
const LAST_MODIFIED = 'Mon, 01 Jun 2026 00:00:00 GMT'
const OF_100 = { size: 100, etag: ETAG, type: 'video/mp4', read: async () => new Uint8Array(0) }

const plan = (range: string | undefined, ifRange?: string, size = 100) =>
  planOf({ range, 'if-range': ifRange }, { ...OF_100, size }, LAST_MODIFIED)

const WHOLE = {
  status: 200,
  headers: ['content-type', 'video/mp4', 'content-length', '100'],
  parts: [{ start: 0, end: 99 }],
}

const shown = (parts: readonly Part[]) =>
  parts.map(part => (part instanceof Uint8Array ? Buffer.from(part).toString() : `${part.start}-${part.end}`))

describe('the whole', () => {
  it.each([undefined, '', 'bytes', 'bytes=', 'bytes=x', 'lines=0-9', ' bytes=0-9', 'xbytes=0-9', '0-9'])(
    'is what %j asks for',
    range => {
      expect(plan(range)).toEqual(WHOLE)
    },
  )

  it('is what more than 32 ranges get', () => {
    const ranges = (count: number) => `bytes=${Array.from({ length: count }, (_, at) => `${3 * at}-${3 * at}`).join()}`
    expect(plan(ranges(32)).parts).toHaveLength(65)
    expect(plan(ranges(33))).toEqual(WHOLE)
  })

  it.each(['"other"', `W/${ETAG}`, 'tag', 'Mon, 01 Jun 2026 00:00:01 GMT', ''])(
    'is what a range of another version gets: %s',
    ifRange => {
      expect(plan('bytes=0-9', ifRange)).toEqual(WHOLE)
      expect(plan('bytes=200-', ifRange)).toEqual(WHOLE)
    },
  )
})

describe('one range', () => {
  it.each([
    ['bytes=0-', 0, 99],
    ['bytes=10-19', 10, 19],
    ['BYTES=10-19', 10, 19],
    ['bytes=99-99', 99, 99],
    ['bytes=90-1000', 90, 99],
    ['bytes=-1', 99, 99],
    ['bytes=-100', 0, 99],
    ['bytes=-1234', 0, 99],
    ['bytes= -1234', 0, 99],
    ['bytes=0-9,5-19', 0, 19],
    ['bytes=50-59,200-', 50, 59],
  ])('%s is described by where it lies', (range, start, end) => {
    expect(plan(range)).toMatchObject({
      status: 206,
      headers: [
        ...['content-type', 'video/mp4', 'content-length', String(end + 1 - start)],
        ...['content-range', `bytes ${start}-${end}/100`],
      ],
      parts: [{ start, end }],
    })
  })

  it.each([ETAG, LAST_MODIFIED])('is had of this very version: %s', ifRange => {
    expect(plan('bytes=0-9', ifRange).status).toBe(206)
  })

  it.each(['bytes=100-', 'bytes=-0', 'bytes=100-200,300-'])('that lies outside, as %s, is told the size', range => {
    expect(plan(range)).toEqual({ status: 416, headers: ['content-range', 'bytes */100'], parts: [] })
  })
})

describe('several ranges', () => {
  const BOUNDARY = 'mockling-tag'
  const head = (range: string) =>
    `\r\n--${BOUNDARY}\r\ncontent-type: video/mp4\r\ncontent-range: bytes ${range}/100\r\n\r\n`

  it.each([
    ['bytes=0-9,20-29', ['0-9', '20-29']],
    ['bytes=20-29, 0-9', ['20-29', '0-9']],
    ['bytes=0-9,-10', ['0-9', '90-99']],
    ['bytes=0-0, 50-50 ,-1', ['0-0', '50-50', '99-99']],
  ])('of %s are parts, each with a head', (range, wanted) => {
    const { status, headers, parts } = plan(range)
    expect(shown(parts)).toEqual([...wanted.flatMap(one => [head(one), one]), `\r\n--${BOUNDARY}--\r\n`])
    expect([status, headers]).toEqual([
      206,
      [
        ...['content-type', `multipart/byteranges; boundary=${BOUNDARY}`],
        ...['content-length', String(parts.reduce((sum, part) => sum + lengthOf(part), 0))],
      ],
    ])
  })

  it('have a suffix of each as long as the file at most', () => {
    expect(shown(plan('bytes=0-0,-999', undefined, 3).parts)).toEqual(['0-2'])
    expect(shown(plan('bytes=-999,-1', undefined, 3).parts)).toEqual(['0-2'])
  })
})

it('a part is as long as its bytes', () => {
  expect(lengthOf({ start: 5, end: 5 })).toBe(1)
  expect(lengthOf({ start: 5, end: 14 })).toBe(10)
  expect(lengthOf(Buffer.from('äb'))).toBe(3)
})
