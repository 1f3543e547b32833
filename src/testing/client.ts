import { fetch } from 'undici'
import { parsedUrl } from '../contract/url.ts'
import { readAnswer, type Send } from '../control/faces.ts'

/** No answer came, or none of a mockling server. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable'
}

/** A control door that runs elsewhere. */
export interface Door {
  /** Scheme, host and port, without a slash at the end. */
  readonly url: string
  /** Asked for by a door that is bound wider than loopback. */
  readonly key: string | undefined
  readonly send: Send
}

/** Real time: a server that hangs must not hang a test until its runner's own limit, which says less. */
const LIMIT_MS = 60_000

/**
 * Sends commands to a control door over HTTP. The only place that makes requests for tests.
 * @throws Unreachable if `url` is no http or https URL. `send` rejects with it if nobody is there, and with
 * `CommandRefused` if the command is refused.
 */
export function doorAt(url: string, key: string | undefined): Door {
  if (url === '') throw new Unreachable('connect: name a server, or set MOCKLING_URL to its URL')
  if (!/^https?:\/\//i.test(url) || !parsedUrl(url)) {
    throw new Unreachable(`${JSON.stringify(url)} is no http or https URL of a mockling server`)
  }
  const base = url.replace(/\/+$/, '')
  const send: Send = async (method, path, body) => {
    const shown = `${method} ${base}/_mockling${path.split('?')[0]}`
    const { status, text } = await exchange(`${base}/_mockling${path}`, method, body, key).catch(cause => {
      throw new Unreachable(`${shown}: ${reasonOf(cause)}`, { cause })
    })
    try {
      return readAnswer(status, text)
    } catch (error) {
      if (error instanceof SyntaxError) throw new Unreachable(`${shown}: ${status}, no answer of a mockling server`)
      throw error
    }
  }
  return { url: base, key, send }
}

/**
 * By undici's own fetch: Node's (20.20) never settles when the other side takes the connection and closes it at once, and a
 * process with nothing else to do then ends in the middle.
 */
async function exchange(url: string, method: string, body: object | undefined, key: string | undefined) {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'x-mockling-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    redirect: 'error',
    signal: AbortSignal.timeout(LIMIT_MS),
  })
  return { status: answer.status, text: await answer.text() }
}

/** The cause of a failed fetch says more than the failure itself. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof AggregateError) return cause.errors.map(each => String(each?.message ?? each)).join('; ')
  return cause instanceof Error ? cause.message : String(cause)
}
