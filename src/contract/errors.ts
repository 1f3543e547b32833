import type { Evidence } from './evidence.ts'
import { type Revision, since } from './revisions.ts'

/** One error of the catalogue. */
export interface ErrorFacts extends Evidence {
  readonly status: number
  /** The text sent when nothing more precise is known. */
  readonly message: string
  /** When it is sent, in words. */
  readonly when: string
  /** `gateway` refuses before the service sees the request; `worker` is the service behind it (gateway §0). */
  readonly layer: Layer
  /** Absent: all. */
  readonly revisions?: readonly Revision[]
}

/** Who refuses: the gateway, or the service behind it. Their errors differ in form from revision 2026-08 on. */
export type Layer = 'gateway' | 'worker'

/** Every error the simulator can send, keyed by the `error.code` that travels (contract.md §8). */
export const ERRORS = {
  bad_request: {
    status: 400,
    message: 'Failed to resolve the request body',
    when: 'the body is no JSON object, or a field or a rule is broken',
    layer: 'worker',
    source: 'code gateway §4.1; text kling §4.3',
    grade: 'kling',
  },
  token_mismatched: {
    status: 400,
    message: 'The specified token is not matched with API.',
    when: 'the credential belongs to another service',
    layer: 'gateway',
    source: 'guide A, Error Handling; gateway §4.1',
    grade: 'guide',
  },
  api_not_implemented: {
    status: 400,
    message: 'The API is not implemented.',
    when: 'a path under /kling that is not served',
    layer: 'gateway',
    source: 'guide A, Error Handling; gateway §4.1',
    grade: 'guide',
  },
  disabled: {
    status: 400,
    message:
      'Your application has been disabled by Ace Data Cloud due to abnormal usage behavior, please contact our support to get more information.',
    when: 'the account is disabled',
    layer: 'gateway',
    source: 'gateway §4.1 (OA)',
    grade: 'vendor',
  },
  no_token: {
    status: 400,
    message: 'No token specified for the request.',
    when: 'no bearer token is sent; before revision 2026-08 that is invalid_token',
    layer: 'gateway',
    source: 'gateway §4.1 (OA, C-auth)',
    grade: 'vendor',
    revisions: since('2026-08'),
  },
  invalid_token: {
    status: 401,
    message: 'The specified token is invalid or wrong.',
    when: 'the bearer token is missing, malformed or unknown',
    layer: 'gateway',
    source: 'guide A, Error Handling; gateway §4.1',
    grade: 'guide',
  },
  token_expired: {
    status: 401,
    message: 'token expired.',
    when: 'the bearer token has expired',
    layer: 'gateway',
    source: 'gateway §4.1',
    grade: 'vendor',
  },
  used_up: {
    status: 403,
    message: 'Your balance is not sufficient for current request, please buy more in Ace Data Cloud.',
    when: 'the balance is spent, or the price is above what is left',
    layer: 'gateway',
    source: 'gateway §4.1',
    grade: 'vendor',
  },
  forbidden: {
    status: 403,
    message: 'The content was refused by moderation.',
    when: 'moderation refuses the content, after acceptance',
    layer: 'worker',
    source: 'gateway §4.1; text mockling',
    grade: 'chosen',
  },
  no_api: {
    status: 404,
    message: 'API does not exist, please make sure url is correct.',
    when: 'an unknown path or method',
    layer: 'gateway',
    source: 'gateway §4.1',
    grade: 'vendor',
  },
  content_too_large: {
    status: 413,
    message: 'The request body is too large.',
    when: 'the body is above 1 MiB',
    layer: 'gateway',
    source: 'code gateway §4.1; text mockling',
    grade: 'chosen',
  },
  too_many_requests: {
    status: 429,
    message: 'You have exceeded the rate limit.',
    when: 'rate limit or concurrency cap',
    layer: 'gateway',
    source: 'guide A, Error Handling; gateway §4.1',
    grade: 'guide',
  },
  api_error: {
    status: 500,
    message: 'fetch failed',
    when: 'the generation fails upstream',
    layer: 'worker',
    source: 'guide A, Error Response Example',
    grade: 'guide',
  },
  timeout: {
    status: 504,
    message: 'The upstream service timed out.',
    when: 'the upstream is too slow',
    layer: 'worker',
    source: 'gateway §4.1; text mockling',
    grade: 'chosen',
  },
} as const satisfies Record<string, ErrorFacts>

export type ErrorCode = keyof typeof ERRORS

export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[]

/** The codes of one revision. */
export function errorCodesOf(revision: Revision): ErrorCode[] {
  return ERROR_CODES.filter(code => {
    const { revisions }: ErrorFacts = ERRORS[code]
    return revisions === undefined || revisions.includes(revision)
  })
}

/** Kept for real defects of ours, so that a planned failure is never mistaken for one. */
export const DEFECT_MESSAGE = 'Internal server error.'

/** No body at all (gateway §4.1, draft). */
export const NO_BODY_MESSAGE = 'JSON payload invalid'

/** A query that names no task; chosen here. */
export const NO_ID_MESSAGE = 'id is required'

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text)
}
