import { isTerminal, type Step, type Task } from '../../simulation/task.ts'
import type { Listed } from '../filter.ts'
import { endOf, micros } from '../shelf.ts'
import { weightOf } from '../weight.ts'

/** A task as it is kept. */
export interface TaskRecord {
  /** What scripts go by, what lists choose by, and how often it was changed: a task may be large, this is not. */
  readonly head: string
  readonly json: string
  readonly createdAt: number
  readonly endsAt: number
  /** When it is to be worked on; empty if never. */
  readonly beginsAt: number | ''
}

/** What lists look at before they fetch a page. */
export type Heading = Listed & Pick<Task, 'ordinal'>

/** The last line of a head. */
interface About extends Pick<Task, 'model' | 'mode' | 'action' | 'type' | 'outcome'> {
  readonly steps: readonly (readonly [at: number, state: Step['state']])[]
}

/** The task as it is kept, after so many changes. */
export function recordOf(task: Task, version = 0): TaskRecord {
  return {
    head: headOf(task, version),
    json: JSON.stringify(task),
    createdAt: task.steps[0].at,
    endsAt: endOf(task),
    beginsAt: task.steps.find(({ state }) => state === 'processing')?.at ?? '',
  }
}

/** Lines: numbers, the video's id, its path, that of its source, the rest as JSON, which scripts leave alone. */
function headOf(task: Task, version: number): string {
  const { ordinal, credits, video, model, mode, action, type, outcome } = task
  const wins = task.steps.find(isTerminal)?.state === 'succeed' ? 1 : 0
  const about: About = { steps: task.steps.map(({ at, state }) => [at, state]), model, mode, action, type, outcome }
  return [
    `${version} ${ordinal} ${micros(credits)} ${wins} ${weightOf(task)}`,
    oneLine(video.id),
    oneLine(video.path),
    oneLine(video.sourcePath ?? ''),
    JSON.stringify(about),
  ].join('\n')
}

/** How often the task was changed. */
export function versionOf(head: string): number {
  return Number.parseInt(head, 10)
}

export function headingOf(id: string, head: string): Heading {
  const lines = head.split('\n')
  const { steps, ...about } = JSON.parse(lines[4] ?? '') as About
  const [first, ...rest] = steps.map(([at, state]) => ({ at, state }) as Step)
  if (!first) throw new Error(`the head of task ${id} has no steps`)
  return { ...about, id, ordinal: Number(lines[0]?.split(' ')[1]), steps: [first, ...rest] }
}

/** A text as it may stand in a line and be a key: one of each, and most as they are. */
export function oneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}
