import { callbackId } from '../simulation/callback-id.ts'
import { type Task, withoutUserinfo } from '../simulation/task.ts'

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

/** One of a task's callbacks that waits to be due, for the first time or again. */
export interface Wait {
  readonly at: number
  /** Which attempt it will be, from 1. */
  readonly attempt: number
  /** Aborted when the plan has changed: then the wait begins anew, by the plan as it is. */
  readonly again: AbortController
}

/** One task's callbacks, from its create to the last attempt. */
export class Charge {
  /** As planned by now. */
  #task: Task
  /** By place in the task's deliveries. */
  readonly waits = new Map<number, Wait>()
  /** How many of the deliveries have been taken up. */
  started = 0
  /** How many of them are not over. */
  running = 0
  #isOver = false

  constructor(task: Task) {
    this.#task = task
  }

  get task(): Task {
    return this.#task
  }

  /** The task is no more. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** What of it waits to be due. */
  get scheduled(): Scheduled[] {
    const { namespace, id: taskId, deliveries } = this.#task
    return [...this.waits].map(([place, { at, attempt }]) => {
      const url = withoutUserinfo(deliveries[place]?.url ?? '')
      return { id: callbackId(taskId, place), namespace, taskId, url, at, attempt }
    })
  }

  /** Goes by another plan from now on. */
  follow(task: Task): void {
    this.#task = task
    this.#wakeAll()
  }

  /** Drops all that still waits. */
  drop(): void {
    this.#isOver = true
    this.#wakeAll()
  }

  #wakeAll(): void {
    for (const { again } of [...this.waits.values()]) again.abort()
  }
}
