import { kind } from '../kind.ts'

export const mediaEmpty = kind({
  name: 'media-empty',
  summary: 'The video is there and has no bytes.',
  operations: ['create', 'download'],
  needs: ['bytes'],
  removes: ['bytes'],
  options: () => ({}),
  serve: serving => ({ ...serving, keep: 0 }),
})
