import { kind } from '../kind.ts'
import { whole } from '../options.ts'

export const callbackOversized = kind({
  name: 'callback-oversized',
  summary: 'The callback’s body is megabytes long.',
  operations: ['create'],
  needs: ['callback'],
  argument: 'bytes',
  options: () => ({ bytes: whole(1, 20_000_000, 'bytes').default(2_000_000) }),
  post(post, { bytes }) {
    const length = Buffer.byteLength(JSON.stringify({ ...post.body, x_mockling_padding: '' }))
    return { ...post, body: { ...post.body, x_mockling_padding: 'x'.repeat(Math.max(0, bytes - length)) } }
  },
})
