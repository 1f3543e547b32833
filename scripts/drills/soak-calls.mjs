// How the soak's clients speak: each call has a deadline, and what must not come back is counted.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as rest } from 'node:timers/promises'
import { Agent, request } from 'undici'

/** In this time everything is answered that is not made to wait. */
const DEADLINE_MS = 60_000

/** Marks of an answer that a client, or a command, has asked for or must be ready for. */
const MARKS = ['x-mockling-reset', 'x-mockling-overload', 'x-mockling-shutdown']

/** Whether an answer of 5xx is one that the simulator was told to give. */
export function isMeant(headers) {
  const outcome = headers['x-mockling-outcome']
  return (outcome !== undefined && outcome !== 'succeed') || MARKS.some(name => headers[name] !== undefined)
}

/** Clients of one simulator, and what they have seen. */
export class Calls {
  /** Answers by status; calls by what became of them. */
  statuses = new Map()
  ends = { answered: 0, 'hung up by the client': 0, 'cut off': 0 }
  /** What must not be: answers of 5xx that nobody asked for, and calls that were never answered. */
  odd = []
  #agent = newAgent()
  #url

  constructor(url) {
    this.#url = url
  }

  get count() {
    return this.ends.answered + this.ends['hung up by the client'] + this.ends['cut off']
  }

  /**
   * Asks, and resolves to what was answered; to `undefined` if nothing was, for somebody hung up. `patienceMs`: the client does by
   * then; `bytes`: as soon as it has so many of the body.
   */
  async ask(method, path, { body, token, headers = {}, patienceMs, bytes = Number.POSITIVE_INFINITY } = {}) {
    const target = path.startsWith('http') ? path : this.#url + path
    const isText = typeof body === 'string'
    const all = { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }
    if (token !== undefined) all.authorization = `Bearer ${token}`
    const signal = AbortSignal.timeout(patienceMs ?? DEADLINE_MS)
    const payload = body === undefined || isText ? body : JSON.stringify(body)
    const what = `${method} ${path} ${(payload ?? '').slice(0, 200)}`
    try {
      const options = { method, headers: all, signal, dispatcher: this.#agent }
      const reply = await request(target, payload === undefined ? options : { ...options, body: payload })
      const { text, isWhole } = await readUpTo(reply.body, bytes)
      this.#note(isWhole ? 'answered' : 'hung up by the client')
      this.statuses.set(reply.statusCode, (this.statuses.get(reply.statusCode) ?? 0) + 1)
      if (reply.statusCode >= 500 && !isMeant(reply.headers)) this.#complain(`${what}: ${reply.statusCode} ${text()}`)
      return { status: reply.statusCode, headers: reply.headers, text, json: () => parsed(text()) }
    } catch (error) {
      if (!signal.aborted) this.#note('cut off')
      else if (patienceMs === undefined) this.#complain(`${what}: no answer within ${DEADLINE_MS} ms`)
      else this.#note('hung up by the client')
      if (error.code === 'ECONNREFUSED') this.#complain(`${what}: ${error.code}`)
      return undefined
    }
  }

  /** Says these bytes on a connection of their own, and leaves after a while. */
  async say(bytes, forMs) {
    const { hostname, port } = new URL(this.#url)
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => {})
    const closed = once(socket, 'close')
    socket.resume().write(bytes)
    await Promise.race([closed, rest(forMs)])
    socket.destroy()
    this.#note('hung up by the client')
  }

  /** Closes all connections; the next call opens one. */
  async hangUp() {
    const former = this.#agent
    this.#agent = newAgent()
    await former.destroy()
  }

  #note(end) {
    this.ends[end]++
  }

  #complain(text) {
    this.#note('cut off')
    if (this.odd.length < 100) this.odd.push(text.slice(0, 500))
  }
}

function newAgent() {
  return new Agent({ keepAliveTimeout: 4000, headersTimeout: 0, bodyTimeout: 0 })
}

/** What was read of a body: all of it, or so many bytes. */
async function readUpTo(body, bytes) {
  const chunks = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= bytes) break
  }
  return { text: () => Buffer.concat(chunks).toString(), isWhole: length < bytes }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    // Made so, or a part: whoever asked has no use for it.
    return undefined
  }
}

/** Takes callbacks, each in the way that its path names. */
export async function startHooks() {
  const ways = {
    '/ok': (_call, reply) => reply.end('{"ok":true}'),
    '/error': (_call, reply) => reply.writeHead(500).end(),
    '/slow': async (_call, reply) => {
      await rest(1500)
      reply.end()
    },
    '/late': async (call, reply) => {
      // Longer than it is waited for.
      const left = once(call.socket, 'close')
      await Promise.race([rest(12_000), left])
      reply.end()
    },
    '/hangup': call => call.socket.destroy(),
    '/long': (_call, reply) => reply.end('x'.repeat(300_000)),
    '/unread': call => call.socket.resetAndDestroy(),
  }
  const counts = { posts: 0 }
  const server = createServer((call, reply) => {
    counts.posts++
    const way = call.url.split('?')[0]
    call.on('error', () => {})
    if (way === '/unread') return void ways[way](call)
    call.resume().on('end', () => ways[way](call, reply))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    ways: Object.keys(ways),
    counts,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
