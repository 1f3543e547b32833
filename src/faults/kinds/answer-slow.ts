import { kind } from '../kind.ts'
import { bytesPerSecond } from '../options.ts'

export const answerSlow = kind({
  name: 'answer-slow',
  summary: 'The head of the answer comes at once, its body so many bytes a second.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  argument: 'bytesPerSecond',
  options: () => ({ bytesPerSecond: bytesPerSecond().default(20) }),
  answer: (answer, { bytesPerSecond }) => ({ ...answer, bytesPerSecond }),
})
