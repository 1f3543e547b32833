import { setMaxListeners } from 'node:events'
import { isIP, type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { type buildConnector, Client } from 'undici'
import { type AddressPolicy, hostOf, judgedLookup, oneAtATime, RefusedAddress, type Resolve } from './address-policy.ts'
import { type Trickle, trickled } from './trickle.ts'
import { turnsOf } from './turns.ts'

export type PostOutcome =
  /** A 2xx answer came, to its end or to `bodyLimit`. */
  | 'delivered'
  /** An answer came that is not 2xx. Redirects are not followed: a 3xx is one of these. */
  | 'bad-status'
  /** The answer had not ended within `timeoutMs`; `status` tells whether it had begun. */
  | 'timeout'
  /** No connection, or it broke before the answer ended: refused, reset, unknown name, failed TLS. */
  | 'connection-error'
  /** What came back is not HTTP/1.1, or its headers are larger than 16 KiB. */
  | 'bad-answer'
  /** The address policy objects to the name or to all of its addresses; nothing was sent. */
  | 'refused-address'
  /** Not an http or https URL; nothing was sent. */
  | 'invalid-url'
  /** A header that HTTP does not allow; nothing was sent. */
  | 'invalid-headers'
  /** `signal` or `close()` ended it. */
  | 'aborted'

/** What one post came to. */
export interface Attempt {
  readonly outcome: PostOutcome
  /** Present as soon as an answer began, also if it did not end well. */
  readonly status?: number
  /** Names in lower case; repeated ones joined by `, `. */
  readonly responseHeaders?: Record<string, string>
  /** The answer's body as UTF-8 text, `bodyLimit` bytes at most. */
  readonly responseBody?: string
  /** Whether `responseBody` is less than the receiver sent or was about to send. */
  readonly truncated?: boolean
  /** Why it was not delivered, as one sentence. Absent if it was. */
  readonly error?: string
  /** The IP address connected to, or the one that was tried or refused if that is known. */
  readonly address?: string
  /** Real milliseconds from look-up to the end of the answer; waiting for a free connection is not counted. */
  readonly durationMs: number
  /** The headers sent, names in lower case, credentials masked: attempts are kept and shown. */
  readonly requestHeaders: Record<string, string>
}

export interface Poster {
  /**
   * Posts `body`, a JSON text, to `url`. Never rejects.
   *
   * Credentials in `url` become Basic auth, a fragment is dropped. `headers` are added and win over ours.
   * Each post has a connection of its own: every one is resolved and judged anew, and none fails because a receiver
   * closed an idle connection at the moment it was used again.
   */
  post(url: string, body: string | Trickle, headers?: Record<string, string>, signal?: AbortSignal): Promise<Attempt>
  /** Ends the posts under way as `aborted` and resolves when they have settled. Later posts are aborted at once. */
  close(): Promise<void>
}

export interface PosterOptions {
  /** Asked for the name before it is looked up, and for every address before it is connected to. */
  policy: AddressPolicy
  userAgent: string
  /** Real milliseconds for look-up, connection and answer together. Default 10,000. */
  timeoutMs?: number
  /** Bytes read of an answer's body; then the connection is cut. Default 65,536. */
  bodyLimit?: number
  /**
   * Posts to one receiver, which is an origin and path, at a time; more wait for their turn, in order. An origin gets
   * eight times as many, so that one slow path doesn't hold up the others. Default 32.
   */
  postsPerReceiver?: number
  /** Default: the system's resolver. */
  resolve?: Resolve
}

/** So many receivers of one origin may be slow before they delay another. */
const PATHS_PER_ORIGIN = 8

/** Makes the product's only outgoing request. */
export function createPoster(options: PosterOptions): Poster {
  const resolve = oneAtATime(options.resolve)
  const settings = { timeoutMs: 10_000, bodyLimit: 65_536, postsPerReceiver: 32, ...options, resolve }
  const receivers = turnsOf(settings.postsPerReceiver)
  const origins = turnsOf(settings.postsPerReceiver * PATHS_PER_ORIGIN)
  const underWay = new Map<Promise<Attempt>, AbortController>()
  let closed = false

  async function attempt(
    address: string,
    body: string | Trickle,
    extra: Record<string, string>,
    stop: AbortController,
  ) {
    const url = URL.canParse(address) ? new URL(address) : undefined
    if (!url || !/^https?:$/.test(url.protocol)) {
      const error = `"${address}" is no http or https URL`
      return { outcome: 'invalid-url', error, durationMs: 0, requestHeaders: {} } satisfies Attempt
    }
    const headers = headersFor(url, typeof body === 'string' ? body : body.text, settings.userAgent, extra)
    const found: Findings = {}
    let startedAt = performance.now()
    let verdict: Verdict
    try {
      verdict = await receivers.inTurn(url.origin + url.pathname, stop.signal, () =>
        origins.inTurn(url.origin, stop.signal, () => {
          startedAt = performance.now()
          return exchange({ url, headers, body }, settings, found, stop)
        }),
      )
    } catch (thrown) {
      verdict = verdictOn(stop.signal.aborted ? stop.signal.reason : thrown, found)
    }
    const durationMs = Math.round((performance.now() - startedAt) * 1000) / 1000
    const requestHeaders = headers['authorization'] ? { ...headers, authorization: '***' } : headers
    return { ...verdict, ...found, durationMs, requestHeaders } satisfies Attempt
  }

  return {
    async post(url, body, headers = {}, signal) {
      const stop = new AbortController()
      const abort = () => stop.abort(new Stopped('aborted', 'ended before an answer came'))
      if (closed || signal?.aborted) abort()
      // One signal may end any number of posts: that is no leak to be warned of.
      if (signal) setMaxListeners(0, signal)
      signal?.addEventListener('abort', abort)

      const running = attempt(url, body, headers, stop)
      underWay.set(running, stop)
      try {
        return await running
      } finally {
        underWay.delete(running)
        signal?.removeEventListener('abort', abort)
      }
    },
    async close() {
      closed = true
      for (const stop of underWay.values()) stop.abort(new Stopped('aborted', 'ended because the sender is closing'))
      await Promise.all(underWay.keys())
    },
  }
}

type Verdict = Pick<Attempt, 'outcome' | 'error'>
type Finding = 'status' | 'responseHeaders' | 'responseBody' | 'truncated' | 'address'
/** What becomes known while an exchange goes on, and is recorded however it ends. */
type Findings = { -readonly [K in Finding]?: Attempt[K] }

/** Ends an exchange for a reason of ours, unlike what sockets and parsers throw. */
class Stopped extends Error {
  readonly outcome: PostOutcome
  constructor(outcome: PostOutcome, message: string) {
    super(message)
    this.outcome = outcome
  }
}

async function exchange(
  { url, headers, body }: { url: URL; headers: Record<string, string>; body: string | Trickle },
  { policy, resolve, timeoutMs, bodyLimit }: Required<PosterOptions>,
  found: Findings,
  stop: AbortController,
): Promise<Verdict> {
  stop.signal.throwIfAborted()
  const objection = policy.objection(url)
  if (objection !== undefined) throw new RefusedAddress(hostOf(url), objection)

  let socket: Socket | undefined
  const connect: buildConnector.connector = ({ hostname, servername, port, protocol }, callback) => {
    const secure = protocol === 'https:'
    const lookup = judgedLookup(policy, url, resolve)
    const to = { host: hostname, port: Number(port || (secure ? 443 : 80)), lookup, autoSelectFamily: true }
    const opened = secure ? tlsConnect({ ...to, ...(servername && { servername }) }) : tcpConnect(to)
    let waiting = true
    const tell = (error?: Error) => {
      if (waiting) error ? callback(error, null) : callback(null, opened)
      waiting = false
    }
    opened.once('connect', () => {
      if (opened.remoteAddress !== undefined) found.address = opened.remoteAddress
    })
    opened.once(secure ? 'secureConnect' : 'connect', () => tell()).on('error', tell)
    socket = opened.setNoDelay(true)
  }
  // Our own limit covers the whole exchange, so the client's limits for its parts are off (0).
  const client = new Client(url.origin, { connect, headersTimeout: 0, bodyTimeout: 0 })

  // Destroyed rather than given a signal: a request that still waits for its connection does not listen to one
  // (undici 7.30), and a socket that is still connecting is not known to the client.
  const end = () => {
    const reason: Error | null = stop.signal.reason ?? null
    client.destroy(reason).catch(() => {})
    socket?.destroy()
  }
  const limit = AbortSignal.timeout(timeoutMs)
  const expire = () => stop.abort(new Stopped('timeout', `${howFar(found)} within ${timeoutMs} ms`))
  stop.signal.addEventListener('abort', end)
  limit.addEventListener('abort', expire)
  try {
    const sent = typeof body === 'string' ? body : trickled(body)
    const answer = await client.request({ method: 'POST', path: url.pathname + url.search, headers, body: sent })
    found.status = answer.statusCode
    found.responseHeaders = joined(answer.headers)
    await readBody(answer.body, bodyLimit, found)
    if (found.status >= 200 && found.status <= 299) return { outcome: 'delivered' }
    return { outcome: 'bad-status', error: `answered with status ${found.status}` }
  } finally {
    limit.removeEventListener('abort', expire)
    stop.signal.removeEventListener('abort', end)
    end()
  }
}

async function readBody(body: AsyncIterable<Uint8Array>, limit: number, found: Findings): Promise<void> {
  const decoder = new TextDecoder()
  found.responseBody = ''
  found.truncated = true // until its end has been seen
  let room = limit
  for await (const chunk of body) {
    found.responseBody += decoder.decode(chunk.subarray(0, room), { stream: true })
    room -= chunk.length
    // Leaving the loop destroys the body and with it the connection: the rest is not read.
    if (room < 0) return
  }
  found.responseBody += decoder.decode()
  found.truncated = false
}

function headersFor(url: URL, body: string, userAgent: string, extra: Record<string, string>): Record<string, string> {
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`
  return {
    host: url.host,
    connection: 'close',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': userAgent,
    ...(credentials !== ':' && { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    ...Object.fromEntries(Object.entries(extra).map(([name, value]) => [name.toLowerCase(), value])),
  }
}

/** A lone `%` is allowed in a URL and stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function joined(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]))
}

function howFar({ status, address }: Findings): string {
  if (status !== undefined) return `the body of the answer (status ${status}) did not end`
  return address === undefined ? 'no connection' : `connected to ${address}, but no answer`
}

function verdictOn(thrown: unknown, found: Findings): Verdict {
  if (thrown instanceof Stopped) return { outcome: thrown.outcome, error: thrown.message }
  if (thrown instanceof RefusedAddress) {
    if (isIP(thrown.address)) found.address = thrown.address
    return { outcome: 'refused-address', error: thrown.message }
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const code = 'code' in error ? String(error.code) : ''
  if (error.name === 'HTTPParserError' || /^UND_ERR_(HEADERS_OVERFLOW|RES_)/.test(code)) {
    return { outcome: 'bad-answer', error: `the answer is not proper HTTP: ${error.message}` }
  }
  if (/^UND_ERR_(INVALID_ARG|REQ_|NOT_SUPPORTED)/.test(code)) {
    return { outcome: 'invalid-headers', error: `cannot be sent: ${error.message}` }
  }
  // Several addresses, all of which failed: the message is empty, the reasons are inside.
  const reasons = error instanceof AggregateError ? error.errors : [error]
  const tried = reasons[0]?.address
  if (found.address === undefined && typeof tried === 'string') found.address = tried
  return { outcome: 'connection-error', error: reasons.map(each => each?.message ?? String(each)).join('; ') }
}
