import type { ErrorCode } from '../contract/errors.ts'
import { REVISION_FACTS } from '../contract/revisions.ts'
import type { Operation } from '../faults/kind.ts'
import { magicCodeOf } from '../simulation/magic-token.ts'
import { sha256 } from '../simulation/random.ts'
import type { ApiReply, ApiRequest } from './api.ts'
import type { DoorSettings } from './door.ts'
import { refuse } from './error-reply.ts'

/** Whose request it is, as far as its header tells. */
export interface Credential {
  /** SHA-256 of the token; `''` without a good one. */
  readonly namespace: string
  /** Why the token is no good, if it isn't. */
  readonly denied: ErrorCode | undefined
  /** What the magic token stands for. */
  readonly magic: ErrorCode | undefined
}

const BEARER = /^Bearer +([^\s]+)$/i

const nobody = (denied: ErrorCode): Credential => ({ namespace: '', denied, magic: undefined })

/** A header that names no token at all. */
const TOKENLESS = /^\s*(?:Bearer\s*)?$/i

/** Codes with which a credential itself is turned down. */
export const BAD_CREDENTIALS: ReadonlySet<ErrorCode> = new Set([
  'no_token',
  'invalid_token',
  'token_expired',
  'token_mismatched',
])

/** Hashes of tokens seen, so that a busy one is hashed once. Bounded. */
const hashes = new Map<string, string>()

/** Reads an `Authorization` header: any non-empty bearer token works unless the settings restrict them. */
export function credentialOf(header: string | undefined, { tokens, revision }: DoorSettings): Credential {
  const token = header === undefined ? undefined : BEARER.exec(header)?.[1]
  // Whose revision would count is not known without a token: the server's does.
  if (token === undefined)
    return nobody(TOKENLESS.test(header ?? '') ? REVISION_FACTS[revision].tokenMissing : 'invalid_token')
  const magic = magicCodeOf(token)
  if (magic !== undefined && BAD_CREDENTIALS.has(magic)) return { namespace: '', denied: magic, magic }
  if (magic === undefined && tokens && !tokens.has(token)) return nobody('invalid_token')
  return { namespace: hashOf(token), denied: undefined, magic }
}

function hashOf(token: string): string {
  const known = hashes.get(token)
  if (known !== undefined) return known
  if (hashes.size >= 1000) hashes.clear()
  const hash = sha256(token)
  hashes.set(token, hash)
  return hash
}

/** Why nobody with the token gets as far as having the operation done, if that is so. */
export function denialOf(token: string, operation: Operation, settings: DoorSettings): string | undefined {
  const { denied, magic } = credentialOf(`Bearer ${token}`, settings)
  const isTurnedDown = denied !== undefined || magic === 'disabled'
  // Without creates there is nothing to download.
  const isBarred = operation !== 'tasks' && (magic === 'used_up' || magic === 'too_many_requests')
  if (!isTurnedDown && !isBarred) return undefined
  return `requests with that token are refused before, with ${denied ?? magic}${denied && !magic ? ' (--tokens)' : ''}`
}

/** Refuses a call whose credential is no good or whose account is disabled; `false` if it may go on. */
export function isDenied(request: ApiRequest, reply: ApiReply): boolean {
  const { denied, magic } = request.call.credential
  const code = denied ?? (magic === 'disabled' ? magic : undefined)
  if (code === undefined) return false
  refuse(request, reply, code)
  return true
}
