import { connect, type Socket } from 'node:net'
import type { DownloadEntry, RequestEntry } from '../journal/entries.ts'

/** A request of a journal that is sent again, on a connection of its own. */
export class Sending {
  readonly #entry: RequestEntry | DownloadEntry
  readonly #socket: Socket

  /** Sent to `origin`. `authorization` takes the place of the credentials that are masked in the entry. */
  constructor(origin: string, entry: RequestEntry | DownloadEntry, authorization: string) {
    const { hostname, port } = new URL(origin)
    this.#entry = entry
    this.#socket = connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port), noDelay: true })
    // What comes back is in the journal.
    this.#socket.resume()
    this.#socket.on('error', () => {})
    // In one piece with the body that may follow in the same turn.
    this.#socket.cork()
    this.#socket.write(headOf(entry, authorization), 'latin1')
    process.nextTick(() => this.#socket.uncork())
  }

  /** Sends the body. Of one that nobody read no more is known than its length, or that it was too long. */
  sendBody(): void {
    const { rawHeaders } = this.#entry
    const text = this.#entry.kind === 'request' ? this.#entry.requestBody : undefined
    if (headerOf(rawHeaders, 'transfer-encoding') === undefined) {
      const length = Number(headerOf(rawHeaders, 'content-length') ?? 0)
      this.#socket.write(bytesOf(text ?? '', text === undefined ? Math.min(length, MOST_FILLING) : length))
      return
    }
    const isTooLong = text === undefined && this.#entry.status === 413
    const bytes = isTooLong ? bytesOf('', MOST_FILLING) : Buffer.from(text ?? '')
    if (bytes.length > 0) {
      this.#socket.write(`${bytes.length.toString(16)}\r\n`)
      this.#socket.write(bytes)
      this.#socket.write('\r\n')
    }
    this.#socket.write('0\r\n\r\n')
  }

  hangUp(): void {
    this.#socket.destroy()
  }
}

/** More of a body that nobody reads is not sent. */
const MOST_FILLING = 2 * 1024 * 1024

/** One byte that is no UTF-8, and two: each is read as one replacement character, which itself takes three. */
const [ONE, TWO] = [Buffer.of(0xff), Buffer.of(0xe4, 0xb8)]

/**
 * As many bytes as were sent, which are read as `text`. What was no UTF-8 is known only as replacement characters: of
 * these, as many as it takes are shorter. What is missing of a body that was cut becomes blanks.
 */
export function bytesOf(text: string, length: number): Buffer {
  let excess = Buffer.byteLength(text) - length
  const parts = text.split('\uFFFD').flatMap((part, index) => {
    if (index === 0) return [Buffer.from(part)]
    const stand = excess >= 2 ? ONE : excess === 1 ? TWO : Buffer.from('\uFFFD')
    excess -= 3 - stand.length
    return [stand, Buffer.from(part)]
  })
  const blanks = Buffer.alloc(Math.max(0, -excess), ' ')
  return Buffer.concat([...parts, blanks], length)
}

function headOf({ method, path, query, rawHeaders }: RequestEntry | DownloadEntry, authorization: string): string {
  const lines = rawHeaders.flatMap((name, index) => {
    if (index % 2 === 1) return []
    const value = name.toLowerCase() === 'authorization' ? authorization : rawHeaders[index + 1]
    return [`${name}: ${value}`]
  })
  const target = query === undefined ? path : `${path}?${query}`
  return [`${method} ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}

function headerOf(rawHeaders: readonly string[], wanted: string): string | undefined {
  const index = rawHeaders.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === wanted)
  return index === -1 ? undefined : rawHeaders[index + 1]
}
