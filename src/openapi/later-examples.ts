import type { ExamplesObject } from 'openapi3-ts/oas31'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'

/* Examples of what the guides describe and do not show, and of what came after them. All of these are made up. */

const CAMERA = {
  summary: 'With a movement of the camera',
  value: {
    action: 'text2video',
    model: 'kling-v1',
    prompt: 'A white mug on marble.',
    camera_control: { type: 'simple', config: { zoom: 0.5 } },
  },
}

const SOUND = {
  summary: 'With sound, in 8 s',
  value: {
    action: 'text2video',
    model: 'kling-v3',
    mode: 'pro',
    prompt: 'Coffee is poured into a white mug.',
    duration: 8,
    generate_audio: true,
  },
}

const REFERENCES = {
  summary: 'After an image and a video, both cited',
  value: {
    action: 'text2video',
    model: 'kling-v3-omni',
    prompt: 'The mug of <<<image_1>>> turns as in <<<video_1>>>.',
    image_list: [{ image_url: 'https://example.com/mug.png' }],
    video_list: [{ video_url: 'https://example.com/turn.mp4', refer_type: 'feature' }],
  },
}

const SHOTS = {
  summary: 'In two shots with words of their own',
  value: {
    action: 'text2video',
    model: 'kling-v3',
    duration: 8,
    multi_shot: true,
    shot_type: 'customize',
    multi_prompt: [
      { index: 1, prompt: 'A white mug on marble.', duration: 5 },
      { index: 2, prompt: 'Its handle, close by.', duration: 3 },
    ],
  },
}

const VOICES = {
  summary: 'With a voice, which is cited',
  value: {
    action: 'text2video',
    model: 'kling-v2-6',
    mode: 'pro',
    prompt: 'A barista says <<<voice_1>>>: here is your coffee.',
    generate_audio: true,
    voice_list: [{ voice_id: 'voice-of-the-platform' }],
  },
}

/** Bodies of `POST /kling/videos`, as far as a revision reads their fields. */
export function furtherRequests(revision: Revision): ExamplesObject {
  const { fields } = REVISION_FACTS[revision]
  return {
    camera: CAMERA,
    ...(fields.has('generate_audio') && { sound: SOUND }),
    ...(fields.has('image_list') && { references: REFERENCES }),
    ...(fields.has('multi_shot') && { shots: SHOTS }),
    ...(fields.has('voice_list') && { voices: VOICES }),
  }
}

const VOICED = {
  success: true,
  video_id: '862340091477434371',
  video_url: 'https://platform2.cdn.acedata.cloud/kling/5d0b6c9a-3f4e-4b7d-9a61-2c8e7f1d0a35.mp4',
  duration: '5.041',
  state: 'succeed',
  task_id: '5d0b6c9a-3f4e-4b7d-9a61-2c8e7f1d0a35',
}

/** Answers of `POST /kling/videos` with more in them than guide A's. */
export function furtherAnswers(revision: Revision): ExamplesObject {
  if (REVISION_FACTS[revision].resultParts.length === 0) return {}
  return { voices: { summary: 'With a voice', value: withParts(revision, VOICED, 'kling-v2-6', 8.46888, true) } }
}

/** A result with what the revision adds to it. */
export function withParts<Result extends { video_url: string; duration: string; task_id: string }>(
  revision: Revision,
  result: Result,
  model: string,
  credits: number,
  isMetered = false,
) {
  const { resultParts } = REVISION_FACTS[revision]
  const seconds = Number(result.duration)
  const { task_id: id, video_url } = result
  return {
    ...result,
    ...(resultParts.includes('data') && { data: [{ id, model, state: 'succeed', video_url, duration: seconds }] }),
    ...(isMetered && resultParts.includes('usage') && { usage: { duration: seconds } }),
    ...(resultParts.includes('cost') && { cost: { amount: credits, currency: 'credit' } }),
  }
}
