import type { ServerResponse } from 'node:http'
import type { DownloadEntry } from '../journal/journal.ts'
import type { Source } from '../media/shelf.ts'
import type { Exchange } from './call.ts'
import { type Flow, Outlet } from './outlet.ts'
import { lengthOf, type Part } from './ranges.ts'

/**
 * Sends the parts as the body of an answer, whose head `begin` writes, and ends it. Returns early if the caller goes away.
 *
 * The head is written when the first piece has been read: until then the answer can still be another. The next piece is
 * read when the one before has gone out: a slow reader costs no more memory than that.
 */
export async function sendParts(
  source: Source,
  parts: readonly Part[],
  response: ServerResponse,
  exchange: Exchange<DownloadEntry>,
  begin: () => void,
  flow?: Flow,
): Promise<void> {
  const outlet = new Outlet(response, exchange, flow)
  let left = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  for await (const piece of piecesOf(source, parts)) {
    if (exchange.isOver) return
    if (!response.headersSent) begin()
    left -= piece.length
    if (left === 0) return outlet.end(piece)
    if (!(await outlet.write(piece))) return
  }
  // Nothing to send, and that is all of it.
  begin()
  response.end()
}

/** What stands before bytes of the file comes in one piece with them, so that even the first piece is of the file. */
async function* piecesOf(source: Source, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  let before: Uint8Array[] = []
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      before.push(part)
      continue
    }
    for (let at = part.start; at <= part.end; ) {
      const piece = await source.read(at, part.end + 1)
      at += piece.length
      yield before.length === 0 ? piece : Buffer.concat([...before, piece])
      before = []
    }
  }
  yield* before
}
