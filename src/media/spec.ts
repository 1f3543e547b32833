import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

/** Goes up whenever a spec comes to give other bytes, so that an etag never names two files. */
const FORMAT_VERSION = 3

/** Bounds of both sides in pixels, which are even. */
export const LEAST_SIDE = 16
export const MOST_SIDE = 4096

const MOST_FRAMES = 5400

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

/** A spec that can be made and that nobody else can change, with the tag of its file. */
export interface TaggedSpec {
  readonly spec: ClipSpec
  /** Strong, with its quotes: equal for equal specs, else different. */
  readonly etag: string
}

/**
 * Copies a spec, which may come from plain JavaScript, and tells the tag of its file. That takes longer than sending a
 * range: to be kept by whoever needs it often.
 *
 * @throws RangeError if a number of the spec is out of its range.
 * @throws TypeError if something else in it is of another type.
 */
export function tagged({ id, width, height, fps, frames, audio, label }: ClipSpec): TaggedSpec {
  const lines = Array.isArray(label) ? [...label] : label
  const spec = { id, width, height, fps, frames, audio, label: lines }
  check(spec)
  return { spec, etag: etagOf(spec) }
}

function etagOf({ id, width, height, fps, frames, audio, label }: ClipSpec): string {
  const inputs = [FORMAT_VERSION, id, width, height, fps, frames, audio, label]
  return `"${digest(inputs).toString('base64url').slice(0, 22)}"`
}

/** SHA-256 of a value as JSON, which also tells texts apart that are no valid Unicode. */
export function digest(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest()
}

/** Whether a clip may be that wide or high. */
export function isSide(side: number): boolean {
  return Number.isInteger(side) && side >= LEAST_SIDE && side <= MOST_SIDE && side % 2 === 0
}

function check({ id, width, height, fps, frames, audio, label }: ClipSpec): void {
  for (const [name, side] of Object.entries({ width, height })) {
    if (!isSide(side)) throw new RangeError(complaint(name, `an even number from ${LEAST_SIDE} to ${MOST_SIDE}`, side))
  }
  if (fps !== 24 && fps !== 30) throw new RangeError(complaint('fps', '24 or 30', fps))
  if (!(Number.isInteger(frames) && frames >= 1 && frames <= MOST_FRAMES)) {
    throw new RangeError(complaint('frames', `a whole number from 1 to ${MOST_FRAMES}`, frames))
  }
  if (typeof id !== 'string') throw new TypeError(complaint('id', 'a text', id))
  if (typeof audio !== 'boolean') throw new TypeError(complaint('audio', 'true or false', audio))
  if (!(Array.isArray(label) && label.every(line => typeof line === 'string'))) {
    throw new TypeError(complaint('label', 'an array of texts', label))
  }
}

function complaint(field: string, allowed: string, value: unknown): string {
  return `${field} must be ${allowed}, but is ${inspect(value, { maxArrayLength: 5, maxStringLength: 60 })}`
}
