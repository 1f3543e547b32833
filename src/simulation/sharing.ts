import { LRUCache } from 'lru-cache'
import type { Format } from '../contract/formats.ts'

// A million tasks may be pending: what is the same in many of them is kept once.

const MOST_KEPT = 1000
const texts = new LRUCache<string, string>({ max: MOST_KEPT })
const formats = new LRUCache<string, Format>({ max: MOST_KEPT })

/** The same text, as it was kept before if it was. */
export function sharedText(text: string): string {
  const before = texts.get(text)
  if (before === undefined) texts.set(text, text)
  return before ?? text
}

/** The same format, as it was kept before if it was. */
export function sharedFormat(format: Format): Format {
  const { width, height, fps, frames, audio } = format
  const key = `${width}x${height} ${fps} ${frames} ${audio}`
  const before = formats.get(key)
  if (before === undefined) formats.set(key, format)
  return before ?? format
}

/** Longer ones are left as they are. */
const scratch = Buffer.alloc(256)

/**
 * The same ASCII text in one piece. V8 keeps a text that was put together as the chain of its parts, at 32 bytes each,
 * also after it has been read.
 */
export function inOnePiece(text: string): string {
  return text.length > scratch.length ? text : scratch.toString('latin1', 0, scratch.write(text, 0, 'latin1'))
}
