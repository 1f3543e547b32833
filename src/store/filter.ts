import { createdAt, isForgotten, isTerminal, stepAt, type Task } from '../simulation/task.ts'
import type { TaskFilter } from './store.ts'

/** Whether the task is one of those to list, as they are at `now`. */
export function matches(task: Task, { from, to, state, model, type, outcome }: TaskFilter, now: number): boolean {
  const at = createdAt(task)
  return (
    (from === undefined || at >= from) &&
    (to === undefined || at <= to) &&
    (model === undefined || task.model === model) &&
    (type === undefined || task.type === type) &&
    (outcome === undefined || task.outcome === outcome) &&
    (state === undefined || isIn(task, state, now)) &&
    !isForgotten(task, now)
  )
}

function isIn(task: Task, state: NonNullable<TaskFilter['state']>, now: number): boolean {
  const step = stepAt(task, now)
  return state === 'pending' ? !isTerminal(step) : step.state === state
}
