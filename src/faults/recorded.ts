import { z } from 'zod'
import { isErrorCode } from '../contract/errors.ts'
import { isObject } from '../contract/reading.ts'
import { filledIn, type RecordedTask } from '../recording/answers.ts'
import { type AnyKind, kind } from './kind.ts'
import { settledAfter } from './plans.ts'

const Body = z.custom<Readonly<Record<string, unknown>>>(isObject)

/**
 * The task goes as a recorded one did, with ids, addresses and times of its own. Nobody can choose it: `--replay` does,
 * for creates that are in its recordings. So it is not in the catalogue.
 */
export const recorded: AnyKind = kind({
  name: 'recorded',
  summary: 'The task goes as a recorded one did.',
  operations: ['create'],
  options: () =>
    ({
      file: z.string(),
      accepted: Body.optional(),
      result: Body.optional(),
      status: z.int().optional(),
      video: z.string().optional(),
    }) satisfies Record<keyof RecordedTask | 'file', z.ZodType>,
  plan(draft, { result }) {
    if (result?.['success'] !== false) return draft
    const { code, message } = Object(result['error'])
    const known = typeof code === 'string' && isErrorCode(code) ? code : 'api_error'
    return settledAfter(draft, undefined, { state: 'failed', code: known, message: String(message) })
  },
  result: (own, { result }) => (result ? filledIn(result, own) : own),
  answer(answer, { accepted, status }) {
    if (answer.isError) return status === undefined ? answer : { ...answer, status }
    const own = JSON.parse(answer.body)
    // A result has gone through `result` before.
    return accepted && !('success' in own) ? { ...answer, body: JSON.stringify(filledIn(accepted, own)) } : answer
  },
})
