import type { ExamplesObject } from 'openapi3-ts/oas31'
import { before, type Revision } from '../contract/revisions.ts'
import { DELIVERED, failed } from './examples.ts'
import { withParts } from './later-examples.ts'

/* Examples of the endpoints beside `/kling/videos`. The guides have none: all of these are made up. */

/** A result in the forms of the later revisions; its host is the vendor's (gateway §1.4). */
function made(videoId: string, taskId: string) {
  return {
    success: true,
    video_id: videoId,
    video_url: `https://platform2.cdn.acedata.cloud/kling/${taskId}.mp4`,
    duration: '5.041',
    state: 'succeed',
    task_id: taskId,
  }
}

/** At once, when waited for. */
function answers(result: ReturnType<typeof made> | object, taskId: string): ExamplesObject {
  return {
    held: { summary: 'The result', value: result },
    accepted: { summary: 'With callback_url or async', value: { task_id: taskId } },
  }
}

function deliveries(result: object, taskId: string): ExamplesObject {
  return { succeeded: { summary: 'The result', value: result }, failed: failed(taskId) }
}

export const MOTION_REQUESTS = {
  motion: {
    summary: 'A figure that dances as in a video',
    value: {
      mode: 'std',
      image_url: 'https://example.com/figure.png',
      video_url: 'https://example.com/dance.mp4',
      character_orientation: 'image',
      prompt: 'The figure dances on a stage.',
    },
  },
} satisfies ExamplesObject

const MOTION_TASK = '6f4e2f0e-6a55-4d0c-9a43-0f6b9a3f1d27'

function motionMade(revision: Revision) {
  const later = made('862340091477434368', MOTION_TASK)
  if (!before('2026-08').includes(revision)) return withParts(revision, later, 'kling-v2-6', 2.11722)
  return {
    ...later,
    video_id: '3c9d1a52-7f0b-4c1e-8a36-5e2b7d940f18',
    video_url:
      'https://cdn.klingai.com/bs2/upload-kling-api/7822108635/motionControl/CjJzzGfBfqcAAAAAAKdVMQ-0_raw_video_1.mp4',
  }
}

export const motionAnswers = (revision: Revision) => answers(motionMade(revision), MOTION_TASK)
export const motionDeliveries = (revision: Revision) => deliveries(motionMade(revision), MOTION_TASK)

/** The simulator knows the video of the second from the start. */
export const LIP_SYNC_REQUESTS = {
  text: {
    summary: 'A text, spoken by a video of your own',
    value: {
      mode: 'text2video',
      video_url: 'https://example.com/face.mp4',
      text: 'Good morning.',
      voice_id: 'oversea_male1',
      voice_language: 'en',
      voice_speed: 1.2,
    },
  },
  recording: {
    summary: 'A recording, spoken by a video made before',
    value: {
      mode: 'audio2video',
      video_id: DELIVERED.video_id,
      audio_url: 'https://example.com/voice.mp3',
      async: true,
    },
  },
} satisfies ExamplesObject

const LIP_SYNC_TASK = '0b8a3d6e-41c7-4f29-9d15-7a60c2e8b3f4'
/** "4.966" as in the vendor's own sample (gateway §7). */
const LIP_SYNCED = { ...made('862340091477434369', LIP_SYNC_TASK), duration: '4.966' }

export const LIP_SYNC_ANSWERS = answers(LIP_SYNCED, LIP_SYNC_TASK)
export const LIP_SYNC_DELIVERIES = deliveries(LIP_SYNCED, LIP_SYNC_TASK)

export const TALKING_PHOTO_REQUESTS = {
  talking: {
    summary: 'A photo that says what was recorded',
    value: {
      image_url: 'https://example.com/face.png',
      audio_url: 'https://example.com/voice.mp3',
      duration: 10,
      callback_url: 'https://example.com/hook',
    },
  },
} satisfies ExamplesObject

const TALKING_PHOTO_TASK = 'c47d9e10-2b58-4a6f-8e03-91f5d7b2a6c8'
const TALKED = {
  ...made('862340091477434370', TALKING_PHOTO_TASK),
  duration: 10.041,
  source_video_url: `https://platform2.cdn.acedata.cloud/kling/${TALKING_PHOTO_TASK}-source.mp4`,
}

export const TALKING_PHOTO_ANSWERS = answers(TALKED, TALKING_PHOTO_TASK)
export const TALKING_PHOTO_DELIVERIES = deliveries(TALKED, TALKING_PHOTO_TASK)
