import { capabilityOf, modelsOf, rowsOf } from '../capabilities.ts'
import type { Create } from '../create.ts'
import { CHOSEN, SDK } from '../evidence.ts'
import type { CreateVideo } from '../request.ts'
import { REVISIONS, type Revision, since } from '../revisions.ts'
import { EXAMPLE_VIDEO_ID, type Rule, setting, without } from './objection.ts'

const FROM_2026_05 = since('2026-05')

/** Fields that tune how the prompt is followed, which not every model takes. */
export const TUNING = [
  ['negative_prompt', ({ negativePrompt }: CreateVideo): unknown => negativePrompt],
  ['cfg_scale', ({ cfgScale }: CreateVideo): unknown => cfgScale],
] as const

/** Whether the model takes neither of them for the action. */
export function isUntuned({ revision, model, mode, action = '' }: CreateVideo): boolean {
  const row = capabilityOf(revision, model, mode) ?? capabilityOf(revision, model, 'std')
  return row?.untunedActions?.includes(action) === true
}

export function isMissing(request: Create, field: string, text: string | undefined): boolean {
  return (text === undefined || text.trim() === '') && !request.mistyped.includes(field)
}

/** One rule for each action that makes a video. */
export const promptIsGivenToMake: readonly Rule[] = (
  [
    ['text2video', REVISIONS, 'guide A, Basic Usage; gateway §3.2 R3'],
    ['image2video', since('2026-08'), 'gateway §3.2 R3'],
  ] as const
).map(([action, revisions, source]) => ({
  id: 'R3',
  says: `${action} has a prompt`,
  source,
  grade: 'vendor' as const,
  revisions,
  check(request) {
    if (request.action !== action || isSaidInShots(request) || !isMissing(request, 'prompt', request.prompt)) return
    return {
      field: 'prompt',
      message: 'prompt is required for text2video and image2video',
      text: SDK,
      nearest: () => setting('prompt', 'a white mug'),
    }
  },
}))

/** Shots of their own words make up for a prompt (gateway §2). */
function isSaidInShots({ isMultiShot, shotType, shots }: CreateVideo): boolean {
  return isMultiShot && shotType === 'customize' && shots !== undefined
}

export const promptIsGivenToExtend: Rule = {
  id: 'R4',
  says: 'extend has a prompt',
  source: 'guide A, Video Extension Functionality',
  grade: 'guide',
  revisions: REVISIONS,
  check(request) {
    if (request.action !== 'extend' || !isMissing(request, 'prompt', request.prompt)) return
    return {
      field: 'prompt',
      message: 'prompt is required for extend',
      text: CHOSEN,
      nearest: () => setting('prompt', 'a white mug'),
    }
  },
}

export const startFrameIsGiven: Rule = {
  id: 'R5',
  says: 'image2video has start_image_url',
  source: 'guide A, start_image_url',
  grade: 'guide',
  revisions: REVISIONS,
  check({ action, startImageUrl, mistyped }) {
    if (action !== 'image2video' || startImageUrl !== undefined || mistyped.includes('start_image_url')) return
    return {
      field: 'start_image_url',
      message: 'start_image_url is required for image2video',
      text: SDK,
      nearest: () => setting('start_image_url', 'https://example.com/start.png'),
    }
  },
}

export const videoIdIsGiven: Rule = {
  id: 'R6',
  says: 'extend has video_id',
  source: 'guide A, Video Extension Functionality',
  grade: 'guide',
  revisions: REVISIONS,
  check(request) {
    if (request.action !== 'extend' || !isMissing(request, 'video_id', request.videoId)) return
    return {
      field: 'video_id',
      message: 'video_id is required for extend',
      text: SDK,
      nearest: () => setting('video_id', EXAMPLE_VIDEO_ID),
    }
  },
}

export const modelExtends: Rule = {
  id: 'R7',
  says: 'extend is for the models that list it',
  source: 'guide A and B, extend: model',
  grade: 'guide',
  revisions: REVISIONS,
  check({ action, model, revision }) {
    if (action !== 'extend' || extendsVideos(revision, model)) return
    const [first = '', ...others] = modelsOf(revision).filter(name => extendsVideos(revision, name))
    return {
      field: 'model',
      message: `extend requires ${first}, ${others.slice(0, -1).join(', ')}, or ${others.at(-1)}`,
      text: since('2026-08').includes(revision)
        ? SDK
        : { source: 'gateway §3.2 R7 (SDK), with this revision’s models', grade: 'chosen' },
      nearest: () => setting('model', 'kling-v1-6'),
    }
  },
}

function extendsVideos(revision: Revision, model: string): boolean {
  return rowsOf(revision, model)?.get('std')?.actions.includes('extend') === true
}

/** One rule for each field that some models don't take for an extend. */
export const extendsPlainly: readonly Rule[] = TUNING.map(([field, read]) => ({
  id: 'R8',
  says: `extend with kling-v1 takes no ${field}`,
  source: 'guide B, Model Capability Matrix, Notes',
  grade: 'guide' as const,
  revisions: FROM_2026_05,
  check(request) {
    const { action, model } = request
    if (action !== 'extend' || read(request) === undefined || !isUntuned(request)) return
    return {
      field,
      message: `${field} is not supported for extend with ${model}`,
      text: CHOSEN,
      nearest: () => without(field),
    }
  },
}))

/** One rule for each list of references. */
export const extendTakesNoReferences: readonly Rule[] = (
  [
    ['image_list', ({ images }: CreateVideo) => images],
    ['video_list', ({ videos }: CreateVideo) => videos],
  ] as const
).map(([field, read]) => ({
  id: 'R9',
  says: `extend takes no ${field}`,
  source: 'gateway §3.2 R9 (SDK)',
  grade: 'vendor' as const,
  revisions: since('2026-08'),
  check(request) {
    if (request.action !== 'extend' || read(request) === undefined) return
    const message = 'image_list and video_list are not supported with extend'
    return { field, message, nearest: () => without(field) }
  },
}))

/** An end frame with text2video is R10's. */
export const textTakesNoFrame: Rule = {
  id: 'R11',
  says: 'text2video takes no start_image_url',
  source: 'gateway §3.2 R11 (NX)',
  grade: 'vendor',
  revisions: since('2026-08'),
  check({ action, startImageUrl }) {
    if (action !== 'text2video' || startImageUrl === undefined) return
    return {
      field: 'start_image_url',
      message: 'start_image_url is not supported for text2video.',
      text: { source: 'kling §3.2 (NEX PR #578), as for end_image_url', grade: 'inferred' },
      nearest: () => without('start_image_url'),
    }
  },
}
