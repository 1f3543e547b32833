import { ERROR_CODES, ERRORS } from '../../contract/errors.ts'
import type { Step } from '../../simulation/task.ts'
import { kind } from '../kind.ts'
import { optional, seconds, status, text, word } from '../options.ts'
import { settledAfter, WHEN } from '../plans.ts'

/** Codes a task can fail with: those of the service behind the gateway. */
const FAIL_CODES = ERROR_CODES.filter(name => ERRORS[name].layer === 'worker' && name !== 'bad_request')

/** Failures with a text of their own. The model vendor's words (kling §4.4); which code carries them is chosen. */
const REASONS = {
  moderation: { code: 'forbidden', message: 'Failure to pass the risk control system' },
  'image-size': { code: 'api_error', message: 'Image pixel is invalid' },
  unreachable: { code: 'api_error', message: 'Something went wrong when we tried to get the contents of the file.' },
} as const

type Code = (typeof FAIL_CODES)[number]
type Reason = keyof typeof REASONS

export const fail = kind({
  name: 'fail',
  summary: 'The create is accepted, and later the task fails: a held caller learns it late. Nothing is billed.',
  operations: ['create'],
  needs: ['end'],
  removes: ['video', 'file', 'bytes'],
  argument: 'code',
  options: () => ({
    code: word([...FAIL_CODES, ...(Object.keys(REASONS) as Reason[])] as [Code | Reason, ...(Code | Reason)[]], 'code'),
    after: optional(seconds(), 'when the task would settle anyway'),
    message: optional(text(500), 'the text of the code'),
    status: optional(status(200), 'the status of the code'),
  }),
  decides: ({ after }) => (after === undefined ? undefined : WHEN),
  plan(draft, options) {
    const reason = REASONS[options.code as Reason]
    const name = reason?.code ?? (options.code as Code)
    const message = options.message ?? reason?.message ?? ERRORS[name].message
    const ending: Omit<Extract<Step, { state: 'failed' }>, 'at'> = { state: 'failed', code: name, message }
    return settledAfter(draft, options.after, ending)
  },
  answer: (answer, { status }) => (status !== undefined && answer.isError ? { ...answer, status } : answer),
})
