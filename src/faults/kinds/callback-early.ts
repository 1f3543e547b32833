import { kind } from '../kind.ts'
import { settledAfter, WHEN } from '../plans.ts'

export const callbackEarly = kind({
  name: 'callback-early',
  summary:
    'The task settles at once, and the callback comes before the create is answered: its task_id means nothing yet.',
  operations: ['create'],
  needs: ['callback'],
  decides: () => WHEN,
  options: () => ({}),
  plan: draft => ({ ...settledAfter(draft, 0), isEager: true }),
})
