import { type Overload, UNWRITABLE } from '../simulation/overload.ts'
import type { ApiReply } from './api.ts'

/** What there may be too much of, as the header `x-mockling-overload` names it, and the sentence beside it. */
export const OVERLOADS = {
  connections: 'mockling has as many connections as it may, and all are in use',
  held: 'mockling holds as many requests as it may',
  pending: 'mockling holds as many pending tasks as it can',
  bodies: 'the bodies on their way to mockling take as much memory as they may',
  streams: 'the journal is followed by as many readers as may be',
  waits: 'as many requests wait for inboxes as may',
  redis: 'mockling has lost the Redis that it shares with its replicas, or that is full',
  state: UNWRITABLE,
} as const

export type OverloadKind = keyof typeof OVERLOADS

const PROBLEM_TYPE = 'application/problem+json'

/** Says so; with `close` the connection goes as well. */
export function answerOverload(reply: ApiReply, overload: Overload, close?: 'close'): void {
  if (close) reply.header('connection', close)
  reply.code(503).headers(overload.headers).header('content-type', `${PROBLEM_TYPE}; charset=utf-8`).send(overload.body)
}

/** The same as bytes for a connection on which no request is read any more. */
export function overloadBytes({ headers, body }: Overload): string {
  const all = {
    ...headers,
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 503 Service Unavailable\r\n${lines.join('')}\r\n${body}`
}
