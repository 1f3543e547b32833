import { readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** The first line of a file says whose it is, and how the rest is written. */
export const MAGIC = 'mockling-state '
export const VERSION = 1
export const HEADER = Buffer.from(`${MAGIC}${VERSION}\n`)

/** A record is a line of its own: eight digits of CRC-32, a space, and JSON, which never holds a line break. */
const DIGITS = 8
const LINE_FEED = 0x0a
const SPACE = 0x20

/** How a record begins. */
const BEGINNING = /^[0-9a-f]{8} \{/

/** Read at a time. */
const CHUNK = 1 << 20

export function encode(record: object): Buffer {
  const line = Buffer.from(`${'0'.repeat(DIGITS)} ${JSON.stringify(record)}\n`)
  line.write(sumOf(line.subarray(DIGITS + 1, -1)), 'latin1')
  return line
}

/** What a line holds, without its line break; `undefined` if that is not what was written. */
export function decode(line: Buffer): object | undefined {
  const text = line.subarray(DIGITS + 1)
  if (line[DIGITS] !== SPACE || line.toString('latin1', 0, DIGITS) !== sumOf(text)) return undefined
  try {
    const record: unknown = JSON.parse(text.toString())
    return typeof record === 'object' && record !== null ? record : undefined
  } catch {
    return undefined
  }
}

function sumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(DIGITS, '0')
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
