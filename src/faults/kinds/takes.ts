import { kind } from '../kind.ts'
import { seconds } from '../options.ts'
import { settledAfter, WHEN } from '../plans.ts'

export const takes = kind({
  name: 'takes',
  summary: 'The task settles exactly so many seconds after the create.',
  operations: ['create'],
  needs: ['end'],
  decides: () => WHEN,
  argument: 'seconds',
  options: () => ({ seconds: seconds() }),
  plan: (draft, { seconds }) => settledAfter(draft, seconds),
})
