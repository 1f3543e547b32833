import type {
  ExampleObject,
  ExamplesObject,
  HeadersObject,
  ReferenceObject,
  ResponsesObject,
  SchemaObject,
} from 'openapi3-ts/oas31'
import { ERRORS, type ErrorCode, errorCodesOf } from '../contract/errors.ts'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import { errorBodyIn } from '../contract/wire.ts'
import { EXAMPLE_TRACE_ID } from './examples.ts'
import { ref } from './schemas.ts'

/** What `/kling/tasks` can refuse with: it is free of charge, not rate limited, and makes nothing that could fail. */
const QUERY_CODES: readonly ErrorCode[] = [
  'bad_request',
  'token_mismatched',
  'disabled',
  'no_token',
  'invalid_token',
  'token_expired',
  'content_too_large',
  'api_error',
]

/** The refusals of a call that makes tasks: every code, since an outcome may be chosen to be any of them. */
export function createErrors(revision: Revision, headers: HeadersObject): ResponsesObject {
  return errorResponses(revision, errorCodesOf(revision), headers)
}

/** The refusals of `POST /kling/tasks`. */
export function queryErrors(revision: Revision, headers: HeadersObject): ResponsesObject {
  const known = errorCodesOf(revision)
  return errorResponses(
    revision,
    QUERY_CODES.filter(code => known.includes(code)),
    headers,
  )
}

/** One response for each status, one example in it for each code. */
function errorResponses(revision: Revision, codes: readonly ErrorCode[], headers: HeadersObject): ResponsesObject {
  const statuses = [...new Set(codes.map(code => ERRORS[code].status))].sort((a, b) => a - b)
  const responses: ResponsesObject = {}
  for (const status of statuses) {
    const here = codes.filter(code => ERRORS[code].status === status)
    responses[status] = {
      description: here.map(code => `${code}: ${ERRORS[code].when}.`).join('\n'),
      headers,
      content: { 'application/json': { schema: schemaOf(revision, here), examples: examplesOf(revision, here) } },
    }
  }
  return responses
}

/** The gateway's errors may have a form of their own; a body that is not read at all is its refusal, too. */
function schemaOf(revision: Revision, codes: readonly ErrorCode[]): SchemaObject | ReferenceObject {
  const isGateways = (code: ErrorCode) => ERRORS[code].layer === 'gateway' || code === 'bad_request'
  if (REVISION_FACTS[revision].gatewaySaysSuccess || !codes.some(isGateways)) return ref('ErrorBody')
  return { oneOf: [ref('ErrorBody'), ref('GatewayErrorBody')] }
}

function examplesOf(revision: Revision, codes: readonly ErrorCode[]): ExamplesObject {
  return Object.fromEntries(codes.map(code => [code, exampleOf(revision, code)]))
}

function exampleOf(revision: Revision, code: ErrorCode): ExampleObject {
  const { when, message, source, grade } = ERRORS[code]
  return {
    summary: `${when[0]?.toUpperCase()}${when.slice(1)}`,
    description: `Source: ${source} (${grade}).`,
    value: errorBodyIn(revision, code, message, EXAMPLE_TRACE_ID),
  }
}
