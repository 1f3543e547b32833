import { kind } from '../kind.ts'
import { contentType } from '../options.ts'

export const mediaType = kind({
  name: 'media-type',
  summary: 'The video comes with the wrong Content-Type.',
  operations: ['create', 'download'],
  needs: ['file'],
  argument: 'type',
  options: () => ({ type: contentType().default('application/octet-stream') }),
  serve: (serving, { type }) => ({ ...serving, type }),
})
