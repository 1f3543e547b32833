import { isTerminal, type Step } from '../simulation/task.ts'
import type { Draft } from '../simulation/timeline.ts'

/** The instant of the create. */
export function createdIn(draft: Draft): number {
  return draft.steps[0].at
}

/** The instant the draft settles; the create's if it never does. */
export function settlesIn(draft: Draft): number {
  return draft.steps.find(isTerminal)?.at ?? createdIn(draft)
}

/** The draft settling so many seconds after its create (`undefined`: when it would anyway), its callbacks with it. */
export function settledAfter(draft: Draft, seconds: number | undefined, ending?: Ending): Draft {
  const planned = draft.steps.find(isTerminal)
  const created = createdIn(draft)
  const at = seconds === undefined ? (planned?.at ?? created) : created + Math.round(seconds * 1000)
  const moved = at - (planned?.at ?? created)
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

function endingOf(step: Step | undefined): Ending {
  if (step?.state !== 'failed') return { state: 'succeed' }
  const { at: _, ...ending } = step
  return ending
}
