import { type Capability, modelsOf, rowsOf } from '../contract/capabilities.ts'
import type { Revision } from '../contract/revisions.ts'

/** A body of a create. */
export type Body = Readonly<Record<string, unknown>>

/** Files that creates refer to. A real API fetches them, the simulator doesn't. */
export interface Files {
  readonly image: string
  readonly video: string
  readonly audio: string
}

/** Addresses that a body may name where nobody fetches them. */
export const EXAMPLE_FILES: Files = {
  image: 'https://example.com/start.png',
  video: 'https://example.com/movement.mp4',
  audio: 'https://example.com/voice.mp3',
}

/** Guide A's own: its scenarios and the cases that are about any video share one. */
const PROMPT =
  'White ceramic coffee mug on glossy marble countertop with morning window light. Camera slowly rotates 360 degrees around the mug, pausing briefly at the handle.'

/** What a cell of the matrix may ask for beside words and a first frame. */
export const FEATURES = ['plain', 'end frame', 'camera', 'sound'] as const

export type Feature = (typeof FEATURES)[number]

/** One cell: a model in a mode, at a length, for an action, with one feature. */
export interface Cell {
  readonly model: string
  readonly mode: string
  readonly seconds: number
  readonly action: 'text2video' | 'image2video'
  readonly feature: Feature
  readonly row: Capability
}

/** Every cell that a revision speaks of, offered or not: its models, their modes and lengths, each feature. */
export function cellsOf(revision: Revision): Cell[] {
  return modelsOf(revision).flatMap(model =>
    [...(rowsOf(revision, model) ?? [])].flatMap(([mode, row]) =>
      FEATURES.flatMap(feature =>
        row.seconds.map(seconds => ({ model, mode, seconds, action: actionFor(row, feature), feature, row }) as const),
      ),
    ),
  )
}

/** An end frame goes with a first one only; all else is tried with words, where the model makes videos of them. */
function actionFor({ actions }: Capability, feature: Feature): Cell['action'] {
  return feature === 'end frame' || !actions.includes('text2video') ? 'image2video' : 'text2video'
}

/** The smallest body that asks for a cell. */
export function bodyOf({ model, mode, seconds, action, feature, row }: Cell, files: Files): Body {
  return {
    ...(action === 'image2video' ? framed(files) : worded()),
    model,
    mode,
    duration: seconds,
    ...(feature === 'end frame' && { end_image_url: files.image }),
    ...(feature === 'camera' && { camera_control: { type: 'down_back' } }),
    ...(feature === 'sound' && { generate_audio: true }),
    // Where sound is always made, it is the other way round that is refused.
    ...(feature === 'plain' && row.alwaysAudio && { generate_audio: true }),
  }
}

export function worded(): Body {
  return { action: 'text2video', prompt: PROMPT }
}

export function framed({ image }: Files): Body {
  return { action: 'image2video', prompt: PROMPT, start_image_url: image }
}
