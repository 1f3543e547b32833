import { kind } from '../kind.ts'
import { contentType } from '../options.ts'

export const answerType = kind({
  name: 'answer-type',
  summary: 'The JSON is right and its Content-Type is wrong.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  argument: 'type',
  options: () => ({ type: contentType().default('text/plain') }),
  answer: (answer, { type }) => ({ ...answer, headers: { ...answer.headers, 'content-type': type } }),
})
