import type { ExampleObject, ExamplesObject, HeadersObject, ResponsesObject } from 'openapi3-ts/oas31'
import { ERROR_CODES, ERRORS, type ErrorCode } from '../contract/errors.ts'
import { errorBody } from '../contract/wire.ts'
import { EXAMPLE_TRACE_ID } from './examples.ts'
import { ref } from './schemas.ts'

/** What `/kling/tasks` can refuse with: it is free of charge, not rate limited, and makes nothing that could fail. */
const QUERY_CODES: readonly ErrorCode[] = [
  'bad_request',
  'token_mismatched',
  'disabled',
  'invalid_token',
  'token_expired',
  'content_too_large',
  'api_error',
]

/** The refusals of `POST /kling/videos`: every code, since an outcome may be chosen to be any of them. */
export function createErrors(headers: HeadersObject): ResponsesObject {
  return errorResponses(ERROR_CODES, headers)
}

/** The refusals of `POST /kling/tasks`. */
export function queryErrors(headers: HeadersObject): ResponsesObject {
  return errorResponses(QUERY_CODES, headers)
}

/** One response for each status, one example in it for each code. */
function errorResponses(codes: readonly ErrorCode[], headers: HeadersObject): ResponsesObject {
  const statuses = [...new Set(codes.map(code => ERRORS[code].status))].sort((a, b) => a - b)
  const responses: ResponsesObject = {}
  for (const status of statuses) {
    const here = codes.filter(code => ERRORS[code].status === status)
    responses[status] = {
      description: here.map(code => `${code}: ${ERRORS[code].when}.`).join('\n'),
      headers,
      content: { 'application/json': { schema: ref('ErrorBody'), examples: examplesOf(here) } },
    }
  }
  return responses
}

function examplesOf(codes: readonly ErrorCode[]): ExamplesObject {
  return Object.fromEntries(codes.map(code => [code, exampleOf(code)]))
}

function exampleOf(code: ErrorCode): ExampleObject {
  const { when, message, source, grade } = ERRORS[code]
  return {
    summary: `${when[0]?.toUpperCase()}${when.slice(1)}`,
    description: `Source: ${source} (${grade}).`,
    value: errorBody(code, message, EXAMPLE_TRACE_ID),
  }
}
