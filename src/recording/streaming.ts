import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { RecordedFile } from './exchange.ts'
import { headersFor } from './passing.ts'

/** A file that went by. */
export interface Streamed {
  readonly file: Omit<RecordedFile, 'isKept'>
  readonly isKept: boolean
  /** All of it if it is to be kept; else nothing. */
  readonly bytes: Uint8Array
}

/**
 * Passes an answer on in pieces, no faster than it is read, and tells what it was; to end it is left to the caller. Up to
 * `most` bytes are kept.
 */
export async function streamed(
  answer: Dispatcher.ResponseData,
  outgoing: ServerResponse,
  most: number,
): Promise<Streamed> {
  const length = answer.headers['content-length']
  const headers: OutgoingHttpHeaders = headersFor(answer.headers)
  if (length !== undefined) headers['content-length'] = String(length)
  outgoing.writeHead(answer.statusCode, headers)
  outgoing.flushHeaders()
  const hash = createHash('sha256')
  const kept: Uint8Array[] = []
  let bytes = 0
  for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
    hash.update(piece)
    bytes += piece.length
    if (bytes <= most) kept.push(piece)
    else kept.length = 0
    if (!outgoing.write(piece)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')])
  }
  const isKept = bytes > 0 && bytes <= most
  return {
    file: { bytes, sha256: hash.digest('hex') },
    isKept,
    bytes: isKept ? Buffer.concat(kept) : new Uint8Array(),
  }
}
