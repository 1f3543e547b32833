import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'

/** A request that arrived, with its body read to the end. */
export interface Arrival {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server on a free port of `host` that is gone at the end of the scope: hold it with `await using`. */
export interface Listening extends AsyncDisposable {
  readonly port: number
  /** The whole URL of a path, which starts with `/`. */
  url(path: string): string
  /** Connections accepted so far. */
  readonly accepted: number
  /** Resolves with the `n`th connection, counted from 1, when it has been accepted. */
  connection(n: number): Promise<Socket>
}

export interface Receiver extends Listening {
  readonly arrivals: readonly Arrival[]
  /** Resolves when `count` requests have arrived in all. */
  arrived(count: number): Promise<readonly Arrival[]>
}

/** A real HTTP receiver. `answer` is called once a request's body has been read; by default it answers 200, empty. */
export async function startReceiver(
  answer: (response: ServerResponse, arrival: Arrival) => void = response => response.end(),
  host = '127.0.0.1',
): Promise<Receiver> {
  const arrivals: Arrival[] = []
  const news = new EventTarget()
  const onRequest: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const arrival = { method, path, headers, body: Buffer.concat(chunks).toString() }
      arrivals.push(arrival)
      news.dispatchEvent(new Event('arrival'))
      answer(response, arrival)
    })
  }
  const listening = await listen(createServer(onRequest), host)
  return Object.assign(listening, {
    arrivals,
    async arrived(count: number) {
      while (arrivals.length < count) await once(news, 'arrival')
      return arrivals
    },
  })
}

/** A receiver that keeps its answers back until told to give them. */
export async function startSlowReceiver() {
  const held: ServerResponse[] = []
  const receiver = await startReceiver(response => held.push(response))
  return Object.assign(receiver, {
    answerAll(status = 200) {
      for (const response of held.splice(0)) response.writeHead(status).end()
    },
  })
}

/** A receiver that need not speak HTTP: `onSocket` does what it likes with each connection. */
export function startSocketServer(onSocket: (socket: Socket) => void = () => {}): Promise<Listening> {
  return listen(createTcpServer(onSocket), '127.0.0.1')
}

/** Listens with any server; a TLS server, too, is one. */
export async function listen(server: Server, host: string): Promise<Listening> {
  const sockets: Socket[] = []
  const open = new Set<Socket>()
  const news = new EventTarget()
  server.on('connection', socket => {
    sockets.push(socket)
    open.add(socket)
    socket.on('error', () => {}) // the other side may hang up as it likes
    socket.on('close', () => open.delete(socket))
    news.dispatchEvent(new Event('connection'))
  })
  server.listen(0, host)
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('not listening on a port')
  const { port } = bound
  return {
    port,
    url: path => `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    get accepted() {
      return sockets.length
    },
    async connection(n) {
      for (;;) {
        const socket = sockets[n - 1]
        if (socket) return socket
        await once(news, 'connection')
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
