import type { ErrorCode } from '../contract/errors.ts'
import { type Delivery, isTerminal, type Step, settlesAt, type Task } from './task.ts'

/** What is to become of a pending task in place of its plan. `at` is when; without it, or if that is past, at once. */
export type Route =
  | { readonly to: 'succeed'; readonly at?: number }
  | { readonly to: 'fail'; readonly code: ErrorCode; readonly message: string; readonly at?: number }
  /** It ends as planned, but at `at`. */
  | { readonly to: 'settle'; readonly at: number }
  /** It never settles. */
  | { readonly to: 'stall' }

/**
 * The task with another future, from `now` on; what is past stays. Its callbacks keep their distance from its end, and
 * are cancelled if it has none any more. `undefined` if it is to end as planned and its plan has no end.
 */
export function rerouted(task: Task, route: Route, now: number): Task | undefined {
  const planned = task.steps.find(isTerminal)
  const ending = endingOf(route, planned, now)
  if (route.to !== 'stall' && ending === undefined) return undefined
  const [accepted, ...rest] = task.steps
  const before = rest.filter(step => !isTerminal(step))
  const steps: [Step, ...Step[]] =
    ending === undefined
      ? [accepted, ...before]
      : [accepted, ...before.map(step => ({ ...step, at: Math.min(step.at, ending.at) })), ending]
  return { ...task, steps, deliveries: deliveriesOf(task, ending?.at, now), reroutedAt: now }
}

function endingOf(route: Route, planned: Step | undefined, now: number): Step | undefined {
  if (route.to === 'stall') return undefined
  const at = Math.max(now, route.at ?? now)
  if (route.to === 'settle') return planned && { ...planned, at }
  if (route.to === 'succeed') return { at, state: 'succeed' }
  return { at, state: 'failed', code: route.code, message: route.message }
}

function deliveriesOf(task: Task, settled: number | undefined, now: number): readonly Delivery[] {
  const planned = settlesAt(task)
  const change = (make: (delivery: Delivery) => Delivery) =>
    task.deliveries.map(delivery => (delivery.at <= now ? delivery : make(delivery)))
  if (settled === undefined) return change(delivery => ({ ...delivery, isCancelled: true }))
  if (planned !== undefined) {
    return change(delivery => ({ ...delivery, at: Math.max(now, delivery.at + settled - planned) }))
  }
  // A task without an end owed none: now it owes the one that was asked for.
  const { callback_url: url } = task.request
  return typeof url === 'string' ? [...task.deliveries, { url, at: settled }] : task.deliveries
}

/** The task without one of its callbacks, which stays in the list as cancelled. */
export function withoutDelivery(task: Task, index: number): Task {
  return {
    ...task,
    deliveries: task.deliveries.map((delivery, at) => (at === index ? { ...delivery, isCancelled: true } : delivery)),
  }
}
