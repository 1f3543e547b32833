import { modelsOf, rowsOf } from '../capabilities.ts'
import { CHOSEN, type Evidence, SDK } from '../evidence.ts'
import type { CreateVideo } from '../request.ts'
import { REVISIONS, type Revision, since } from '../revisions.ts'
import { EXAMPLE_VIDEO_ID, type Finding, quoted, type Rule, setting, without } from './objection.ts'

const FROM_2026_05 = since('2026-05')
function isMissing(request: CreateVideo, field: string, text: string | undefined): boolean {
  return (text === undefined || text.trim() === '') && !request.mistyped.includes(field)
}

export const promptIsGivenToMake: Rule = {
  id: 'R3',
  says: 'text2video has a prompt',
  source: 'guide A, Basic Usage; gateway §3.2 R3',
  grade: 'vendor',
  revisions: REVISIONS,
  check(request) {
    if (request.action !== 'text2video' || !isMissing(request, 'prompt', request.prompt)) return
    return {
      field: 'prompt',
      message: 'prompt is required for text2video and image2video',
      text: SDK,
      nearest: () => setting('prompt', 'a white mug'),
    }
  },
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
      text: { source: 'gateway §3.2 R7 (SDK), with this revision’s models', grade: 'chosen' },
      nearest: () => setting('model', 'kling-v1-6'),
    }
  },
}

function extendsVideos(revision: Revision, model: string): boolean {
  return rowsOf(revision, model)?.get('std')?.actions.includes('extend') === true
}

/** One rule for each field that kling-v1 leaves out of an extend. */
export const v1ExtendsPlainly: readonly Rule[] = (['negative_prompt', 'cfg_scale'] as const).map(field => ({
  id: 'R8',
  says: `extend with kling-v1 takes no ${field}`,
  source: 'guide B, Model Capability Matrix, Notes',
  grade: 'guide' as const,
  revisions: FROM_2026_05,
  check({ action, model, negativePrompt, cfgScale }) {
    const value = field === 'cfg_scale' ? cfgScale : negativePrompt
    if (action !== 'extend' || model !== 'kling-v1' || value === undefined) return
    return {
      field,
      message: `${field} is not supported for extend with kling-v1`,
      text: CHOSEN,
      nearest: () => without(field),
    }
  },
}))

/** One rule for each kind of reference. */
export const referencesAreForO1: readonly Rule[] = (['element_list', 'video_list'] as const).map(field => ({
  id: 'R26',
  says: `${field} is for kling-video-o1`,
  source: `guide A and B, ${field}`,
  grade: 'guide' as const,
  revisions: REVISIONS,
  check({ model, elements, videos }) {
    const list = field === 'element_list' ? elements : videos
    if (list === undefined || model === 'kling-video-o1') return
    return {
      field,
      message: `${field} is only supported by kling-video-o1`,
      text: CHOSEN,
      nearest: () => without(field),
    }
  },
}))

export const oneReferenceVideo: Rule = {
  id: 'R28',
  says: 'video_list holds exactly one video, with its URL',
  source: 'gateway §3.2 R28 (OA-1)',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ videos }) {
    if (videos === undefined) return
    const finding = (message: string, text: Evidence): Finding => ({
      field: 'video_list',
      message,
      text,
      nearest: () => without('video_list'),
    })
    if (videos.length === 0) return finding('video_list must be non-empty or omitted', SDK)
    if (videos.length > 1) return finding('video_list must contain exactly one reference video', SDK)
    return videos[0]?.videoUrl ? undefined : finding('video_list[0].video_url is required', CHOSEN)
  },
}

export const elementsAreGiven: Rule = {
  id: 'R28',
  says: 'element_list holds at least one element, each with its element_id',
  source: 'gateway §3.2 R28 (OA-1)',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ elements }) {
    if (elements === undefined || (elements.length > 0 && elements.every(id => id))) return
    return {
      field: 'element_list',
      message: elements.length === 0 ? 'element_list must be non-empty or omitted' : 'element_id is required',
      text: elements.length === 0 ? { ...SDK, source: 'gateway §3.2 R28 (SDK), by analogy' } : CHOSEN,
      nearest: () => without('element_list'),
    }
  },
}

/** One rule for each word a reference video may carry. */
export const referenceWordsAreKnown: readonly Rule[] = (
  [
    ['refer_type', 'referType', ['base', 'feature']],
    ['keep_original_sound', 'keepOriginalSound', ['yes', 'no']],
  ] as const
).map(([field, key, words]) => ({
  id: 'R28',
  says: `video_list[].${field} is ${words.join(' or ')}`,
  source: 'gateway §2 video_list',
  grade: 'vendor' as const,
  revisions: REVISIONS,
  check({ videos }) {
    const value = videos
      ?.map(video => video[key])
      .find(word => word !== undefined && !words.some(known => known === word))
    if (value === undefined) return
    return {
      field: 'video_list',
      message: `${field} value '${quoted(value)}' is invalid`,
      text: { source: 'kling §4.2, form', grade: 'inferred' },
      nearest: () => without('video_list'),
    }
  },
}))

export const baseVideoExcludesFrames: Rule = {
  id: 'R29',
  says: 'a base reference video goes without start and end frames',
  source: 'gateway §3.2 R29 (OA-1)',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ videos, startImageUrl, endImageUrl, action }) {
    const isBase = videos?.some(video => (video.referType ?? 'base') === 'base')
    if (!isBase || (startImageUrl ?? endImageUrl) === undefined || action !== 'image2video') return
    const [first] = videos ?? []
    return {
      field: 'video_list',
      message: 'A base reference video cannot be combined with first or end frames',
      text: SDK,
      nearest: () =>
        first?.videoUrl
          ? setting('video_list', [{ video_url: first.videoUrl, refer_type: 'feature' }])
          : without('video_list'),
    }
  },
}

export const referencesAreFew: Rule = {
  id: 'R33',
  says: 'frames and elements are at most 7, at most 4 with a reference video',
  source: 'gateway §3.2 R33 (OA-1)',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ elements, videos, startImageUrl, endImageUrl }) {
    const frames = Number(startImageUrl !== undefined) + Number(endImageUrl !== undefined)
    const most = videos && videos.length > 0 ? 4 : 7
    if (!elements || elements.length + frames <= most) return
    return {
      field: 'element_list',
      message: `Reference images cannot exceed ${most} for this request`,
      text: SDK,
      nearest: () =>
        setting(
          'element_list',
          elements.slice(0, most - frames).map(id => ({ element_id: id })),
        ),
    }
  },
}
