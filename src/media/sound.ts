import { FRAME_SAMPLES, LINES, lineFrame, SAMPLE_RATE, silentFrame } from './aac.ts'

/** Frames of a beep: about a tenth of a second. */
const BEEP_FRAMES = 5

/** The lowest line that beeps, at 574 Hz; the others lie above, up to 2.2 kHz. */
const LOWEST_LINE = 24

/**
 * What a clip sounds like: silence, and a beep at each full second whose pitch follows from the seed.
 *
 * There is no priming frame to be cut off: the first frame fades in where the clip begins, so the track needs no time
 * before its start and readers that ignore edit lists see the same as all others.
 */
export class Sound {
  /** Frames from the first to the one that reaches the end. */
  readonly count: number
  readonly #silence = silentFrame()
  readonly #plus: Uint8Array
  readonly #minus: Uint8Array

  /** `samples` is the clip's length at `SAMPLE_RATE`. */
  constructor(samples: number, pitch: number) {
    this.count = Math.ceil(samples / FRAME_SAMPLES)
    const line = LOWEST_LINE + (pitch % (LINES - LOWEST_LINE))
    this.#plus = lineFrame(line, 1)
    this.#minus = lineFrame(line, -1)
  }

  frame(index: number): Uint8Array {
    const second = Math.floor((index * FRAME_SAMPLES) / SAMPLE_RATE)
    const beat = index - firstFrameOf(second)
    if (beat >= BEEP_FRAMES) return this.#silence
    return beat % 2 === 0 ? this.#plus : this.#minus
  }
}

/** The first frame that begins in a second, counted from 0. */
export function firstFrameOf(second: number): number {
  return Math.ceil((second * SAMPLE_RATE) / FRAME_SAMPLES)
}
