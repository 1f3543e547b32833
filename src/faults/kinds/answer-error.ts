import { ERRORS } from '../../contract/errors.ts'
import { errorBody } from '../../contract/wire.ts'
import { kind } from '../kind.ts'
import { code, whole } from '../options.ts'

export const answerError = kind({
  name: 'answer-error',
  summary: 'The create is accepted and billed, yet its answer is an error: who simply tries again pays twice.',
  operations: ['create', 'tasks'],
  argument: 'code',
  options: { code: code(), status: whole(400, 599).optional() },
  answer: (answer, { code, status }) => ({
    ...answer,
    status: status ?? ERRORS[code].status,
    isError: true,
    body: JSON.stringify(errorBody(code, ERRORS[code].message, answer.traceId)),
  }),
})
