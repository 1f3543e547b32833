import { callbackId } from '../simulation/callback-id.ts'
import type { VirtualClock } from '../simulation/clock.ts'
import type { Work } from '../simulation/crew.ts'
import { type Retry, type Task, withoutUserinfo } from '../simulation/task.ts'
import type { Sleeper, Waiter } from '../simulation/waiters.ts'

/** A callback that waits to be due. */
export interface Scheduled {
  readonly id: string
  readonly namespace: string
  readonly taskId: string
  readonly url: string
  /** When, on the namespace's clock. */
  readonly at: number
  /** Which attempt it will be, from 1. */
  readonly attempt: number
}

/** What another process left to do of a task's callbacks, by place: with the next attempt, if one was made. */
export type Left = ReadonlyMap<number, Retry | undefined>

/** Who sees to errands when their time has come. */
export interface Desk {
  /** `isDue`: its instant has come; else the clock is closed. */
  wake(errand: Errand, isDue: boolean): void
}

/**
 * One of a task's callbacks, from its create to the last attempt. While it waits to be due this and its place on the
 * clock are all there is of it: a million may wait.
 */
export class Errand implements Sleeper {
  readonly charge: Charge
  /** In the task's deliveries. */
  readonly place: number
  /** What comes next, if an attempt was made already. */
  retry: Retry | undefined
  /** The store's when it was taken up. */
  generation = 0
  /** Its place on the clock, while it waits. */
  waiter: Waiter | undefined = undefined
  /** Its work on the clock, while it doesn't. */
  work: Work | undefined = undefined
  /** The task's next. */
  next: Errand | undefined = undefined
  /** Called when the first attempt is over. */
  onAttempt: (() => void) | undefined = undefined

  constructor(charge: Charge, place: number, retry?: Retry) {
    this.charge = charge
    this.place = place
    this.retry = retry
  }

  /** Which attempt comes next, from 1. */
  get attempt(): number {
    return this.retry?.attempt ?? 1
  }

  /** When that is to be, if not as planned. */
  get due(): number | undefined {
    return this.retry?.due
  }

  get task(): Task {
    return this.charge.task
  }

  get clock(): VirtualClock {
    return this.charge.clock
  }

  wake(): void {
    this.charge.desk.wake(this, true)
  }

  fail(): void {
    this.charge.desk.wake(this, false)
  }
}

/** One task's callbacks. */
export class Charge {
  /** As planned by now. */
  task: Task
  readonly clock: VirtualClock
  readonly desk: Desk
  /** The task's first callback, if it was taken up; the others hang on it. */
  first: Errand | undefined = undefined
  /** How many of them are not over. */
  running = 0
  /** The task is no more. */
  isOver = false

  constructor(task: Task, clock: VirtualClock, desk: Desk) {
    this.task = task
    this.clock = clock
    this.desk = desk
  }

  /** In their order. */
  *errands(): Generator<Errand> {
    for (let errand = this.first; errand; errand = errand.next) yield errand
  }

  /** Makes errands of the deliveries that are none yet. */
  takeUp(left?: Left): Errand[] {
    const added: Errand[] = []
    let last = [...this.errands()].at(-1)
    for (let place = last ? last.place + 1 : 0; place < this.task.deliveries.length; place++) {
      const errand = new Errand(this, place, left?.get(place))
      if (last) last.next = errand
      else this.first = errand
      last = errand
      added.push(errand)
    }
    return added
  }

  /** What of it waits to be due. */
  get scheduled(): Scheduled[] {
    const { namespace, id: taskId, deliveries } = this.task
    return [...this.errands()].flatMap(({ place, attempt, waiter }) => {
      if (!waiter) return []
      const url = withoutUserinfo(deliveries[place]?.url ?? '')
      return [{ id: callbackId(taskId, place), namespace, taskId, url, at: waiter.at, attempt }]
    })
  }
}
