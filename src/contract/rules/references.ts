import { capabilityOf, type Material, modelsTaking, takes } from '../capabilities.ts'
import { CHOSEN, type Evidence, SDK } from '../evidence.ts'
import { FRAME_TYPES, framesOf } from '../materials.ts'
import { onWire } from '../reading.ts'
import type { CreateVideo } from '../request.ts'
import { before, REVISIONS, reading, since } from '../revisions.ts'
import { isUntuned, TUNING } from './materials.ts'
import { type Change, type Finding, type Rule, setting, without } from './objection.ts'
import { ENUM_FORM, invalid } from './values.ts'

const FROM_2026_08 = since('2026-08')

/** The lists that hold references, and how a create has them. */
const LISTS = {
  element_list: ({ elements }: CreateVideo): readonly object[] | undefined => elements,
  video_list: ({ videos }: CreateVideo): readonly object[] | undefined => videos,
  image_list: ({ images }: CreateVideo): readonly object[] | undefined => images,
} as const satisfies Partial<Record<Material, unknown>>

/** Whether an image or video is given to take after. */
function hasReferences({ images, videos }: CreateVideo): boolean {
  return (images ?? videos) !== undefined
}

/** One rule for each kind of reference. */
export const referencesAreForO1: readonly Rule[] = (['element_list', 'video_list'] as const).map(field => ({
  id: 'R26',
  says: `${field} is for kling-video-o1`,
  source: `guide A and B, ${field}`,
  grade: 'guide' as const,
  revisions: before('2026-08'),
  check(request) {
    const { model, revision } = request
    if (LISTS[field](request) === undefined || takes(revision, model, field)) return
    return {
      field,
      message: `${field} is only supported by ${modelsTaking(revision, field).join(' and ')}`,
      text: CHOSEN,
      nearest: () => without(field),
    }
  },
}))

/** One rule for each kind of reference. */
export const referencesAreOffered: readonly Rule[] = (['image_list', 'video_list'] as const).map(field => ({
  id: 'R27',
  says: `${field} is for kling-o1 and kling-v3-omni`,
  source: 'gateway §3.2 R27 (G-v2, SDK)',
  grade: 'vendor' as const,
  revisions: FROM_2026_08,
  check(request) {
    const { model, revision } = request
    if (LISTS[field](request) === undefined || takes(revision, model, field)) return
    return {
      field,
      message: 'Omni references require kling-o1 or kling-v3-omni',
      text: SDK,
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

/** One rule for each list whose items need one member. */
export const itemsAreGiven: readonly Rule[] = (
  [
    ['element_list', 'element_id', ({ elements }: CreateVideo) => elements?.map(item => item.elementId)],
    ['image_list', 'image_url', ({ images }: CreateVideo) => images?.map(item => item.imageUrl)],
    ['voice_list', 'voice_id', ({ voices }: CreateVideo) => voices?.map(item => item.voiceId)],
  ] as const
).map(([field, member, read]) => ({
  id: 'R28',
  says: `${field} holds at least one item, each with its ${member}`,
  source: field === 'voice_list' ? 'gateway §2 voice_list' : 'gateway §3.2 R28 (OA-1, OA-4)',
  grade: 'vendor' as const,
  revisions: reading(field),
  check(request) {
    const given = read(request)
    if (given === undefined || (given.length > 0 && given.every(text => text))) return
    return {
      field,
      message: given.length === 0 ? `${field} must be non-empty or omitted` : `${member} is required`,
      text: given.length === 0 ? { ...SDK, source: 'gateway §3.2 R28 (SDK), by analogy' } : CHOSEN,
      nearest: () => without(field),
    }
  },
}))

/** One rule for each word that a reference may carry. */
export const referenceWordsAreKnown: readonly Rule[] = (
  [
    ['video_list', 'refer_type', ['base', 'feature'], ({ videos }: CreateVideo) => videos?.map(one => one.referType)],
    [
      'video_list',
      'keep_original_sound',
      ['yes', 'no'],
      ({ videos }: CreateVideo) => videos?.map(one => one.keepOriginalSound),
    ],
    ['image_list', 'type', FRAME_TYPES, ({ images }: CreateVideo) => images?.map(one => one.type)],
  ] as const
).map(([list, field, words, read]) => ({
  id: 'R28',
  says: `${list}[].${field} is ${words.join(' or ')}`,
  source: `gateway §2 ${list}`,
  grade: 'vendor' as const,
  revisions: reading(list),
  check(request) {
    const value = read(request)?.find(word => word !== undefined && !words.some(known => known === word))
    if (value === undefined) return
    return { field: list, message: invalid(field, value), text: ENUM_FORM, nearest: () => without(list) }
  },
}))

export const baseVideoExcludesFrames: Rule = {
  id: 'R29',
  says: 'a base reference video goes without start and end frames',
  source: 'gateway §3.2 R29 (OA-1)',
  grade: 'vendor',
  revisions: REVISIONS,
  check(request) {
    const { videos, images, action } = request
    if (!videos?.some(video => (video.referType ?? 'base') === 'base')) return
    // URLs of frames beside other actions are the business of other rules.
    const { first, end } = framesOf(action === 'image2video' ? request : { ...request, ...NO_URLS, images })
    if (first + end === 0) return
    const [video] = videos
    return {
      field: 'video_list',
      message: 'A base reference video cannot be combined with first or end frames',
      text: SDK,
      nearest: () =>
        video?.videoUrl
          ? setting('video_list', [{ video_url: video.videoUrl, refer_type: 'feature' }])
          : without('video_list'),
    }
  },
}

const NO_URLS = { startImageUrl: undefined, endImageUrl: undefined }

export const referenceVideoIsSilent: Rule = {
  id: 'R30',
  says: 'a reference video goes without generate_audio',
  source: 'gateway §3.2 R30 (G-v2, SDK)',
  grade: 'vendor',
  revisions: FROM_2026_08,
  check({ videos, generateAudio, revision, model, mode }) {
    if (videos === undefined || !generateAudio || capabilityOf(revision, model, mode)?.alwaysAudio) return
    return {
      field: 'generate_audio',
      message: 'generate_audio cannot be used with video_list',
      text: SDK,
      nearest: () => setting('generate_audio', false),
    }
  },
}

/** One rule for each field that o1 does not take, nor anybody together with references. */
export const referencesGoUntuned: readonly Rule[] = (
  [...TUNING, ['camera_control', ({ camera }: CreateVideo): unknown => camera]] as const
).map(([field, read]) => ({
  id: 'R31',
  says: `kling-o1 takes no ${field}, nor does any model with image_list or video_list`,
  source: 'gateway §3.2 R31 (G-v2, SDK)',
  grade: 'vendor' as const,
  revisions: FROM_2026_08,
  check(request) {
    const isOmni = takes(request.revision, request.model, 'image_list') && isUntuned(request)
    if (read(request) === undefined || !(isOmni || hasReferences(request))) return
    return {
      field,
      message: 'Kling O1 and Omni references do not support negative_prompt, camera_control, or cfg_scale',
      text: SDK,
      nearest: () => without(field),
    }
  },
}))

export const referencesAreNot4k: Rule = {
  id: 'R32',
  says: 'mode 4k goes without image_list and video_list',
  source: 'gateway §3.2 R32 (G-v2, SDK)',
  grade: 'vendor',
  revisions: FROM_2026_08,
  check(request) {
    if (request.mode !== '4k' || !hasReferences(request)) return
    return {
      field: 'mode',
      message: '4k cannot be combined with Omni references',
      text: SDK,
      nearest: () => setting('mode', 'pro'),
    }
  },
}

export const referencesAreFew: Rule = {
  id: 'R33',
  says: 'frames, images and elements are at most 7, at most 4 with a reference video',
  source: 'gateway §3.2 R33 (OA-1, SDK)',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ elements = [], images = [], videos, startImageUrl, endImageUrl }) {
    const frames = Number(startImageUrl !== undefined) + Number(endImageUrl !== undefined)
    const most = videos && videos.length > 0 ? 4 : 7
    if (elements.length + images.length === 0 || elements.length + images.length + frames <= most) return
    const isElements = elements.length > images.length
    const [field, list, others] = isElements
      ? (['element_list', elements, images] as const)
      : (['image_list', images, elements] as const)
    return {
      field,
      message: `Reference images cannot exceed ${most} for this request`,
      text: SDK,
      nearest: () => shortened(field, list, most - frames - others.length),
    }
  },
}

/** The first `count` of a list; without any it is left out. */
function shortened(field: string, list: readonly object[], count: number): Change {
  return count > 0 ? setting(field, list.slice(0, count).map(onWire)) : without(field)
}

export const framesAreSingle: Rule = {
  id: 'R34',
  says: 'there is one first and one end frame at most, over URLs and image_list; an end frame needs a first',
  source: 'gateway §3.2 R34 (SDK)',
  grade: 'vendor',
  revisions: FROM_2026_08,
  check(request) {
    const { images = [] } = request
    const { first, end } = framesOf(request)
    const isListed = images.some(({ type }) => type === 'end_frame')
    const isSurplus = first > 1 || end > 1
    if (!isSurplus && !(isListed && first === 0 && !request.mistyped.includes('start_image_url'))) return
    return {
      field: 'image_list',
      message: isSurplus
        ? 'Only one first frame and one end frame are allowed'
        : 'A first frame is required with an end frame',
      text: SDK,
      nearest: () => {
        const others = images.filter(({ type }) => !FRAME_TYPES.some(frame => frame === type))
        return shortened('image_list', others, others.length)
      },
    }
  },
}

export const elementsAreClosed: Rule = {
  id: 'R35',
  says: 'element_list is closed',
  source: 'gateway §3.2 R35; what it is answered with mockling',
  grade: 'chosen',
  revisions: ['2026-08'],
  check({ elements }) {
    if (elements === undefined) return
    return { field: 'element_list', message: 'element_list is not supported', nearest: () => without('element_list') }
  },
}
