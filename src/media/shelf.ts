import { LRUCache } from 'lru-cache'
import { type Layout, segmentEnd, type WholeFile } from './file.ts'
import type { Pool } from './pool.ts'
import { type ClipSpec, check, etagOf } from './spec.ts'

/**
 * Kept clips lie in memory in pieces of this size, and are lent out piece by piece without copying. So a reader who has
 * stopped reading costs nothing while the clip is kept, and one piece when it no longer is.
 */
const PIECE_BYTES = 256 * 1024

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
   * They may be shared with other readers: not to be written to.
   */
  read(from: number, to: number): Promise<Uint8Array>
}

/** A clip in memory. */
interface Kept {
  readonly pieces: readonly Uint8Array[]
  readonly layout: Layout
}

/** A clip being made, and how many want it. */
interface Making {
  readonly file: Promise<Kept>
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
  readonly #kept: LRUCache<string, Kept> | undefined
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
    return this.ready(spec) ?? this.#source(spec, etag, (await this.#make(spec, etag, signal)).layout)
  }

  /** The clip of a spec if it was made lately. */
  ready(spec: ClipSpec): Source | undefined {
    const etag = etagOf(spec)
    const layout = this.#kept?.get(etag)?.layout ?? this.#layouts.get(etag)
    return layout && this.#source(spec, etag, layout)
  }

  #source(spec: ClipSpec, etag: string, layout: Layout): Source {
    return { etag, size: sizeOf(layout), read: (from, to) => this.#read(spec, etag, layout, from, to) }
  }

  async #read(spec: ClipSpec, etag: string, layout: Layout, from: number, to: number): Promise<Uint8Array> {
    const kept = this.#kept?.get(etag)
    if (kept) return pieceOf(kept, from, to)
    if (from < layout.head.length) return layout.head.subarray(from, to)
    // Whoever begins to read wants all of it as a rule: then it is worth keeping.
    if (from === layout.head.length && sizeOf(layout) <= this.#bytes) {
      return pieceOf(await this.#make(spec, etag), from, to)
    }
    return this.#pool.run({ kind: 'part', spec, layout, from, to: Math.min(to, segmentEnd(layout, from)) })
  }

  async #make(spec: ClipSpec, etag: string, signal?: AbortSignal): Promise<Kept> {
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
    const file = this.#pool.run({ kind: 'whole', spec }, callOff.signal).then(inPieces)
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

function inPieces({ bytes, layout }: WholeFile): Kept {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) pieces.push(bytes.slice(at, at + PIECE_BYTES))
  return { pieces, layout }
}

function pieceOf({ pieces }: Kept, from: number, to: number): Uint8Array {
  const number = Math.floor(from / PIECE_BYTES)
  const start = number * PIECE_BYTES
  return (pieces[number] as Uint8Array).subarray(from - start, to - start)
}

function sizeOf({ starts }: Layout): number {
  return starts.at(-1) as number
}
