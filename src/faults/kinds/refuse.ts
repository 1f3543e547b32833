import { ERRORS } from '../../contract/errors.ts'
import { kind } from '../kind.ts'
import { code, status, text, whole } from '../options.ts'

export const refuse = kind({
  name: 'refuse',
  summary: 'The request is refused after every other check; nothing was made and nothing is billed.',
  operations: ['create', 'tasks'],
  removes: ['task', 'end', 'video', 'file', 'bytes', 'callback'],
  decides: () => 'the refusal',
  argument: 'code',
  options: {
    code: code(),
    message: text(500).optional(),
    status: status(400).optional(),
    retryAfter: whole(0, 86_400, 'seconds').optional(),
  },
  refuse: ({ code, message, status, retryAfter }) => ({
    code,
    message: message ?? ERRORS[code].message,
    status: status ?? ERRORS[code].status,
    ...(retryAfter !== undefined && { headers: { 'retry-after': String(retryAfter) } }),
  }),
})
