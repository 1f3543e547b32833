import type { CreateVideo } from './request.ts'

/** What a clip's look follows from. */
export type Look = Pick<CreateVideo, 'model' | 'mode' | 'action' | 'seconds' | 'aspectRatio' | 'generateAudio'>

/** What a finished clip looks like. */
export interface Format {
  readonly width: number
  readonly height: number
  readonly fps: 24 | 30
  /** Number of frames; the duration is `frames / fps`. */
  readonly frames: number
  readonly audio: boolean
}

/** One extension adds this much (guide A: 5.1 s became 9.6 s; gateway §1.4, inferred). */
const EXTENSION_SECONDS = 4.5

/** An extended clip lasts at most this long (kling §5). */
export const LONGEST_CLIP_SECONDS = 180

/** Models whose square clips are as wide as the short side; later ones keep the area instead (kling §3.3). */
const NARROW_SQUARES = new Set(['kling-v1', 'kling-v1-5', 'kling-v1-6'])

/** Models that have one height whatever the mode (kling §3.3). */
const ONE_HEIGHT: Readonly<Record<string, 720 | 1080>> = {
  'kling-v1': 720,
  'kling-v2-master': 720,
  'kling-v2-1-master': 1080,
}

const SHORT_SIDE = { std: 720, pro: 1080, '4k': 2160 } as const

/** Width of a square clip by short side, for models that keep the area (kling §3.3, inferred). */
const WIDE_SQUARE: Readonly<Record<number, number>> = { 720: 960, 1080: 1440, 2160: 2160 }

/** The clip that an accepted text2video or image2video yields (kling §3.3–3.5). */
export function formatOf(request: Look): Format {
  const fps = framesPerSecond(request)
  // 30 fps clips run three frames over the whole seconds, 24 fps clips one: "5.1" and "5.041".
  const frames = request.seconds * fps + (fps === 30 ? 3 : 1)
  const { width, height } = pixelsOf(request)
  return { width, height, fps, frames, audio: request.generateAudio }
}

function framesPerSecond({ model, action }: Look): 24 | 30 {
  const is30 = model === 'kling-v1' || model === 'kling-v1-5' || (model === 'kling-v1-6' && action === 'image2video')
  return is30 ? 30 : 24
}

function pixelsOf({ model, mode, aspectRatio }: Look): { width: number; height: number } {
  const short = ONE_HEIGHT[model] ?? (mode === 'pro' || mode === '4k' ? SHORT_SIDE[mode] : SHORT_SIDE.std)
  const long = (short * 16) / 9
  if (aspectRatio === '16:9') return { width: long, height: short }
  if (aspectRatio === '9:16') return { width: short, height: long }
  const side = NARROW_SQUARES.has(model) ? short : (WIDE_SQUARE[short] ?? short)
  return { width: side, height: side }
}

/** The clip that extending `source` yields: same pixels, rate and sound, 4.5 s longer. */
export function extended(source: Format): Format {
  return { ...source, frames: source.frames + EXTENSION_SECONDS * source.fps }
}

/** Length in seconds as results give it: a decimal string, cut (not rounded) to three decimals. */
export function durationText({ frames, fps }: Pick<Format, 'frames' | 'fps'>): string {
  return String(Math.floor((frames * 1000) / fps) / 1000)
}
