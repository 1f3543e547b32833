import { z } from 'zod'
import { ERROR_CODES, ERRORS } from '../../contract/errors.ts'
import type { Step } from '../../simulation/task.ts'
import { kind } from '../kind.ts'
import { code, seconds, text, whole } from '../options.ts'
import { settledAfter } from '../plans.ts'

/** Codes a task can fail with: those of the service behind the gateway. */
const FAIL_CODES = ERROR_CODES.filter(name => ERRORS[name].layer === 'worker' && name !== 'bad_request')

/** Failures with a text of their own. The model vendor's words (kling §4.4); which code carries them is chosen. */
const REASONS = {
  moderation: { code: 'forbidden', message: 'Failure to pass the risk control system' },
  'image-size': { code: 'api_error', message: 'Image pixel is invalid' },
  unreachable: { code: 'api_error', message: 'Something went wrong when we tried to get the contents of the file.' },
} as const

type Reason = keyof typeof REASONS

export const fail = kind({
  name: 'fail',
  summary: 'The create is accepted; later the task fails, which a held caller learns late and a callback tells.',
  operations: ['create'],
  argument: 'code',
  options: {
    code: z.union([code(FAIL_CODES), z.enum(Object.keys(REASONS) as [Reason, ...Reason[]])], {
      error: `one of ${[...FAIL_CODES, ...Object.keys(REASONS)].join(', ')}`,
    }),
    after: seconds().optional(),
    message: text(500).optional(),
    status: whole(200, 599).optional(),
  },
  plan(draft, options) {
    const reason = REASONS[options.code as Reason]
    const name = reason?.code ?? (options.code as (typeof FAIL_CODES)[number])
    const message = options.message ?? reason?.message ?? ERRORS[name].message
    const ending: Omit<Extract<Step, { state: 'failed' }>, 'at'> = { state: 'failed', code: name, message }
    return settledAfter(draft, options.after, ending)
  },
  answer: (answer, { status }) => (status !== undefined && answer.isError ? { ...answer, status } : answer),
})
