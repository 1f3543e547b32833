import { kind } from '../kind.ts'
import { whole } from '../options.ts'

export const answerReset = kind({
  name: 'answer-reset',
  summary: 'The connection is reset in the middle of the body.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  argument: 'bytes',
  options: { bytes: whole(0, 1_000_000, 'bytes').default(20) },
  answer: (answer, { bytes }) => ({ ...answer, cutAfter: bytes }),
})
