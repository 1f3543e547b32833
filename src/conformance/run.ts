import { taskRecordIn } from '../contract/wire.ts'
import type { Case, Query } from './case.ts'
import { type Difference, difference, differencesFromRefusal, differencesFromShape, fieldOf } from './difference.ts'
import { LOOKINGS } from './looks.ts'
import type { Studio } from './studio.ts'
import { send, type Target } from './target.ts'

/**
 * Finds out whether the promise of a case is kept: everything that came otherwise, nothing if all is well.
 * @throws Unreachable, NotProduced
 */
export async function differencesIn({ check }: Case, target: Target, studio: Studio): Promise<Difference[]> {
  switch (check.kind) {
    case 'refused':
      return differencesFromRefusal(check.expected, await send(target, check.sending))
    case 'made': {
      const { production, look, expected } = check
      return LOOKINGS[look](await studio.produced(production), expected, production, target)
    }
    case 'query': {
      const produced = check.production && (await studio.produced(check.production))
      return QUERIES[check.query](target, produced?.taskId)
    }
  }
}

/** An id that no task has. */
const NOBODY = '00000000-0000-4000-8000-000000000000'

const QUERIES: Readonly<Record<Query, (target: Target, taskId: string | undefined) => Promise<Difference[]>>> = {
  'unknown id': async target => {
    const { status, text } = await send(target, { path: '/kling/tasks', body: { id: NOBODY } })
    return [...difference('status', 200, status), ...difference('body', '{}', text.trim())]
  },
  'no id': async target => {
    const { status, json } = await send(target, { path: '/kling/tasks', body: {} })
    return [...difference('status', 400, status), ...difference('error.code', 'bad_request', codeIn(json))]
  },
  'no ids': async target => {
    const { status, json } = await send(target, { path: '/kling/tasks', body: { action: 'retrieve_batch', ids: [] } })
    return [...difference('status', 200, status), ...difference('items', '[]', JSON.stringify(fieldOf(json, 'items')))]
  },
  batch: async (target, taskId) => {
    const body = { action: 'retrieve_batch', ids: [taskId, NOBODY] }
    const { status, json } = await send(target, { path: '/kling/tasks', body })
    const [item, ...others] = (fieldOf(json, 'items') ?? []) as unknown[]
    return [
      ...difference('status', 200, status),
      ...differencesFromShape('the item', taskRecordIn(target.revision), item),
      ...difference('id', taskId, fieldOf(item, 'id')),
      ...difference('other items', 0, others.length),
      ...difference('count', 1, fieldOf(json, 'count')),
    ]
  },
}

function codeIn(json: unknown): unknown {
  return fieldOf(fieldOf(json, 'error'), 'code')
}
