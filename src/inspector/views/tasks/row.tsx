import type { TaskView } from '../../../control/shapes.ts'
import { nowOf } from '../../clocks.ts'
import { creditsText, lengthText } from '../../format.ts'
import { hrefWithin } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Said } from '../../ui/text.tsx'
import { stateAt } from './plan.tsx'

export function TaskRowHead() {
  return (
    <div role="rowgroup">
      <div class="row head" role="row" aria-rowindex={1}>
        <span role="columnheader">state</span>
        <span role="columnheader">model</span>
        <span role="columnheader" class="spare">
          mode
        </span>
        <span role="columnheader" class="spare">
          action
        </span>
        <span role="columnheader" class="number">
          age
        </span>
        <span role="columnheader" class="number spare">
          Credits
        </span>
        <span role="columnheader" class="spare">
          token
        </span>
        <span role="columnheader">task</span>
        <span role="columnheader" class="spare">
          prompt
        </span>
      </div>
    </div>
  )
}

interface TaskRowProps {
  readonly index: number
  /** Absent while it is on its way. */
  readonly task: TaskView | undefined
  readonly isOpen: boolean
  readonly isCursor: boolean
}

export function TaskRow({ index, task, isOpen, isCursor }: TaskRowProps) {
  const classes = `row ${isOpen ? 'open' : ''} ${isCursor ? 'cursor' : ''}`
  if (!task) {
    return (
      <div class={classes} role="row" aria-rowindex={index + 2}>
        <span role="cell" class="dim">
          …
        </span>
      </div>
    )
  }
  const now = nowOf(task.namespace)
  const { prompt } = task.request
  return (
    <div class={classes} role="row" aria-rowindex={index + 2}>
      <span role="cell">
        <Badge state={stateAt(task, now)} />
      </span>
      <span role="cell">
        <Said text={task.model} most={40} />
      </span>
      <span role="cell" class="spare">
        {task.mode}
      </span>
      <span role="cell" class="spare">
        {task.action}
      </span>
      <span role="cell" class="number">
        {lengthText(Math.floor((now - task.createdAt) / 1000) * 1000)}
      </span>
      <span role="cell" class="number spare">
        {creditsText(task.credits)}
      </span>
      <span role="cell" class="mono spare">
        {task.namespace}
      </span>
      <span role="cell">
        <a class="mono" href={hrefWithin(task.id)} {...(isOpen && { 'aria-current': 'true' as const })}>
          {task.id.slice(0, 8)}
        </a>
      </span>
      <span role="cell" class="dim spare">
        {typeof prompt === 'string' && <Said text={prompt} most={120} />}
      </span>
    </div>
  )
}
