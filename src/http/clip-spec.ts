import type { ClipSpec } from '../media/spec.ts'
import type { Task } from '../simulation/task.ts'

/** What of a task goes into its clip. */
type Shown = Pick<Task, 'id' | 'action' | 'model' | 'mode' | 'request' | 'video'>

/** What the clip of a task shows: whose it is, what was asked for, and what it extends. */
export function clipSpecOf(task: Shown): ClipSpec {
  const { id, format, sourceId } = task.video
  return { id, ...format, label: labelOf(task, sourceId) }
}

function labelOf(task: Shown, sourceId: string | undefined): string[] {
  const { width, height, fps, frames, audio } = task.video.format
  const { prompt } = task.request
  return [
    [task.model, task.mode, task.action].join(' '),
    `${Math.floor((10 * frames) / fps) / 10}s ${aspectOf(width, height)} ${width}x${height} ${fps}fps${audio ? ' sound' : ''}`,
    `task ${firstGroup(task.id)}`,
    ...(sourceId === undefined ? [] : [`extends ${firstGroup(sourceId)}`]),
    ...(typeof prompt === 'string' && prompt.trim() !== '' ? [prompt] : []),
  ]
}

function aspectOf(width: number, height: number): string {
  return width === height ? '1:1' : width > height ? '16:9' : '9:16'
}

/** `8c979f32` of a UUID; another kind of id whole. */
function firstGroup(id: string): string {
  return id.split('-')[0] as string
}
