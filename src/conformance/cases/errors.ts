import { ENDPOINTS, endpointsOf } from '../../contract/endpoints.ts'
import { ERRORS, type ErrorCode, type ErrorFacts, NO_BODY_MESSAGE } from '../../contract/errors.ts'
import type { Evidence } from '../../contract/evidence.ts'
import { REVISION_FACTS, type Revision } from '../../contract/revisions.ts'
import { worded } from '../bodies.ts'
import type { Case, Refused, Sending } from '../case.ts'

/**
 * Requests that are refused before anybody looks at what they ask for. None can make a task. `gateway`: the revision of
 * those whose token is not known yet, where it may be another.
 */
export function errorCases(revision: Revision, gateway: Revision): Case[] {
  const { tokenMissing } = REVISION_FACTS[gateway]
  const pathsOf = (known: Revision) => [...endpointsOf(known).map(({ path }) => path), '/kling/tasks']
  return [
    ...pathsOf(gateway).flatMap(path => [
      freeCase(gateway, `token/none${path}`, 'without a token', tokenMissing, { path, body: worded(), token: 'none' }),
      freeCase(gateway, `token/unknown${path}`, 'with a token that nobody issued', 'invalid_token', {
        path,
        body: worded(),
        token: 'unknown',
      }),
      freeCase(gateway, `token/basic${path}`, 'with credentials of another scheme', 'invalid_token', {
        path,
        body: worded(),
        token: 'not bearer',
      }),
    ]),
    ...pathsOf(revision).flatMap(path => [
      ...BROKEN.map(([name, text]) =>
        freeCase(revision, `body/${name}${path}`, `with ${name.replaceAll('-', ' ')} for a body`, 'bad_request', {
          path,
          text,
        }),
      ),
      freeCase(revision, `body/nothing${path}`, 'without a body', 'bad_request', { path, text: '' }, NO_BODY_MESSAGE),
    ]),
    freeCase(revision, 'path/unknown', 'at a path that is no API', 'no_api', { path: '/clink/videos', body: worded() }),
    freeCase(revision, 'path/unserved', 'at a path under /kling that is not served', 'api_not_implemented', {
      path: '/kling/paintings',
      body: worded(),
    }),
    ...['GET', 'PUT', 'DELETE'].map(method =>
      freeCase(revision, `method/${method}`, `by ${method}`, 'no_api', {
        path: ENDPOINTS.videos.path,
        method: method as 'GET' | 'PUT' | 'DELETE',
      }),
    ),
    freeCase(revision, 'body/large', 'with a body of more than 1 MiB', 'content_too_large', {
      path: ENDPOINTS.videos.path,
      body: { prompt: 'x'.repeat(1_100_000) },
    }),
  ]
}

/** What is no JSON object. */
const BROKEN: readonly (readonly [name: string, text: string])[] = [
  ['half-an-object', '{"action":'],
  ['a-list', '[]'],
  ['a-text', '"text2video"'],
  ['null', 'null'],
]

function freeCase(
  revision: Revision,
  name: string,
  what: string,
  code: ErrorCode,
  sending: Sending,
  message: string = ERRORS[code].message,
): Case {
  const facts: ErrorFacts = ERRORS[code]
  return {
    id: `error/${name}`,
    promise: `A request ${what} is answered ${facts.status} ${code}.`,
    tags: ['error', code, 'refused'],
    source: facts.source,
    grade: facts.grade,
    priceClass: 'free',
    credits: 0,
    needs: [],
    check: { kind: 'refused', sending, expected: refusedAs(revision, code, message, facts) },
  }
}

/**
 * How a request is answered that nobody has read yet. A text that was chosen for the simulator is nobody's promise, and is
 * left open.
 */
function refusedAs(revision: Revision, code: ErrorCode, message: string, text: Evidence): Refused {
  const { status }: ErrorFacts = ERRORS[code]
  const saysSuccess = REVISION_FACTS[revision].gatewaySaysSuccess
  return { status, code, saysSuccess, ours: { message }, text, ...(text.grade !== 'chosen' && { message }) }
}
