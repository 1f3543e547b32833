import { randomUUID } from 'node:crypto'
import { request } from 'undici'
import { isRevision, type Revision } from '../contract/revisions.ts'
import { fieldOf } from './difference.ts'
import { readWithin } from './reading.ts'
import { parsed, reasonOf, Unreachable } from './target.ts'

/** Milliseconds that the first answer may take. */
const PROBE_MS = 10_000

/** Bytes that it may have. What says more is no mockling. */
const PROBE_BYTES = 100_000

/**
 * Whether a target says of itself that it is a mockling. Anything else that answers is taken for the real API.
 * @throws Unreachable if nothing answers.
 */
export async function isMockling(url: string): Promise<boolean> {
  try {
    const answer = await request(`${url}/_mockling/health`, { signal: AbortSignal.timeout(PROBE_MS) })
    const bytes = await readWithin(PROBE_BYTES, answer.body).catch(() => Buffer.of())
    return answer.statusCode === 200 && fieldOf(parsed(bytes.toString('utf8')), 'name') === 'mockling'
  } catch (cause) {
    throw new Unreachable(`nothing answers at ${url}: ${reasonOf(cause)}`, { cause })
  }
}

/** A token that nobody has used, of the wanted revision, whose clock leaps over the waiting. */
export async function freshToken(url: string, revision: Revision, key: string | undefined): Promise<string> {
  const token = `conformance-${randomUUID()}`
  await command(url, key, 'PUT', 'clock', { token, mode: 'auto-skip' })
  await command(url, key, 'PATCH', 'token-settings', { token, revision })
  return token
}

/** The revision of those who have no token, or none that is known. */
export async function serverRevision(url: string, key: string | undefined): Promise<Revision> {
  const answer = await request(`${url}/_mockling/v1/settings`, { headers: keyed(key) })
  const revision = fieldOf(fieldOf(await answer.body.json(), 'settings'), 'revision')
  if (isRevision(revision)) return revision
  throw new Unreachable(`${url}/_mockling/v1/settings: ${answer.statusCode}, and no revision`)
}

function keyed(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { 'x-mockling-key': key }
}

async function command(
  url: string,
  key: string | undefined,
  method: 'PUT' | 'PATCH',
  name: string,
  body: object,
): Promise<void> {
  const answer = await request(`${url}/_mockling/v1/${name}`, {
    method,
    headers: { 'content-type': 'application/json', ...keyed(key) },
    body: JSON.stringify(body),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 400) throw new Unreachable(`${url}/_mockling/v1/${name}: ${answer.statusCode} ${text}`)
}
