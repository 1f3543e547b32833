import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { request } from 'undici'

/** An answer on its way back. */
export interface Passing {
  readonly method: string
  readonly path: string
  /** What was asked for, as text. */
  readonly sent: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** A server in front of another, which does not say what it is. */
export interface StandIn extends AsyncDisposable {
  readonly url: string
  /** Requests that came, such as `POST /kling/videos`. */
  readonly asked: readonly string[]
  close(): Promise<void>
}

/** Passes everything on but the control door, which is not there, and changes answers on their way. */
export async function startStandIn(
  upstream: string,
  change: (passing: Passing) => Passing | Promise<Passing> = passing => passing,
): Promise<StandIn> {
  const asked: string[] = []
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url: path = '/', headers } = incoming
    asked.push(`${method} ${path}`)
    if (path.startsWith('/_mockling')) {
      outgoing.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>')
      return
    }
    const sent = await buffer(incoming)
    const { host: _, connection: __, 'content-length': ___, 'transfer-encoding': ____, ...kept } = headers
    const answer = await request(upstream + path, {
      method: method as 'GET',
      headers: kept as Record<string, string>,
      ...(method !== 'GET' && method !== 'HEAD' && { body: sent }),
    })
    const passing = await change({
      ...{ method, path, sent: sent.toString(), status: answer.statusCode },
      headers: answer.headers as Record<string, string>,
      body: await buffer(answer.body),
    })
    const { 'transfer-encoding': _coded, ...sentHeaders } = passing.headers
    outgoing
      .writeHead(passing.status, { ...sentHeaders, 'content-length': String(passing.body.length) })
      .end(passing.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close,
    [Symbol.asyncDispose]: close,
  }
}
