import { kind } from '../kind.ts'
import { inMs, seconds } from '../options.ts'

export const answerLate = kind({
  name: 'answer-late',
  summary: 'The request did its work; its answer comes so many seconds later.',
  operations: ['create', 'tasks'],
  argument: 'seconds',
  options: () => ({ seconds: seconds() }),
  answer: (answer, { seconds }) => ({ ...answer, delayMs: (answer.delayMs ?? 0) + inMs(seconds) }),
})
