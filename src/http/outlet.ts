import type { ServerResponse } from 'node:http'
import type { Exchange } from './call.ts'
import { lowest } from './tls.ts'

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

const NO_BYTES = new Uint8Array(0)

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
    await this.#breakOff()
    return false
  }

  /** The last bytes of the body, and its end. */
  async end(bytes: Uint8Array): Promise<void> {
    const { cutAfter, bytesPerSecond } = this.#flow
    if (cutAfter === undefined && bytesPerSecond === undefined) {
      this.#count(bytes.length)
      this.#response.end(bytes)
    } else if (await this.write(bytes)) {
      if (cutAfter === this.#sent) await this.#breakOff()
      else this.#response.end()
    }
  }

  async #pour(bytes: Uint8Array): Promise<boolean> {
    if (this.#exchange.isOver || !(await this.#isTimeFor(bytes))) return false
    this.#count(bytes.length)
    if (!this.#response.write(bytes)) await drained(this.#response, this.#exchange)
    return !this.#exchange.isOver
  }

  /** Waits until the bytes may have gone out at the body's pace; resolves to `false` if the wait was ended. */
  async #isTimeFor({ length }: Uint8Array): Promise<boolean> {
    const { bytesPerSecond } = this.#flow
    if (bytesPerSecond === undefined) return true
    if (this.#sent === 0) this.#response.flushHeaders()
    const why = await this.#exchange.waitUntil(this.#startedAt + (1000 * (this.#sent + length)) / bytesPerSecond)
    if (why === undefined) return !this.#exchange.isOver
    if (why === 'hang-up') return false
    // Ended by us, which is no hang-up.
    this.#exchange.end()
    this.#response.destroy()
    return false
  }

  #count(bytes: number): void {
    this.#sent += bytes
    const { entry } = this.#exchange
    if (entry.kind === 'download') entry.bytes = this.#sent
  }

  /** What is written goes out first, the head too: the reader gets all of it, and then the end too early. */
  async #breakOff(): Promise<void> {
    const [response, exchange] = [this.#response, this.#exchange]
    await orOver(exchange, done => void response.write(NO_BYTES, done))
    if (exchange.isOver) return
    exchange.entry.status ??= response.statusCode
    exchange.breakOff()
    const { socket } = response
    // Without a connection, as with `inject`, there is nothing to reset.
    if (this.#flow.isReset && socket && 'resetAndDestroy' in socket) lowest(socket).resetAndDestroy()
    else response.destroy()
  }
}

/** Resolves when what was written has gone out, or the exchange is over. */
async function drained(response: ServerResponse, exchange: Exchange): Promise<void> {
  let onDrain = () => {}
  await orOver(exchange, done => {
    onDrain = done
    response.once('drain', done)
  })
  response.off('drain', onDrain)
}

/** Resolves when `start` has its callback called, or the exchange is over. */
async function orOver(exchange: Exchange, start: (done: () => void) => void): Promise<void> {
  let done = () => {}
  await new Promise<void>(resolve => {
    done = resolve
    exchange.after(resolve)
    start(resolve)
  })
  exchange.notAfter(done)
}
