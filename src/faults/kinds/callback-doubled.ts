import { kind } from '../kind.ts'
import { inMs, seconds, whole } from '../options.ts'

export const callbackDoubled = kind({
  name: 'callback-doubled',
  summary: 'The same callback comes twice (or more often).',
  operations: ['create'],
  needs: ['callback'],
  argument: 'times',
  options: () => ({ times: whole(2, 100, 'times').default(2), gap: seconds().default(0) }),
  plan: (draft, { times, gap }) => ({
    ...draft,
    deliveries: draft.deliveries.flatMap(delivery =>
      Array.from({ length: times }, (_, i) => ({ ...delivery, at: delivery.at + i * inMs(gap) })),
    ),
  }),
})
