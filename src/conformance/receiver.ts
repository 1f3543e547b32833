import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { parsed } from './target.ts'

/** A callback as it came. */
export interface Posted {
  readonly headers: Readonly<Record<string, string>>
  /** `undefined` if it is no JSON. */
  readonly body: unknown
}

/** One address, and what comes there. */
export interface Box {
  readonly url: string
  /** The first post; `undefined` if none came for so long. */
  first(milliseconds: number): Promise<Posted | undefined>
}

/** Takes callbacks. */
export interface Receiver {
  open(): Box
  close(): Promise<void>
}

/** Most bytes of a callback that are kept. */
const MOST_BYTES = 1_000_000

/**
 * Listens for callbacks on a free port, or on `port`. `publicUrl` is where a real API reaches it; without it, on this
 * machine only.
 */
export async function startReceiver(publicUrl?: string, port = 0): Promise<Receiver> {
  const waiting = new Map<string, (posted: Posted) => void>()
  const server = createServer(async (request, response) => {
    const name = request.url?.split('/').at(-1) ?? ''
    const length = Number(request.headers['content-length'] ?? 0)
    const body = length > MOST_BYTES ? '' : await text(request).catch(() => '')
    response.end()
    waiting.get(name)?.({ headers: request.headers as Record<string, string>, body: parsed(body) })
  })
  server.listen(port, publicUrl === undefined ? '127.0.0.1' : undefined)
  await once(server, 'listening')
  const base = publicUrl ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let boxes = 0
  return {
    open: () => {
      const name = `callback-${++boxes}`
      const came = new Promise<Posted>(resolve => waiting.set(name, resolve))
      return { url: `${base.replace(/\/$/, '')}/${name}`, first: milliseconds => firstOf(came, milliseconds) }
    },
    close: () => closed(server),
  }
}

async function firstOf(came: Promise<Posted>, milliseconds: number): Promise<Posted | undefined> {
  const over = AbortSignal.timeout(milliseconds)
  return Promise.race([came, once(over, 'abort').then(() => undefined)])
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
