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

  /** Sends the body. Of one that nobody read only the length is known. */
  sendBody(): void {
    const { rawHeaders } = this.#entry
    const text = this.#entry.kind === 'request' ? this.#entry.requestBody : undefined
    if (headerOf(rawHeaders, 'transfer-encoding') !== undefined) {
      const bytes = Buffer.from(text ?? ' ')
      this.#socket.write(`${bytes.length.toString(16)}\r\n`)
      this.#socket.write(bytes)
      this.#socket.write('\r\n0\r\n\r\n')
      return
    }
    const length = Number(headerOf(rawHeaders, 'content-length') ?? 0)
    if (text !== undefined) this.#socket.write(text)
    else if (length > 0) this.#socket.write(Buffer.alloc(Math.min(length, MOST_FILLING), ' '))
  }

  hangUp(): void {
    this.#socket.destroy()
  }
}

/** More of a body that nobody reads is not sent. */
const MOST_FILLING = 2 * 1024 * 1024

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
