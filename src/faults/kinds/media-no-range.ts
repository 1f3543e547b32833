import { kind } from '../kind.ts'

export const mediaNoRange = kind({
  name: 'media-no-range',
  summary: 'Range is not understood: whoever asks for a part gets 200 and the whole.',
  operations: ['create', 'download'],
  needs: ['bytes'],
  options: () => ({}),
  serve: serving => ({ ...serving, isRangeless: true }),
})
