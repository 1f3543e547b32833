import {
  createdAt,
  isForgotten,
  isTerminal,
  newestFirst,
  type Plan,
  soonestFirst,
  stepAt,
  type Task,
} from '../simulation/task.ts'
import type { TaskFilter } from './store.ts'

/** What a task is chosen by. */
export type Listed = Plan & Pick<Task, 'id' | 'model' | 'mode' | 'action' | 'type' | 'outcome'>

/** Whether the task is one of those to list, as they are at `now`. */
export function matches(task: Listed, filter: TaskFilter, now: number): boolean {
  const { from, to, state, id, model, mode, action, type, outcome } = filter
  const at = createdAt(task)
  return (
    (from === undefined || at >= from) &&
    (to === undefined || at <= to) &&
    (id === undefined || task.id.startsWith(id)) &&
    (model === undefined || task.model === model) &&
    (mode === undefined || task.mode === mode) &&
    (action === undefined || task.action === action) &&
    (type === undefined || task.type === type) &&
    (outcome === undefined || task.outcome === outcome) &&
    (state === undefined || isIn(task, state, now)) &&
    !isForgotten(task, now)
  )
}

function isIn(task: Plan, state: NonNullable<TaskFilter['state']>, now: number): boolean {
  const step = stepAt(task, now)
  return state === 'pending' ? !isTerminal(step) : step.state === state
}

/** Those matching, in the order asked for. */
export function chosen<T extends Listed & Pick<Task, 'ordinal'>>(
  tasks: readonly T[],
  filter: TaskFilter,
  now: number,
): readonly T[] {
  const matching = tasks.filter(task => matches(task, filter, now))
  return filter.order === 'soonest' ? soonestFirst(matching, () => now) : matching.sort(newestFirst)
}
