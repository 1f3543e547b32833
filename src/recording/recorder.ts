import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent, type Dispatcher, request } from 'undici'
import { Detours } from './detours.ts'
import type { Directory } from './directory.ts'
import type { Answered } from './exchange.ts'
import {
  bodyOf,
  headersFor,
  headersForFile,
  isText,
  LARGEST_TEXT,
  rawHeaders,
  refuse,
  TooLarge,
  unpacked,
} from './passing.ts'
import { mayCost } from './spending.ts'
import { streamed } from './streaming.ts'
import { Taking } from './taking.ts'

/** Posts a callback on; `undefined` if nobody answered. */
export type PostOn = (url: string, body: string, headers: Record<string, string>) => Promise<number | undefined>

export interface RecorderOptions {
  /** Without a slash at the end. */
  readonly upstream: string
  readonly directory: Directory
  readonly host: string
  readonly port: number
  /** Where the upstream reaches this recorder, without a slash at the end; without it callbacks go past. */
  readonly callbackUrl?: string
  /** Whether calls that may cost money are let through. */
  readonly allowSpend: boolean
  /** Bytes of a file that are kept; 0 keeps none. */
  readonly largestFile: number
  readonly postOn: PostOn
  /** Unix milliseconds. */
  readonly now: () => number
  /** Something that a person should know. */
  readonly say: (text: string) => void
}

/** A proxy that writes down what goes by. */
export interface Recorder {
  readonly url: string
  /** How many requests have no answer yet. */
  readonly underWay: number
  /** Takes no more requests, and ends once those under way are answered: they may be paid for. */
  finish(): Promise<void>
  /** Ends at once. */
  close(): Promise<void>
}

/** The header that marks answers of the recorder's own. */
const OURS = 'x-mockling-record'

/** Starts to record. @throws if the address can't be listened on. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const recording = new Recording(options)
  const underWay = new Set<ServerResponse>()
  let isFinishing = false
  const server = createServer((incoming, outgoing) => {
    // Closing a server leaves the connections open that are in use, and whoever asks on and on would keep them so.
    if (isFinishing) {
      outgoing.shouldKeepAlive = false
      return refuse(outgoing, 503, OURS, 'ending', 'api_error', 'mockling record is about to end.')
    }
    underWay.add(outgoing)
    outgoing.once('close', () => underWay.delete(outgoing))
    recording.take(incoming, outgoing).catch(error => {
      options.say(`${incoming.method} ${pathOf(incoming)}: ${(error as Error).message}`)
      outgoing.destroy()
    })
  })
  // A held answer takes as long as it takes.
  server.requestTimeout = 0
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const name = options.host.includes(':') ? `[${options.host}]` : options.host
  const url = `http://${name === '0.0.0.0' || name === '[::]' ? '127.0.0.1' : name}:${port}`
  recording.detours.listenAt(url)
  const close = async () => {
    server.close()
    server.closeAllConnections()
    await recording.close()
  }
  return {
    url,
    get underWay() {
      return underWay.size
    },
    finish: async () => {
      isFinishing = true
      for (const outgoing of underWay) outgoing.shouldKeepAlive = false
      server.close()
      server.closeIdleConnections()
      await Promise.all([...underWay].map(outgoing => once(outgoing, 'close')))
      await close()
    },
    close,
  }
}

class Recording {
  readonly #options: RecorderOptions
  readonly #agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 })
  readonly #taking: Taking
  readonly #startedAt: number
  readonly detours: Detours
  #hasSaidPassing = false

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#startedAt = options.now()
    this.#taking = new Taking(this.#startedAt)
    this.detours = new Detours(options.callbackUrl)
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = pathOf(incoming)
    const body = await bodyOf(incoming).catch(error => {
      if (error instanceof TooLarge) return undefined
      throw error
    })
    if (body === undefined) {
      return refuse(
        outgoing,
        413,
        OURS,
        'too-large',
        'content_too_large',
        'mockling record takes no body of that size.',
      )
    }
    if (this.detours.isCallback(path)) return this.#callback(incoming, outgoing, path, body)
    const { method = 'GET', url: target = '/', headers } = incoming
    if (!this.#options.allowSpend && mayCost({ method, target, headers, length: body.length })) {
      return this.#block(outgoing, `${method} ${path}`)
    }
    // Whatever is not a path would be taken for the end of the upstream's name.
    if (!target.startsWith('/')) {
      const message = 'mockling record is no proxy that is named in settings: use it as base URL.'
      return refuse(outgoing, 400, OURS, 'no-path', 'bad_request', message)
    }
    await this.#pass(incoming, outgoing, body)
  }

  #block(outgoing: ServerResponse, what: string): void {
    this.#options.say(`${what} was not sent: it may cost money; --allow-spend lets it through`)
    const message = `mockling record did not send this: it may cost money. Start it with --allow-spend to let it through.`
    refuse(outgoing, 403, OURS, 'blocked', 'forbidden', message)
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): Promise<void> {
    const { upstream, directory, say } = this.#options
    const { method = 'GET', url: target = '/' } = incoming
    const file = ['GET', 'HEAD'].includes(method) ? this.detours.fileAt(pathOf(incoming)) : undefined
    const isElsewhere = file !== undefined && new URL(file).origin !== new URL(upstream).origin
    const [at, startedAt] = [this.#options.now() - this.#startedAt, performance.now()]
    const { text, meant, isPassing } = this.detours.toUpstream(body.toString('utf8'))
    if (isPassing) this.#sayPassing()
    const gone = new AbortController()
    outgoing.once('close', () => gone.abort())
    let answer: Dispatcher.ResponseData
    const isOurs = target.startsWith('/_mockling/')
    const number = isOurs ? 0 : directory.next()
    // Before the answer, which may quote what it was sent.
    const asked = this.#taking.request(
      { method, target, headers: incoming.headers, body: isUtf8(body) ? Buffer.from(meant) : body },
      number,
      { file },
    )
    const store = (answered: Answered | null) => {
      if (!isOurs) this.#keep(() => directory.write(number, { kind: 'request', at, request: asked, answer: answered }))
    }
    try {
      answer = await request(file ?? upstream + target, {
        method: method as Dispatcher.HttpMethod,
        headers: isElsewhere ? headersForFile(incoming.headers) : headersFor(incoming.headers),
        ...(body.length > 0 && { body: isUtf8(body) ? text : body }),
        signal: gone.signal,
        dispatcher: this.#agent,
      })
    } catch (error) {
      store(null)
      if (gone.signal.aborted) return
      say(`${method} ${pathOf(incoming)}: the upstream gave no answer (${reasonOf(error)})`)
      return refuse(
        outgoing,
        502,
        OURS,
        'unreachable',
        'api_error',
        `mockling record got no answer from the upstream: ${reasonOf(error)}`,
      )
    }
    const afterMs = () => performance.now() - startedAt
    const head = { status: answer.statusCode, headers: answer.headers }
    try {
      if (!isText(method, answer)) {
        const got = await streamed(
          answer,
          outgoing,
          method === 'GET' && head.status === 200 ? this.#options.largestFile : 0,
        )
        const isKept = got.isKept && this.#keep(() => directory.keep(got.bytes))
        const file = method === 'HEAD' ? {} : { file: { ...got.file, ...(isKept && { isKept }) } }
        store(this.#taking.answer({ ...head, ...file, afterMs: afterMs() }, number))
        outgoing.end()
        return
      }
      const plain = await unpacked(answer)
      const original = isUtf8(plain) ? Buffer.from(this.detours.withOriginals(plain.toString('utf8'))) : plain
      const taken = this.#taking.answer({ ...head, body: original, afterMs: afterMs() }, number)
      store(taken)
      const told = isUtf8(plain) ? Buffer.from(this.detours.toClient(plain.toString('utf8'))) : plain
      outgoing.writeHead(head.status, { ...rawHeaders(answer.headers), 'content-length': told.length }).end(told)
    } catch (error) {
      store(null)
      outgoing.destroy()
      if (!gone.signal.aborted) say(`${method} ${pathOf(incoming)}: the answer broke off (${reasonOf(error)})`)
    }
  }

  async #callback(incoming: IncomingMessage, outgoing: ServerResponse, path: string, body: Buffer): Promise<void> {
    const { directory, postOn, say } = this.#options
    const original = this.detours.originalOf(path)
    if (original === undefined || incoming.method !== 'POST') {
      return refuse(outgoing, 404, OURS, 'unknown', 'no_api', 'mockling record knows of no such callback.')
    }
    const [at, startedAt, number] = [this.#options.now() - this.#startedAt, performance.now(), directory.next()]
    const raw = { method: 'POST', target: '/', headers: incoming.headers, body }
    const asked = this.#taking.request(raw, number, { isCallback: true })
    const headers = headersFor(incoming.headers) as Record<string, string>
    const status = await postOn(original, this.detours.toClient(body.toString('utf8')), headers)
    if (status === undefined) say(`a callback could not be posted on to ${new URL(original).origin}`)
    const request = { ...asked, path: this.#taking.names.url(original, number) }
    const answer =
      status === undefined ? null : { status, afterMs: Math.round(performance.now() - startedAt), headers: {} }
    this.#keep(() => directory.write(number, { kind: 'callback', at, request, answer }))
    outgoing.writeHead(status ?? 502, status === undefined ? { [OURS]: 'unreachable' } : {}).end()
  }

  /** What can't be written down goes by all the same: it may have been paid for. */
  #keep(write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      this.#options.say(`an exchange could not be written to ${this.#options.directory.path}: ${reasonOf(error)}`)
      return false
    }
  }

  #sayPassing(): void {
    if (this.#hasSaidPassing) return
    this.#hasSaidPassing = true
    this.#options.say(
      'callbacks go to their receivers directly and are not recorded; --callback-url leads them through here',
    )
  }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}

function isUtf8(bytes: Buffer): boolean {
  return bytes.length <= LARGEST_TEXT && Buffer.from(bytes.toString('utf8')).equals(bytes)
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return code ?? message ?? String(error)
}
