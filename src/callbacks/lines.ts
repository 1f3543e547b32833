import type { LookupAddress } from 'node:dns'
import { type LookupFunction, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { LRUCache } from 'lru-cache'
import type { buildConnector, Client } from 'undici'
import { machineTime } from '../simulation/timebase.ts'

/**
 * Real milliseconds a connection is kept for the next post. Long for a receiver that is kept busy, and shorter than
 * receivers' own patience: none is to hang up just as a post goes out, for a post is never sent twice.
 */
const IDLE_MS = 250

/** Idle connections, over all receivers; beyond them the one that is idle longest is closed. */
const MOST_IDLE = 256

/**
 * Real milliseconds a connection must have stayed open after an answer that did not offer to keep it. Simple receivers
 * hang up after each answer without announcing it, and the next post would be lost.
 */
const PROBATION_MS = 20

/** What receivers do after an answer is remembered of so many, so long. */
const MOST_KNOWN = 1000
const KNOWN_MS = 60_000

/** Half of all that a server would load, and many a one never posts. */
let undici: typeof import('undici') | undefined

/** Resolves when a line can be made. */
export async function loadLines(): Promise<void> {
  undici ??= await import('undici')
}

/** What it is called when the other side ends a connection. */
const HUNG_UP: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'])

/**
 * One connection to a receiver, made with its first post, for one post at a time.
 *
 * Not undici's `Pool`: it does not tell which connection a request went over, whose address is part of the report, and
 * a request that waits for its connection does not listen to an end (undici 7.30).
 */
export class Line {
  readonly key: string
  readonly client: Client
  /** The address connected to. */
  address: string | undefined
  /** Answers that came over the connection that is open. */
  answers = 0
  #socket: Socket | undefined

  constructor(key: string, origin: string, addresses: readonly LookupAddress[] | undefined) {
    this.key = key
    if (!undici) throw new Error('a line before loadLines()')
    this.client = new undici.Client(origin, {
      connect: this.#connectorTo(addresses),
      // Our own limit covers the whole exchange, so the client's limits for its parts are off.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      // What a receiver says of its patience (`Keep-Alive: timeout=5`) is cut by this; with nothing left it is not reused.
      keepAliveTimeoutThreshold: 1000,
    })
  }

  /** Whether the receiver has taken all that was sent, so that the next post would not queue behind it. */
  get isClear(): boolean {
    return this.#socket?.writableLength === 0
  }

  /** Resolves when the connection is closed. */
  async close(): Promise<void> {
    // An idle connection doesn't keep the process alive, so it would end before it is closed.
    this.#socket?.ref()
    const closed = this.client.destroy()
    // The client does not know of a socket that is still connecting.
    this.#socket?.destroy()
    await closed
  }

  #connectorTo(addresses: readonly LookupAddress[] | undefined): buildConnector.connector {
    const lookup = addresses && lookupOf(addresses)
    return ({ hostname, servername, port, protocol }, callback) => {
      const secure = protocol === 'https:'
      const to = { host: hostname, port: Number(port || (secure ? 443 : 80)), lookup, autoSelectFamily: true }
      const opened = secure ? tlsConnect({ ...to, ...(servername && { servername }) }) : tcpConnect(to)
      let waiting = true
      const tell = (error?: Error) => {
        if (waiting) error ? callback(error, null) : callback(null, opened)
        waiting = false
      }
      this.answers = 0
      this.address = undefined
      opened.once('connect', () => {
        this.address = opened.remoteAddress
      })
      opened.once(secure ? 'secureConnect' : 'connect', () => tell()).on('error', tell)
      this.#socket = opened.setNoDelay(true)
    }
  }
}

/** The connections that may be used again. A connection only ever goes to addresses that were judged for its post. */
export class Lines {
  /** The ones idle, longest first. */
  readonly #idle = new Set<Line>()
  /** The same by where they go, the last used last. */
  readonly #idleTo = new Map<string, Line[]>()
  readonly #closing = new Set<Promise<void>>()
  /** Whether a receiver's connections last, by where they go. */
  readonly #lasting = new LRUCache<string, boolean>({ max: MOST_KNOWN, ttl: KNOWN_MS })

  /** A connection to the origin at one of these addresses: only such a one, however it came to be open. */
  take(origin: string, addresses: readonly LookupAddress[] | undefined): Line {
    const key = keyOf(origin, addresses)
    const lines = this.#idleTo.get(key)
    const line = lines?.pop()
    if (line) this.#idle.delete(line)
    if (lines?.length === 0) this.#idleTo.delete(key)
    return line ?? this.#open(key, origin, addresses)
  }

  /** The post on it is over, answer and all. `isOffered`: the answer said that the connection stays open. */
  giveBack(line: Line, isOffered: boolean): void {
    line.answers++
    const isLasting = this.#lasting.get(line.key)
    if (!line.isClear || isLasting === false) {
      this.discard(line)
      return
    }
    this.#idle.add(line)
    if (isOffered || isLasting) this.#offer(line)
    else machineTime.after(PROBATION_MS, () => this.#trust(line))
    if (this.#idle.size <= MOST_IDLE) return
    const [oldest] = this.#idle
    if (oldest) this.discard(oldest)
  }

  /** Closes it, whatever goes on there. */
  discard(line: Line): void {
    this.#forget(line)
    const closing = line.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
  }

  /** Resolves when all that were given back or discarded are closed. */
  async close(): Promise<void> {
    for (const line of [...this.#idle]) this.discard(line)
    await Promise.all(this.#closing)
  }

  /** The next post may have it. */
  #offer(line: Line): void {
    const others = this.#idleTo.get(line.key)
    if (others) others.push(line)
    else this.#idleTo.set(line.key, [line])
  }

  #trust(line: Line): void {
    if (!this.#idle.has(line) || this.#lasting.get(line.key) === false) return
    this.#lasting.set(line.key, true)
    this.#offer(line)
  }

  #open(key: string, origin: string, addresses: readonly LookupAddress[] | undefined): Line {
    const line = new Line(key, origin, addresses)
    line.client.on('disconnect', (_url, _clients, error) => {
      // Between two posts and unannounced, or in answer to one: the next might be lost in the same way.
      if (line.answers > 0 && HUNG_UP.has(String(error['code']))) this.#lasting.set(line.key, false)
      this.#forget(line)
    })
    return line
  }

  #forget(line: Line): void {
    if (!this.#idle.delete(line)) return
    const left = this.#idleTo.get(line.key)?.filter(other => other !== line) ?? []
    if (left.length > 0) this.#idleTo.set(line.key, left)
    else this.#idleTo.delete(line.key)
  }
}

function keyOf(origin: string, addresses: readonly LookupAddress[] | undefined): string {
  if (addresses === undefined) return origin
  return `${origin} ${addresses
    .map(({ address }) => address)
    .sort()
    .join(' ')}`
}

/** The look-up of a connection whose addresses are known. */
function lookupOf(addresses: readonly LookupAddress[]): LookupFunction {
  const [first] = addresses as [LookupAddress]
  return (_hostname, options, callback) => {
    if (options.all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }
}
