import type { Revision } from '../contract/revisions.ts'
import { taskRecordIn } from '../contract/wire.ts'
import type { Query, Sending } from './case.ts'
import { type Difference, difference, differencesFromShape, fieldOf } from './difference.ts'

/** An id that no task has. */
export const NOBODY = '00000000-0000-4000-8000-000000000000'

/** What is sent to ask. */
export function queryOf(query: Query, taskId = NOBODY): Sending {
  const bodies = {
    'unknown id': { id: NOBODY },
    'no ids': { action: 'retrieve_batch', ids: [] },
    batch: { action: 'retrieve_batch', ids: [taskId, NOBODY] },
  }
  return { path: '/kling/tasks', body: bodies[query] }
}

/** What is wrong with each answer, beside its status. */
export const ANSWERS: Readonly<
  Record<Query, (json: unknown, taskId: string | undefined, revision: Revision) => Difference[]>
> = {
  'unknown id': json => difference('body', '{}', JSON.stringify(json)),
  'no ids': json => difference('items', '[]', JSON.stringify(fieldOf(json, 'items'))),
  batch: (json, taskId, revision) => {
    const [item, ...others] = (fieldOf(json, 'items') ?? []) as unknown[]
    return [
      ...differencesFromShape('the item', taskRecordIn(revision), item),
      ...difference('id', taskId, fieldOf(item, 'id')),
      ...difference('other items', 0, others.length),
      ...difference('count', 1, fieldOf(json, 'count')),
    ]
  },
}
