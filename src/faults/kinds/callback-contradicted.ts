import { ERRORS } from '../../contract/errors.ts'
import { errorBody } from '../../contract/wire.ts'
import { kind } from '../kind.ts'
import { inMs, seconds } from '../options.ts'

export const callbackContradicted = kind({
  name: 'callback-contradicted',
  summary:
    'After the callback that tells of success comes another: the same task has failed. /kling/tasks says it succeeded.',
  operations: ['create'],
  needs: ['video', 'callback'],
  argument: 'after',
  options: () => ({ after: seconds(0.001).default(1) }),
  plan: (draft, { after }) => ({
    ...draft,
    deliveries: draft.deliveries.flatMap(delivery => [
      delivery,
      { ...delivery, at: delivery.at + inMs(after), isContradiction: true },
    ]),
  }),
  post(post, _options, { task, index }) {
    if (!task.deliveries[index]?.isContradiction) return post
    return { ...post, body: { ...errorBody('api_error', ERRORS.api_error.message, task.traceId, task.id) } }
  },
})
