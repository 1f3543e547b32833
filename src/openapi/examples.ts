import type { ExampleObject, ExamplesObject } from 'openapi3-ts/oas31'

/** A mug on marble: the prompt of every example in guide A. */
const PROMPT =
  'White ceramic coffee mug on glossy marble countertop with morning window light. Camera slowly rotates 360 degrees around the mug, pausing briefly at the handle.'

const TEXT2VIDEO = { action: 'text2video', model: 'kling-v1', prompt: PROMPT }

const MADE = {
  success: true,
  video_id: 'af9a1af0-9aa0-4638-81c1-d41d6143c508',
  video_url:
    'https://cdn.klingai.com/bs2/upload-kling-api/7485378259/text2video/Cjil4mfBfs0AAAAAAKbMQQ-0_raw_video_1.mp4',
  duration: '5.1',
  state: 'succeed',
  task_id: 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0',
}

const EXTENDED = {
  success: true,
  video_id: 'bbc3b105-ac72-4de2-8390-0cb37dc7d41e',
  video_url:
    'https://cdn.klingai.com/bs2/upload-kling-api/7822108635/extendVideo/Cjil4mfBfs0AAAAAAKhr6A-0_raw_video_1.mp4',
  duration: '9.6',
  state: 'succeed',
  task_id: '3ece87e6-3ee3-4f5e-bd70-5ae5eca89a23',
}

/** The video that guide A delivers by callback, and extends. */
export const DELIVERED = {
  success: true,
  video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c',
  video_url:
    'https://cdn.klingai.com/bs2/upload-kling-api/7822108635/text2video/CjJzzGfBfqcAAAAAAKdVMQ-0_raw_video_1.mp4',
  duration: '5.1',
  state: 'succeed',
  task_id: '20068983-0cc9-4c6a-aeb6-9c6a3c668be0',
}

/** Guide A's error body has this `trace_id`; the other errors borrow it. */
export const EXAMPLE_TRACE_ID = '2cf86e86-22a4-46e1-ac2f-032c0f2a4e89'

/** Bodies of `POST /kling/videos`. Guide A shows the third as a picture only, but for its `callback_url`. */
export const CREATE_REQUESTS = {
  text2video: { summary: 'Guide A, Basic Usage', value: TEXT2VIDEO },
  extend: {
    summary: 'Guide A, Video Extension Functionality',
    value: {
      action: 'extend',
      model: 'kling-v1',
      video_id: DELIVERED.video_id,
      prompt: PROMPT,
      duration: 10,
    },
  },
  callback: {
    summary: 'Guide A, Asynchronous Callback',
    value: { ...TEXT2VIDEO, callback_url: 'https://webhook.site/624b2c78-6dbd-4618-9d2b-b32eade6d8c3' },
  },
  image2video: {
    summary: 'From a first frame, without waiting (not from the guides)',
    value: {
      action: 'image2video',
      model: 'kling-v1-6',
      mode: 'pro',
      start_image_url: 'https://example.com/start.png',
      prompt: 'The mug turns until its handle shows.',
      async: true,
    },
  },
} satisfies ExamplesObject

export const CREATE_ANSWERS = {
  text2video: { summary: 'Guide A, Basic Usage', value: MADE },
  extend: { summary: 'Guide A, Video Extension Functionality', value: EXTENDED },
  callback: { summary: 'Guide A, Asynchronous Callback: the immediate answer', value: { task_id: DELIVERED.task_id } },
} satisfies ExamplesObject

/** What is posted to a `callback_url`. */
export const CALLBACK_BODIES = {
  succeeded: { summary: 'Guide A, Asynchronous Callback', value: DELIVERED },
  failed: failed(DELIVERED.task_id),
} satisfies ExamplesObject

/** What comes of a task that fails, in the words of guide A's error. */
export function failed(taskId: string): ExampleObject {
  return {
    summary: 'The generation failed (not from the guides)',
    value: {
      success: false,
      error: { code: 'api_error', message: 'fetch failed' },
      trace_id: EXAMPLE_TRACE_ID,
      task_id: taskId,
    },
  }
}

/** Bodies of `POST /kling/tasks`. The simulator knows guide A's tasks from the start. */
export const TASK_REQUESTS = {
  retrieve: { summary: 'One task', value: { id: MADE.task_id, action: 'retrieve' } },
  retrieve_batch: {
    summary: 'Several tasks',
    value: { ids: [MADE.task_id, EXTENDED.task_id], action: 'retrieve_batch' },
  },
} satisfies ExamplesObject

/** Fields that are the same for each task of an account; made up. */
const ACCOUNT = {
  api_id: '29187cb2-1acb-43b8-baf5-3f3f709292eb',
  application_id: '0d3f2c1b-8a47-4f5e-9b60-7c1d2e3f4a5b',
  user_id: '5b6c7d8e-9f01-4a2b-8c3d-4e5f60718293',
  credential_id: '1f2e3d4c-5b6a-4978-8695-a4b3c2d1e0f9',
  authorization_id: null,
  actor_user_id: null,
}

const FINISHED = {
  _id: '67c42c20f9a1c2b3d4e5f607',
  id: MADE.task_id,
  ...ACCOUNT,
  type: 'videos',
  trace_id: '7b1f3c52-90de-4a3b-8d6e-1f2a9c0b5e41',
  job_id: 'Cjil4mfBfs0AAAAAAKbMQQ',
  created_at: 1740909600,
  started_at: 1740909600.06,
  finished_at: 1740909690,
  elapsed: 89.94,
  request: TEXT2VIDEO,
  response: MADE,
}

const PENDING = {
  _id: '67c42c20f9a1c2b3d4e5f607',
  id: MADE.task_id,
  ...ACCOUNT,
  type: 'videos',
  trace_id: '7b1f3c52-90de-4a3b-8d6e-1f2a9c0b5e41',
  job_id: 'Cjil4mfBfs0AAAAAAKbMQQ',
  created_at: 1740909600,
  started_at: 1740909600.06,
  request: TEXT2VIDEO,
}

export const TASK_ANSWERS = {
  finished: { summary: 'A task that has succeeded', value: FINISHED },
  pending: { summary: 'A task that is being worked on: no response yet', value: PENDING },
  unknown: { summary: 'No such task', value: {} },
  batch: { summary: 'Several tasks', value: { items: [FINISHED], count: 1 } },
} satisfies ExamplesObject
