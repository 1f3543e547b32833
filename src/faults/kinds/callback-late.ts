import { kind } from '../kind.ts'
import { inMs, seconds } from '../options.ts'

export const callbackLate = kind({
  name: 'callback-late',
  summary: 'The callback comes so many seconds after the task has settled.',
  operations: ['create'],
  needs: ['callback'],
  argument: 'seconds',
  options: () => ({ seconds: seconds() }),
  plan: (draft, { seconds }) => ({
    ...draft,
    deliveries: draft.deliveries.map(delivery => ({ ...delivery, at: delivery.at + inMs(seconds) })),
  }),
})
