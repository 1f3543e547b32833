import { kind } from '../kind.ts'
import { optional, whole } from '../options.ts'

export const answerTruncated = kind({
  name: 'answer-truncated',
  summary: 'The answer ends properly, with a Content-Length that fits, in the middle of its JSON.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  argument: 'bytes',
  options: () => ({ bytes: optional(whole(0, 1_000_000, 'bytes'), 'half of the body') }),
  answer: (answer, { bytes }) => {
    const whole = Buffer.from(answer.body)
    return { ...answer, body: whole.toString('utf8', 0, Math.min(bytes ?? whole.length >> 1, whole.length)) }
  },
})
