import { kind } from '../kind.ts'
import { text } from '../options.ts'

export const answerType = kind({
  name: 'answer-type',
  summary: 'The JSON is right and its Content-Type is wrong.',
  operations: ['create', 'tasks'],
  argument: 'type',
  options: { type: text(100).default('text/plain') },
  answer: (answer, { type }) => ({ ...answer, headers: { ...answer.headers, 'content-type': type } }),
})
