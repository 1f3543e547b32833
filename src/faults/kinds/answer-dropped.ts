import { kind } from '../kind.ts'

export const answerDropped = kind({
  name: 'answer-dropped',
  summary: 'The request did its work, and the connection is closed without a byte of an answer.',
  operations: ['create', 'tasks'],
  removes: ['answer'],
  options: () => ({}),
  answer: answer => ({ ...answer, cutAfter: 'head' }),
})
