import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A way to a port of this machine that can be shut: what is open then is broken off, and nobody gets through. */
export interface Gate extends AsyncDisposable {
  /** As of a Redis. */
  readonly url: string
  shut(): void
  open(): void
}

export async function openGate(port: number): Promise<Gate> {
  let isShut = false
  const sockets = new Set<Socket>()
  const server = createServer(near => {
    if (isShut) return near.destroy()
    const far = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.once('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
    return undefined
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const breakOff = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `redis://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    shut: () => {
      isShut = true
      breakOff()
    },
    open: () => {
      isShut = false
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      breakOff()
      await closed
    },
  }
}
