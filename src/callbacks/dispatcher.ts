import { answerOf } from '../simulation/accept.ts'
import type { VirtualClock } from '../simulation/clock.ts'
import { type Delivery, stepAt, type Task, withoutUserinfo } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import type { Attempt, Poster, PostOutcome } from './post.ts'

/** One try to deliver a callback, as it ended. */
export interface AttemptReport extends Attempt {
  /** When it was sent, on the namespace's clock. */
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** From 1. */
  readonly attempt: number
  readonly url: string
  readonly requestBody: string
  /** What `place` gave when it was sent. */
  readonly seq: number
}

export interface DispatcherOptions {
  readonly store: Pick<Store, 'generation'>
  readonly poster: Poster
  /** The clock of a namespace. Closing it drops the deliveries that wait for it. */
  readonly clockOf: (namespace: string) => VirtualClock
  /** Tries after the first one that failed. */
  readonly retries: number
  /** Called as an attempt is sent: its place among what happens. The report comes when it is over. */
  readonly place: () => number
  readonly onAttempt: (report: AttemptReport) => void
}

/** The wait before the first retry; it doubles from one to the next, up to `LONGEST_BACKOFF_MS` (chosen). */
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 60_000

/** Outcomes that another try would not change. */
const FINAL: ReadonlySet<PostOutcome> = new Set<PostOutcome>([
  'delivered',
  'refused-address',
  'invalid-url',
  'invalid-headers',
  'aborted',
])

/** Posts callbacks when they are due, one task independent of another, and reports every attempt. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  /** Posts under way, each to its report. */
  readonly #posting = new Set<Promise<unknown>>()
  /** Deliveries that are neither done nor given up. */
  #owed = 0
  #waiting = 0
  #isClosed = false

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  /** Deliveries that wait to be due. */
  get waiting(): number {
    return this.#waiting
  }

  /** Posts under way. */
  get posting(): number {
    return this.#posting.size
  }

  /** Takes charge of the task's callbacks. */
  schedule(task: Task): void {
    for (const delivery of task.deliveries) {
      this.#owed++
      void this.#deliver(task, delivery).then(isOver => {
        if (isOver) this.#owed--
      })
    }
  }

  /**
   * Sends nothing more. Posts under way may go on until `drained`, then they are cut off.
   * Resolves to how many deliveries are left undone.
   */
  async close(drained: Promise<void>): Promise<number> {
    this.#isClosed = true
    await Promise.race([Promise.allSettled(this.#posting), drained])
    await this.#options.poster.close()
    await Promise.allSettled(this.#posting)
    return this.#owed
  }

  /** Resolves to whether nothing more is owed: it arrived, was given up, or its task is no more. */
  async #deliver(task: Task, delivery: Delivery): Promise<boolean> {
    const { store, clockOf, retries } = this.#options
    const generation = await store.generation(task.namespace)
    const isStale = async () => this.#isClosed || (await store.generation(task.namespace)) !== generation
    const clock = clockOf(task.namespace)
    let due = delivery.at
    for (let attempt = 1; attempt <= retries + 1; attempt++) {
      if (!(await this.#waitFor(clock, due)) || (await isStale())) return !this.#isClosed
      const report = await this.#post(task, delivery, clock, attempt)
      // A reset meanwhile: the journal has begun anew, and this belongs to the old one.
      if ((await store.generation(task.namespace)) === generation) this.#options.onAttempt(report)
      if (FINAL.has(report.outcome)) return report.outcome !== 'aborted'
      due = clock.now() + Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
    }
    return true
  }

  /** `false` if the clock is closed before `instant`. */
  async #waitFor(clock: VirtualClock, instant: number): Promise<boolean> {
    this.#waiting++
    try {
      await clock.until(instant)
      return true
    } catch {
      return false
    } finally {
      this.#waiting--
    }
  }

  async #post(task: Task, delivery: Delivery, clock: VirtualClock, attempt: number): Promise<AttemptReport> {
    const rest = clock.working()
    const at = clock.now()
    const seq = this.#options.place()
    const requestBody = JSON.stringify(answerOf(task, stepAt(task, at), '').body)
    const post = this.#options.poster.post(delivery.url, requestBody)
    this.#posting.add(post)
    try {
      const url = withoutUserinfo(delivery.url)
      return { ...(await post), at, namespace: task.namespace, taskId: task.id, attempt, url, requestBody, seq }
    } finally {
      this.#posting.delete(post)
      rest()
    }
  }
}
