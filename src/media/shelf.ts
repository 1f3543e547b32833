import { LRUCache } from 'lru-cache'
import { type Layout, segmentAround, type WholeFile } from './file.ts'
import type { Pool } from './pool.ts'
import type { TaggedSpec } from './spec.ts'

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
  /** Media type, for Content-Type. */
  readonly type: string
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

/** Bytes of a clip from `from` up to but not including `to`. */
interface Stretch {
  readonly from: number
  readonly to: number
  readonly bytes: Uint8Array
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
   * @throws `signal.reason` if `signal` aborts before. What nobody waits for any more is not begun.
   */
  async open(wanted: TaggedSpec, signal?: AbortSignal): Promise<Source> {
    return this.ready(wanted) ?? this.#source(wanted, (await this.#make(wanted, signal)).layout)
  }

  /** The clip of a spec if it was made lately. */
  ready(wanted: TaggedSpec): Source | undefined {
    const layout = this.#kept?.get(wanted.etag)?.layout ?? this.#layouts.get(wanted.etag)
    return layout && this.#source(wanted, layout)
  }

  #source(wanted: TaggedSpec, layout: Layout): Source {
    // Ranges asked for together often lie in one segment, which is made as a whole for any byte of it.
    let last: Stretch = { from: 0, to: 0, bytes: new Uint8Array() }
    const read = async (from: number, to: number): Promise<Uint8Array> => {
      const kept = await this.#worthKeeping(wanted, layout, from)
      if (kept) return pieceOf(kept, from, to)
      if (from < layout.head.length) return layout.head.subarray(from, to)
      if (from < last.from || from >= last.to) last = await this.#segment(wanted, layout, from)
      return last.bytes.subarray(from - last.from, to - last.from)
    }
    return { etag: wanted.etag, type: 'video/mp4', size: sizeOf(layout), read }
  }

  /** The clip if it is kept, or will be: whoever begins to read wants all of it as a rule. */
  #worthKeeping(wanted: TaggedSpec, layout: Layout, from: number): Kept | Promise<Kept> | undefined {
    const kept = this.#kept?.get(wanted.etag)
    if (kept) return kept
    return from === layout.head.length && sizeOf(layout) <= this.#bytes ? this.#make(wanted) : undefined
  }

  async #segment({ spec }: TaggedSpec, layout: Layout, position: number): Promise<Stretch> {
    const { from, to } = segmentAround(layout, position)
    return { from, to, bytes: await this.#pool.run({ kind: 'part', spec, layout, from, to }) }
  }

  async #make(wanted: TaggedSpec, signal?: AbortSignal): Promise<Kept> {
    signal?.throwIfAborted()
    const making = this.#making.get(wanted.etag) ?? this.#begin(wanted)
    making.wanted++
    const leave = () => {
      making.wanted--
      if (making.wanted === 0) making.callOff.abort(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      const file = await making.file
      signal?.throwIfAborted()
      return file
    } catch (error) {
      // Joined when the last of the others had just left: what they called off is wanted again.
      if (making.callOff.signal.aborted && !signal?.aborted) return this.#make(wanted, signal)
      throw error
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  #begin({ spec, etag }: TaggedSpec): Making {
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
