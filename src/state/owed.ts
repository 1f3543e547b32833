import { type Retry, settlesAt, type Task } from '../simulation/task.ts'
import type { Change } from '../store/changes.ts'

/** A task with callbacks that are not over: by their place in its deliveries, those that were tried with what comes next. */
export interface Debt {
  readonly task: Task
  readonly left: Map<number, Retry | undefined>
}

/** `Debt['left']` as JSON: place, and of a retry attempt and instant. */
export type Left = readonly (readonly [place: number, attempt?: number, due?: number])[]

/**
 * Whose callbacks are owed. A task is here until all of its callbacks are over, though the store has forgotten it by
 * then; one whose plan has no end stays, for that may change.
 */
export class Owed {
  readonly #debts = new Map<string, Debt>()

  /** The debts there are, oldest first. */
  get debts(): Debt[] {
    return [...this.#debts.values()]
  }

  /** What a change of the store means for callbacks. `left`: what of the task's is not over; by default, all if it is open. */
  follow(change: Change, left?: Left): void {
    if ('open' in change) this.put(change.open, left ?? change.open.deliveries.map((_, place) => [place]))
    else if ('settled' in change) this.put(change.settled, left ?? [])
    else if ('plan' in change) this.#replan(change.plan)
    else if ('reset' in change) this.#reset(change.reset)
  }

  put(task: Task, left: Left): void {
    const retries = left.map(([place, attempt, due]) => {
      const retry = attempt === undefined || due === undefined ? undefined : { attempt, due }
      return [place, retry] as const
    })
    this.#keep({ task, left: new Map(retries) })
  }

  /** Whether the callback is owed. */
  has(id: string, place: number): boolean {
    return this.#debts.get(id)?.left.has(place) === true
  }

  /** The callback was tried, and will be again. */
  again(id: string, place: number, retry: Retry): void {
    if (this.has(id, place)) this.#debts.get(id)?.left.set(place, retry)
  }

  /** Nothing more is owed of the callback. */
  over(id: string, place: number): void {
    const debt = this.#debts.get(id)
    if (!debt) return
    debt.left.delete(place)
    this.#keep(debt)
  }

  /** By the task's id, what is left of its callbacks, as it is at the call. */
  snapshot(): Map<string, { readonly task: Task; readonly left: Left }> {
    return new Map(
      [...this.#debts].map(([id, { task, left }]) => [
        id,
        { task, left: [...left].map(([place, retry]) => (retry ? [place, retry.attempt, retry.due] : [place])) },
      ]),
    )
  }

  #replan(task: Task): void {
    const debt = this.#debts.get(task.id)
    if (!debt) return
    // What the new plan adds is owed, and what it cancels is not.
    const added = task.deliveries.map((_, place) => place).slice(debt.task.deliveries.length)
    const left = new Map([...debt.left, ...added.map(place => [place, undefined] as const)])
    for (const place of left.keys()) if (task.deliveries[place]?.isCancelled) left.delete(place)
    this.#keep({ task, left })
  }

  #keep(debt: Debt): void {
    const { task, left } = debt
    if (left.size > 0 || settlesAt(task) === undefined) this.#debts.set(task.id, debt)
    else this.#debts.delete(task.id)
  }

  #reset(namespace: string | null): void {
    if (namespace === null) this.#debts.clear()
    else for (const { task } of this.debts) if (task.namespace === namespace) this.#debts.delete(task.id)
  }
}
