import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { Call } from '../../src/http/call.ts'
import { journalAnswers, openEntry } from '../../src/http/journaling.ts'
import type { Effect } from '../../src/simulation/task.ts'
import { ALICE } from '../simulation/sample.ts'
import { type Furnishing, openRooms } from './rooms.ts'
import { dial } from './sockets.ts'

/** Rooms, and a server on which every request is a call of alice's that `handle` answers. */
export function startCalls(
  handle: (request: FastifyRequest, reply: FastifyReply, rooms: ReturnType<typeof openRooms>) => unknown,
  { effects = [], ...furnishing }: Furnishing & { readonly effects?: readonly Effect[] } = {},
) {
  const rooms = openRooms(furnishing)
  const { door } = rooms
  const namespace = door.namespaces.of(ALICE)
  const { clock } = namespace
  const calls: Call[] = []
  const app = fastify()
  app.decorateRequest('call', null as unknown as Call)
  app.addHook('onRequest', (request, reply, done) => {
    const credential = { namespace: ALICE, denied: undefined, magic: undefined }
    const entry = openEntry(door, namespace, 'trace', request)
    request.call = new Call(namespace, entry, credential, door.revisionOf(ALICE))
    request.call.effects = effects
    calls.push(request.call)
    reply.header('x-trace-id', 'trace')
    request.call.follow(request.raw, reply.raw)
    done()
  })
  journalAnswers(app)
  app.get('/', (request, reply) => handle(request, reply, rooms))
  /** A connection on which a request has been sent. */
  const dialIn = async () => {
    const socket = await dial(await app.listen({ port: 0 }))
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    return socket
  }
  return { ...rooms, namespace, clock, calls, app, ask: async () => app.inject('/'), dialIn }
}
