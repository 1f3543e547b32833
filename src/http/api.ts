import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { AnswerHeaders } from '../journal/entries.ts'
import type { Call } from './call.ts'

/** A request at the API's door: as much of Fastify's as its answers need. */
export interface ApiRequest {
  readonly raw: IncomingMessage
  readonly method: string
  readonly url: string
  readonly protocol: 'http' | 'https'
  readonly headers: IncomingHttpHeaders
  /** What its JSON says; `undefined` without a body. */
  readonly body: unknown
  /** Whether nothing is at its path. */
  readonly is404: boolean
  call: Call
}

/** How it is answered. What sends returns nothing: an async function that returned Fastify's reply would wait for it to be out. */
export interface ApiReply {
  readonly raw: ServerResponse
  code(status: number): this
  header(name: string, value: string): this
  headers(values: OutgoingHttpHeaders): this
  getHeaders(): AnswerHeaders
  send(body: string | Buffer): void
  /** Nobody answers, or who does writes to `raw`. */
  hijack(): void
}
