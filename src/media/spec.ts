import { createHash } from 'node:crypto'

/** Goes up whenever a spec comes to give other bytes, so that an etag never names two files. */
const FORMAT_VERSION = 3

/** What a clip is to be. All of it goes into the bytes, and nothing else does. */
export interface ClipSpec {
  /** Any text; colours, picture and pitch follow from it, and it is the title tag. */
  readonly id: string
  /** Pixels: even, 16..4096. */
  readonly width: number
  /** Pixels: even, 16..4096. */
  readonly height: number
  /** Frames per second. */
  readonly fps: 24 | 30
  /** Number of frames, 1..5400; the clip lasts frames / fps seconds. */
  readonly frames: number
  /** Whether there is a sound track: a beep at each full second. */
  readonly audio: boolean
  /**
   * Texts, shown each from a line of its own while there is room, and put into the comment tag; none leaves both out.
   * Those after an empty one stand a little apart, as a prompt does below the facts, and are the first to be cut.
   */
  readonly label: readonly string[]
}

const etags = new WeakMap<ClipSpec, string>()

/** The strong entity tag of the file that a spec stands for, with its quotes: equal for equal specs, else different. */
export function etagOf(spec: ClipSpec): string {
  const known = etags.get(spec)
  if (known !== undefined) return known
  const { id, width, height, fps, frames, audio, label } = spec
  const inputs = [FORMAT_VERSION, id, width, height, fps, frames, audio, label]
  const etag = `"${digest(inputs).toString('base64url').slice(0, 22)}"`
  etags.set(spec, etag)
  return etag
}

/** SHA-256 of a value as JSON, which also tells texts apart that are no valid Unicode. */
export function digest(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest()
}

/** @throws RangeError if a number of the spec is out of its range. */
export function check({ width, height, fps, frames }: ClipSpec): void {
  for (const [name, side] of Object.entries({ width, height })) {
    if (!(side >= 16 && side <= 4096 && side % 2 === 0)) {
      throw new RangeError(`${name} must be an even number from 16 to 4096, but is ${side}`)
    }
  }
  if (fps !== 24 && fps !== 30) throw new RangeError(`fps must be 24 or 30, but is ${fps}`)
  if (!(Number.isInteger(frames) && frames >= 1 && frames <= 5400)) {
    throw new RangeError(`frames must be a whole number from 1 to 5400, but is ${frames}`)
  }
}
