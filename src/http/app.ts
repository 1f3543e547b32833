import { METHODS, type Server } from 'node:http'
import type { Socket } from 'node:net'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { ERRORS, type ErrorCode } from '../contract/errors.ts'
import { errorBodyIn } from '../contract/wire.ts'
import { beginCall, readBody, refuseHead } from './beginning.ts'
import { boundBodies } from './bodies.ts'
import { type Call, underWayOn } from './call.ts'
import { Connections } from './connections.ts'
import { answerPreflights } from './cors.ts'
import { createRoutes } from './creates.ts'
import { type Door, pathOf } from './door.ts'
import { handleThrown, JSON_TYPE, refuse, refuseBody } from './error-reply.ts'
import { journalAnswers, openEntry } from './journaling.ts'
import { Lane } from './lane.ts'
import { answerRecorded, isDecidedByHead, recordedFor } from './recorded.ts'
import { mount } from './route.ts'
import { tasksRoute } from './tasks.ts'
import { Entrance, type Tls } from './tls.ts'

/** How often Node looks for requests that take too long to arrive, at most. */
const LOOK_MS = 5_000

/** Answers a request for our own door, whose URL can't be decoded, in our own words; `undefined` if it isn't for it. */
export type OursOrNot = (request: FastifyRequest, reply: FastifyReply) => FastifyReply | undefined

/** Where the page is that shows what happens here (RFC 8288). */
const INSPECTOR = '</_mockling/>; rel="help"; type="text/html"; title="Inspector"'

/** No route has schemas for Fastify to compile: its compilers are not even loaded. */
const NO_SCHEMAS = {
  compilersFactory: {
    buildValidator: () => noSchemas,
    buildSerializer: () => noSchemas,
  },
}

function noSchemas(): never {
  throw new Error('no route has a schema of Fastify’s')
}

/** The server, with nothing but Fastify's plumbing: doors are added by the caller. */
export function createApp(door: Door, isOurs: OursOrNot, tls?: Tls): FastifyInstance {
  const { bodyBytes, headBytes, headMs, requestMs, keepAliveMs } = door.limits
  const app = fastify({
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    exposeHeadRoutes: false,
    schemaController: NO_SCHEMAS,
    forceCloseConnections: true,
    return503OnClosing: false,
    // HTTP/1.1 without a Host header is answered like any other request.
    http: {
      requireHostHeader: false,
      maxHeaderSize: headBytes,
      // Node sets the whole request's to this if that is shorter.
      headersTimeout: Math.min(headMs, requestMs),
      connectionsCheckingInterval: Math.min(LOOK_MS, headMs, requestMs),
    },
    // No path is longer than its head.
    routerOptions: { maxParamLength: headBytes },
    // The absolute form of a target, as sent to proxies, means the same path (RFC 9112 §3.2.2).
    rewriteUrl: request => {
      const { url = '/' } = request
      // The beginning of HTTP/2 is a method to Node's parser, but to nothing else: it is answered as one that is nowhere.
      if (request.method === 'PRI') request.method = 'TRACE'
      return url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*\/?/i, '/')
    },
    frameworkErrors: (_error, request, reply) => {
      // A URL that can't be decoded: no hook runs for it, at neither end.
      const answered = isOurs(request as FastifyRequest, reply as FastifyReply)
      if (answered) return answered
      beginCall(door, request as FastifyRequest, reply as FastifyReply)
      refuse(request as FastifyRequest, reply as FastifyReply, 'no_api')
      return undefined
    },
    clientErrorHandler: (error, socket) => answerUnparsed(door, error, socket as Socket),
  })
  const connections = new Connections(door.load, () => door.timebase.now())
  const entrance = tls && new Entrance(tls, headMs, connections)
  if (entrance) app.addHook('preClose', async () => entrance.close())
  entrance?.open(app.server)
  mindServer(app.server, connections)
  // `localhost` may be two addresses, with a server for each; Fastify tells the second one nothing.
  app.addHook('onListen', done => {
    for (const server of otherServers(app)) {
      server.on('clientError', (error, socket) => answerUnparsed(door, error, socket as Socket))
      entrance?.open(server)
      mindServer(server, connections, app.server)
    }
    done()
  })
  boundBodies(app, door.load)
  return app
}

function mindServer(server: Server, connections: Connections, to: Server = server): void {
  // Node's own refusal of an unknown expectation has no envelope: the upstream door's first hook refuses it instead.
  server.on('checkExpectation', (request, response) => to.emit('request', request, response))
  // Node leaves out what is beyond its own number; there is none, for we count.
  server.maxHeadersCount = 0
  connections.mind(server)
}

/** The servers beside the first (Fastify 5.12 has no other way to them). */
function otherServers(app: FastifyInstance): Server[] {
  // What is registered has them from the server it is registered with.
  for (let one = app; one; one = Object.getPrototypeOf(one)) {
    const bindings = Object.getOwnPropertySymbols(one).find(
      ({ description }) => description === 'fastify.serverBindings',
    )
    if (bindings) return (app as unknown as Record<symbol, Server[]>)[bindings] ?? []
  }
  return []
}

/** Has the lane asked before Fastify, at every server. */
function putFirst(app: FastifyInstance, lane: Lane): void {
  const put = (server: Server) => {
    const others = server.listeners('request')
    server.removeAllListeners('request')
    server.on('request', (request, response) => {
      if (lane.take(request, response)) return
      for (const listener of others) listener.call(server, request, response)
    })
  }
  put(app.server)
  app.addHook('onListen', done => {
    for (const server of otherServers(app)) put(server)
    done()
  })
  app.addHook('preClose', done => {
    lane.close()
    done()
  })
}

/** The upstream's door: everything outside our own paths. */
export async function upstreamDoor(app: FastifyInstance, door: Door): Promise<void> {
  // The first hook of every request sets it.
  app.decorateRequest('call', null as unknown as Call)
  app.addHook('onRequest', (request, reply, done) => {
    beginCall(door, request, reply)
    if (refuseHead(door, request, reply)) return
    const recorded = door.recordings && isDecidedByHead(request) ? recordedFor(door, request, reply) : undefined
    // Before the body is looked at: the route comes first in the upstream's order.
    if (recorded) answerRecorded(request, reply, recorded)
    else if (request.is404) refuseUnknown(request, reply)
    else if (isMet(request.headers.expect)) done()
    else refuseBody(request, reply, 'The expectation can’t be met.', 417)
  })
  app.addHook('preHandler', (request, _reply, done) => {
    // Here, and not where the text comes from: for what is said there Fastify closes the connection, though all has been read.
    if (typeof request.body === 'string') request.body = readBody(request.call, request.body)
    door.arrivals.arrive(request.call, door.journal.newest)
    done()
  })
  journalAnswers(app)
  handleThrown(app, door)
  takeJsonOnly(app)
  app.setNotFoundHandler(refuseUnknown)
  answerPreflights(app, '/kling/*', 'POST, OPTIONS')
  const routes = [...createRoutes(door), tasksRoute(door)]
  for (const route of routes) mount(app, door, route)
  putFirst(app, new Lane(door, routes))
}

/** Whether nothing stands against what is expected of us. */
function isMet(expectation: string | undefined): boolean {
  return expectation === undefined || /^(?:100-continue)?$/i.test(expectation)
}

function refuseUnknown(request: FastifyRequest, reply: FastifyReply): void {
  // A person with a browser has most likely come to look.
  if (pathOf(request) === '/' && /\btext\/html\b/i.test(request.headers.accept ?? '')) reply.header('link', INSPECTOR)
  const isKling = request.method === 'POST' && pathOf(request).startsWith('/kling/')
  refuse(request, reply, isKling ? 'api_not_implemented' : 'no_api')
}

/** Of no other type is a body taken; what it says is read later. */
function takeJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => done(null, text))
}

/** Answers what Node could not read as HTTP at all, in the same envelope, straight onto the socket. */
function answerUnparsed(door: Door, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  // Opened and never used: there is nothing to answer.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0) return void socket.destroy()
  const underWay = underWayOn(socket)
  // What follows a good request is no good: its answer goes out first and whole.
  if (underWay) underWay.after(() => refuseUnparsed(door, error, socket))
  else refuseUnparsed(door, error, socket)
}

function refuseUnparsed(door: Door, error: NodeJS.ErrnoException, socket: Socket): void {
  const { server } = door.namespaces
  const traceId = door.namespaces.nextTraceId(server)
  const { code, status, reason, message } = readingOf(error)
  const body = JSON.stringify(errorBodyIn(door.revisionOf(''), code, message, traceId, 'gateway'))
  const entry = openEntry(door, server, traceId)
  Object.assign(entry, { status, code, message, responseBody: body })
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `x-trace-id: ${traceId}\r\nconnection: close\r\n\r\n${body}`,
  )
  entry.endedAt = server.clock.now()
  door.journal.complete(entry)
  door.onEnd(entry)
}

/** What Node's parser stumbled over, in the envelope's terms. */
function readingOf(error: NodeJS.ErrnoException): { code: ErrorCode; status: number; reason: string; message: string } {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'bad_request',
        status: 431,
        reason: 'Request Header Fields Too Large',
        message: 'The request headers are too large.',
      }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        code: 'bad_request',
        status: 408,
        reason: 'Request Timeout',
        message: 'The request took too long to arrive.',
      }
    case 'HPE_INVALID_METHOD':
      if (!namesAMethod(error)) break
      return { code: 'no_api', status: 404, reason: 'Not Found', message: ERRORS.no_api.message }
  }
  return { code: 'bad_request', status: 400, reason: 'Bad Request', message: 'The request is no valid HTTP.' }
}

/** Whether it is a request line like any other, but for a method that Node does not know. */
function namesAMethod({ rawPacket }: NodeJS.ErrnoException & { rawPacket?: Buffer }): boolean {
  const line = /^([\w!#$%&'*+.^`|~-]+) [^ ]+ HTTP\/1\.[01]\r?\n/.exec(rawPacket?.toString('latin1', 0, 20_000) ?? '')
  return line !== null && !METHODS.includes(line[1] ?? '')
}
