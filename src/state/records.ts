import { readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** The first line of a file says whose it is, and how the rest is written. */
export const MAGIC = 'mockling-state '
export const VERSION = 2
export const HEADER = Buffer.from(`${MAGIC}${VERSION}\n`)

/**
 * A record is a line of its own: eight digits of CRC-32, a space, and JSON, which never holds a line break. The sum is that of all JSON
 * of the file up to there: a line that is gone, or stands where it was not written, is damage as well.
 */
const DIGITS = 8
const LINE_FEED = 0x0a
const SPACE = 0x20

/** How a record begins. */
const BEGINNING = /^[0-9a-f]{8} \{/

/** Read at a time. */
const CHUNK = 1 << 20

/** The sum of no records. */
export const NO_SUM = 0

/** Records as lines, behind others whose sum is `before`, and the sum then. */
export function encode(records: readonly object[], before: number): { readonly bytes: Buffer; readonly sum: number } {
  let sum = before
  const lines = records.map(record => {
    const line = Buffer.from(`${'0'.repeat(DIGITS)} ${JSON.stringify(record)}\n`)
    sum = crc32(line.subarray(DIGITS + 1, -1), sum)
    line.write(shown(sum), 'latin1')
    return line
  })
  return { bytes: Buffer.concat(lines), sum }
}

/** What a line holds, without its line break, behind others whose sum is `before`; `undefined` if that is not what was written there. */
export function decode(line: Buffer, before: number): { readonly record: object; readonly sum: number } | undefined {
  const text = line.subarray(DIGITS + 1)
  const sum = crc32(text, before)
  if (line[DIGITS] !== SPACE || line.toString('latin1', 0, DIGITS) !== shown(sum)) return undefined
  try {
    const record: unknown = JSON.parse(text.toString())
    return typeof record === 'object' && record !== null ? { record, sum } : undefined
  } catch {
    return undefined
  }
}

function shown(sum: number): string {
  return sum.toString(16).padStart(DIGITS, '0')
}

/**
 * The lines of a file from `from` on, without their breaks, and where the next one begins. What follows the last break is
 * left out, and so is all from a long line on that does not begin like a record.
 */
export function* linesOf(fd: number, from: number): Generator<{ readonly line: Buffer; readonly end: number }> {
  let end = from
  let rest: Buffer[] = []
  const chunk = Buffer.allocUnsafe(CHUNK)
  for (let at = from; ; ) {
    const length = readSync(fd, chunk, 0, CHUNK, at)
    if (length === 0) return
    at += length
    const bytes = chunk.subarray(0, length)
    let begin = 0
    for (let stop = bytes.indexOf(LINE_FEED); stop >= 0; stop = bytes.indexOf(LINE_FEED, begin)) {
      const line = Buffer.concat([...rest, bytes.subarray(begin, stop)])
      rest = []
      begin = stop + 1
      end += line.length + 1
      yield { line, end }
    }
    if (begin < length) rest.push(Buffer.from(bytes.subarray(begin)))
    // A line that is no record has its end anywhere, or nowhere.
    if (rest.length === 2 && !BEGINNING.test(Buffer.concat(rest).toString('latin1', 0, DIGITS + 2))) return
  }
}

/** Writes all of it at `position`. Throws what the system says if less is written. */
export function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let from = 0; from < bytes.length; ) {
    from += writeSync(fd, bytes, from, bytes.length - from, position + from)
  }
}
