import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Connections } from './connections.ts'

/** The first byte of whoever begins with TLS: the record of a handshake (RFC 8446 §5.1). No HTTP request begins so. */
const HANDSHAKE = 0x16

/** How a server speaks TLS. */
export interface Tls {
  /** What it shows that it is whom it says, in PEM. */
  readonly cert: string
  readonly key: string
  /** A client hung up on that. */
  readonly onDistrusted: () => void
}

/** What a client says that does not trust a certificate (RFC 8446 §6.2). */
const DISTRUST = /ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN)$/

/** Node's own mark of the connection that TLS runs over (Node 20 to 24). */
type Secured = TLSSocket & { readonly _parent?: Socket }

/** The connection to the other machine itself, under TLS or not. */
export function lowest(socket: Socket): Socket {
  return (socket as Secured)._parent ?? socket
}

/**
 * Has a server that speaks HTTP speak it under TLS as well, at the same port: the first byte tells which it is.
 *
 * The one server goes on doing all the reading, so that whatever is said of its connections is true of both kinds.
 */
export class Entrance {
  readonly #limitMs: number
  readonly #tls: ReturnType<typeof createServer>
  /** Nothing has been read of them yet, or a handshake. Node's server does not know of them. */
  readonly #entering = new Set<Socket>()
  readonly #speakers = new WeakMap<Socket, (socket: Socket) => void>()

  /** A connection may be silent for `limitMs` before it says anything, and its handshake may take as long. */
  constructor({ cert, key, onDistrusted }: Tls, limitMs: number, connections: Pick<Connections, 'follow'>) {
    this.#limitMs = limitMs
    this.#tls = createServer({ cert, key, ALPNProtocols: ['http/1.1'], handshakeTimeout: limitMs })
    this.#tls.on('secureConnection', secured => {
      const plain = lowest(secured)
      this.#entering.delete(plain)
      connections.follow(plain, secured)
      this.#speakers.get(plain)?.(secured)
    })
    this.#tls.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      if (DISTRUST.test(error.code ?? '')) onDistrusted()
      socket.destroy()
    })
  }

  /** To be called before anybody else listens to the server's connections. */
  open(server: Server): void {
    const own = server.listeners('connection')
    server.removeAllListeners('connection')
    const speakHttp = (socket: Socket) => {
      for (const listener of own) listener.call(server, socket)
    }
    server.on('connection', (socket: Socket) => this.#enter(socket, speakHttp))
  }

  /** Ends those that are still entering. */
  close(): void {
    for (const socket of this.#entering) socket.destroy()
  }

  #enter(socket: Socket, speakHttp: (socket: Socket) => void): void {
    this.#entering.add(socket)
    socket.once('close', () => this.#entering.delete(socket))
    // Whoever goes away before he has said anything has nothing to be told.
    socket.on('error', () => {})
    const giveUp = () => void socket.destroy()
    socket.setTimeout(this.#limitMs, giveUp)
    socket.once('readable', () => {
      socket.setTimeout(0, giveUp)
      const first: Buffer | null = socket.read(1)
      if (first === null) return void socket.destroy()
      socket.unshift(first)
      if (first[0] === HANDSHAKE) {
        this.#speakers.set(socket, speakHttp)
        this.#tls.emit('connection', socket)
      } else {
        this.#entering.delete(socket)
        speakHttp(socket)
      }
    })
  }
}
