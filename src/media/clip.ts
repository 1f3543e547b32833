import { createHash } from 'node:crypto'
import { writeMovie } from './movie.ts'
import { levelIdc, picParameterSet, seqParameterSet } from './parameter-sets.ts'
import { Scene } from './scene.ts'
import { SliceCoder } from './slices.ts'

/** Goes up whenever a spec comes to give other bytes, so that an etag never names two files. */
const FORMAT_VERSION = 1

/** What a clip is to be. All of it goes into the bytes, and nothing else does. */
export interface ClipSpec {
  /** Any text; colours and picture follow from it, and it is the title tag. */
  readonly id: string
  /** Pixels: even, 16..4096. */
  readonly width: number
  /** Pixels: even, 16..4096. */
  readonly height: number
  /** Frames per second. */
  readonly fps: 24 | 30
  /** Number of frames, 1..5400; the clip lasts frames / fps seconds. */
  readonly frames: number
  /** Whether there is to be sound. Not made yet: such a clip is silent, with no audio track. */
  readonly audio: boolean
  /** Lines of text for the comment tag; none leaves it out. */
  readonly label: readonly string[]
}

/** A video file in memory. */
export interface Clip {
  /** Bytes of the whole file. */
  readonly size: number
  /** Strong entity tag with its quotes: equal for equal specs, different for all others. */
  readonly etag: string
  readonly durationSeconds: number
  /**
   * The bytes at `from` up to but not including `to`; both are moved to the nearest end when they lie outside.
   *
   * A view of what every reader shares: not to be written to.
   */
  read(from: number, to: number): Uint8Array
}

/**
 * Makes an MP4 file (H.264 Constrained Baseline) that plays, seeks, lasts exactly frames / fps and looks like no other.
 *
 * The same spec gives the same bytes, on every machine and at every time. Takes a few milliseconds at 720p, and holds
 * the event loop meanwhile: tens of milliseconds at 2160p or for minutes of video.
 *
 * @throws RangeError if a number of the spec is out of its range.
 */
export function createClip(spec: ClipSpec): Clip {
  check(spec)
  const file = writeMovie({
    width: spec.width,
    height: spec.height,
    fps: spec.fps,
    levelIdc: levelIdc(spec),
    seqParameterSet: seqParameterSet(spec),
    picParameterSet: picParameterSet(),
    samples: encode(spec),
    keyInterval: keyInterval(spec.fps),
    title: spec.id,
    comment: spec.label.join('\n'),
  })
  return {
    size: file.length,
    etag: etagOf(spec),
    durationSeconds: spec.frames / spec.fps,
    read: (from, to) => {
      const start = clamp(from, file.length)
      return file.subarray(start, Math.max(start, clamp(to, file.length)))
    },
  }
}

/** Samples as they lie in the file: each frame one NAL unit, behind its length in four bytes. */
function encode(spec: ClipSpec): Uint8Array[] {
  const scene = new Scene(spec, digest(spec.id))
  const slices = new SliceCoder(scene.picture)
  const samples: Uint8Array[] = []
  for (let frame = 0; frame < spec.frames; frame++) {
    scene.draw(frame)
    const unit = frame % keyInterval(spec.fps) === 0 ? slices.idr() : slices.p()
    const sample = new Uint8Array(4 + unit.length)
    new DataView(sample.buffer).setUint32(0, unit.length)
    sample.set(unit, 4)
    samples.push(sample)
  }
  return samples
}

/** A picture to start from every two seconds. */
function keyInterval(fps: number): number {
  return 2 * fps
}

function etagOf({ id, width, height, fps, frames, audio, label }: ClipSpec): string {
  const inputs = [FORMAT_VERSION, id, width, height, fps, frames, audio, label]
  return `"${digest(inputs).toString('base64url').slice(0, 22)}"`
}

/** SHA-256 of a value as JSON, which also tells texts apart that are no valid Unicode. */
function digest(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest()
}

function check({ width, height, fps, frames }: ClipSpec): void {
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

function clamp(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size)
}
