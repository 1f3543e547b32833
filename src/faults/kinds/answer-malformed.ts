import { kind } from '../kind.ts'

export const answerMalformed = kind({
  name: 'answer-malformed',
  summary: 'The body is said to be JSON and is none: its quotes are single ones.',
  operations: ['create', 'tasks'],
  options: {},
  answer: answer => ({ ...answer, body: answer.body.replaceAll('"', "'") }),
})
