import { uuidOf } from '../../simulation/random.ts'
import { kind } from '../kind.ts'

export const callbackStranger = kind({
  name: 'callback-stranger',
  summary: 'The callback is about a task_id that nobody was ever given.',
  operations: ['create'],
  needs: ['callback'],
  options: () => ({}),
  post: (post, _options, { task }) => ({
    ...post,
    body: { ...post.body, task_id: uuidOf('stranger', task.id) },
  }),
})
