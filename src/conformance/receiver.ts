import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { readWithin } from './reading.ts'
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
  /** What came until `afterwards` milliseconds after the first post; nothing if that did not come within `milliseconds`. */
  posts(milliseconds: number, afterwards: number): Promise<Posted[]>
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
    const body = await readWithin(MOST_BYTES, request).catch(() => Buffer.of())
    response.end()
    waiting.get(name)?.({ headers: request.headers as Record<string, string>, body: parsed(body.toString('utf8')) })
  })
  server.listen(port, publicUrl === undefined ? '127.0.0.1' : undefined)
  await once(server, 'listening')
  const base = publicUrl ?? `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    open: () => {
      // The address may be public: nobody else is to know it.
      const name = `callback-${randomBytes(12).toString('base64url')}`
      const posts: Posted[] = []
      const first = new Promise<void>(resolve => {
        waiting.set(name, posted => {
          posts.push(posted)
          resolve()
        })
      })
      return {
        url: `${base.replace(/\/$/, '')}/${name}`,
        posts: async (milliseconds, afterwards) => {
          await Promise.race([first, sleep(milliseconds)])
          if (posts.length > 0) await sleep(afterwards)
          return posts
        },
      }
    },
    close: () => closed(server),
  }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}
