import { type Path, SOUND_BODIES } from './endpoints.ts'

type Body = Readonly<Record<string, unknown>>

export const motion = SOUND_BODIES['/kling/motion']
export const lips = SOUND_BODIES['/kling/lip-sync']
export const photo = SOUND_BODIES['/kling/talking-photo']
const { text: _t, voice_id: _v, ...noWords } = lips
export const recorded = { ...noWords, mode: 'audio2video', audio_url: 'https://example.com/a.mp3' }
export const omit = (body: object, name: string): Body =>
  Object.fromEntries(Object.entries(body).filter(([key]) => key !== name))

/** Each rule of the endpoints: a body that breaks it, the answer, and the nearest body that does not. */
// biome-ignore format: one case a line
export const CASES: readonly [Path, string, Body, string, Body][] = [
  ['/kling/motion', 'M1', { ...motion, model_name: 'kling-v9' }, "model_name value 'kling-v9' is invalid", { ...motion, model_name: 'kling-v3' }],
  ['/kling/motion', 'M2', { ...motion, mode: '4k' }, "mode value '4k' is invalid", { ...motion, mode: 'pro' }],
  ['/kling/motion', 'M2', omit(motion, 'mode'), 'video mode must be specified', motion],
  ['/kling/motion', 'M3', omit(motion, 'image_url'), 'imageUrl: must not be blank', motion],
  ['/kling/motion', 'M3', { ...motion, image_url: ' ' }, 'imageUrl: must not be blank', motion],
  ['/kling/motion', 'M4', omit(motion, 'video_url'), 'videoUrl: must not be blank', motion],
  ['/kling/motion', 'M5', omit(motion, 'character_orientation'), 'character orientation must be specified', motion],
  ['/kling/motion', 'M5', { ...motion, character_orientation: 'up' }, "character_orientation value 'up' is invalid", { ...motion, character_orientation: 'video' }],
  ['/kling/motion', 'M6', { ...motion, keep_original_sound: 'maybe' }, "keep_original_sound value 'maybe' is invalid", { ...motion, keep_original_sound: 'no' }],
  ['/kling/motion', 'R40', { ...motion, image_url: 'nowhere' }, 'image_url must be an HTTP URL', motion],
  ['/kling/motion', 'R42', { ...motion, prompt: 'x'.repeat(2501) }, 'prompt: size must be between 0 and 2500', { ...motion, prompt: 'x'.repeat(2500) }],
  ['/kling/motion', 'R44', { ...motion, watermark_info: { enabled: 'yes' } }, 'Failed to resolve the request body', { ...motion, watermark_info: { enabled: true } }],
  ['/kling/motion', 'R47', { ...motion, timeout: 3601 }, 'timeout must be a whole number of seconds between 0 and 3600', { ...motion, timeout: 3600 }],
  ['/kling/lip-sync', 'L1', omit(lips, 'mode'), 'mode is required', lips],
  ['/kling/lip-sync', 'L1', { ...lips, mode: 'std' }, 'allowed values: text2video, audio2video', lips],
  ['/kling/lip-sync', 'L2', omit(lips, 'video_url'), 'one of video_id or video_url is required', lips],
  ['/kling/lip-sync', 'L2', { ...lips, video_id: '1' }, 'only one of video_id and video_url is allowed', lips],
  ['/kling/lip-sync', 'L3', { ...recorded, audio_type: 'tape' }, 'allowed values: file, url', { ...recorded, audio_type: 'url' }],
  ['/kling/lip-sync', 'L4', omit(recorded, 'audio_url'), 'audio_url is required for audio2video', recorded],
  ['/kling/lip-sync', 'L4', { ...recorded, audio_type: 'file' }, 'audio_file is required for audio2video', { ...recorded, audio_type: 'file', audio_file: 'SUQz' }],
  ['/kling/lip-sync', 'L5', omit(lips, 'text'), 'text is required', lips],
  ['/kling/lip-sync', 'L6', { ...lips, text: 'x'.repeat(121) }, 'text: size must be between 0 and 120', { ...lips, text: '🎬'.repeat(120) }],
  ['/kling/lip-sync', 'L7', omit(lips, 'voice_id'), 'voice_id is required', lips],
  ['/kling/lip-sync', 'L8', { ...lips, voice_language: 'fr' }, 'allowed values: zh, en', { ...lips, voice_language: 'en' }],
  ['/kling/lip-sync', 'L9', { ...lips, voice_speed: 2.1 }, 'must be less than or equal to 2.0', { ...lips, voice_speed: 2 }],
  ['/kling/lip-sync', 'L9', { ...lips, voice_speed: 0.7 }, 'must be greater than or equal to 0.8', { ...lips, voice_speed: 0.8 }],
  ['/kling/lip-sync', 'L10', { ...recorded, audio_type: 'file', audio_file: 'data:audio/mp3;base64,SUQz' }, 'File is not in a valid base64 format', { ...recorded, audio_type: 'file', audio_file: 'SUQz' }],
  ['/kling/lip-sync', 'R40', { ...lips, video_url: 'nowhere' }, 'video_url must be an HTTP URL', lips],
  ['/kling/talking-photo', 'T1', omit(photo, 'image_url'), 'image_url is required', photo],
  ['/kling/talking-photo', 'T2', omit(photo, 'audio_url'), 'audio_url is required', photo],
  ['/kling/talking-photo', 'T3', { ...photo, model: 'kling-v3' }, 'model is invalid.', { ...photo, model: 'kling-v2-6' }],
  ['/kling/talking-photo', 'T4', { ...photo, duration: 6 }, "duration value '6' is invalid", { ...photo, duration: 10 }],
  ['/kling/talking-photo', 'T5', { ...photo, mode: '4k' }, "mode value '4k' is invalid", { ...photo, mode: 'std' }],
  ['/kling/talking-photo', 'R40', { ...photo, callback_url: 'nowhere' }, 'callback_url must be an HTTP URL', { ...photo, callback_url: 'http://callbacks.invalid/' }],
]

/** How any create may be told to answer. */
export const ANSWERING = { callback_url: 'http://127.0.0.1:9/hook', async: true, timeout: 60 }

/** Other bodies that break a rule, as above: blank texts, other URLs, bounds. */
export const MORE_CASES: readonly [Path, string, Body, string, Body][] = [
  ['/kling/lip-sync', 'L2', { ...lips, video_url: ' ' }, 'one of video_id or video_url is required', lips],
  ['/kling/lip-sync', 'L4', { ...recorded, audio_url: ' ' }, 'audio_url is required for audio2video', recorded],
  ['/kling/lip-sync', 'L5', { ...lips, text: '\n' }, 'text is required', lips],
  ['/kling/lip-sync', 'L7', { ...lips, voice_id: ' ' }, 'voice_id is required', lips],
  [
    '/kling/lip-sync',
    'R40',
    { ...recorded, audio_url: 'nowhere' },
    'audio_url must be an HTTP URL',
    { ...recorded, audio_type: 'file', audio_file: 'SUQz', audio_url: 'nowhere' },
  ],
  [
    '/kling/lip-sync',
    'L10',
    { ...recorded, audio_file: '?' },
    'File is not in a valid base64 format',
    { ...recorded, audio_file: ' SUQzBA==\n' },
  ],
  [
    '/kling/lip-sync',
    'L10',
    { ...recorded, audio_file: 'SUQzBA===' },
    'File is not in a valid base64 format',
    { ...recorded, audio_file: 'SUQzBA=' },
  ],
  [
    '/kling/lip-sync',
    'R47',
    { ...lips, timeout: -1 },
    'timeout must be a whole number of seconds between 0 and 3600',
    lips,
  ],
  [
    '/kling/lip-sync',
    'R40',
    { ...lips, callback_url: 'x' },
    'callback_url must be an HTTP URL',
    { ...lips, ...ANSWERING },
  ],
  ['/kling/motion', 'R40', { ...motion, video_url: 'x' }, 'video_url must be an HTTP URL', motion],
  [
    '/kling/motion',
    'R40',
    { ...motion, callback_url: 'x' },
    'callback_url must be an HTTP URL',
    { ...motion, ...ANSWERING },
  ],
  ['/kling/motion', 'M4', { ...motion, video_url: ' ' }, 'videoUrl: must not be blank', motion],
  ['/kling/talking-photo', 'T1', { ...photo, image_url: ' ' }, 'image_url is required', photo],
  ['/kling/talking-photo', 'T2', { ...photo, audio_url: ' ' }, 'audio_url is required', photo],
  ['/kling/talking-photo', 'R40', { ...photo, image_url: 'x' }, 'image_url must be an HTTP URL', photo],
  ['/kling/talking-photo', 'R40', { ...photo, audio_url: 'x' }, 'audio_url must be an HTTP URL', photo],
  [
    '/kling/talking-photo',
    'R42',
    { ...photo, prompt: 'x'.repeat(2501) },
    'prompt: size must be between 0 and 2500',
    { ...photo, prompt: 'x'.repeat(2500) },
  ],
  [
    '/kling/talking-photo',
    'R47',
    { ...photo, timeout: 0.5 },
    'timeout must be a whole number of seconds between 0 and 3600',
    { ...photo, ...ANSWERING },
  ],
]
