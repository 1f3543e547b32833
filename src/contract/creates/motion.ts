import { ANSWERING, answeringOf, type Create } from '../create.ts'
import { ENDPOINTS } from '../endpoints.ts'
import type { Evidence } from '../evidence.ts'
import type { Subject } from '../examination.ts'
import { type Format, formatOf, type Look } from '../formats.ts'
import { asBoolean, asMembers, asString, type Fields, reading } from '../reading.ts'
import { before, type Revision, since } from '../revisions.ts'
import { setting } from '../rules/objection.ts'
import { isGiven, isOneOf, type Scope } from '../rules/presence.ts'
import { callbackUrlIsHttp, urlIsHttp } from '../rules/urls.ts'
import { invalid, MODE_TEXT, promptFits, timeoutIsWhole } from '../rules/values.ts'

/** What a body of `POST /kling/motion` asks for. */
export interface CreateMotion extends Create {
  readonly type: 'motion'
  readonly imageUrl: string | undefined
  readonly videoUrl: string | undefined
  readonly orientation: string | undefined
  /** As given: it has to be. */
  readonly givenMode: string | undefined
  readonly keepOriginalSound: string | undefined
}

const FIELDS = [
  'image_url',
  'video_url',
  'character_orientation',
  'mode',
  'keep_original_sound',
  'prompt',
  ...ANSWERING,
]
/** Read since 2026-07-08 (gateway §7). */
const LATER_FIELDS = ['model_name', 'watermark_info']

/** Fields of `POST /kling/motion` that a revision reads. */
export function motionFields(revision: Revision): ReadonlySet<string> {
  return new Set(before('2026-08').includes(revision) ? FIELDS : [...FIELDS, ...LATER_FIELDS])
}

/** Every model that some revision knows: where `model_name` is not read, it is none. */
const MODELS = ENDPOINTS.motion.models('2026-10')

function readMotion(body: Fields, revision: Revision): CreateMotion {
  const read = reading(body, motionFields(revision))
  const { field, mistyped, ignored } = read
  const mode = field('mode', asString)
  field('watermark_info', asMembers({ enabled: asBoolean }))
  return {
    type: 'motion',
    revision,
    action: 'motion',
    model: field('model_name', asString) ?? (MODELS[0] as string),
    mode: mode ?? 'std',
    // As long as the reference video, which nobody fetches.
    seconds: 5,
    prompt: field('prompt', asString),
    imageUrl: field('image_url', asString),
    videoUrl: field('video_url', asString),
    orientation: field('character_orientation', asString),
    givenMode: mode,
    keepOriginalSound: field('keep_original_sound', asString),
    ...answeringOf(read),
    mistyped,
    ignored,
  }
}

const { revisions } = ENDPOINTS.motion
const G_M: Scope = { source: 'gateway §7 (G-m)', grade: 'vendor', revisions }
const KLING: Evidence = { source: 'kling §4.3', grade: 'kling' }

const IMAGE = ({ imageUrl }: CreateMotion) => imageUrl
const VIDEO = ({ videoUrl }: CreateMotion) => videoUrl
const MODE = ({ givenMode }: CreateMotion) => givenMode
const ORIENTATION = ({ orientation }: CreateMotion) => orientation
const SOUND = ({ keepOriginalSound }: CreateMotion) => keepOriginalSound

const image = { id: 'M3', field: 'image_url', read: IMAGE, example: 'https://example.com/figure.png' }
const video = { id: 'M4', field: 'video_url', read: VIDEO, example: 'https://example.com/movement.mp4' }
const mode = { id: 'M2', field: 'mode', read: MODE, example: 'std' }
const orientation = { id: 'M5', field: 'character_orientation', read: ORIENTATION, example: 'image' }

/** `POST /kling/motion`. */
export const MOTION: Subject<CreateMotion> = {
  read: readMotion,
  rules: [
    isOneOf(
      { ...G_M, revisions: since('2026-08') },
      { id: 'M1', field: 'model_name', read: ({ model }) => model },
      MODELS,
      value => invalid('model_name', value),
      KLING,
    ),
    isOneOf(G_M, mode, ['std', 'pro'], value => invalid('mode', value), MODE_TEXT),
    isOneOf(G_M, orientation, ['image', 'video']),
    isOneOf(G_M, { id: 'M6', field: 'keep_original_sound', read: SOUND }, ['yes', 'no']),
    isGiven(G_M, mode, 'video mode must be specified', KLING),
    isGiven(G_M, image, 'imageUrl: must not be blank', KLING),
    isGiven(G_M, video, 'videoUrl: must not be blank', KLING),
    isGiven(G_M, orientation, 'character orientation must be specified', KLING),
    callbackUrlIsHttp,
    urlIsHttp<CreateMotion>(image.field, given(IMAGE), () => setting(image.field, image.example)),
    urlIsHttp<CreateMotion>(video.field, given(VIDEO), () => setting(video.field, video.example)),
    promptFits,
    timeoutIsWhole,
  ],
}

/** What is blank is not given, and has been said to be missing. */
function given(read: (request: CreateMotion) => string | undefined) {
  return (request: CreateMotion) => read(request)?.trim() || undefined
}

/** What its clip's look follows from. */
export function motionLook({ model, mode, seconds, keepOriginalSound }: CreateMotion): Look {
  const generateAudio = keepOriginalSound !== 'no'
  return { model, mode, seconds, action: 'image2video', aspectRatio: '16:9', generateAudio }
}

export function motionFormat(request: CreateMotion): Format {
  return formatOf(motionLook(request))
}
