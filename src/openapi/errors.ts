import type {
  ExampleObject,
  ExamplesObject,
  HeadersObject,
  ReferenceObject,
  ResponseObject,
  ResponsesObject,
  SchemaObject,
} from 'openapi3-ts/oas31'
import { ERRORS, type ErrorCode, errorCodesOf } from '../contract/errors.ts'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import { callbackUrlIsHttp } from '../contract/rules/urls.ts'
import { type ErrorBody, errorBody, errorBodyIn } from '../contract/wire.ts'
import { DELIVERED, EXAMPLE_TRACE_ID } from './examples.ts'
import { header } from './headers.ts'
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
  const more = { broken_rule: brokenRule(revision) }
  return { ...errorResponses(revision, errorCodesOf(revision), headers, { 400: more }), 503: OURS }
}

/** What the service behind the gateway says of a body that breaks a rule which every call has. */
function brokenRule(revision: Revision): ExampleObject {
  const { refusalsLeaveTasks } = REVISION_FACTS[revision]
  const { source, grade } = callbackUrlIsHttp
  return {
    summary: `A rule is broken${refusalsLeaveTasks ? ', which leaves a failed task' : ''}`,
    description: `Source: ${source} (${grade}).`,
    value: errorBody(
      'bad_request',
      'callback_url must be an HTTP URL',
      EXAMPLE_TRACE_ID,
      refusalsLeaveTasks ? REFUSED_TASK : undefined,
    ),
  }
}

const REFUSED_TASK = '9b2f6a14-5c3d-4e8f-a701-6d4c2b9e8f50'

/** The refusals of `POST /kling/tasks`. */
export function queryErrors(revision: Revision, headers: HeadersObject): ResponsesObject {
  const known = errorCodesOf(revision)
  return errorResponses(
    revision,
    QUERY_CODES.filter(code => known.includes(code)),
    headers,
  )
}

/** One response for each status, one example in it for each code, and what `more` says of it. */
function errorResponses(
  revision: Revision,
  codes: readonly ErrorCode[],
  headers: HeadersObject,
  more: Readonly<Record<number, ExamplesObject>> = {},
): ResponsesObject {
  const statuses = [...new Set(codes.map(code => ERRORS[code].status))].sort((a, b) => a - b)
  const responses: ResponsesObject = {}
  for (const status of statuses) {
    const here = codes.filter(code => ERRORS[code].status === status)
    responses[status] = {
      description: here.map(code => `${code}: ${ERRORS[code].when}.`).join('\n'),
      headers,
      content: {
        'application/json': {
          schema: schemaOf(revision, here),
          examples: { ...examplesOf(revision, here), ...more[status] },
        },
      },
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

const OURS: ResponseObject = {
  description:
    'Simulator only: it is shutting down or was reset while it held the request, which is said in the upstream’s form with the id of the task; or it is overloaded or can’t write its state file, which is said as application/problem+json (not among the contents here, so that clients made of this document have one form of error). One of the headers x-mockling-shutdown, x-mockling-reset and x-mockling-overload says which.',
  headers: {
    ...header('x-trace-id'),
    'x-mockling-shutdown': { description: '1 where it is shutting down.', schema: { type: 'string' } },
    'x-mockling-reset': { description: '1 where it was reset.', schema: { type: 'string' } },
    'x-mockling-overload': {
      description:
        'What there is too much of, such as pending: tasks that are not settled; or state, where it can’t write its state file.',
      schema: { type: 'string' },
    },
    'retry-after': { description: 'Whole seconds to wait; with x-mockling-overload.', schema: { type: 'integer' } },
  },
  content: {
    'application/json': {
      schema: ref('ErrorBody'),
      examples: {
        shutdown: { summary: 'It is shutting down', value: ours('mockling is shutting down', DELIVERED.task_id) },
        reset: { summary: 'It was reset', value: ours('mockling was reset', DELIVERED.task_id) },
      },
    },
  },
}

function ours(message: string, taskId?: string): ErrorBody {
  return errorBody('api_error', message, EXAMPLE_TRACE_ID, taskId)
}
