import type { OpenAPIObject, OperationObject } from 'openapi3-ts/oas31'
import { expect } from 'vitest'
import type { Simulator } from '../../src/simulator.ts'
import { type Check, checksOf } from '../openapi/reading.ts'

/** What the control door answered. */
export interface Reply {
  readonly status: number
  readonly type: string
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests say what they expect of it
  readonly body: any
}

interface Documented {
  readonly document: OpenAPIObject
  readonly checks: (...place: string[]) => Check
}

/** The commands don't change from one simulator to the next. */
let documented: Promise<Documented> | undefined

async function documentOf(url: string, key: string | undefined): Promise<Documented> {
  const reply = await fetch(`${url}/_mockling/openapi.json`, {
    headers: key === undefined ? {} : { 'x-mockling-key': key },
  })
  const document = (await reply.json()) as OpenAPIObject
  return { document, checks: checksOf(document) }
}

/** The control door through real sockets. Every answer is held against the door's own document. */
export function controlDoor({ url, controlKey }: Simulator) {
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> => {
    const answer = await fetch(`${url}/_mockling${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(controlKey !== undefined && { 'x-mockling-key': controlKey }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const type = answer.headers.get('content-type')?.split(';')[0] ?? ''
    const reply = {
      status: answer.status,
      type,
      headers: answer.headers,
      body: /json/.test(type) ? JSON.parse(text) : text,
    }
    documented ??= documentOf(url, controlKey)
    expectDocumented(await documented, method, path, reply)
    return reply
  }
  return {
    get: (path: string, headers?: Record<string, string>) => ask('GET', path, undefined, headers),
    put: (path: string, body: unknown) => ask('PUT', path, body),
    patch: (path: string, body: unknown) => ask('PATCH', path, body),
    post: (path: string, body: unknown = {}) => ask('POST', path, body),
    delete: (path: string) => ask('DELETE', path),
  }
}

function expectDocumented({ document, checks }: Documented, method: string, path: string, reply: Reply): void {
  const template = Object.keys(document.paths ?? {}).find(one => matcherOf(one).test(path.split('?')[0] || '/'))
  if (template === undefined) return void expect(reply.status, `${path} is not documented`).toBe(404)
  const verb = method.toLowerCase()
  const operation = document.paths?.[template]?.[verb as 'get'] as OperationObject | undefined
  const responses = operation?.responses ?? {}
  expect(Object.keys(responses), `statuses of ${method} ${template}`).toContain(String(reply.status))
  if (reply.status >= 400) {
    expect(reply.type).toBe('application/problem+json')
    expect(reply.body).toEqual({
      type: 'about:blank',
      title: expect.any(String),
      status: reply.status,
      detail: expect.any(String),
    })
    return
  }
  const schema = responses[reply.status].content?.['application/json']?.schema
  if (schema) {
    const inline = ['paths', template, verb, 'responses', String(reply.status), 'content', 'application/json', 'schema']
    const place = schema.$ref === undefined ? inline : schema.$ref.split('/').slice(1)
    expect(checks(...place)(reply.body), `answer of ${method} ${template}`).toBeUndefined()
  }
}

function matcherOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
