import FlatQueue from 'flatqueue'
import { RETENTION_MS, settlesAt, stepAt, type Task } from '../simulation/task.ts'
import { Ages } from './ages.ts'
import { ByName } from './by-name.ts'

/** Money is in millionths of a Credit, so that sums are exact. */
export function micros(credits: number): number {
  return Math.round(credits * 1e6)
}

/** When it settles; never is the end of time. */
export function endOf(task: Task): number {
  return settlesAt(task) ?? Number.POSITIVE_INFINITY
}

/** One namespace's share of a store. */
export class Shelf {
  readonly tasks = new Map<string, Task>()
  /** By the ids of their videos. */
  readonly videos = new ByName(
    () => this.tasks.values(),
    ({ video }) => [video.id],
  )
  ordinals = 0
  /** Prices of what succeeded. */
  charged = 0
  /** Unsettled tasks, the next to settle first; among them some that another has taken the place of. */
  #open = queueOf([])
  #pending = 0
  /** How many of the queue another has taken the place of. */
  #spent = 0
  /** Prices of what is unsettled. */
  #reserved = 0
  /** What has settled by this instant is booked. */
  #bookedTo = Number.NEGATIVE_INFINITY
  /** None has ever been here that settles before this. */
  #firstEnd = Number.POSITIVE_INFINITY
  readonly #ages = new Ages(this.tasks)

  get reserved(): number {
    return this.#reserved
  }

  /** How many are unsettled. */
  get pending(): number {
    return this.#pending
  }

  /** The unsettled ones, in no particular order. */
  get unsettled(): Task[] {
    return this.#open.ids.filter(task => this.#isKept(task))
  }

  /** Takes a task that is not settled. */
  put(task: Task): void {
    const isNew = this.show(task)
    if (!isNew) this.#spent++
    this.#reserved += micros(task.credits)
    this.#open.push(task, endOf(task))
    this.#pending++
  }

  newestFirst(): Iterable<Task> {
    return this.#ages.newestFirst()
  }

  /** Whether one of them may be so old that it is forgotten. */
  mayForget(now: number): boolean {
    return now >= this.#firstEnd + RETENTION_MS
  }

  /** Has the task found by its id and its video's. Whether nothing was found by that before. */
  show(task: Task): boolean {
    this.#firstEnd = Math.min(this.#firstEnd, endOf(task))
    const before = this.tasks.size
    this.tasks.set(task.id, task)
    const isNew = this.tasks.size > before
    if (isNew) this.#ages.add(task)
    this.videos.put(task)
    return isNew
  }

  /** Forgets a task that is settled. */
  drop(task: Task): void {
    this.tasks.delete(task.id)
    this.videos.drop(task)
  }

  /** Puts the task in place of the one with its id. */
  replace(task: Task): void {
    const old = this.tasks.get(task.id)
    this.show(task)
    // The old one stays in the queue it is in, and is passed over there.
    if (!old || endOf(old) <= this.#bookedTo) return
    this.#open.push(task, endOf(task))
    this.#spent++
    if (this.#open.length < 64 + 2 * this.#pending) return
    this.#open = queueOf(this.unsettled)
    this.#spent = 0
  }

  /** Books what has settled by `now`, and answers it. */
  settle(now: number): Task[] {
    const settled: Task[] = []
    this.#bookedTo = Math.max(this.#bookedTo, now)
    const open = this.#open
    while (open.length > 0 && (open.peekValue() as number) <= now) {
      const next = open.pop() as Task
      // It leaves a task behind its end, which would be kept for nothing.
      open.ids.pop()
      open.values.pop()
      if (this.#spent > 0 && !this.#isKept(next)) {
        this.#spent--
        continue
      }
      this.#pending--
      this.#reserved -= micros(next.credits)
      if (stepAt(next, now).state === 'succeed') this.charged += micros(next.credits)
      settled.push(next)
    }
    return settled
  }

  #isKept(task: Task): boolean {
    return this.tasks.get(task.id) === task
  }
}

/** Tasks, the next to settle first. */
function queueOf(tasks: readonly Task[]): FlatQueue<Task> {
  const queue = new FlatQueue<Task>()
  for (const task of tasks) queue.push(task, endOf(task))
  return queue
}
