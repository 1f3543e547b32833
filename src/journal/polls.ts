import type { Entry, RequestEntry } from './entries.ts'
import { fieldOf, operationOf, readJson, sentJson, tasksOf } from './reading.ts'

/** One question about one task, and what its asker was shown. */
export interface Poll {
  readonly seq: number
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** Several tasks were asked for at once. */
  readonly isBatch: boolean
  /** `unknown`: no answer, or none about this task. */
  readonly seen: 'pending' | 'terminal' | 'unknown'
}

/** Every question about a task by its id, in the order they were asked. */
export function pollsIn(entries: readonly Entry[]): Poll[] {
  return entries.flatMap(entry => (entry.kind === 'request' && operationOf(entry) === 'tasks' ? pollsOf(entry) : []))
}

function pollsOf(entry: RequestEntry): Poll[] {
  const { seq, at, namespace } = entry
  const isBatch = Array.isArray(fieldOf(sentJson(entry), 'ids'))
  const states = statesShown(entry)
  return tasksOf(entry).map(taskId => ({ seq, at, namespace, taskId, isBatch, seen: states.get(taskId) ?? 'unknown' }))
}

/** What the caller could see of each task: by the answer he got, not by what we know. */
function statesShown({ hungUp, isCut, status, responseBody }: RequestEntry): Map<string, 'pending' | 'terminal'> {
  if (hungUp || isCut || status !== 200) return new Map()
  const answer = readJson(responseBody)
  const items = fieldOf(answer, 'items')
  const records: unknown[] = Array.isArray(items) ? items : [answer]
  return new Map(
    records.flatMap(record => {
      const id = fieldOf(record, 'id')
      return typeof id === 'string' ? [[id, isTerminal(fieldOf(record, 'response')) ? 'terminal' : 'pending']] : []
    }),
  )
}

/** Whether a record's response says that the task is over. */
function isTerminal(response: unknown): boolean {
  const state = fieldOf(response, 'state')
  return state === 'succeed' || state === 'failed' || fieldOf(response, 'success') === false
}
