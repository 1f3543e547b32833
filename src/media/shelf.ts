import { LRUCache } from 'lru-cache'
import { type Layout, segmentEnd, type WholeFile } from './file.ts'
import type { Pool } from './pool.ts'
import { type ClipSpec, check, etagOf } from './spec.ts'

/** The most that is read at once: what a reader who has stopped reading costs. */
export const PIECE_BYTES = 64 * 1024

/** For the layouts of clips that are not kept whole: some hundreds of them. */
const LAYOUT_BYTES = 4 * 1024 * 1024

/** A file that can be read a piece at a time. */
export interface Source {
  /** Bytes of the whole file. */
  readonly size: number
  /** Strong entity tag, with its quotes. */
  readonly etag: string
  /**
   * Bytes from `from` on, at least one and at most up to but not including `to`; which must lie inside, in this order.
   *
   * They are the caller's own: a reader who takes hours keeps nothing else in memory.
   */
  read(from: number, to: number): Promise<Uint8Array>
}

/** A clip being made, and how many want it. */
interface Making {
  readonly file: Promise<WholeFile>
  readonly callOff: AbortController
  wanted: number
}

/**
 * Clips for whoever asks: made by a pool, kept while they are among the last ones used and fit into `bytes` together.
 *
 * Of the others it remembers the layout, and makes what is read again. Nobody can tell the difference but by time.
 */
export class ClipShelf {
  readonly #pool: Pool
  readonly #bytes: number
  readonly #kept: LRUCache<string, WholeFile> | undefined
  readonly #layouts = new LRUCache<string, Layout>({
    maxSize: LAYOUT_BYTES,
    sizeCalculation: ({ head, starts }) => head.length + 8 * starts.length,
  })
  readonly #making = new Map<string, Making>()

  constructor(pool: Pool, bytes: number) {
    this.#pool = pool
    this.#bytes = bytes
    if (bytes > 0) this.#kept = new LRUCache({ maxSize: bytes, sizeCalculation: file => sizeOf(file.layout) })
  }

  /** Bytes of clips that are kept. */
  get keptBytes(): number {
    return this.#kept?.calculatedSize ?? 0
  }

  /**
   * The clip of a spec, when its size is known: at once if it was made lately, else when it has been.
   *
   * @throws RangeError if a number of the spec is out of its range.
   * @throws `signal.reason` if `signal` aborts before. What nobody waits for any more is not begun.
   */
  async open(spec: ClipSpec, signal?: AbortSignal): Promise<Source> {
    const etag = etagOf(spec)
    const layout =
      this.#kept?.get(etag)?.layout ?? this.#layouts.get(etag) ?? (await this.#make(spec, etag, signal)).layout
    return { etag, size: sizeOf(layout), read: (from, to) => this.#read(spec, etag, layout, from, to) }
  }

  async #read(spec: ClipSpec, etag: string, layout: Layout, from: number, to: number): Promise<Uint8Array> {
    const end = Math.min(to, from + PIECE_BYTES)
    // Copied, because a view would keep the whole file alive for as long as its reader takes.
    const kept = this.#kept?.get(etag)
    if (kept) return kept.bytes.slice(from, end)
    if (from < layout.head.length) return layout.head.slice(from, Math.min(end, layout.head.length))
    // Whoever begins to read wants all of it as a rule: then it is worth keeping.
    if (from === layout.head.length && sizeOf(layout) <= this.#bytes) {
      return (await this.#make(spec, etag)).bytes.slice(from, end)
    }
    return this.#pool.run({ kind: 'part', spec, layout, from, to: Math.min(to, segmentEnd(layout, from)) })
  }

  async #make(spec: ClipSpec, etag: string, signal?: AbortSignal): Promise<WholeFile> {
    check(spec)
    signal?.throwIfAborted()
    const making = this.#making.get(etag) ?? this.#begin(spec, etag)
    making.wanted++
    if (!signal) return making.file
    const leave = () => {
      making.wanted--
      if (making.wanted === 0) making.callOff.abort(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      const file = await making.file
      signal.throwIfAborted()
      return file
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #begin(spec: ClipSpec, etag: string): Making {
    const callOff = new AbortController()
    const file = this.#pool.run({ kind: 'whole', spec }, callOff.signal)
    const making: Making = { file, callOff, wanted: 0 }
    this.#making.set(etag, making)
    const done = () => this.#making.delete(etag)
    file.then(made => {
      this.#layouts.set(etag, made.layout)
      if (sizeOf(made.layout) <= this.#bytes) this.#kept?.set(etag, made)
      done()
    }, done)
    return making
  }
}

function sizeOf({ starts }: Layout): number {
  return starts.at(-1) as number
}
