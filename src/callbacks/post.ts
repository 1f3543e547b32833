import type { LookupAddress } from 'node:dns'
import { setMaxListeners } from 'node:events'
import { Bag, type Bagged } from '../simulation/bag.ts'
import { machineTime } from '../simulation/timebase.ts'
import { type Ready, TurnEnd } from '../simulation/turn-end.ts'
import { type AddressPolicy, judgedAddresses, oneAtATime, type Resolve } from './address-policy.ts'
import { type Attempt, type PostOutcome, type Verdict, verdictOn } from './attempt.ts'
import { Exchange } from './exchange.ts'
import { type Line, Lines, loadLines } from './lines.ts'
import { limitsFor, POSTS_PER_RECEIVER, type Target, targetOf } from './targets.ts'
import { type Trickle, trickled } from './trickle.ts'
import { Turns } from './turns.ts'

export type { Attempt, PostOutcome } from './attempt.ts'

export interface Poster {
  /**
   * Posts `body`, a JSON text, to `url`. Never rejects.
   *
   * Credentials in `url` become Basic auth, a fragment is dropped. `headers` are added and win over ours.
   * Each is resolved and judged anew. It goes over a connection that is open already only if that leads to an address
   * judged for it, and is sent once: it fails if a receiver closes a connection as it is used again. `onTurn` is called
   * when it no longer waits for others to the same receiver; at once, if there are few.
   */
  post(
    url: string,
    body: string | Trickle,
    headers?: Record<string, string>,
    signal?: AbortSignal,
    onTurn?: () => void,
  ): Promise<Attempt>
  /** Whose turn a post to the address waits for; `undefined`: nobody's. */
  namesOf(url: string): readonly string[] | undefined
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

/** Makes the product's only outgoing request. */
export function createPoster(options: PosterOptions): Poster {
  const { policy, userAgent, timeoutMs = 10_000, bodyLimit = 65_536 } = options
  const { postsPerReceiver = POSTS_PER_RECEIVER } = options
  const surroundings: Surroundings = {
    policy,
    userAgent,
    timeoutMs,
    bodyLimit,
    resolve: oneAtATime(options.resolve),
    turns: new Turns(limitsFor(postsPerReceiver)),
    lines: new Lines(),
    turnEnd: new TurnEnd(),
  }
  const underWay = new Bag<Post>()
  let closed = false

  const post: Poster['post'] = (address, body, extra = {}, signal, onTurn) => {
    const to = targetOf(address)
    if (!to) {
      const error = `"${address}" is no http or https URL`
      return Promise.resolve<Attempt>({ outcome: 'invalid-url', error, durationMs: 0, requestHeaders: {} })
    }
    return new Promise<Attempt>(resolve => {
      const post = new Post(surroundings, { to, body, extra, onTurn }, attempt => {
        underWay.delete(post)
        signal?.removeEventListener('abort', abort)
        resolve(attempt)
      })
      const abort = () => post.stop('aborted', 'ended before an answer came')
      underWay.add(post)
      // One signal may end any number of posts: that is no leak to be warned of.
      if (signal) setMaxListeners(0, signal)
      signal?.addEventListener('abort', abort)
      if (closed || signal?.aborted) abort()
      else post.start()
    })
  }

  return {
    post,
    namesOf: url => targetOf(url)?.names,
    async close() {
      closed = true
      for (const post of underWay.members) post.stop('aborted', 'ended because the sender is closing')
      await surroundings.lines.close()
    },
  }
}

/** What all posts of a poster share. */
interface Surroundings {
  readonly policy: AddressPolicy
  readonly userAgent: string
  readonly resolve: Resolve
  readonly timeoutMs: number
  readonly bodyLimit: number
  readonly turns: Turns
  readonly lines: Lines
  readonly turnEnd: TurnEnd
}

/** What is sent, and where to. */
interface Letter {
  readonly to: Target
  readonly body: string | Trickle
  readonly extra: Readonly<Record<string, string>>
  readonly onTurn: (() => void) | undefined
}

/** One post, from the wait for its turn to what came of it. */
class Post implements Ready, Bagged {
  seat = -1
  readonly #around: Surroundings
  readonly #letter: Letter
  readonly #onOver: (attempt: Attempt) => void
  #startedAt = performance.now()
  #giveBackTurn = () => {}
  #callOffLimit = () => {}
  #addresses: readonly LookupAddress[] | undefined
  #line: Line | undefined
  #exchange: Exchange | undefined
  #sent: Record<string, string> | undefined
  #isOver = false

  constructor(around: Surroundings, letter: Letter, onOver: (attempt: Attempt) => void) {
    this.#around = around
    this.#letter = letter
    this.#onOver = onOver
  }

  start(): void {
    const { turns } = this.#around
    this.#giveBackTurn = turns.take(this.#letter.to.names, () => void this.#send())
  }

  /** Ends it before its time. */
  stop(outcome: PostOutcome, error: string): void {
    this.#end({ outcome, error })
  }

  async #send(): Promise<void> {
    const { policy, resolve, timeoutMs, turnEnd } = this.#around
    const { to, onTurn } = this.#letter
    onTurn?.()
    this.#startedAt = performance.now()
    const expire = () => this.stop('timeout', `${this.#howFar()} within ${timeoutMs} ms`)
    this.#callOffLimit = machineTime.after(timeoutMs, expire)
    try {
      const addresses = await judgedAddresses(policy, to.url, resolve)
      await loadLines()
      if (this.#isOver) return
      this.#addresses = addresses
      turnEnd.add(this)
    } catch (thrown) {
      this.#end(verdictOn(thrown))
    }
  }

  /** Has it go out. */
  write(): void {
    if (this.#isOver) return
    const { to, body } = this.#letter
    this.#exchange = new Exchange(this.#around.bodyLimit, error => this.#end(this.#verdict(error)))
    try {
      this.#line = this.#around.lines.take(to.origin, this.#addresses)
      const sent = typeof body === 'string' ? body : trickled(body)
      this.#line.client.dispatch(
        { method: 'POST', path: to.path, headers: this.#headers(), body: sent },
        this.#exchange,
      )
    } catch (thrown) {
      this.#end(verdictOn(thrown))
    }
  }

  #verdict(error: Error | undefined): Verdict {
    if (error) return verdictOn(error)
    const status = this.#exchange?.findings.status ?? 0
    if (status >= 200 && status <= 299) return { outcome: 'delivered' }
    return { outcome: 'bad-status', error: `answered with status ${status}` }
  }

  #howFar(): string {
    const status = this.#exchange?.findings.status
    if (status !== undefined) return `the body of the answer (status ${status}) did not end`
    const address = this.#line?.address
    return address === undefined ? 'no connection' : `connected to ${address}, but no answer`
  }

  /** Made when they are needed: many may wait for their turn. */
  #headers(): Record<string, string> {
    const { to, body, extra } = this.#letter
    this.#sent ??= headersFor(to.url, typeof body === 'string' ? body : body.text, this.#around.userAgent, extra)
    return this.#sent
  }

  #end(verdict: Verdict): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#callOffLimit()
    const durationMs = Math.round((performance.now() - this.#startedAt) * 1000) / 1000
    const { body } = this.#letter
    const headers = this.#headers()
    const line = this.#line
    const findings = this.#exchange?.findings
    if (line) {
      // A body that is not out yet would go on under the next post.
      if (findings?.truncated === false && typeof body === 'string')
        this.#around.lines.giveBack(line, isOffered(findings.responseHeaders))
      else this.#around.lines.discard(line)
    }
    this.#giveBackTurn()
    const requestHeaders = headers['authorization'] ? { ...headers, authorization: '***' } : headers
    // Field by field, here and where it is reported: each spread cost as much as the post.
    this.#onOver({
      outcome: verdict.outcome,
      error: verdict.error,
      status: findings?.status,
      responseHeaders: findings?.responseHeaders,
      responseBody: findings?.responseBody,
      truncated: findings?.truncated,
      address: line?.address ?? verdict.address,
      durationMs,
      requestHeaders,
    })
  }
}

function headersFor(
  url: URL,
  body: string,
  userAgent: string,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {
    host: url.host,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': userAgent,
  }
  if (url.username !== '' || url.password !== '') {
    const credentials = `${decoded(url.username)}:${decoded(url.password)}`
    headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`
  }
  for (const [name, value] of Object.entries(extra)) headers[name.toLowerCase()] = value
  return headers
}

/** Whether an answer says that its connection stays open for more. */
function isOffered(headers: Readonly<Record<string, string>> = {}): boolean {
  return headers['keep-alive'] !== undefined || headers['connection']?.toLowerCase() === 'keep-alive'
}

/** A lone `%` is allowed in a URL and stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
