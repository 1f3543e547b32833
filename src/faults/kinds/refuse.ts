import { ERRORS } from '../../contract/errors.ts'
import { kind } from '../kind.ts'
import { code, optional, status, text, whole } from '../options.ts'

export const refuse = kind({
  name: 'refuse',
  summary: 'The request is refused, after every other check: nothing is made and nothing is billed.',
  operations: ['create', 'tasks'],
  removes: ['task', 'end', 'video', 'file', 'bytes', 'callback'],
  decides: () => 'the refusal',
  argument: 'code',
  options: () => ({
    code: code(),
    message: optional(text(500), 'the text of the code'),
    status: optional(status(400), 'the status of the code'),
    retryAfter: optional(whole(0, 86_400, 'seconds'), 'no header Retry-After'),
  }),
  refuse: ({ code, message, status, retryAfter }) => ({
    code,
    message: message ?? ERRORS[code].message,
    status: status ?? ERRORS[code].status,
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  }),
})
