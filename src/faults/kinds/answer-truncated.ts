import { kind } from '../kind.ts'
import { whole } from '../options.ts'

export const answerTruncated = kind({
  name: 'answer-truncated',
  summary: 'The answer ends properly, with a Content-Length that fits, after half of its JSON.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  argument: 'bytes',
  options: { bytes: whole(0, 1_000_000, 'bytes').optional() },
  answer: (answer, { bytes }) => {
    const whole = Buffer.from(answer.body)
    return { ...answer, body: whole.toString('utf8', 0, Math.min(bytes ?? whole.length >> 1, whole.length)) }
  },
})
