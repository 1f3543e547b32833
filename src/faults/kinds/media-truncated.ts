import { kind } from '../kind.ts'

export const mediaTruncated = kind({
  name: 'media-truncated',
  summary: 'The file ends in the middle of its index (moov), and says so nowhere: no player can open it.',
  operations: ['create', 'download'],
  needs: ['bytes'],
  options: () => ({}),
  serve: serving => ({ ...serving, keep: 'moov' }),
})
