import { z } from 'zod'
import { OTHERS } from './bodies.ts'
import { answeringFields } from './body-parts.ts'
import {
  AUDIO_TYPES,
  LIP_SYNC_FIELDS,
  LONGEST_TEXT,
  type MODES,
  RECORDED,
  SPOKEN,
  VOICE_LANGUAGES,
} from './creates/lip-sync.ts'
import { motionFields } from './creates/motion.ts'
import { DURATIONS, TALKING_PHOTO_FIELDS } from './creates/talking-photo.ts'
import { says, words } from './describing.ts'
import { ENDPOINTS } from './endpoints.ts'
import type { Revision } from './revisions.ts'
import { LONGEST_PROMPT } from './rules/values.ts'

/* As in bodies.ts, for the endpoints beside `/kling/videos`. */

type Body = z.ZodObject<Record<string, z.ZodType>>

/** A body that reads `names`, of which some have to be given. */
function body(
  text: string,
  known: Readonly<Record<string, z.ZodType>>,
  names: Iterable<string>,
  required: readonly string[],
): Body {
  const fields = [...names].map(name => {
    const field = known[name]
    if (!field) throw new Error(`other-bodies.ts describes no field ${name}`)
    return [name, required.includes(name) ? field : field.optional()] as const
  })
  return z.object(Object.fromEntries(fields)).describe(`${text} ${OTHERS}`)
}

const from = <T extends z.ZodType>(schema: T, text: string, source: string) => says(schema, text, source, 'vendor')

/** What nobody fetches is not looked at. */
const UNSEEN = 'The simulator does not fetch it.'

/** The body of `POST /kling/motion`. */
export function motionBody(revision: Revision): Body {
  const of = <T extends z.ZodType>(schema: T, text: string) => from(schema, text, 'gateway §7 (G-m)')
  const models = ENDPOINTS.motion.models(revision)
  const known = {
    image_url: of(
      z.url(),
      `The figure: an http or https URL of a jpg or png of at most 50 MB, sides from 300 px, 1:2.5 to 2.5:1. ${UNSEEN} Required.`,
    ),
    video_url: of(
      z.url(),
      `The movement: an http or https URL of an mp4 or mov of at most 100 MB, sides from 340 to 3850 px, 3 s to 10 s long where character_orientation is image, to 30 s where it is video. ${UNSEEN} Required.`,
    ),
    character_orientation: of(
      z.enum(['image', 'video']),
      'Which of the two the figure is turned like. Decides how long the video at video_url may be. Required.',
    ),
    mode: of(z.enum(['std', 'pro']), 'std is standard, pro better; there is no 4k. Required.'),
    keep_original_sound: of(
      z.enum(['yes', 'no']).default('yes'),
      'Whether the sound of the video at video_url is kept. Default yes.',
    ),
    prompt: of(z.string().max(LONGEST_PROMPT), `Words beside it, at most ${LONGEST_PROMPT} characters.`),
    model_name: says(
      z.enum(words(models)).default(models[0] as string),
      `Which model makes the video; note the name of the field. Default ${models[0]}.`,
      'gateway §7 (G-m); default mockling',
      'vendor',
    ),
    watermark_info: of(
      z.object({ enabled: of(z.boolean().optional(), 'Whether there is to be one. The simulator makes none.') }),
      'A watermark on the video.',
    ),
    ...answeringFields(),
  }
  const required = ['image_url', 'video_url', 'character_orientation', 'mode']
  return body('A figure that moves as in a video.', known, motionFields(revision), required)
}

/** What a lip-sync may take the words from. */
export type LipSyncMode = (typeof MODES)[number]

const LIP_SYNC_TEXTS: Readonly<Record<LipSyncMode, string>> = {
  text2video: 'A video in which the mouth speaks a text. It names the video by exactly one of video_id and video_url.',
  audio2video:
    'A video in which the mouth speaks a recording. It names the video by exactly one of video_id and video_url, and has audio_url, or audio_file where audio_type is file.',
}

/** The body of `POST /kling/lip-sync` for one mode: exactly the fields that mean something for it. */
export function lipSyncBody(mode: LipSyncMode): Body {
  const of = <T extends z.ZodType>(schema: T, text: string) => from(schema, text, 'gateway §7 (G-ls)')
  const known = {
    mode: of(z.enum([mode]), 'text2video speaks text, audio2video a recording. Required.'),
    video_id: of(
      z.string(),
      'The video to change: video_id of a finished one of the same token, at most 30 days old, of 5 or 10 s. This or video_url.',
    ),
    video_url: of(
      z.url(),
      `The video to change: an http or https URL of an mp4 or mov of at most 100 MB, 2 to 10 s long, sides from 720 to 1920 px. ${UNSEEN} This or video_id.`,
    ),
    audio_type: of(z.enum(AUDIO_TYPES).default('url'), 'How the recording is given. Default url.'),
    audio_url: of(
      z.url(),
      `The recording: an http or https URL of an mp3, wav, m4a or aac of at most 5 MB. ${UNSEEN} Required unless audio_type is file; then it is not looked at.`,
    ),
    audio_file: of(
      z.string().meta({ contentEncoding: 'base64' }),
      'The recording itself as Base64, at most 5 MB. Required where audio_type is file.',
    ),
    text: of(z.string().max(LONGEST_TEXT), `What to say, in at most ${LONGEST_TEXT} characters. Required.`),
    voice_id: of(z.string(), 'Which voice says it. Any is taken. Required.'),
    voice_language: of(z.enum(VOICE_LANGUAGES).default('zh'), 'The language of the voice. Default zh.'),
    voice_speed: of(z.number().min(0.8).max(2).default(1), 'How fast, 0.8 to 2; 1 is as usual. Default 1.'),
    ...answeringFields(),
  }
  const ignored = mode === 'text2video' ? RECORDED : SPOKEN
  const used = [...LIP_SYNC_FIELDS].filter(name => !ignored.includes(name))
  const required = mode === 'text2video' ? ['mode', 'text', 'voice_id'] : ['mode']
  return body(LIP_SYNC_TEXTS[mode], known, used, required)
}

/** The body of `POST /kling/talking-photo`. */
export function talkingPhotoBody(revision: Revision): Body {
  const of = <T extends z.ZodType>(schema: T, text: string) => from(schema, text, 'gateway §7 (G-tp, OA-4)')
  const models = ENDPOINTS['talking-photo'].models(revision)
  const known = {
    image_url: of(z.url(), `The photo of a face: an http or https URL. ${UNSEEN} Required.`),
    audio_url: of(z.url(), `The recording to be spoken: an http or https URL. ${UNSEEN} Required.`),
    prompt: of(z.string().max(LONGEST_PROMPT), `Words beside it, at most ${LONGEST_PROMPT} characters.`),
    model: of(z.enum(words(models)).default(models[0] as string), `Which model makes the video. Default ${models[0]}.`),
    duration: of(z.literal(DURATIONS).default(5), 'Length in seconds, 5 or 10. Default 5.'),
    mode: of(z.enum(['std', 'pro']).default('pro'), 'std is standard, pro better. Default pro.'),
    ...answeringFields(),
  }
  return body('A photo that speaks.', known, TALKING_PHOTO_FIELDS, ['image_url', 'audio_url'])
}
