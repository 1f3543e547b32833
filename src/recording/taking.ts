import { createHash } from 'node:crypto'
import type { Answered, Asked, RecordedFile } from './exchange.ts'
import { Names } from './names.ts'
import { shapeOfPath } from './placeholder.ts'
import { isHttpUrl, type Redaction, redacted, remember, textFor } from './redacting.ts'

/** A request as it came, before anything is left out. */
export interface RawRequest {
  readonly method: string
  /** With its query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Uint8Array
}

/** An answer, decompressed. `file`: of one whose bytes are no text. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body?: Uint8Array
  readonly file?: RecordedFile
  readonly afterMs?: number
}

/** Headers that an answer promises something by. */
const KEPT = ['content-type', 'retry-after', 'accept-ranges', 'content-range', 'location', 'x-trace-id'] as const

/** Takes down what goes by, without what is nobody's business. One for a whole recording. */
export class Taking {
  readonly names = new Names()
  readonly #words = new Set<string>()
  readonly #startedAt: number

  constructor(startedAt: number) {
    this.#startedAt = startedAt
  }

  #redaction(exchange: number): Redaction {
    return { names: this.names, words: this.#words, exchange, startedAt: this.#startedAt }
  }

  /** `file`: the address that the path stands for, if it is a file's. Of a callback, the body is the upstream's. */
  request(
    { method, target, headers, body }: RawRequest,
    exchange: number,
    { file, isCallback }: { readonly file?: string | undefined; readonly isCallback?: true } = {},
  ): Asked {
    const authorization = textOf(headers['authorization'])
    const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
    const [path = '/', query] = target.split('?', 2)
    const parameters = [...new URLSearchParams(query ?? '')]
    const given = parameters.flatMap(([name, value]) => [...(isNoName(name) ? [name] : []), value])
    for (const secret of [...secretsIn(headers), ...given]) remember(this.#words, secret)
    const names = parameters.map(([name, value]) => (value === '' || isNoName(name) ? textFor(name) : name))
    const kept = plainOf({ ...one('content-type', headers), ...one('range', headers) })
    return {
      method,
      path: file === undefined ? this.#path(path, exchange) : this.names.file(file, exchange),
      ...(names.length > 0 && { query: names }),
      authorization:
        token !== undefined ? 'bearer' : /^\s*(?:Bearer\s*)?$/i.test(authorization ?? '') ? 'none' : 'other',
      ...(Object.keys(kept).length > 0 && { headers: kept }),
      ...this.#content(body, isCallback ? 'upstream' : 'client', exchange),
    }
  }

  answer({ status, headers, body, file, afterMs }: RawAnswer, exchange: number): Answered {
    const kept = Object.fromEntries(KEPT.flatMap(name => Object.entries(one(name, headers))))
    const { location, 'x-trace-id': trace } = kept
    return {
      status,
      ...(afterMs !== undefined && { afterMs: Math.round(afterMs) }),
      headers: {
        ...kept,
        ...(location !== undefined && {
          location: isHttpUrl(location) ? this.names.url(location, exchange) : textFor(location),
        }),
        ...(trace !== undefined && { 'x-trace-id': this.names.id('trace', trace, exchange) }),
      },
      ...(body && this.#content(body, 'upstream', exchange)),
      ...(file && { file }),
    }
  }

  /** JSON as it may be kept; of other bodies only how long they are. */
  #content(body: Uint8Array, speaker: 'client' | 'upstream', exchange: number): { body?: unknown; text?: string } {
    if (body.length === 0) return {}
    const text = Buffer.from(body).toString('utf8')
    try {
      return { body: redacted(JSON.parse(text), speaker, this.#redaction(exchange)) }
    } catch {
      if (speaker === 'client') remember(this.#words, text)
      return { text: textFor(text) }
    }
  }

  #path(path: string, exchange: number): string {
    return path
      .split('/')
      .map(segment => {
        const known = this.names.known(segment)
        const [, stem = segment, extension = ''] = /^(.*?)(\.[a-z\d]{1,5})?$/i.exec(segment) ?? []
        if (known !== undefined || stem === '' || shapeOfPath(stem) === stem) return known ?? segment
        remember(this.#words, stem)
        return `${/^[\w-]{20,}$/.test(stem) ? this.names.id('id', stem, exchange) : textFor(stem)}${extension}`
      })
      .join('/')
  }
}

/** Headers of everybody's. All others may hold a key. */
const OF_EVERYBODY =
  /^(?:accept(?:-.*)?|user-agent|host|connection|keep-alive|content-.*|transfer-encoding|te|expect|upgrade|range|if-.*|cache-control|pragma|sec-.*|dnt|priority|authorization)$/

/** What headers have of the caller's own, whole and in parts. */
function secretsIn(headers: RawRequest['headers']): string[] {
  const authorization = textOf(headers['authorization']) ?? ''
  const others = Object.keys(headers)
    .filter(name => !OF_EVERYBODY.test(name))
    .map(name => textOf(headers[name]) ?? '')
  const parts = others.flatMap(value => value.split(/[\s;,=]+/)).filter(part => part.length >= 6)
  return [authorization, ...authorization.trim().split(/\s+/).slice(1), ...others, ...parts]
}

/** Whether it is anything but words, such as `page_size` and `X-Amz-Signature`. */
function isNoName(text: string): boolean {
  return text.length > 32 || !/^[a-z]+(?:[_.-][a-z]+)*$/i.test(text)
}

/** Without parameters that nobody needs. */
function plainOf(kept: Readonly<Record<string, string>>): Record<string, string> {
  const plain = /^(?:[\w.+-]{1,40}\/[\w.+-]{1,60}(?:; ?charset=[\w-]{1,20})?|bytes=[\d, -]{1,100})$/i
  return Object.fromEntries(
    Object.entries(kept).map(([name, value]) => {
      const [type = ''] = value.split(';')
      return [name, plain.test(value) ? value : plain.test(type) ? type : textFor(value)]
    }),
  )
}

function one(name: string, headers: RawRequest['headers']): Record<string, string> {
  const value = textOf(headers[name])
  return value === undefined ? {} : { [name]: value }
}

function textOf(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined ? undefined : [value].flat().join(', ')
}

/** What is known of a file once all of it has come. */
export function fileOf(bytes: Uint8Array): RecordedFile {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}
