import { DEFECT_MESSAGE, ERRORS, isErrorCode } from '../../src/contract/errors.ts'
import { effectsOf } from '../../src/faults/text.ts'

/** An answer, as far as it tells whether it was meant. */
export interface Told {
  readonly status: number
  /** Its header `x-mockling-outcome`. */
  readonly outcome: string | undefined
  readonly body: string
}

/** Statuses of the failures that are no code of the API's. */
const REASONS: Readonly<Record<string, number>> = { moderation: 403, 'image-size': 500, unreachable: 500 }

/**
 * Whether an answer of 5xx is one that was asked for: it is marked with an outcome that gives this status, and is not in the
 * words of a defect, which may come after the mark.
 */
export function isMeant({ status, outcome, body }: Told): boolean {
  if (outcome === undefined || body.includes(DEFECT_MESSAGE)) return false
  return effectsOf(outcome).some(({ name, options }) => statusOf(name, options) === status)
}

/** The status an effect answers with, if it decides that. */
function statusOf(name: string, { status, code }: Readonly<Record<string, unknown>>): unknown {
  if (name === 'answer-html') return status
  if (!['fail', 'refuse', 'answer-error'].includes(name)) return undefined
  const told = String(code)
  return status ?? (isErrorCode(told) ? ERRORS[told].status : REASONS[told])
}
