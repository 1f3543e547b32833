import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Dispatcher } from 'undici'
import type { ErrorCode } from '../contract/errors.ts'
import { errorBody } from '../contract/wire.ts'

/** Bytes of a body that is read whole, and of a text that comes compressed. */
export const LARGEST_TEXT = 32 * 1024 * 1024

/** A body that is not read to its end, or an answer. */
export class TooLarge extends Error {}

/** @throws TooLarge */
export async function bodyOf(incoming: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of incoming) {
    length += part.length
    if (length > LARGEST_TEXT) throw new TooLarge(`more than ${LARGEST_TEXT} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Headers that are about one connection, or that whoever sends the body writes himself. */
const OF_ONE_CONNECTION = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  ...['host', 'content-length'],
])

/** The headers of a request on its way on. */
export function headersFor(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined || OF_ONE_CONNECTION.has(name) ? [] : [[name, value]],
    ),
  )
}

/** What the host of a file needs to know: it is another one's than the API's, and has no business with its token. */
const OF_FILES = new Set([
  ...['accept', 'accept-encoding', 'range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since'],
  ...['if-unmodified-since', 'user-agent'],
])

/** The headers of a download on its way to another host. */
export function headersForFile(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headersFor(headers)).filter(([name]) => OF_FILES.has(name)))
}

/** Those of an answer whose body was unpacked. */
export function rawHeaders(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const { 'content-encoding': _, ...rest } = headersFor(headers)
  return rest
}

/** Whether an answer is read whole: JSON, and pages of proxies. Files go by in pieces. */
export function isText(method: string, { headers, statusCode }: Dispatcher.ResponseData): boolean {
  if (method === 'HEAD' || statusCode === 204 || statusCode === 304) return false
  const type = String(headers['content-type'] ?? '')
  return /^(?:application\/(?:[\w.-]+\+)?json|text\/)/i.test(type) || (type === '' && method === 'POST')
}

const UNPACKERS: Readonly<Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/** The body as it is without compression. @throws TooLarge */
export async function unpacked({ headers, body }: Dispatcher.ResponseData): Promise<Buffer> {
  const packed = await bodyOf(body)
  const unpack = UNPACKERS[String(headers['content-encoding'] ?? '').toLowerCase()]
  return unpack ? unpack(packed, { maxOutputLength: LARGEST_TEXT }) : packed
}

/** Says no in the API's envelope, and in a header that it was not the API. */
export function refuse(
  outgoing: ServerResponse,
  status: number,
  header: string,
  why: string,
  code: ErrorCode,
  message: string,
): void {
  const body = JSON.stringify(errorBody(code, message, randomUUID()))
  outgoing.writeHead(status, { 'content-type': 'application/json; charset=utf-8', [header]: why }).end(body)
}
