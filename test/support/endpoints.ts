/** A body that each endpoint accepts, in every revision that has it. */
export const SOUND_BODIES = {
  '/kling/videos': { action: 'text2video', model: 'kling-v1', prompt: 'a white mug' },
  '/kling/motion': {
    image_url: 'https://example.com/figure.png',
    video_url: 'https://example.com/dance.mp4',
    character_orientation: 'image',
    mode: 'std',
  },
  '/kling/lip-sync': {
    mode: 'text2video',
    video_url: 'https://example.com/face.mp4',
    text: 'Good morning.',
    voice_id: 'oversea_male1',
  },
  '/kling/talking-photo': { image_url: 'https://example.com/face.png', audio_url: 'https://example.com/voice.mp3' },
} as const

export type Path = keyof typeof SOUND_BODIES

/** The endpoints beside `/kling/videos`. */
export const OTHERS = ['/kling/motion', '/kling/lip-sync', '/kling/talking-photo'] as const
