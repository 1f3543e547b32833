import type { Redis } from 'ioredis'
import { GUIDE_TASKS } from '../../simulation/guide-tasks.ts'
import { newestFirst, RETENTION_MS, type Task } from '../../simulation/task.ts'
import { chosen, matches } from '../filter.ts'
import type { TaskFilter, TaskPage } from '../store.ts'
import { headingOf } from './record.ts'
import type { Run } from './scripts/scripts.ts'

/** A namespace's page, if it can be had without looking at all of its tasks: by their age alone, and none of them forgotten. */
export async function quickPage(
  run: Run,
  namespace: string,
  filter: TaskFilter,
  now: number,
): Promise<TaskPage | undefined> {
  const { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY, offset, limit, order, ...by } = filter
  if (order === 'soonest' || Object.values(by).some(value => value !== undefined)) return undefined
  const answer = await run<[string, number, number, string[]]>(
    'page',
    namespace,
    from,
    to,
    offset,
    limit,
    now - RETENTION_MS,
  )
  const [how, first, total, jsons] = answer
  if (how === 'walk') return undefined
  const guides = GUIDE_TASKS.filter(task => matches(task, filter, now))
  const tasks = [...guides, ...jsons.map(json => JSON.parse(json) as Task)].sort(newestFirst)
  // A guide's task that comes before the first is in the place of one that does not: the page begins after those.
  return { tasks: tasks.slice(offset - first, offset - first + limit), total: total + guides.length }
}

/** A namespace's page by the heads of all of its tasks, `tasks` and `heads` being where those are. */
export async function chosenPage(
  client: Redis,
  { tasks, heads }: { readonly tasks: string; readonly heads: string },
  filter: TaskFilter,
  now: number,
): Promise<TaskPage> {
  const own = Object.entries(await client.hgetall(heads)).map(([id, head]) => headingOf(id, head))
  const matching = chosen([...GUIDE_TASKS, ...own], filter, now)
  const ids = matching.slice(filter.offset, filter.offset + filter.limit).map(({ id }) => id)
  const jsons = ids.length > 0 ? await client.hmget(tasks, ...ids) : []
  const page = ids.map((id, index) => {
    const json = jsons[index]
    return json ? (JSON.parse(json) as Task) : GUIDE_TASKS.find(guide => guide.id === id)
  })
  // One may have been forgotten since.
  return { tasks: page.filter(task => task !== undefined), total: matching.length }
}
