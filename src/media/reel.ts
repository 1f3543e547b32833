import { type Chunk, chunksOf, TIMESCALE } from './movie.ts'
import { Scene } from './scene.ts'
import { SliceCoder } from './slices.ts'
import { Sound } from './sound.ts'
import { type ClipSpec, digest } from './spec.ts'

/** A picture to start from every two seconds. */
const SEGMENT_SECONDS = 2

/** A coded picture or frame of sound, as it lies in the file. */
export interface Sample {
  readonly track: Chunk['track']
  readonly bytes: Uint8Array
}

/**
 * The samples of a clip, two seconds at a time: a segment begins with a picture that needs no other.
 *
 * Any segment can be made at any time and always comes out the same. One after the other is fastest.
 */
export class Reel {
  readonly keyInterval: number
  /** How many segments there are. */
  readonly segments: number
  readonly #chunks: readonly Chunk[]
  readonly #scene: Scene
  readonly #slices: SliceCoder
  readonly #sound: Sound | undefined

  constructor(spec: ClipSpec) {
    const seed = digest(spec.id)
    this.keyInterval = SEGMENT_SECONDS * spec.fps
    this.segments = Math.ceil(spec.frames / this.keyInterval)
    this.#sound = spec.audio ? new Sound((spec.frames * TIMESCALE) / spec.fps, seed[31] as number) : undefined
    this.#chunks = chunksOf(spec.frames, spec.fps, this.#sound?.count ?? 0)
    this.#scene = new Scene(spec, seed)
    this.#slices = new SliceCoder(this.#scene.picture)
  }

  /** The samples of a segment, counted from 0, in the order of the file. */
  segment(index: number): Sample[] {
    const chunks = this.#chunks.filter(({ second }) => Math.floor(second / SEGMENT_SECONDS) === index)
    return chunks.flatMap(({ track, first, count }) => {
      const numbers = Array.from({ length: count }, (_, i) => first + i)
      return numbers.map(number => ({ track, bytes: track === 'video' ? this.#picture(number) : this.#tone(number) }))
    })
  }

  /** One NAL unit behind its length in four bytes. */
  #picture(frame: number): Uint8Array {
    this.#scene.draw(frame)
    const unit = frame % this.keyInterval === 0 ? this.#slices.idr() : this.#slices.p()
    const sample = new Uint8Array(4 + unit.length)
    new DataView(sample.buffer).setUint32(0, unit.length)
    sample.set(unit, 4)
    return sample
  }

  #tone(frame: number): Uint8Array {
    return (this.#sound as Sound).frame(frame)
  }
}
