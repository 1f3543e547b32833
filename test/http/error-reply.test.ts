import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { DEFECT_MESSAGE, ERRORS, NO_BODY_MESSAGE } from '../../src/contract/errors.ts'
import type { Revision } from '../../src/contract/revisions.ts'
import { answerPreflights } from '../../src/http/cors.ts'
import type { Door } from '../../src/http/door.ts'
import {
  answerInterrupted,
  handleThrown,
  NoBody,
  refuse,
  refuseBody,
  refuseByRule,
  Unreadable,
} from '../../src/http/error-reply.ts'
import { Overload } from '../../src/simulation/overload.ts'
import { FakeReply } from '../support/reply.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** A request of one revision, the entry of its journal and the reply to it. */
function asked(revision: Revision = '2026-05') {
  const entry: Record<string, unknown> = {}
  const reply = new FakeReply()
  const request = { call: { revision, traceId: 'trace', entry } } as unknown as FastifyRequest
  return { entry, reply, request }
}

/** What a reply says, which its entry has to say as well. */
function saidBy({ entry, reply }: ReturnType<typeof asked>) {
  const body = JSON.parse(reply.body ?? '')
  expect(entry).toEqual({ code: body.error.code, message: body.error.message, responseBody: reply.body })
  expect(reply.told).toEqual({ 'content-type': JSON_TYPE })
  return [reply.status, body]
}

const envelope = (code: string, message: string, more: object = {}) => ({
  ...{ success: false, error: { code, message }, trace_id: 'trace' },
  ...more,
})

describe('a refusal', () => {
  it('has status and message of its code, or those given', () => {
    const one = asked()
    refuse(one.request, one.reply.real, 'used_up')
    expect(saidBy(one)).toEqual([403, envelope('used_up', ERRORS.used_up.message)])
    const other = asked()
    refuse(other.request, other.reply.real, 'used_up', 'all gone', 402)
    expect(saidBy(other)).toEqual([402, envelope('used_up', 'all gone')])
  })

  it('of a body is the gateway’s, whoever else refuses with that code', () => {
    for (const [revision, success] of [
      ['2026-05', false],
      ['2026-08', undefined],
    ] as const) {
      const one = asked(revision)
      refuseBody(one.request, one.reply.real)
      const { success: _, ...rest } = envelope('bad_request', ERRORS.bad_request.message)
      expect(saidBy(one)).toEqual([400, { ...(success === false && { success }), ...rest }])
    }
    const other = asked()
    refuseBody(other.request, other.reply.real, 'no', 417)
    expect(saidBy(other)).toEqual([417, envelope('bad_request', 'no')])
  })

  it('by a rule is the service’s in every revision, with the task that it leaves', () => {
    for (const revision of ['2026-05', '2026-08'] as const) {
      const one = asked(revision)
      refuseByRule(one.request, one.reply.real, 'bad_request', 'no')
      expect(saidBy(one)).toEqual([400, envelope('bad_request', 'no')])
      const other = asked(revision)
      refuseByRule(other.request, other.reply.real, 'bad_request', 'no', 'task', 422)
      expect(saidBy(other)).toEqual([422, envelope('bad_request', 'no', { task_id: 'task' })])
    }
  })

  it.each([
    ['shutdown', undefined, 'mockling is shutting down'],
    ['reset', 'task', 'mockling was reset'],
  ] as const)('by the simulator itself says why: %s', (why, taskId, message) => {
    const { request, reply } = asked()
    answerInterrupted(request, reply.real, why, taskId)
    expect([reply.status, reply.told]).toEqual([503, { 'content-type': JSON_TYPE, [`x-mockling-${why}`]: '1' }])
    expect(JSON.parse(reply.body ?? '')).toEqual(envelope('api_error', message, taskId && { task_id: taskId }))
  })
})

describe('what is thrown', () => {
  function thrown(what: unknown, seenWords?: object) {
    const defects: unknown[] = []
    const door = { settings: { seenWords }, onDefect: (error: unknown) => defects.push(error) }
    let handle: ((error: unknown, request: FastifyRequest, reply: FastifyReply) => unknown) | undefined
    const app = {
      setErrorHandler: (handler: typeof handle) => {
        handle = handler
      },
    }
    handleThrown(app as unknown as FastifyInstance, door as unknown as Door)
    const one = asked()
    handle?.(what, one.request, one.reply.real)
    return { ...one, defects }
  }

  it.each([
    ['a refusal of the framework’s', Object.assign(new Error('x'), { statusCode: 400 }), ERRORS.bad_request.message],
    ['another', Object.assign(new Error('x'), { statusCode: 499 }), ERRORS.bad_request.message],
    ['a missing body', new NoBody('x'), NO_BODY_MESSAGE],
    ['a broken body', new Unreadable('x'), ERRORS.bad_request.message],
  ])('is answered by 400 if it is %s', (_what, error, message) => {
    const one = thrown(error)
    expect(saidBy(one)).toEqual([400, envelope('bad_request', message)])
    expect(one.defects).toEqual([])
  })

  it.each([
    new Error('x'),
    Object.assign(new Error('x'), { statusCode: 399 }),
    Object.assign(new Error('x'), { statusCode: 500 }),
    Object.assign(new Error('x'), { statusCode: 'x' }),
    { statusCode: 400 },
    undefined,
    'text',
  ])('is a defect of ours otherwise, and told to the log: %s', error => {
    const one = thrown(error)
    expect(saidBy(one)).toEqual([500, envelope('api_error', DEFECT_MESSAGE)])
    expect(one.defects).toEqual([error])
  })

  it('is an overload, outside of the imitation', () => {
    const overload = new Overload('pending', 'so many')
    const { reply, defects } = thrown(overload)
    expect([reply.status, reply.body, defects]).toEqual([503, overload.body, []])
    expect(reply.told).toMatchObject({ 'content-type': 'application/problem+json; charset=utf-8' })
  })

  it('is a body too large, in the words that were seen where there are any', () => {
    const error = Object.assign(new Error('x'), { statusCode: 413 })
    const { content_too_large: own } = ERRORS
    expect(saidBy(thrown(error))).toEqual([own.status, envelope('content_too_large', own.message)])
    const seen = (words: object | undefined) => ({
      of: ({ message }: { message: string }) => (message === own.message ? words : undefined),
    })
    expect(saidBy(thrown(error, seen(undefined)))[0]).toBe(own.status)
    expect(saidBy(thrown(error, seen({ message: 'huge', status: 400 })))).toEqual([
      400,
      envelope('content_too_large', 'huge'),
    ])
  })
})

it('a preflight is answered with what pages may do', () => {
  const routes: [url: string, reply: FakeReply][] = []
  const app = {
    options: (url: string, handler: (request: unknown, reply: FastifyReply) => unknown) => {
      const reply = new FakeReply()
      handler({}, reply.real)
      routes.push([url, reply])
    },
  }
  answerPreflights(app as unknown as FastifyInstance, '/kling/*', 'POST, OPTIONS')
  const [[url, reply] = ['', new FakeReply()]] = routes
  expect([url, reply.status, reply.told]).toEqual([
    '/kling/*',
    204,
    {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': '*, authorization',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': '*, authorization',
      'access-control-max-age': '86400',
    },
  ])
})
