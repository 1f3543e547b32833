import { kind } from '../kind.ts'
import { whole } from '../options.ts'

export const mediaCut = kind({
  name: 'media-cut',
  summary: 'The download breaks off after so many bytes, short of its Content-Length.',
  operations: ['create', 'download'],
  needs: ['bytes'],
  argument: 'bytes',
  options: () => ({ bytes: whole(0, 1_000_000_000, 'bytes').default(10_000) }),
  serve: (serving, { bytes }) => ({ ...serving, cutAfter: bytes }),
})
