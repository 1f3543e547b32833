import { kind } from '../kind.ts'

export const answerDropped = kind({
  name: 'answer-dropped',
  summary: 'The request does its work, then the connection closes without a byte of an answer.',
  operations: ['create', 'tasks'],
  removes: ['answer'],
  options: {},
  answer: answer => ({ ...answer, cutAfter: 'head' }),
})
