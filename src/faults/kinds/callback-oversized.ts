import { kind } from '../kind.ts'
import { whole } from '../options.ts'

export const callbackOversized = kind({
  name: 'callback-oversized',
  summary: 'The callback’s body is megabytes long.',
  operations: ['create'],
  argument: 'bytes',
  options: { bytes: whole(1, 100_000_000).default(2_000_000) },
  post(post, { bytes }) {
    const length = JSON.stringify({ ...post.body, x_mockling_padding: '' }).length
    return { ...post, body: { ...post.body, x_mockling_padding: 'x'.repeat(Math.max(0, bytes - length)) } }
  },
})
