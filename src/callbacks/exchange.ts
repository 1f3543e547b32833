import type { Dispatcher } from 'undici'
import type { Attempt } from './attempt.ts'

type Finding = 'status' | 'responseHeaders' | 'responseBody' | 'truncated' | 'address'

/** What becomes known while an exchange goes on, and is recorded however it ends. */
export type Findings = { -readonly [K in Finding]?: Attempt[K] }

/**
 * One request and its answer, as undici tells of it. Its lowest interface: streams and signals, which `request` makes
 * for each, cost more than the whole rest of a post.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #bodyLimit: number
  readonly #settle: (error: Error | undefined) => void
  #status: number | undefined
  #headers: Record<string, string> = {}
  readonly #chunks: Buffer[] = []
  #length = 0
  #isWhole = false
  #isSettled = false

  /** `settle` is called once: when the answer has come to its end or to `bodyLimit` bytes, or with what prevented that. */
  constructor(bodyLimit: number, settle: (error: Error | undefined) => void) {
    this.#bodyLimit = bodyLimit
    this.#settle = settle
  }

  get findings(): Findings {
    if (this.#status === undefined) return {}
    return {
      status: this.#status,
      responseHeaders: this.#headers,
      responseBody: this.#text(),
      truncated: !this.#isWhole,
    }
  }

  onRequestStart(): void {}

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Received): void {
    if (status < 200) return
    this.#status = status
    this.#headers = joined(headers)
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#length <= this.#bodyLimit) this.#chunks.push(chunk)
    this.#length += chunk.length
    // Whoever is told ends the connection: the rest is not read.
    if (this.#length > this.#bodyLimit) this.#tell(undefined)
  }

  onResponseEnd(): void {
    this.#isWhole = this.#length <= this.#bodyLimit
    this.#tell(undefined)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#tell(error)
  }

  #tell(error: Error | undefined): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#settle(error)
  }

  #text(): string {
    const [first] = this.#chunks
    if (first === undefined) return ''
    const bytes = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks)
    // A letter that is cut in two is left out.
    return new TextDecoder().decode(bytes.subarray(0, this.#bodyLimit), { stream: !this.#isWhole })
  }
}

type Received = Record<string, string | string[] | undefined>

function joined(headers: Received): Record<string, string> {
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    texts[name] = typeof value === 'string' ? value : [value ?? ''].flat().join(', ')
  }
  return texts
}
