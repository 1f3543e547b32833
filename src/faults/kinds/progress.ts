import { kind } from '../kind.ts'

export const progress = kind({
  name: 'progress',
  summary: 'While the task is pending, its record already has a response: a snapshot without a result.',
  operations: ['create'],
  needs: ['task'],
  options: () => ({}),
  pending: (_options, task) => ({ task_id: task.id, state: 'processing' }),
})
