import { once } from 'node:events'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'

/** An answer with its body read to the end. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
}

export interface Wanted {
  readonly method?: string
  /** Sent as it is. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** One request over a connection of its own; nothing about it is tidied. */
export function send(base: string, { method = 'GET', path, headers = {}, body }: Wanted): Promise<Answer> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, response => {
      const chunks: Buffer[] = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const whole = Buffer.concat(chunks)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole, text: whole.toString() })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A connection to the simulator for bytes of one's own making. */
export async function dial(base: string): Promise<Socket> {
  const { hostname, port } = new URL(base)
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({ host, port: Number(port), allowHalfOpen: true })
  socket.on('error', () => {}) // a reset ends the reading like a close
  await once(socket, 'connect')
  return socket
}

/** Sends the bytes and reads until the simulator closes the connection. */
export async function speak(base: string, bytes: string | Uint8Array, { thenEnd = false } = {}): Promise<Answer[]> {
  const socket = await dial(base)
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.write(bytes)
  if (thenEnd) socket.end()
  await new Promise(resolve => socket.once('end', resolve).once('close', resolve))
  socket.destroy()
  return answersIn(Buffer.concat(chunks))
}

/** Resolves to the first `count` answers on a connection that stays open. */
export async function answersOn(socket: Socket, count: number): Promise<Answer[]> {
  const chunks: Buffer[] = []
  for (;;) {
    const [chunk] = await once(socket, 'data')
    chunks.push(chunk)
    const answers = answersIn(Buffer.concat(chunks))
    if (answers.length >= count) return answers
  }
}

/** Takes answers with a `content-length` or without a body apart, as they follow each other on a connection. */
function answersIn(bytes: Buffer): Answer[] {
  const answers: Answer[] = []
  let from = 0
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', from)
    if (end === -1) return answers
    const [statusLine = '', ...lines] = bytes.toString('latin1', from, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const size = Number(headers['content-length'] ?? 0)
    const start = end + 4
    if (bytes.length < start + size) return answers
    const body = bytes.subarray(start, start + size)
    const status = Number(statusLine.split(' ')[1])
    if (status >= 200) answers.push({ status, headers, body, text: body.toString() })
    from = start + size
  }
}
