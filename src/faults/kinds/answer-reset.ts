import { kind } from '../kind.ts'
import { whole } from '../options.ts'

function lastOf(body: string): number {
  return Math.max(0, Buffer.byteLength(body) - 1)
}

export const answerReset = kind({
  name: 'answer-reset',
  summary: 'The connection is reset in the middle of the body, after so many bytes of it; the request did its work.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  argument: 'bytes',
  options: () => ({ bytes: whole(0, 1_000_000, 'bytes').default(20) }),
  // Short of its end in any case: who has all of it does not notice.
  answer: (answer, { bytes }) => ({ ...answer, cutAfter: Math.min(bytes, lastOf(answer.body)) }),
})
