import { createdAt, isForgotten, isTerminal, type Plan, stepAt, type Task } from '../simulation/task.ts'
import type { TaskFilter } from './store.ts'

/** What a task is chosen by. */
export type Listed = Plan & Pick<Task, 'model' | 'type' | 'outcome'>

/** Whether the task is one of those to list, as they are at `now`. */
export function matches(task: Listed, { from, to, state, model, type, outcome }: TaskFilter, now: number): boolean {
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

function isIn(task: Plan, state: NonNullable<TaskFilter['state']>, now: number): boolean {
  const step = stepAt(task, now)
  return state === 'pending' ? !isTerminal(step) : step.state === state
}
