import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Revision } from '../contract/revisions.ts'
import type { DownloadEntry, RequestEntry } from '../journal/journal.ts'
import { Hold } from '../simulation/hold.ts'
import { Interruption, type Namespace } from '../simulation/namespaces.ts'
import type { Effect } from '../simulation/task.ts'
import type { Credential } from './auth.ts'

/** One request and its answer, from arrival until the answer is flushed or the caller gone. */
export class Exchange<Entry extends RequestEntry | DownloadEntry = RequestEntry | DownloadEntry> {
  readonly namespace: Namespace
  readonly entry: Entry
  #afterwards: (() => void)[] | undefined
  #onHangUp: Set<() => void> | undefined

  constructor(namespace: Namespace, entry: Entry) {
    this.namespace = namespace
    this.entry = entry
    this.#afterwards = [namespace.clock.working()]
  }

  /** Whether the answer is flushed or the caller gone. */
  get isOver(): boolean {
    return this.#afterwards === undefined
  }

  /** Has `act` done once the answer is flushed or the caller gone; at once if that is past. */
  after(act: () => void): void {
    if (this.#afterwards) this.#afterwards.push(act)
    else act()
  }

  /** Takes back what was to be done `after`, unless that is past. */
  notAfter(act: () => void): void {
    const place = this.#afterwards?.indexOf(act) ?? -1
    if (this.#afterwards && place >= 0) this.#afterwards[place] = idle
  }

  /** Has `act` done if the caller goes away before the answer is written; at once if he has. Returns how to take it back. */
  onHangUp(act: () => void): () => void {
    if (this.entry.hungUp) act()
    else {
      this.#onHangUp ??= new Set()
      this.#onHangUp.add(act)
    }
    return () => this.#onHangUp?.delete(act)
  }

  /** The caller is gone. */
  hangUp(): void {
    if (this.isOver) return
    this.entry.hungUp = true
    for (const act of this.#onHangUp ?? []) act()
    this.end()
  }

  /** We end it ourselves, without the rest of the answer: an effect has it so. */
  breakOff(): void {
    this.entry.isCut = true
    this.end()
  }

  /**
   * Resolves at the instant on the namespace's clock, resting meanwhile; earlier, with the reason, when the caller goes
   * away, the simulator ends the wait, or `hold` is ended since what it was for has changed.
   */
  waitUntil(instant: number): Promise<Interruption['why'] | undefined>
  waitUntil(instant: number, hold: Hold): Promise<Interruption['why'] | 'changed' | undefined>
  async waitUntil(instant: number, hold = new Hold()): Promise<Interruption['why'] | 'changed' | undefined> {
    const forget = this.onHangUp(() => hold.abort(new Interruption('hang-up')))
    this.namespace.held.add(hold)
    try {
      // Clocks show whole milliseconds.
      await this.namespace.clock.rest(Math.ceil(instant), hold)
      return undefined
    } catch (reason) {
      if (reason instanceof Interruption) return reason.why
      if (reason === 'changed') return reason
      throw reason
    } finally {
      forget()
      this.namespace.held.delete(hold)
    }
  }

  /** The answer is flushed, or the caller gone. Only the first time counts. */
  end(): void {
    const acts = this.#afterwards
    if (!acts) return
    this.#afterwards = undefined
    for (const act of acts) act()
  }

  /**
   * Learns from the connection how the exchange ends.
   *
   * Not by `request.signal`: that follows the request stream, which closes as soon as a POST body has been read
   * (Fastify 5.12 on Node 20, 22 and 24), so it fires at once or never. And not by the response alone: one that waits
   * behind another on its connection is never told that this has closed.
   */
  follow(message: IncomingMessage, response: ServerResponse): void {
    const { socket } = message
    const onClose = () => {
      // With `inject` there is no connection to be gone: Node says a moment too late that all of it is out.
      const isOut = response.writableFinished || (response.writableEnded && !(socket instanceof Socket))
      if (!isOut) return this.hangUp()
      this.entry.status ??= response.statusCode
      this.end()
    }
    response.once('close', onClose)
    const line = lineOf(socket)
    line.latest = { message, exchange: this }
    line.onClose.push(onClose)
    this.after(() => line.onClose.splice(line.onClose.indexOf(onClose), 1))
  }
}

/** One request at the API. */
export class Call extends Exchange<RequestEntry> {
  readonly traceId: string
  readonly credential: Credential
  /** The reading of the contract that its token is for. */
  readonly revision: Revision
  /** What was chosen to be done to its answer, in order of application. */
  effects: readonly Effect[] = []
  /** Called once its work is done, where an effect keeps the answer back. */
  onKeptBack: (() => void) | undefined
  /** Bodies that had arrived when it began, until its own has. */
  bodiesBefore: number | undefined
  readonly #beganAt = performance.now()

  constructor(namespace: Namespace, entry: RequestEntry, credential: Credential, revision: Revision) {
    super(namespace, entry)
    this.traceId = entry.traceId
    this.credential = credential
    this.revision = revision
  }

  /** Real milliseconds since it arrived. */
  get elapsedMs(): number {
    return performance.now() - this.#beganAt
  }
}

/** What there is on a connection. */
interface Line {
  latest: { readonly message: IncomingMessage; readonly exchange: Exchange } | undefined
  /** Of each exchange that is not over. */
  readonly onClose: (() => void)[]
}

const lines = new WeakMap<Socket, Line>()

/** One listener for all exchanges of a connection: adding one for each takes longer than the rest of `follow`. */
function lineOf(socket: Socket): Line {
  const known = lines.get(socket)
  if (known) return known
  const line: Line = { latest: undefined, onClose: [] }
  lines.set(socket, line)
  socket.once('close', () => {
    // Each goes from the list as it is done.
    for (const act of [...line.onClose]) act()
  })
  return line
}

function idle(): void {}

/** What is still to be answered on a connection: an exchange whose request has arrived whole. */
export function underWayOn(socket: Socket): Exchange | undefined {
  const last = lines.get(socket)?.latest
  return last?.message.complete && !last.exchange.isOver ? last.exchange : undefined
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the first hook of the API's door. */
    call: Call
  }
}
