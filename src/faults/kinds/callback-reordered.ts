import { kind } from '../kind.ts'
import { inMs, seconds } from '../options.ts'

export const callbackReordered = kind({
  name: 'callback-reordered',
  summary: 'The callback comes after the next one of the same token, if there is one within so many seconds.',
  operations: ['create'],
  needs: ['callback'],
  argument: 'within',
  options: () => ({ within: seconds().default(300) }),
  plan: (draft, { within }) => ({
    ...draft,
    deliveries: draft.deliveries.map(delivery => ({ ...delivery, yieldsMs: inMs(within) })),
  }),
})
