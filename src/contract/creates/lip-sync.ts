import { ANSWERING, answeringOf, type Create } from '../create.ts'
import { ENDPOINTS } from '../endpoints.ts'
import { CHOSEN, type Evidence } from '../evidence.ts'
import type { Subject } from '../examination.ts'
import type { Format } from '../formats.ts'
import { asNumber, asString, type Fields, reading } from '../reading.ts'
import type { Revision } from '../revisions.ts'
import { EXAMPLE_VIDEO_ID, Objection, type Rule, setting, without } from '../rules/objection.ts'
import { isGiven, isOneOf, type Scope } from '../rules/presence.ts'
import { callbackUrlIsHttp, urlIsHttp } from '../rules/urls.ts'
import { timeoutIsWhole, tooLong } from '../rules/values.ts'

/** What a body of `POST /kling/lip-sync` asks for. `prompt` is the text to be spoken. */
export interface CreateLipSync extends Create {
  readonly type: 'lip-sync'
  /** As given: it has to be. */
  readonly givenMode: string | undefined
  readonly videoId: string | undefined
  readonly videoUrl: string | undefined
  readonly audioType: string
  readonly audioUrl: string | undefined
  readonly audioFile: string | undefined
  readonly voiceId: string | undefined
  readonly voiceLanguage: string | undefined
  readonly voiceSpeed: number | undefined
}

export const SPOKEN = ['text', 'voice_id', 'voice_language', 'voice_speed']
export const RECORDED = ['audio_type', 'audio_url', 'audio_file']

/** Fields of `POST /kling/lip-sync`. */
export const LIP_SYNC_FIELDS: ReadonlySet<string> = new Set([
  ...['mode', 'video_id', 'video_url', ...RECORDED, ...SPOKEN],
  ...ANSWERING,
])

export const LONGEST_TEXT = 120
export const MODES = ['audio2video', 'text2video'] as const
export const AUDIO_TYPES = ['url', 'file'] as const
export const VOICE_LANGUAGES = ['zh', 'en'] as const

function readLipSync(body: Fields, revision: Revision): CreateLipSync {
  const read = reading(body, LIP_SYNC_FIELDS, unusedIn(body))
  const { field, mistyped, ignored } = read
  const mode = field('mode', asString)
  const audioType = field('audio_type', asString) ?? 'url'
  const audioFile = field('audio_file', asString)
  return {
    type: 'lip-sync',
    revision,
    action: 'lip-sync',
    model: 'lip-sync',
    mode: mode ?? '',
    seconds: 5,
    prompt: field('text', asString),
    givenMode: mode,
    videoId: field('video_id', asString),
    videoUrl: field('video_url', asString),
    audioType,
    audioUrl: field('audio_url', asString),
    audioFile,
    voiceId: field('voice_id', asString),
    voiceLanguage: field('voice_language', asString),
    voiceSpeed: field('voice_speed', asNumber),
    ...answeringOf(read),
    mistyped,
    // A file beside a URL is not taken, but has to be one (L10).
    ignored: audioFile !== undefined && audioType === 'url' ? [...ignored, 'audio_file'] : ignored,
  }
}

/** Fields that the mode does not read, and the URL of a recording that comes as a file. */
function unusedIn({ mode, audio_type }: Fields): readonly string[] {
  if (mode === 'text2video') return RECORDED
  if (mode !== 'audio2video') return []
  return audio_type === 'file' ? [...SPOKEN, 'audio_url'] : SPOKEN
}

const { revisions } = ENDPOINTS['lip-sync']
const G_LS: Scope = { source: 'gateway §7 (G-ls)', grade: 'vendor', revisions }
const KLING: Evidence = { source: 'kling §4.3', grade: 'kling' }

const mode = { id: 'L1', field: 'mode', read: ({ givenMode }: CreateLipSync) => givenMode, example: 'text2video' }
const isRecorded = ({ givenMode }: CreateLipSync) => givenMode === 'audio2video'
const isSpoken = ({ givenMode }: CreateLipSync) => givenMode === 'text2video'

/** Word for word what kling says to a value outside an enum of lip-sync. */
const allowed = (words: readonly string[]) => () => `allowed values: ${words.join(', ')}`

const oneVideo: Rule<CreateLipSync> = {
  id: 'L2',
  says: 'there is exactly one of video_id and video_url',
  ...G_LS,
  check({ videoId, videoUrl, mistyped }) {
    const isMissing = !videoId?.trim() && !videoUrl?.trim()
    if (isMissing && mistyped.some(field => field.startsWith('video_'))) return
    if (isMissing) {
      return {
        field: 'video_id',
        message: 'one of video_id or video_url is required',
        text: { source: 'gateway §4.1 (G-ls)', grade: 'vendor' },
        nearest: () => ({
          says: 'give the id of a finished video',
          set: { video_id: EXAMPLE_VIDEO_ID },
          remove: ['video_url'],
        }),
      }
    }
    if (videoId === undefined || videoUrl === undefined) return
    return {
      field: 'video_url',
      message: 'only one of video_id and video_url is allowed',
      text: CHOSEN,
      nearest: () => (videoId.trim() ? without('video_url') : without('video_id')),
    }
  },
}

const textFits: Rule<CreateLipSync> = {
  id: 'L6',
  says: `text has at most ${LONGEST_TEXT} characters`,
  ...G_LS,
  check: ({ prompt }) => tooLong('text', prompt, LONGEST_TEXT, { source: 'kling §4.2, form', grade: 'inferred' }),
}

const speedIsInRange: Rule<CreateLipSync> = {
  id: 'L9',
  says: 'voice_speed is from 0.8 to 2.0',
  ...G_LS,
  check({ voiceSpeed }) {
    if (voiceSpeed === undefined || (voiceSpeed >= 0.8 && voiceSpeed <= 2)) return
    const isFast = voiceSpeed > 2
    return {
      field: 'voice_speed',
      message: `must be ${isFast ? 'less than or equal to 2.0' : 'greater than or equal to 0.8'}`,
      text: isFast ? KLING : { source: 'kling §4.3, form', grade: 'inferred' },
      nearest: () => setting('voice_speed', isFast ? 2 : 0.8),
    }
  },
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

const fileIsBase64: Rule<CreateLipSync> = {
  id: 'L10',
  says: 'audio_file is Base64',
  ...G_LS,
  check({ audioFile }) {
    if (!audioFile?.trim() || BASE64.test(audioFile.trim())) return
    return {
      field: 'audio_file',
      message: 'File is not in a valid base64 format',
      text: KLING,
      nearest: () => setting('audio_file', 'SUQzBAAAAAAAAA=='),
    }
  },
}

/** `POST /kling/lip-sync`. */
export const LIP_SYNC: Subject<CreateLipSync> = {
  read: readLipSync,
  rules: [
    isGiven(G_LS, mode, 'mode is required'),
    isOneOf(G_LS, mode, MODES, allowed(['text2video', 'audio2video']), KLING),
    isOneOf(
      G_LS,
      { id: 'L3', field: 'audio_type', read: ({ audioType }) => audioType },
      AUDIO_TYPES,
      allowed(['file', 'url']),
      KLING,
    ),
    isOneOf(
      G_LS,
      { id: 'L8', field: 'voice_language', read: ({ voiceLanguage }) => voiceLanguage },
      VOICE_LANGUAGES,
      allowed(VOICE_LANGUAGES),
      KLING,
    ),
    oneVideo,
    isGiven(
      G_LS,
      {
        ...{ id: 'L4', field: 'audio_url', read: ({ audioUrl }) => audioUrl, example: 'https://example.com/voice.mp3' },
        when: request => isRecorded(request) && request.audioType === 'url',
        where: ' for audio2video',
      },
      'audio_url is required for audio2video',
    ),
    isGiven(
      G_LS,
      {
        ...{ id: 'L4', field: 'audio_file', read: ({ audioFile }) => audioFile, example: 'SUQzBAAAAAAAAA==' },
        when: request => isRecorded(request) && request.audioType === 'file',
        where: ' for audio2video with audio_type file',
      },
      'audio_file is required for audio2video',
    ),
    isGiven(
      G_LS,
      {
        ...{ id: 'L5', field: 'text', read: ({ prompt }) => prompt, example: 'Good morning.' },
        when: isSpoken,
        where: ' for text2video',
      },
      'text is required',
      KLING,
    ),
    textFits,
    isGiven(
      G_LS,
      {
        ...{ id: 'L7', field: 'voice_id', read: ({ voiceId }) => voiceId, example: 'oversea_male1' },
        when: isSpoken,
        where: ' for text2video',
      },
      'voice_id is required',
    ),
    speedIsInRange,
    fileIsBase64,
    callbackUrlIsHttp,
    urlIsHttp<CreateLipSync>(
      'video_url',
      ({ videoUrl }) => videoUrl?.trim() || undefined,
      ({ videoId }) =>
        videoId === undefined ? setting('video_url', 'https://example.com/face.mp4') : without('video_url'),
    ),
    urlIsHttp<CreateLipSync>(
      'audio_url',
      request => (request.audioType === 'url' && request.audioUrl?.trim()) || undefined,
      () => setting('audio_url', 'https://example.com/voice.mp3'),
    ),
    timeoutIsWhole,
  ],
}

/** L11: known only to who keeps the videos. */
export const LENGTH_RULE: Omit<Rule, 'check'> = { id: 'L11', says: 'the video of video_id lasts 5 or 10 s', ...G_LS }

/** As of the vendor's own sample, "4.966" (gateway §7); size and sound are chosen. */
const UNSEEN: Format = { width: 1280, height: 720, fps: 30, frames: 149, audio: true }

/** The source with a voice, or what speaks against it. A URL's video is never fetched. */
export function lipSyncClip(source: Format | undefined): Format | Objection {
  if (source === undefined) return UNSEEN
  const seconds = Math.floor(source.frames / source.fps)
  if (seconds === 5 || seconds === 10) return { ...source, audio: true }
  return new Objection(LENGTH_RULE, {
    field: 'video_id',
    message: 'the video of video_id must last 5 or 10 seconds',
    text: CHOSEN,
    nearest: () => setting('video_id', EXAMPLE_VIDEO_ID),
  })
}
