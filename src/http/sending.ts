import type { ServerResponse } from 'node:http'
import type { Source } from '../media/shelf.ts'
import type { Exchange } from './call.ts'
import { lengthOf, type Part } from './ranges.ts'

/**
 * Sends the parts as the body of an answer whose head is written, and ends it. Returns early if the caller goes away.
 *
 * The next piece is read when the one before has gone out: a slow reader costs no more memory than that.
 */
export async function sendParts(
  source: Source,
  parts: readonly Part[],
  response: ServerResponse,
  exchange: Exchange,
  count: (bytes: number) => void,
): Promise<void> {
  let left = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  for (const part of parts) {
    let at = part instanceof Uint8Array ? 0 : part.start
    for (let rest = lengthOf(part); rest > 0; ) {
      const piece = part instanceof Uint8Array ? part : await source.read(at, part.end + 1)
      if (exchange.isOver) return
      at += piece.length
      rest -= piece.length
      left -= piece.length
      count(piece.length)
      if (left === 0) return void response.end(piece)
      if (!response.write(piece)) await drained(response, exchange)
    }
  }
  response.end()
}

/** Resolves when what was written has gone out, or the exchange is over. */
function drained(response: ServerResponse, exchange: Exchange): Promise<void> {
  return new Promise(resolve => {
    response.once('drain', resolve)
    exchange.after(resolve)
  })
}
