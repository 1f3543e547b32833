import type { ServerResponse } from 'node:http'
import type { Exchange } from './call.ts'

/** What becomes of a body on its way out. */
export interface Flow {
  /** Bytes after which the connection is broken off. */
  readonly cutAfter?: number
  /** Whether it is broken off by a reset, which may cost the reader what it has not read yet. */
  readonly isReset?: boolean
  /** Bytes a second on the namespace's clock. */
  readonly bytesPerSecond?: number
}

/** A slow body goes out in so many steps a second, or a byte at a time. */
const STEPS_PER_SECOND = 10

/** Writes the body of an answer whose head is written, never more than the reader takes. */
export class Outlet {
  readonly #response: ServerResponse
  readonly #exchange: Exchange
  readonly #flow: Flow
  readonly #startedAt: number
  #sent = 0

  constructor(response: ServerResponse, exchange: Exchange, flow: Flow = {}) {
    this.#response = response
    this.#exchange = exchange
    this.#flow = flow
    this.#startedAt = exchange.namespace.clock.now()
  }

  /** Bytes handed to the connection so far. */
  get sent(): number {
    return this.#sent
  }

  /** Resolves when the bytes have gone out; to `false` when nothing more will: broken off, or nobody is there any more. */
  async write(bytes: Uint8Array): Promise<boolean> {
    const { cutAfter = Number.POSITIVE_INFINITY, bytesPerSecond } = this.#flow
    const room = cutAfter - this.#sent
    const wanted = bytes.length > room ? bytes.subarray(0, room) : bytes
    const step = bytesPerSecond === undefined ? wanted.length : Math.ceil(bytesPerSecond / STEPS_PER_SECOND)
    for (let at = 0; at < wanted.length; at += step) {
      if (!(await this.#pour(wanted.subarray(at, at + step)))) return false
    }
    if (wanted.length === bytes.length) return true
    this.#breakOff()
    return false
  }

  /** The last bytes of the body, and its end. */
  async end(bytes: Uint8Array): Promise<void> {
    const { cutAfter, bytesPerSecond } = this.#flow
    if (cutAfter === undefined && bytesPerSecond === undefined) {
      this.#count(bytes.length)
      this.#response.end(bytes)
    } else if (await this.write(bytes)) {
      if (cutAfter === this.#sent) this.#breakOff()
      else this.#response.end()
    }
  }

  async #pour(bytes: Uint8Array): Promise<boolean> {
    if (this.#exchange.isOver) return false
    this.#count(bytes.length)
    if (this.#flow.cutAfter !== undefined) await this.#flushed(bytes)
    else if (!this.#response.write(bytes)) await drained(this.#response, this.#exchange)
    const { bytesPerSecond } = this.#flow
    if (bytesPerSecond === undefined || this.#exchange.isOver) return !this.#exchange.isOver
    const due = this.#startedAt + (1000 * this.#sent) / bytesPerSecond
    const why = await this.#exchange.waitUntil(due)
    if (why === undefined) return true
    if (why !== 'hang-up') this.#response.destroy()
    return false
  }

  #count(bytes: number): void {
    this.#sent += bytes
    const { entry } = this.#exchange
    if (entry.kind === 'download') entry.bytes = this.#sent
  }

  /** What is cut off has gone out before: else it would be lost with the connection. */
  #flushed(bytes: Uint8Array): Promise<void> {
    return new Promise(resolve => {
      this.#response.write(bytes, () => resolve())
      this.#exchange.after(resolve)
    })
  }

  #breakOff(): void {
    const { socket, statusCode } = this.#response
    if (this.#sent === 0) this.#response.flushHeaders()
    this.#exchange.entry.status ??= statusCode
    this.#exchange.breakOff()
    if (this.#flow.isReset) socket?.resetAndDestroy()
    else socket?.destroySoon()
  }
}

/** Resolves when what was written has gone out, or the exchange is over. */
function drained(response: ServerResponse, exchange: Exchange): Promise<void> {
  return new Promise(resolve => {
    response.once('drain', resolve)
    exchange.after(resolve)
  })
}
