import { makeFile, readAgain } from './file.ts'
import { type ClipSpec, tagged } from './spec.ts'

/** A video file that can be read. */
export interface Clip {
  /** Bytes of the whole file. */
  readonly size: number
  /** Strong entity tag with its quotes: equal for equal specs, different for all others. */
  readonly etag: string
  readonly durationSeconds: number
  /**
   * The bytes at `from` up to but not including `to`; both are moved to the nearest end when they lie outside.
   *
   * May be a view of what every reader shares: not to be written to.
   */
  read(from: number, to: number): Uint8Array
}

/** How a clip is kept. */
export interface ClipOptions {
  /**
   * `bytes`, the default: the whole file stays in memory. `sizes`: a few kilobytes do, and whatever is read is made
   * again, which takes some milliseconds a read.
   */
  readonly keep?: 'bytes' | 'sizes'
}

/**
 * Makes an MP4 file (H.264 Constrained Baseline, AAC LC) that plays, seeks, lasts exactly `frames / fps` seconds and
 * looks like no other.
 *
 * The same spec gives the same bytes, on every machine and at every time. Takes a few milliseconds at 720p, and holds
 * the event loop meanwhile: tens of milliseconds at 2160p or for minutes of video.
 *
 * @throws RangeError if a number of the spec is out of its range.
 * @throws TypeError if something else in it is of another type.
 *
 * @example
 * const clip = createClip({
 *   id: 'any', width: 1280, height: 720, fps: 30, frames: 153, audio: true, label: ['a white mug'],
 * })
 * writeFileSync('mug.mp4', clip.read(0, clip.size))
 */
export function createClip(given: ClipSpec, { keep = 'bytes' }: ClipOptions = {}): Clip {
  const { spec, etag } = tagged(given)
  const { bytes, layout } = makeFile(spec)
  const size = bytes.length
  const read = keep === 'bytes' ? bytes.subarray.bind(bytes) : readAgain.bind(undefined, spec, layout)
  return {
    size,
    etag,
    durationSeconds: spec.frames / spec.fps,
    read: (from, to) => {
      const start = clamp(from, size)
      return read(start, Math.max(start, clamp(to, size)))
    },
  }
}

function clamp(position: number, size: number): number {
  return Math.min(Math.max(position, 0), size)
}
