import { useRef, useState } from 'preact/hooks'
import type { TaskView } from '../../../control/shapes.ts'
import { queryOf } from '../../api.ts'
import { useCursor } from '../../keys.ts'
import { useLive } from '../../live.ts'
import { route } from '../../route.ts'
import { Problem } from '../../ui/command.tsx'
import { Empty, Snippet } from '../../ui/empty.tsx'
import { Window } from '../../ui/window.tsx'
import { TaskDetail } from './detail.tsx'
import { FILTERS, TaskFilters } from './filters.tsx'
import { TaskRow, TaskRowHead } from './row.tsx'

/** Rows are asked for in parts of this many, so that scrolling a little asks nothing new. */
const PART = 50

/** Every task there is, newest first, and one of them in full. */
export function TasksView() {
  const { id, query } = route.value
  const [[first, count], setSeen] = useState<readonly [number, number]>([0, 2 * PART])
  const search = useRef<HTMLInputElement>(null)

  const offset = Math.floor(first / PART) * PART
  const limit = Math.ceil((first + count - offset) / PART) * PART
  const filters = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? undefined]))
  const path = `v1/tasks${queryOf({ ...filters, offset, limit })}`
  const { value, path: answered, problem } = useLive<{ items: TaskView[]; total: number }>(path)
  const from = Number(new URLSearchParams(answered?.split('?')[1]).get('offset') ?? 0)
  const total = value?.total ?? 0
  const taskAt = (index: number) => value?.items[index - from]
  const placeOf = (wanted: string) => {
    const place = value?.items.findIndex(task => task.id === wanted) ?? -1
    return place < 0 ? -1 : from + place
  }
  const openAt = id === undefined ? -1 : placeOf(id)
  const cursor = useCursor(
    { total, openId: id, placeOf, idAt: place => taskAt(place)?.id },
    { '/': () => search.current?.focus() },
  )

  const isFiltered = FILTERS.some(name => query.has(name))
  // The guides' own tasks are always there.
  const hasOwn = isFiltered || total !== value?.items.length || value.items.some(({ namespace }) => namespace !== '')
  return (
    <div class={`split ${id === undefined ? '' : 'chosen'}`}>
      <section class="list" aria-label="Tasks">
        <TaskFilters total={total} search={search} />
        {value && total === 0 ? (
          <NoTasks isFiltered={isFiltered} />
        ) : (
          <div class={hasOwn ? 'many' : 'few'}>
            <div class="table tasks" role="table" aria-label="Tasks, newest first" aria-rowcount={total + 1}>
              <TaskRowHead />
              <Window
                key={queryOf(filters)}
                total={total}
                label="Tasks"
                cursor={cursor}
                onWindow={(start, many) => setSeen([start, many])}
                row={index => (
                  <TaskRow
                    key={index}
                    index={index}
                    task={taskAt(index)}
                    isOpen={index === openAt}
                    isCursor={index === cursor.at}
                  />
                )}
              />
            </div>
            {!hasOwn && <NoTasks isFiltered={isFiltered} />}
          </div>
        )}
        <Problem text={problem} />
      </section>
      {id !== undefined && <TaskDetail key={id} id={id} />}
    </div>
  )
}

function NoTasks({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No task is like that">
        <p>
          <a href="#/tasks">Show all tasks</a>
        </p>
      </Empty>
    )
  }
  const origin = location.origin
  return (
    <Empty title="No tasks of yours yet">
      <p>Point your app at {origin} in place of https://api.acedata.cloud, with any bearer token. Or try this:</p>
      <Snippet
        label="A first create"
        text={`curl ${origin}/kling/videos -H 'authorization: Bearer any' -H 'content-type: application/json' \\\n  -d '{"action":"text2video","model":"kling-v1","prompt":"a white mug","async":true}'`}
      />
    </Empty>
  )
}
