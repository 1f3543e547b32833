import axios, { AxiosError } from 'axios'
import got from 'got'
import { request } from 'undici'

/** An answer as a client gives it to its user. */
export interface Reply {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly text: string
}

/** A client as people use it: nothing about it is changed, but that every status is an answer. */
export interface Client {
  readonly name: string
  /** Its own errors come through as they are. */
  send(method: 'POST' | 'GET', url: string, headers: Record<string, string>, body?: string): Promise<Reply>
  toString(): string
}

function client(name: string, send: Client['send']): Client {
  return { name, send, toString: () => name }
}

function reply(status: number, headers: Iterable<readonly [string, unknown]>, bytes: ArrayBuffer | Uint8Array): Reply {
  const body = Buffer.from(bytes as Uint8Array)
  const named = Object.fromEntries([...headers].map(([key, value]) => [key.toLowerCase(), String(value)]))
  return { status, headers: named, body, text: body.toString() }
}

export const CLIENTS: readonly Client[] = [
  client('fetch', async (method, url, headers, body) => {
    const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) })
    return reply(response.status, response.headers, await response.arrayBuffer())
  }),
  client('undici', async (method, url, headers, body) => {
    const response = await request(url, { method, headers, ...(body !== undefined && { body }) })
    return reply(response.statusCode, Object.entries(response.headers), await response.body.arrayBuffer())
  }),
  client('axios', async (method, url, headers, body) => {
    const options = { method, url, headers, data: body, responseType: 'arraybuffer' } as const
    try {
      const response = await axios.request<Buffer>(options)
      return reply(response.status, Object.entries(response.headers), response.data)
    } catch (error) {
      if (!(error instanceof AxiosError) || !error.response?.data) throw error
      return reply(error.response.status, Object.entries(error.response.headers), error.response.data)
    }
  }),
  client('got', async (method, url, headers, body) => {
    const options = { method, headers, throwHttpErrors: false, responseType: 'buffer', ...(body && { body }) } as const
    const response = await got(url, options)
    return reply(response.statusCode, Object.entries(response.headers), response.body)
  }),
]

/** The code a client gives its error, or that of the cause. */
export function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: string; cause?: unknown }
  return code ?? (cause === undefined ? String(error) : codeOf(cause))
}

/** The codes by which the clients tell that a connection was closed or reset under them. */
export const BROKEN = /^(?:ECONNRESET|UND_ERR_SOCKET|ERR_BAD_RESPONSE|ERR_STREAM_PREMATURE_CLOSE)$/
