import type { TaskView } from '../../../control/shapes.ts'
import { nowOf } from '../../clocks.ts'
import { instantText, relativeText, timeText } from '../../format.ts'
import { Badge } from '../../ui/badge.tsx'
import { Said } from '../../ui/text.tsx'

/** The state a task is in by its plan. One that was over when it was asked for stays as it is. */
export function stateAt({ state, steps }: Pick<TaskView, 'state' | 'steps'>, now: number): string {
  if (state === 'succeed' || state === 'failed') return state
  return steps.findLast(({ at }) => at <= now)?.state ?? state
}

/** Something that stands in a plan. */
interface Mark {
  readonly at: number
  readonly what: string
  readonly kind: 'step' | 'callback'
  readonly says: string
  /** It is not to happen, after all. */
  readonly isOff: boolean
}

function marksOf({ steps, deliveries }: TaskView): Mark[] {
  const planned: Mark[] = steps.map(step => ({
    at: step.at,
    what: step.state,
    kind: 'step',
    says: step.state === 'failed' ? `${step.code}: ${step.message}` : '',
    isOff: false,
  }))
  const callbacks = deliveries.map(({ at, url, isLost, isCancelled }): Mark => {
    const fate = isCancelled ? 'cancelled: ' : isLost ? 'lost on purpose: ' : ''
    return { at, what: 'callback', kind: 'callback', says: fate + url, isOff: isCancelled === true || isLost === true }
  })
  return [...planned, ...callbacks].sort((a, b) => a.at - b.at)
}

/** The plan of a task: all that will happen to it, with the clock's hand on it. */
export function Plan({ task }: { task: TaskView }) {
  const now = nowOf(task.namespace)
  const marks = marksOf(task)
  const from = task.createdAt
  // Without an end, the clock's hand is where the plan has got to.
  const to = Math.max(from + 1, ...marks.map(({ at }) => at), task.settlesAt === null ? now : 0)
  const placeOf = (at: number) => `${(100 * Math.max(0, Math.min(1, (at - from) / (to - from)))).toFixed(2)}%`
  const isPast = (at: number) => at <= now || task.state === 'succeed' || task.state === 'failed'
  return (
    <div class="plan">
      <div class="plan-track" aria-hidden="true">
        <span class="plan-past" style={{ width: placeOf(now) }} />
        {marks.map(({ at, what, kind }, index) => (
          <span
            key={index}
            class={`plan-mark ${kind} ${what === 'failed' ? 'bad' : what === 'succeed' ? 'good' : ''} ${isPast(at) ? 'over' : ''}`}
            style={{ left: placeOf(at) }}
          />
        ))}
        <span class="plan-hand" style={{ left: placeOf(now) }} />
      </div>
      <ol class="plan-steps">
        {marks.map(({ at, what, says, isOff }, index) => (
          <li key={index} class={isPast(at) ? '' : 'ahead'}>
            <time title={instantText(at)}>{timeText(at)}</time>
            <span>{relativeText(at, now)}</span>
            <span>
              <Badge state={what} tone={isOff ? 'plain' : what === 'callback' ? 'busy' : undefined} />{' '}
              <Said text={says} />
            </span>
          </li>
        ))}
        {task.settlesAt === null && <li class="ahead">It never settles: its plan has no end.</li>}
      </ol>
    </div>
  )
}
