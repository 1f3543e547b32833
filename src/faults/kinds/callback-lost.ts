import { kind } from '../kind.ts'

export const callbackLost = kind({
  name: 'callback-lost',
  summary: 'The callback never comes; /kling/tasks tells how it went.',
  operations: ['create'],
  needs: ['callback'],
  removes: ['callback'],
  options: () => ({}),
  plan: draft => ({ ...draft, deliveries: draft.deliveries.map(delivery => ({ ...delivery, isLost: true })) }),
})
