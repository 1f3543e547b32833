import { isIP } from 'node:net'
import { RefusedAddress } from './address-policy.ts'

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
  readonly status?: number | undefined
  /** Names in lower case; repeated ones joined by `, `. */
  readonly responseHeaders?: Record<string, string> | undefined
  /** The answer's body as UTF-8 text, `bodyLimit` bytes at most. */
  readonly responseBody?: string | undefined
  /** Whether `responseBody` is less than the receiver sent or was about to send. */
  readonly truncated?: boolean | undefined
  /** Why it was not delivered, as one sentence. Absent if it was. */
  readonly error?: string | undefined
  /** The IP address connected to, or the one that was tried or refused if that is known. */
  readonly address?: string | undefined
  /** Real milliseconds from look-up to the end of the answer; waiting for a free connection is not counted. */
  readonly durationMs: number
  /** The headers sent, names in lower case, credentials masked: attempts are kept and shown. */
  readonly requestHeaders: Record<string, string>
}

/** What is said of a post in the end; `address`: the one that was tried or refused. */
export type Verdict = Pick<Attempt, 'outcome' | 'error' | 'address'>

/** What it came to, by what was thrown. */
export function verdictOn(thrown: unknown): Verdict {
  if (thrown instanceof RefusedAddress) {
    const { address, message: error } = thrown
    return { outcome: 'refused-address', error, ...(isIP(address) && { address }) }
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
  const address = reasons[0]?.address
  const told = reasons.map(each => each?.message ?? String(each)).join('; ')
  return { outcome: 'connection-error', error: told, ...(typeof address === 'string' && { address }) }
}
