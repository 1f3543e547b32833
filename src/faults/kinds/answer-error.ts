import { ERRORS } from '../../contract/errors.ts'
import { errorBodyIn } from '../../contract/wire.ts'
import { kind } from '../kind.ts'
import { code, optional, status } from '../options.ts'

export const answerError = kind({
  name: 'answer-error',
  summary: 'The request did its work (a create is accepted, and billed), yet its answer is an error.',
  operations: ['create', 'tasks'],
  needs: ['answer'],
  decides: () => 'what the answer says',
  argument: 'code',
  options: () => ({ code: code(), status: optional(status(400), 'the status of the code') }),
  answer: (answer, { code, status }) => ({
    ...answer,
    status: status ?? ERRORS[code].status,
    isError: true,
    body: JSON.stringify(errorBodyIn(answer.revision, code, ERRORS[code].message, answer.traceId)),
  }),
})
