import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Directory, readRecordings } from '../../src/recording/directory.ts'
import { type Recorder, type RecorderOptions, startRecorder } from '../../src/recording/recorder.ts'

/** A recorder in front of something, and what it wrote. */
export interface Recorded extends AsyncDisposable {
  readonly url: string
  readonly path: string
  readonly said: readonly string[]
  /** What is in the directory by now, as text: all files but videos. */
  everything(): string
  readonly recordings: ReturnType<typeof readRecordings>
  readonly underWay: number
  finish(): Promise<void>
}

export function emptyDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'mockling-recordings-'))
}

/** Records an upstream, by default with all that may cost money, into a directory of its own. */
export async function recorded(upstream: string, options: Partial<RecorderOptions> = {}): Promise<Recorded> {
  const path = emptyDirectory()
  const said: string[] = []
  const recorder: Recorder = await startRecorder({
    upstream,
    directory: new Directory(path),
    host: '127.0.0.1',
    port: 0,
    allowSpend: true,
    largestFile: 10_000_000,
    postOn: async (url, body, headers) =>
      fetch(url, { method: 'POST', body, headers }).then(
        ({ status }) => status,
        () => undefined,
      ),
    now: Date.now,
    say: text => said.push(text),
    ...options,
  })
  return {
    url: recorder.url,
    path,
    said,
    everything: () =>
      readdirSync(path, { recursive: true, encoding: 'utf8' })
        .filter(name => name !== 'files')
        .map(name => `${name}\n${readFileSync(join(path, name), 'latin1')}`)
        .join('\n'),
    get recordings() {
      return readRecordings(path)
    },
    get underWay() {
      return recorder.underWay
    },
    finish: () => recorder.finish(),
    [Symbol.asyncDispose]: () => recorder.close(),
  }
}

/** Posts JSON with a bearer token. */
export async function post(url: string, path: string, body: unknown, token = 'any', signal?: AbortSignal) {
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  })
  const text = await answer.text()
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : undefined,
  }
}

/** An upstream that is no mockling, and how often it was asked. */
export async function startUpstream(answer: RequestListener) {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const json =
  (body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
