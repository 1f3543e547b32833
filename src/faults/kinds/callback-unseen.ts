import { kind } from '../kind.ts'
import { inMs, seconds } from '../options.ts'
import { settlesIn } from '../plans.ts'

export const callbackUnseen = kind({
  name: 'callback-unseen',
  summary: 'The callback comes before /kling/tasks knows the task, which it does so many seconds later.',
  operations: ['create'],
  needs: ['callback'],
  argument: 'for',
  options: () => ({ for: seconds().default(10) }),
  plan: (draft, options) => ({ ...draft, visibleAt: settlesIn(draft) + inMs(options.for) }),
})
