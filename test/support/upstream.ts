import type { FastifyInstance } from 'fastify'
import { createApp, type OursOrNot, upstreamDoor } from '../../src/http/app.ts'
import { filesDoor } from '../../src/http/files.ts'
import type { RequestEntry } from '../../src/journal/journal.ts'
import { type Furnishing, openRooms } from './rooms.ts'

const HEADERS = { authorization: 'Bearer alice', 'content-type': 'application/json' }

export interface Opening extends Furnishing {
  readonly isOurs?: OursOrNot
  /** More for the upstream's door. */
  readonly add?: (upstream: FastifyInstance) => void
}

/** The server with the upstream's doors, on which nothing listens. */
export async function startUpstream({ isOurs = () => undefined, add, ...furnishing }: Opening = {}) {
  const rooms = openRooms(furnishing)
  const app = createApp(rooms.door, isOurs)
  await app.register(async upstream => {
    await upstreamDoor(upstream, rooms.door)
    add?.(upstream)
  })
  await app.register(async files => filesDoor(files, rooms.door))
  /** Posts as alice, JSON if it is no text. */
  const post = async (url: string, body?: unknown, headers: object = {}) => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    return app.inject({
      ...{ method: 'POST', url, headers: { ...HEADERS, ...headers } },
      ...(body !== undefined && { payload }),
    })
  }
  const entries = () => rooms.journal.list() as RequestEntry[]
  return { ...rooms, app, post, entries }
}
