import { kind } from '../kind.ts'

export const answerMalformed = kind({
  name: 'answer-malformed',
  summary: 'The body is said to be JSON and is none: its quotes are single ones, and a comma is left over.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  options: () => ({}),
  // The comma is what breaks `{}`, which has no quotes.
  answer: answer => ({ ...answer, body: answer.body.replaceAll('"', "'").replace(/[}\]]$/, ',$&') }),
})
