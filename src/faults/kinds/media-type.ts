import { kind } from '../kind.ts'
import { text } from '../options.ts'

export const mediaType = kind({
  name: 'media-type',
  summary: 'The video comes with the wrong Content-Type.',
  operations: ['create', 'download'],
  argument: 'type',
  options: { type: text(100).default('application/octet-stream') },
  serve: (serving, { type }) => ({ ...serving, type }),
})
