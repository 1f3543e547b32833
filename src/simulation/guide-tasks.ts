import type { Format } from '../contract/formats.ts'
import type { Task } from './task.ts'

/**
 * The three videos of guide A and their finished tasks, there in every namespace from the start, so that each example
 * of both guides runs verbatim. Their ids, paths, prompts and durations are the guide's; their times are fixed
 * (2025-03-02, chosen) and they never expire.
 */
const GUIDE_FORMAT: Format = { width: 1280, height: 720, fps: 30, frames: 153, audio: false }

const PROMPT =
  'White ceramic coffee mug on glossy marble countertop with morning window light. Camera slowly rotates 360 degrees around the mug, pausing briefly at the handle.'

/** 2025-03-02T10:00:00Z. */
const FIRST_AT = 1_740_909_600_000
const WORK_MS = 90_000

interface GuideVideo {
  readonly taskId: string
  readonly traceId: string
  readonly videoId: string
  readonly path: string
  readonly format: Format
  readonly request: Readonly<Record<string, unknown>>
}

const GUIDE_VIDEOS: readonly GuideVideo[] = [
  {
    taskId: 'e3a575aa-a4bd-49c8-9b12-cde38d5462e0',
    traceId: '7b1f3c52-90de-4a3b-8d6e-1f2a9c0b5e41',
    videoId: 'af9a1af0-9aa0-4638-81c1-d41d6143c508',
    path: '/bs2/upload-kling-api/7485378259/text2video/Cjil4mfBfs0AAAAAAKbMQQ-0_raw_video_1.mp4',
    format: GUIDE_FORMAT,
    request: { action: 'text2video', model: 'kling-v1', prompt: PROMPT },
  },
  {
    taskId: '20068983-0cc9-4c6a-aeb6-9c6a3c668be0',
    traceId: '2f84d0a6-6c1e-4f7b-9a35-5d0c8e7b1a92',
    videoId: '030bb06d-98d4-4044-9042-0aa0822e8c8c',
    path: '/bs2/upload-kling-api/7822108635/text2video/CjJzzGfBfqcAAAAAAKdVMQ-0_raw_video_1.mp4',
    format: GUIDE_FORMAT,
    request: {
      action: 'text2video',
      model: 'kling-v1',
      prompt: PROMPT,
      callback_url: 'https://webhook.site/624b2c78-6dbd-4618-9d2b-b32eade6d8c3',
    },
  },
  {
    taskId: '3ece87e6-3ee3-4f5e-bd70-5ae5eca89a23',
    traceId: 'c96e1d07-3b52-4e88-b0f4-a7d3095c6e18',
    videoId: 'bbc3b105-ac72-4de2-8390-0cb37dc7d41e',
    path: '/bs2/upload-kling-api/7822108635/extendVideo/Cjil4mfBfs0AAAAAAKhr6A-0_raw_video_1.mp4',
    format: { ...GUIDE_FORMAT, frames: 288 },
    request: {
      action: 'extend',
      model: 'kling-v1',
      video_id: '030bb06d-98d4-4044-9042-0aa0822e8c8c',
      prompt: PROMPT,
      duration: 10,
    },
  },
]

/** Oldest first. */
export const GUIDE_TASKS: readonly Task[] = GUIDE_VIDEOS.map((video, index) => {
  const at = FIRST_AT + index * 600_000
  const sourceId = video.request['video_id']
  return {
    id: video.taskId,
    type: 'videos',
    namespace: '',
    ordinal: 0,
    revision: '2026-03',
    traceId: video.traceId,
    request: video.request,
    action: String(video.request['action']),
    model: 'kling-v1',
    mode: 'std',
    outcome: 'succeed',
    steps: [
      { at, state: 'accepted' },
      { at: at + 60, state: 'processing' },
      { at: at + WORK_MS, state: 'succeed' },
    ],
    deliveries: [],
    video: {
      id: video.videoId,
      jobId: video.path.slice(video.path.lastIndexOf('/') + 1, -'-0_raw_video_1.mp4'.length),
      path: video.path,
      format: video.format,
      ...(typeof sourceId === 'string' && { sourceId }),
    },
    origin: undefined,
    credits: 0,
    isPermanent: true,
  }
})
