import { capabilityOf } from './capabilities.ts'
import { answeringOf, type Create } from './create.ts'
import {
  asElements,
  asReferenceImages,
  asReferenceVideos,
  asShots,
  asVoices,
  citationsOf,
  type Element,
  type Materials,
} from './materials.ts'
import {
  asBoolean,
  asMembers,
  asNumber,
  asNumberOrNumeric,
  asString,
  type Fields,
  MOST_IGNORED,
  onWire,
  reading,
} from './reading.ts'
import { REVISION_FACTS, type Revision } from './revisions.ts'

export { isObject } from './reading.ts'

/** A camera movement as asked for; `type` is not checked yet. */
export interface Camera {
  readonly type: string | undefined
  readonly config: Readonly<Record<string, number>> | undefined
}

/** What a body of `POST /kling/videos` asks for. */
export interface CreateVideo extends Create, Materials {
  readonly prompt: string | undefined
  readonly type: 'videos'
  readonly negativePrompt: string | undefined
  readonly aspectRatio: string
  readonly cfgScale: number | undefined
  readonly camera: Camera | undefined
  /** Asked for, or always made by the model. */
  readonly generateAudio: boolean
  /** `generate_audio` is given as `false`. */
  readonly isSilenced: boolean
  readonly elements: readonly Element[] | undefined
  readonly isMultiShot: boolean
  readonly shotType: string | undefined
  readonly videoId: string | undefined
}

/** Reads one body: sorts its fields by JSON type (rule R44) and sets aside what is ignored. */
export function readCreateVideo(body: Fields, revision: Revision): CreateVideo {
  const { fields, takesStrings, readsCitations } = REVISION_FACTS[revision]
  const read = reading(body, fields, unusedIn(body, revision))
  const { field, mistyped, ignored } = read
  const model = field('model', asString) ?? 'kling-v1'
  const mode = field('mode', asString) ?? 'std'
  const audio = field('generate_audio', asBoolean)
  const { callbackUrl, async, timeout } = answeringOf(read)
  const request: CreateVideo = {
    type: 'videos',
    revision,
    action: field('action', asString),
    model,
    mode,
    seconds: field('duration', asNumber) ?? 5,
    prompt: field('prompt', asString),
    negativePrompt: field('negative_prompt', asString),
    startImageUrl: field('start_image_url', asString),
    endImageUrl: field('end_image_url', asString),
    aspectRatio: field('aspect_ratio', asString) ?? '16:9',
    cfgScale: field('cfg_scale', takesStrings ? asNumberOrNumeric : asNumber),
    camera: field('camera_control', takesStrings ? asCameraOrJson : asCamera),
    generateAudio: audio ?? capabilityOf(revision, model, mode)?.alwaysAudio === true,
    isSilenced: audio === false,
    elements: field('element_list', asElements),
    videos: field('video_list', asReferenceVideos),
    images: field('image_list', asReferenceImages),
    voices: field('voice_list', asVoices),
    isMultiShot: field('multi_shot', asBoolean) ?? false,
    shotType: field('shot_type', asString),
    shots: field('multi_prompt', asShots),
    videoId: field('video_id', asString),
    callbackUrl,
    async,
    timeout,
    mistyped,
    ignored,
  }
  // Not in another object: to copy one of so many fields takes as long as all the reading.
  if (readsCitations) ignored.push(...citationsOf(request).uncited.slice(0, MOST_IGNORED - ignored.length))
  return request
}

/** Fields that mean nothing for the action asked for, or beside the others. */
function unusedIn(body: Fields, revision: Revision): readonly string[] {
  const { ignoredByAction, fields } = REVISION_FACTS[revision]
  const action = body['action']
  const byAction =
    (typeof action === 'string' && Object.hasOwn(ignoredByAction, action) && ignoredByAction[action]) || []
  return fields.has('multi_shot') ? [...byAction, ...unusedByShots(body)] : byAction
}

/** `customize` takes its words from `multi_prompt`, all else from `prompt` (gateway §3.2 R38). */
function unusedByShots(body: Fields): readonly string[] {
  if (body['multi_shot'] !== true) return ['shot_type', 'multi_prompt']
  if (body['shot_type'] === 'intelligence') return ['multi_prompt']
  const isCustomized = body['shot_type'] === 'customize' && Array.isArray(body['multi_prompt'])
  return isCustomized && body['action'] !== 'extend' ? ['prompt'] : []
}

export const CAMERA_AXES = ['horizontal', 'vertical', 'pan', 'tilt', 'roll', 'zoom'] as const

const asAxes = asMembers({
  horizontal: asNumber,
  vertical: asNumber,
  pan: asNumber,
  tilt: asNumber,
  roll: asNumber,
  zoom: asNumber,
})

function asCameraConfig(value: unknown): Record<string, number> | undefined {
  const axes = asAxes(value)
  return axes && (onWire(axes) as Record<string, number>)
}

const asCamera = asMembers({ type: asString, config: asCameraConfig })

function asCameraOrJson(value: unknown): Camera | undefined {
  if (typeof value !== 'string') return asCamera(value)
  try {
    return asCamera(JSON.parse(value))
  } catch {
    return undefined
  }
}
