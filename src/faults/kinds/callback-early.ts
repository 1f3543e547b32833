import { kind } from '../kind.ts'
import { settledAfter, WHEN } from '../plans.ts'

export const callbackEarly = kind({
  name: 'callback-early',
  summary: 'The callback comes before the create is answered: its task_id is still unknown to the caller.',
  operations: ['create'],
  needs: ['callback'],
  decides: () => WHEN,
  options: {},
  plan: draft => ({ ...settledAfter(draft, 0), isEager: true }),
})
