import { ANSWERING, answeringOf, type Create } from '../create.ts'
import { ENDPOINTS } from '../endpoints.ts'
import type { Evidence } from '../evidence.ts'
import type { Subject } from '../examination.ts'
import type { Look } from '../formats.ts'
import { asNumber, asString, type Fields, reading } from '../reading.ts'
import type { Revision } from '../revisions.ts'
import { type Rule, setting } from '../rules/objection.ts'
import { isGiven, isOneOf, type Scope } from '../rules/presence.ts'
import { callbackUrlIsHttp, urlIsHttp } from '../rules/urls.ts'
import {
  ENUM_FORM,
  invalid,
  MODE_TEXT,
  MODEL_INVALID,
  nearestNumber,
  promptFits,
  timeoutIsWhole,
} from '../rules/values.ts'

/** What a body of `POST /kling/talking-photo` asks for. */
export interface CreateTalkingPhoto extends Create {
  readonly type: 'talking-photo'
  readonly imageUrl: string | undefined
  readonly audioUrl: string | undefined
}

/** Fields of `POST /kling/talking-photo`. */
export const TALKING_PHOTO_FIELDS: ReadonlySet<string> = new Set([
  ...['image_url', 'audio_url', 'prompt', 'model', 'duration', 'mode'],
  ...ANSWERING,
])

const { revisions, models } = ENDPOINTS['talking-photo']
const MODELS = models('2026-10')
export const DURATIONS = [5, 10]

function readTalkingPhoto(body: Fields, revision: Revision): CreateTalkingPhoto {
  const read = reading(body, TALKING_PHOTO_FIELDS)
  const { field, mistyped, ignored } = read
  return {
    type: 'talking-photo',
    revision,
    action: 'talking-photo',
    model: field('model', asString) ?? (MODELS[0] as string),
    mode: field('mode', asString) ?? 'pro',
    seconds: field('duration', asNumber) ?? 5,
    prompt: field('prompt', asString),
    imageUrl: field('image_url', asString),
    audioUrl: field('audio_url', asString),
    ...answeringOf(read),
    mistyped,
    ignored,
  }
}

const G_TP: Scope = { source: 'gateway §7 (G-tp, OA-4)', grade: 'vendor', revisions }
const WORKER: Evidence = { source: 'gateway §4.1', grade: 'vendor' }

const image = {
  ...{ id: 'T1', field: 'image_url', example: 'https://example.com/face.png' },
  read: ({ imageUrl }: CreateTalkingPhoto) => imageUrl?.trim() || undefined,
}
const audio = {
  ...{ id: 'T2', field: 'audio_url', example: 'https://example.com/voice.mp3' },
  read: ({ audioUrl }: CreateTalkingPhoto) => audioUrl?.trim() || undefined,
}

const durationIsOffered: Rule<CreateTalkingPhoto> = {
  id: 'T4',
  says: 'duration is 5 or 10',
  ...G_TP,
  check({ seconds }) {
    if (DURATIONS.includes(seconds)) return
    return {
      field: 'duration',
      message: invalid('duration', seconds),
      text: ENUM_FORM,
      nearest: () => setting('duration', nearestNumber(seconds, DURATIONS)),
    }
  },
}

/** `POST /kling/talking-photo`. */
export const TALKING_PHOTO: Subject<CreateTalkingPhoto> = {
  read: readTalkingPhoto,
  rules: [
    isOneOf(G_TP, { id: 'T3', field: 'model', read: ({ model }) => model }, MODELS, () => MODEL_INVALID, WORKER),
    isOneOf(
      G_TP,
      { id: 'T5', field: 'mode', read: ({ mode }) => mode },
      ['std', 'pro'],
      value => invalid('mode', value),
      MODE_TEXT,
    ),
    durationIsOffered,
    isGiven(G_TP, image, 'image_url is required', WORKER),
    isGiven(G_TP, audio, 'audio_url is required', { source: 'gateway §4.1, as for image_url', grade: 'inferred' }),
    callbackUrlIsHttp,
    urlIsHttp(image.field, image.read, () => setting(image.field, image.example)),
    urlIsHttp(audio.field, audio.read, () => setting(audio.field, audio.example)),
    promptFits,
    timeoutIsWhole,
  ],
}

/** What its clip's look follows from. */
export function talkingPhotoLook({ model, mode, seconds }: CreateTalkingPhoto): Look {
  return { model, mode, seconds, action: 'image2video', aspectRatio: '16:9', generateAudio: true }
}
