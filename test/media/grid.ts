import type { ClipSpec } from '../../src/media/spec.ts'

interface Rows {
  readonly sizes: readonly (readonly [width: number, height: number])[]
  /** Frames per second, frames, sound. */
  readonly lengths: readonly (readonly [fps: 24 | 30, frames: number, audio: boolean])[]
}

/** All sizes there are, with all kinds of length; the larger ones with fewer, which keeps the tests short. */
const ROWS: readonly Rows[] = [
  {
    sizes: [
      [1280, 720],
      [720, 1280],
      [720, 720],
      [960, 960],
    ],
    lengths: [
      [24, 73, true],
      [24, 121, false],
      [24, 121, true],
      [24, 361, true],
      [30, 153, false],
      [30, 153, true],
      [30, 288, true],
      [30, 303, true],
    ],
  },
  {
    sizes: [
      [1920, 1080],
      [1080, 1920],
      [1080, 1080],
      [1440, 1440],
    ],
    lengths: [
      [24, 73, false],
      [24, 121, true],
      [24, 241, true],
      [30, 153, false],
      [30, 153, true],
      [30, 288, false],
    ],
  },
  {
    sizes: [
      [3840, 2160],
      [2160, 3840],
      [2160, 2160],
    ],
    lengths: [
      [24, 73, true],
      [24, 121, false],
      [30, 153, true],
    ],
  },
  { sizes: [[1280, 720]], lengths: [[24, 4320, true]] },
]

/** The files that every reader has to get along with, under names that say what they are. */
export const GRID: readonly (readonly [name: string, spec: ClipSpec])[] = ROWS.flatMap(({ sizes, lengths }) =>
  sizes.flatMap(([width, height]) =>
    lengths.map(([fps, frames, audio]) => {
      const name = `${width}x${height}, ${frames} frames at ${fps}${audio ? ', sound' : ''}`
      return [name, { id: name, width, height, fps, frames, audio, label: ['kling-v3 pro text2video', name] }] as const
    }),
  ),
)
