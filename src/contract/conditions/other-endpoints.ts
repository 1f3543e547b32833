import type { Create } from '../create.ts'
import { AUDIO_TYPES, LENGTH_RULE, LIP_SYNC, LONGEST_TEXT, VOICE_LANGUAGES } from '../creates/lip-sync.ts'
import { motionFields } from '../creates/motion.ts'
import { DURATIONS } from '../creates/talking-photo.ts'
import { ENDPOINTS } from '../endpoints.ts'
import type { Subject } from '../examination.ts'
import type { LipSyncMode } from '../other-bodies.ts'
import type { Revision } from '../revisions.ts'
import { LONGEST_PROMPT, LONGEST_TIMEOUT_SECONDS } from '../rules/values.ts'
import type { Beyond } from './beyond.ts'
import { HTTP_URL } from './http-url.ts'
import { absent, given, type JsonSchema, NOT_BLANK, oneOf, typed, words } from './schema.ts'

/*
 * The rules of the endpoints beside `/kling/videos` as JSON Schema: what `examineFor` accepts, as far as that can be said.
 * Few of their rules are between fields, so each body is written down as a whole.
 */

const TEXT = typed('string')
const URL: JsonSchema = { type: 'string', pattern: HTTP_URL }
const PROMPT: JsonSchema = { ...TEXT, maxLength: LONGEST_PROMPT }

const ANSWERING: Readonly<Record<string, JsonSchema>> = {
  callback_url: { ...TEXT, pattern: HTTP_URL },
  async: typed('boolean'),
  timeout: { type: ['integer', 'null'], minimum: 0, maximum: LONGEST_TIMEOUT_SECONDS },
}

function body(required: readonly string[], properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', required, properties: { ...properties, ...ANSWERING } }
}

export function strictMotion(revision: Revision): JsonSchema {
  const known: Readonly<Record<string, JsonSchema>> = {
    image_url: URL,
    video_url: URL,
    character_orientation: { enum: ['image', 'video'] },
    mode: { enum: ['std', 'pro'] },
    keep_original_sound: oneOf(['yes', 'no']),
    prompt: PROMPT,
    model_name: oneOf(ENDPOINTS.motion.models(revision)),
    watermark_info: { ...typed('object'), properties: { enabled: typed('boolean') } },
  }
  const read = Object.entries(known).filter(([name]) => motionFields(revision).has(name))
  return body(['image_url', 'video_url', 'character_orientation', 'mode'], Object.fromEntries(read))
}

export function strictTalkingPhoto(revision: Revision): JsonSchema {
  return body(['image_url', 'audio_url'], {
    image_url: URL,
    audio_url: URL,
    prompt: PROMPT,
    model: oneOf(ENDPOINTS['talking-photo'].models(revision)),
    duration: oneOf(DURATIONS),
    mode: oneOf(['std', 'pro']),
  })
}

/** Base64, with what `String.prototype.trim` takes away around it; or that alone. */
const SPACE = NOT_BLANK.replace('[^', '[')
const BASE64 = `^${SPACE}*(?:[A-Za-z0-9+/]+={0,2})?${SPACE}*$`

/** One of two, with the rule that wants it. */
function either(rule: string, ...schemas: readonly JsonSchema[]): JsonSchema {
  return { description: saying(LIP_SYNC, rule), anyOf: schemas }
}

function saying<R extends Create>({ rules }: Subject<R>, id: string): string {
  const lines = rules.filter(rule => rule.id === id)
  return `${id}: ${lines.map(({ says, source, grade }) => `${says}. Source: ${source} (${grade}).`).join(' ')}`
}

const ONE_VIDEO = either(
  'L2',
  { ...words('video_id'), allOf: [absent('video_url')] },
  { ...given('video_url', 'string', { pattern: HTTP_URL }), allOf: [absent('video_id')] },
)

const RECORDING = either(
  'L4',
  { ...given('audio_url', 'string', { pattern: HTTP_URL }), allOf: [{ properties: { audio_type: oneOf(['url']) } }] },
  { ...words('audio_file'), allOf: [given('audio_type', 'string', { enum: ['file'] })] },
)

export function strictLipSync(mode: LipSyncMode): JsonSchema {
  const isSpoken = mode === 'text2video'
  const spoken = {
    text: isSpoken ? { type: 'string', pattern: NOT_BLANK, maxLength: LONGEST_TEXT } : TEXT,
    voice_id: isSpoken ? { type: 'string', pattern: NOT_BLANK } : TEXT,
    voice_language: isSpoken ? oneOf(VOICE_LANGUAGES) : TEXT,
    voice_speed: isSpoken ? { ...typed('number'), minimum: 0.8, maximum: 2 } : typed('number'),
  }
  const recorded = {
    audio_type: isSpoken ? TEXT : oneOf(AUDIO_TYPES),
    audio_url: TEXT,
    audio_file: isSpoken ? TEXT : { ...TEXT, pattern: BASE64 },
  }
  const whole = body(isSpoken ? ['mode', 'text', 'voice_id'] : ['mode'], {
    mode: { enum: [mode] },
    video_id: TEXT,
    video_url: TEXT,
    ...spoken,
    ...recorded,
  })
  return { ...whole, allOf: isSpoken ? [ONE_VIDEO] : [ONE_VIDEO, RECORDING] }
}

/** What the strict documents can't say of these endpoints. */
export const OTHERS_BEYOND_SCHEMA: readonly Beyond[] = [
  ...[
    { of: 'image_url, video_url of /kling/motion', revisions: ENDPOINTS.motion.revisions },
    { of: 'video_url, audio_url of /kling/lip-sync', revisions: ENDPOINTS['lip-sync'].revisions },
    { of: 'image_url, audio_url of /kling/talking-photo', revisions: ENDPOINTS['talking-photo'].revisions },
  ].map(urls => ({
    ...urls,
    document: 'accepts less' as const,
    says: 'As with other URLs; spaces around them are taken, too.',
  })),
  {
    of: `video_id of /kling/lip-sync, rule ${LENGTH_RULE.id}`,
    document: 'accepts more',
    says: `${LENGTH_RULE.says}. Only the API knows its videos.`,
    revisions: LENGTH_RULE.revisions,
  },
]
