import { ENDPOINTS } from '../contract/endpoints.ts'
import { durationText } from '../contract/formats.ts'
import type { ClipSpec } from '../media/spec.ts'
import type { Task } from '../simulation/task.ts'

/** What of a task goes into its clip. */
type Shown = Pick<Task, 'id' | 'type' | 'action' | 'model' | 'mode' | 'request' | 'video'>

/** What the clip of a task shows: whose it is, what was asked for, and what it extends. */
export function clipSpecOf(task: Shown): ClipSpec {
  return { id: task.video.id, ...task.video.format, label: labelOf(task) }
}

/** Facts, an empty line, the prompt: nothing in it can pass for a fact. */
function labelOf(task: Shown): string[] {
  const { id, format, sourceId } = task.video
  const { width, height, fps, audio } = format
  const prompt = task.request[ENDPOINTS[task.type].words]
  return [
    `task ${firstGroup(task.id)} video ${firstGroup(id)}`,
    ...(sourceId === undefined
      ? []
      : [`${task.type === 'lip-sync' ? 'speaks over' : 'extends'} video ${firstGroup(sourceId)}`]),
    // Some endpoints have no models, or no actions.
    [...new Set([task.model, task.mode, task.action])].join(' '),
    `${durationText(format)}s ${aspectOf(width, height)} ${width}x${height}@${fps}${audio ? ' sound' : ''}`,
    ...(typeof prompt === 'string' && prompt.trim() !== '' ? ['', prompt] : []),
  ]
}

function aspectOf(width: number, height: number): string {
  if (width === height) return '1:1'
  return width > height ? '16:9' : '9:16'
}

/** `8c979f32` of a UUID; another kind of id whole. */
function firstGroup(id: string): string {
  return id.split('-')[0] as string
}
