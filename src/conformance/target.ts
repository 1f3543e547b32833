import { randomUUID } from 'node:crypto'
import type { Revision } from '../contract/revisions.ts'
import type { Sending } from './case.ts'
import { readWithin, withoutToken } from './reading.ts'

/** An answer as it came. */
export interface Seen {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** `undefined` if the text is no JSON. */
  readonly json: unknown
}

/** What is put to the test. */
export interface Target {
  /** Scheme, host and perhaps a path, without a slash at the end. */
  readonly url: string
  readonly token: string
  readonly revision: Revision
  /** Whether it says of itself that it is a mockling: nothing costs anything there. */
  readonly isSimulated: boolean
  /** Milliseconds that an answer may take. */
  readonly timeoutMs: number
  /** Resolves when the next request may be sent. Absent: at once. */
  readonly turn?: () => Promise<unknown>
}

/** Bytes of an answer that are read. */
const MOST_BYTES = 10_000_000

/** A target that can't be reached, or whose answers are none of an API: nothing can be said about it. */
export class Unreachable extends Error {}

/**
 * Sends what a case says.
 * @throws Unreachable
 */
export async function send(target: Target, { path, method = 'POST', body, text, token }: Sending): Promise<Seen> {
  await target.turn?.()
  // An optional peer: what else is here is used where it is not installed.
  const { default: supertest } = await import('supertest')
  const call = supertest(target.url)
    [verbOf(method)](path)
    .timeout(target.timeoutMs)
    .redirects(0)
    .ok(() => true)
  const authorization = authorizationOf(target, token)
  if (authorization !== undefined) call.set('authorization', authorization)
  call.set('content-type', 'application/json')
  call.buffer(true).parse((response, done) => asText(response as unknown as NodeJS.ReadableStream, done))
  const sent = text ?? (body && JSON.stringify(body))
  try {
    const answer = await call.send(sent)
    // An answer may quote the token, and is shown and kept.
    const got = withoutToken(String(answer.body ?? ''), target.token)
    const headers = JSON.parse(withoutToken(JSON.stringify(answer.headers), target.token))
    return { status: answer.status, headers, text: got, json: parsed(got) }
  } catch (cause) {
    throw new Unreachable(`${method} ${target.url}${path}: ${reasonOf(cause)}`, { cause })
  }
}

/** Why there was no answer, in a line. */
export function reasonOf(cause: unknown): string {
  const { code, message, timeout, name } = cause as { code?: string; message?: string; timeout?: number; name?: string }
  if (timeout !== undefined) return `no answer within ${timeout / 1000} s`
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT')
    return 'no answer in time'
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS names a file with more that are`
  }
  return code ?? message ?? String(cause)
}

function verbOf(method: string) {
  return method.toLowerCase() as 'get' | 'post' | 'put' | 'delete'
}

function authorizationOf({ token, isSimulated }: Target, which: Sending['token'] = 'given'): string | undefined {
  switch (which) {
    case 'given':
      return `Bearer ${token}`
    case 'none':
      return undefined
    case 'not bearer':
      return 'Basic bW9ja2xpbmc6bW9ja2xpbmc='
    case 'unknown':
      // A simulator without a list of tokens takes any but those that ask to be refused.
      return `Bearer ${isSimulated ? `${randomUUID()}.mockling-invalid_token` : randomUUID().replaceAll('-', '')}`
  }
}

/** Supertest parses by content type; cases look at the text first. A response is a stream, which its types don't say. */
function asText(response: NodeJS.ReadableStream, done: (error: Error | null, text: string) => void): void {
  readWithin(MOST_BYTES, response as AsyncIterable<Buffer>).then(
    bytes => done(null, bytes.toString('utf8')),
    error => done(error, ''),
  )
}

/** JSON; `undefined` if it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
