import { formOf, type IdKind, printed, shapeOfPath } from './placeholder.ts'

/** Names for the ids and addresses of one recording: one value, one name. */
export class Names {
  readonly #known = new Map<string, string>()
  readonly #taken = new Map<string, number>()

  /** The placeholder that a value has had before, whatever it was called. */
  known(value: string | number): string | undefined {
    return this.#known.get(String(value))
  }

  /** The placeholder of an id, named after the exchange in which it first came up. */
  id(kind: IdKind, value: string | number, exchange: number): string {
    return this.#name(kind, value, formOf(value), exchange)
  }

  /** That of a file's address. The host, and what is signed, is nobody's business. */
  file(url: string, exchange: number): string {
    return this.#name('file', url, shapeOfPath(new URL(url).pathname), exchange)
  }

  /** That of an address which a client named. */
  url(url: string, exchange: number): string {
    return this.#name('url', url, '', exchange)
  }

  /** Values by their placeholders, the longest first: what is part of another is replaced after it. */
  all(): [value: string, placeholder: string][] {
    return [...this.#known].toSorted(([a], [b]) => b.length - a.length)
  }

  #name(kind: IdKind, value: string | number, form: string, exchange: number): string {
    const known = this.known(value)
    if (known !== undefined) return known
    const count = this.#taken.get(`${kind}-${exchange}`) ?? 0
    this.#taken.set(`${kind}-${exchange}`, count + 1)
    const placeholder = printed({ kind, number: `${exchange}${letters(count)}`, form })
    this.#known.set(String(value), placeholder)
    return placeholder
  }
}

/** `''`, `b`, `c` … `z`, `za` … */
function letters(count: number): string {
  if (count === 0) return ''
  return count < 26 ? String.fromCharCode(97 + count) : `z${letters(count - 25)}`
}
