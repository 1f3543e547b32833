import { kind } from '../kind.ts'

export const noVideoUrl = kind({
  name: 'no-video-url',
  summary: 'The task succeeds and its result has no video_url.',
  operations: ['create'],
  needs: ['video'],
  removes: ['file', 'bytes'],
  options: () => ({}),
  result: ({ video_url: _, ...result }) => result,
})
