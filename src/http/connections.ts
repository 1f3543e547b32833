import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Load } from './load.ts'
import { overloadBytes } from './overload.ts'

/** Node's own mark of the answer that is under way on a connection (Node 20 to 24). */
type Busy = Socket & { readonly _httpMessage?: (ServerResponse & { readonly req?: IncomingMessage }) | null }

/** Where all are in use, so many more are let in, to be told so and for our own door: a share, and at least so many. */
const RESERVE = { share: 0.02, least: 16 }

/** Of those that may be closed, so many go at a time, as a share: looking for them takes a walk along the others. */
const BATCH = 0.01

/** A younger connection may have its request on the way: it is not closed for want of one. */
const GRACE_MS = 1000

/** Connections let in beyond what there may be, while all the others are in use. */
const extra = new WeakSet<Socket>()

/** Whether the connection is one too many: it gets nothing but our own door, and that it is so. */
export function isExtra(socket: Socket): boolean {
  return extra.has(socket)
}

/**
 * Bounds connections. Where there are as many as may be, those go on which nothing is under way, the oldest first, and
 * with them whoever sends his request a byte at a time. Held requests are never ended by it.
 */
export class Connections {
  readonly #load: Load
  readonly #now: () => number
  /** With the instants they came at, in order. */
  readonly #open = new Map<Socket, number>()
  readonly #reserve: number
  #arrivals = 0
  /** Looking again for one that may go, before so many have come, would find no more than it did. */
  #lookAgainAt = 0

  constructor(load: Load, now: () => number) {
    this.#load = load
    this.#now = now
    this.#reserve = Math.max(RESERVE.least, Math.ceil(load.caps.connections * RESERVE.share))
  }

  /** Looks after those of the server, together with those of others. */
  mind(server: Server): void {
    server.on('connection', (socket: Socket) => this.#admit(socket))
  }

  /** The one is read and written by the other from now on. */
  follow(plain: Socket, secured: Socket): void {
    if (!this.#open.delete(plain)) return
    this.#keep(secured)
    if (extra.has(plain)) extra.add(secured)
  }

  #keep(socket: Socket): void {
    this.#open.set(socket, this.#now())
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#count()
    })
  }

  #admit(socket: Socket): void {
    const { connections: most } = this.#load.caps
    this.#arrivals++
    this.#keep(socket)
    if (this.#open.size > most && this.#arrivals >= this.#lookAgainAt && this.#closeIdle(GRACE_MS) === 0)
      this.#lookAgainAt = this.#arrivals + this.#reserve / 4
    this.#count()
    if (!this.#load.isCrowded) return
    extra.add(socket)
    // Where even those few are taken, young ones go as well: else a flood would keep our own door from answering.
    if (this.#open.size > most + this.#reserve && this.#closeIdle(0, socket) === 0) turnAway(socket, this.#load)
    this.#count()
  }

  #count(): void {
    this.#load.connections = this.#open.size
    this.#load.isCrowded = this.#open.size > this.#load.caps.connections
  }

  /** Closes some of those that may go. */
  #closeIdle(graceMs: number, newest?: Socket): number {
    const wanted = Math.max(1, Math.floor(this.#load.caps.connections * BATCH))
    let closed = 0
    const oldEnough = this.#now() - graceMs
    for (const [socket, since] of this.#open) {
      if (closed >= wanted || since > oldEnough) break
      if (socket === newest || isInUse(socket)) continue
      // At once: `close` comes only with the next turn of the event loop.
      this.#open.delete(socket)
      socket.destroy()
      closed++
    }
    return closed
  }
}

/** Whether a request has arrived whole on it and is not answered yet. */
function isInUse(socket: Busy): boolean {
  const response = socket._httpMessage
  return response !== null && response !== undefined && response.req?.complete !== false
}

function turnAway(socket: Socket, load: Load): void {
  socket.on('error', () => {})
  socket.end(overloadBytes(load.overload('connections')))
  socket.destroySoon()
}
