import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import { newestFirst, type Task } from '../simulation/task.ts'
import { chosen, matches } from './filter.ts'
import type { Shelf } from './shelf.ts'
import type { TaskFilter, TaskPage } from './store.ts'

const GUIDES = GUIDE_TASKS.toSorted(newestFirst)

/** A page of a shelf's tasks and the guides'. All of them are looked at only if some may be left out. */
export function pageOf(shelf: Shelf | undefined, filter: TaskFilter, now: number): TaskPage {
  const { offset, limit, order = 'newest', ...by } = filter
  if (order === 'soonest') {
    const all = chosen([...GUIDES, ...(shelf?.tasks.values() ?? [])], filter, now)
    return { tasks: all.slice(offset, offset + limit), total: all.length }
  }
  const takesAll = Object.values(by).every(value => value === undefined) && !shelf?.mayForget(now)
  const tasks: Task[] = []
  let total = 0
  for (const task of merged(shelf?.newestFirst() ?? [], GUIDES)) {
    if (takesAll && tasks.length >= limit) break
    if (!takesAll && !matches(task, filter, now)) continue
    if (total >= offset && tasks.length < limit) tasks.push(task)
    total++
  }
  return { tasks, total: takesAll ? (shelf?.tasks.size ?? 0) + GUIDES.length : total }
}

/** What is newest first in two lists, in one. */
function* merged(own: Iterable<Task>, others: readonly Task[]): Iterable<Task> {
  let next = 0
  for (const task of own) {
    for (let other = others[next]; other && newestFirst(other, task) <= 0; other = others[++next]) yield other
    yield task
  }
  yield* others.slice(next)
}
