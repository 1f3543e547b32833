import { isTerminal } from '../../simulation/task.ts'
import { kind } from '../kind.ts'

export const stall = kind({
  name: 'stall',
  summary: 'The task is worked on and never settles: the caller’s own deadline has to end the wait.',
  operations: ['create'],
  needs: ['task'],
  removes: ['end', 'video', 'file', 'bytes', 'callback'],
  options: () => ({}),
  plan: draft => ({
    ...draft,
    steps: [draft.steps[0], ...draft.steps.slice(1).filter(step => !isTerminal(step))],
    deliveries: [],
  }),
})
