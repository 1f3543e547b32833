import { kind } from '../kind.ts'
import { optional, seconds } from '../options.ts'
import { createdIn, settledAfter, WHEN } from '../plans.ts'

/** What callers that name no limit are taken to wait: the longest time-out of the known clients (kling §6.1). */
const USUAL_LIMIT_SECONDS = 600

export const outlast = kind({
  name: 'outlast',
  summary: 'The task succeeds, and is billed, just after its caller has given up waiting.',
  operations: ['create'],
  needs: ['end'],
  decides: () => WHEN,
  argument: 'by',
  options: () => ({
    by: seconds().default(1),
    limit: optional(seconds(), `the timeout of the request, else ${USUAL_LIMIT_SECONDS}`),
  }),
  plan(draft, { by, limit }) {
    const waited = limit ?? (draft.timeoutMs === undefined ? USUAL_LIMIT_SECONDS : draft.timeoutMs / 1000)
    return settledAfter(draft, Math.max(waited + by, (draft.steps.at(-1)?.at ?? 0) / 1000 - createdIn(draft) / 1000))
  },
})
