import { isTerminal, type Step } from '../simulation/task.ts'
import type { Draft } from '../simulation/timeline.ts'
import { inMs } from './options.ts'

/** What effects that move a task's end decide. */
export const WHEN = 'when the task settles'

/** The instant of the create. */
export function createdIn(draft: Draft): number {
  return draft.steps[0].at
}

/** The instant the draft settles; the create's if it never does. */
export function settlesIn(draft: Draft): number {
  return draft.steps.find(isTerminal)?.at ?? createdIn(draft)
}

/**
 * The draft settling so many seconds after its create (`undefined`: when it would anyway), its callbacks with it. One
 * that never settles stays so.
 */
export function settledAfter(draft: Draft, seconds: number | undefined, ending?: Ending): Draft {
  const planned = draft.steps.find(isTerminal)
  if (!planned) return draft
  const at = seconds === undefined ? planned.at : createdIn(draft) + inMs(seconds)
  const moved = at - planned.at
  const [accepted, ...rest] = draft.steps
  const before = rest.filter(step => !isTerminal(step)).map(step => ({ ...step, at: Math.min(step.at, at) }))
  const last: Step = { at, ...(ending ?? endingOf(planned)) }
  return {
    ...draft,
    steps: [accepted, ...before, last],
    deliveries: draft.deliveries.map(delivery => ({ ...delivery, at: delivery.at + moved })),
  }
}

type Ending = { readonly state: 'succeed' } | Omit<Extract<Step, { state: 'failed' }>, 'at'>

function endingOf(step: Step): Ending {
  if (step.state !== 'failed') return { state: 'succeed' }
  const { at: _, ...ending } = step
  return ending
}
