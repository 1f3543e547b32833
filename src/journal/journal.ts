import type { Complaint } from '../contract/rules/objection.ts'

/** One request at the upstream's door, as it ended. */
export interface RequestEntry {
  readonly kind: 'request'
  /** Place in the journal, from 1, over all namespaces. */
  readonly seq: number
  /** When it began, on the namespace's clock, in Unix milliseconds. */
  readonly at: number
  /** SHA-256 of the bearer token; `''` without a good one. */
  readonly namespace: string
  readonly traceId: string
  readonly method: string
  readonly path: string
  /** Absent while the answer is not out yet, and when the caller hung up before it. */
  status?: number
  code?: string
  message?: string
  /** Every objection to the body, the first of which was the answer. */
  objections?: readonly Complaint[]
  /** Fields given and not used. */
  ignored?: readonly string[]
  taskId?: string
  /** What was chosen to happen. */
  outcome?: string
  /** Ids of the rule that chose it and of the faults that were added. */
  rules?: readonly string[]
  /** The caller went away before the answer. */
  hungUp?: true
  /** An effect broke the connection off. */
  isCut?: true
}

/** One request for a video's file, as it ended. */
export interface DownloadEntry {
  readonly kind: 'download'
  readonly seq: number
  /** When it began, on the clock of the task's namespace. */
  readonly at: number
  /** Of the task; `''` if the path is no task's. */
  readonly namespace: string
  readonly method: string
  readonly path: string
  /** The Range header. */
  readonly range?: string
  taskId?: string
  status?: number
  /** Bytes of the body handed to the connection. */
  bytes: number
  hungUp?: true
  /** An effect broke the connection off. */
  isCut?: true
  /** Ids of the faults that were added. */
  faults?: readonly string[]
}

/** One try to deliver a callback. */
export interface CallbackEntry {
  readonly kind: 'callback'
  readonly seq: number
  /** When it was sent, on the namespace's clock. */
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** From 1. */
  readonly attempt: number
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string
  /** What came of it: `delivered`, or why not. */
  readonly outcome: string
  readonly status?: number
  readonly responseHeaders?: Readonly<Record<string, string>>
  readonly responseBody?: string
  readonly error?: string
  /** Real milliseconds. */
  readonly durationMs: number
}

export type Entry = RequestEntry | DownloadEntry | CallbackEntry

/** Which entries to show; each part given must hold. */
export interface EntryFilter {
  readonly kind?: Entry['kind']
  readonly namespace?: string
  readonly taskId?: string
  readonly path?: string
  readonly status?: number
  readonly outcome?: string
  /** Keeps entries after this place. */
  readonly after?: number
}

/** An entry without its place, which the journal gives. */
export type Unplaced<E> = E extends Entry ? Omit<E, 'seq'> : never

/** What happened, newest kept. Bounded: the oldest entry goes for each new one beyond the most. */
export class Journal {
  readonly #most: number
  /** In order; the ones before `#from` are dropped already. */
  #entries: Entry[] = []
  #from = 0
  #seq = 0
  #dropped = 0

  constructor(most: number) {
    this.#most = most
  }

  /** How many entries had to go to make room. */
  get dropped(): number {
    return this.#dropped
  }

  /** Keeps one entry and gives it its place. The caller may complete it later. */
  add<E extends Unplaced<Entry>>(entry: E): E & { readonly seq: number } {
    const placed = Object.assign(entry, { seq: ++this.#seq })
    if (this.#most === 0) return placed
    this.#entries.push(placed as unknown as Entry)
    if (this.#entries.length - this.#from > this.#most) {
      this.#from++
      this.#dropped++
    }
    // The spent head is cut off now and then, a bounded part of the whole: constant work for each entry.
    if (this.#from > 1000 && this.#from * 4 > this.#most) this.#cut(this.#entries.slice(this.#from))
    return placed
  }

  /** Matching entries, oldest first; at most `limit`, the newest of them. */
  list(filter: EntryFilter = {}, limit = Number.POSITIVE_INFINITY): Entry[] {
    const matching = this.#kept().filter(entry => matches(entry, filter))
    return matching.length > limit ? matching.slice(matching.length - limit) : matching
  }

  count(filter: EntryFilter = {}): number {
    return this.#kept().reduce((sum, entry) => sum + Number(matches(entry, filter)), 0)
  }

  /** Forgets the namespace's entries, or all. */
  clear(namespace?: string): void {
    this.#cut(namespace === undefined ? [] : this.#kept().filter(entry => entry.namespace !== namespace))
  }

  #kept(): Entry[] {
    return this.#from === 0 ? this.#entries : this.#entries.slice(this.#from)
  }

  #cut(kept: Entry[]): void {
    this.#entries = kept
    this.#from = 0
  }
}

function matches(entry: Entry, filter: EntryFilter): boolean {
  const path = entry.kind === 'callback' ? entry.url : entry.path
  return (
    (filter.kind === undefined || entry.kind === filter.kind) &&
    (filter.namespace === undefined || entry.namespace === filter.namespace) &&
    (filter.taskId === undefined || entry.taskId === filter.taskId) &&
    (filter.path === undefined || path === filter.path) &&
    (filter.status === undefined || entry.status === filter.status) &&
    (filter.outcome === undefined || (entry.kind !== 'download' && entry.outcome === filter.outcome)) &&
    (filter.after === undefined || entry.seq > filter.after)
  )
}
