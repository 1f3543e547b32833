import { Readable } from 'node:stream'
import { pause } from '../simulation/timebase.ts'

/** A body that arrives bit by bit. */
export interface Trickle {
  readonly text: string
  /** Into so many pieces of about equal size. */
  readonly pieces: number
  /** Real milliseconds between two of them. */
  readonly pauseMs: number
}

/** The body as a stream that takes its time. Whoever reads it may stop at any piece. */
export function trickled({ text, pieces, pauseMs }: Trickle): Readable {
  return Readable.from(piecesOf(Buffer.from(text), pieces, pauseMs))
}

async function* piecesOf(bytes: Buffer, pieces: number, pauseMs: number): AsyncGenerator<Uint8Array> {
  const size = Math.max(1, Math.ceil(bytes.length / pieces))
  for (let from = 0; from < bytes.length; from += size) {
    if (from > 0) await pause(pauseMs)
    yield bytes.subarray(from, from + size)
  }
}
