import type { ModeCapability } from '../../../contract/matrix.ts'

/** What a column of the matrix is about. */
export type Feature = 'durations' | 'endImage' | 'audio' | 'camera' | 'actions'

/** A cell of the matrix. */
export interface Cell {
  readonly model: string
  readonly mode: string
  readonly feature: Feature
  readonly durations: readonly number[]
  /** The durations at which the feature is offered. */
  readonly at: readonly number[]
  readonly actions: readonly string[]
  readonly source: string
  readonly grade: string
}

/** In words: the seconds themselves, or their span where there are no gaps. */
export function secondsText(seconds: readonly number[]): string {
  const [first = 0] = seconds
  const last = seconds.at(-1) ?? 0
  return seconds.length > 2 && last - first === seconds.length - 1 ? `${first}–${last}` : seconds.join(', ')
}

/** A feature offered at some of the durations, in words. */
export function offeredText(at: readonly number[], { durations }: Pick<ModeCapability, 'durations'>): string {
  if (at.length === 0) return '–'
  return at.length === durations.length ? 'yes' : `only ${secondsText(at)} s`
}

const IMAGE = 'https://example.com/image.png'

/** A body that uses what the cell is about, whether it is offered or not. */
export function exampleOf(cell: Cell | undefined): Record<string, unknown> {
  if (!cell) return { action: 'text2video', model: 'kling-v1', prompt: 'a white mug', duration: 5 }
  const { model, mode, feature, durations, at, actions } = cell
  if (!actions.includes('text2video')) {
    return { action: actions[0] ?? 'extend', model, mode, prompt: 'a white mug', video_id: 'the-id-of-a-video' }
  }
  const duration = at[0] ?? durations[0]
  const body = { action: 'text2video', model, mode, prompt: 'a white mug', duration }
  if (feature === 'endImage') {
    return { ...body, action: 'image2video', start_image_url: IMAGE, end_image_url: IMAGE }
  }
  if (feature === 'audio') return { ...body, generate_audio: true }
  if (feature === 'camera') return { ...body, camera_control: { type: 'simple', config: { zoom: 0.5 } } }
  if (feature === 'durations') return { ...body, duration: durations.at(-1) }
  return body
}
