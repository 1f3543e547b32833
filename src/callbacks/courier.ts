import type { VirtualClock } from '../simulation/clock.ts'
import type { Work } from '../simulation/crew.ts'
import type { Delivery, Retry, Task } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import type { Message } from './message.ts'
import { type AttemptReport, Outbox, type OutboxOptions, type Posting } from './outbox.ts'
import { Yielding } from './yielding.ts'

/** A callback that is to be tried, as it stands: its task may be changed while it yields. */
export interface Assignment {
  readonly task: Task
  /** In the task's deliveries. */
  readonly place: number
  /** From 1. */
  readonly attempt: number
  readonly clock: VirtualClock
  /** The store's when it was taken up. */
  readonly generation: number
  /** Called when the attempt is over, or lets others go first. */
  readonly onAttempt?: (() => void) | undefined
}

/**
 * What an attempt leaves to be done. A retry: it failed and is to be tried again. `over`: it arrived or is given up.
 * `owed`: nothing is sent here any more, and it did not arrive. `gone`: its task is no more.
 */
export type Upshot = Retry | 'over' | 'owed' | 'gone'

export interface CourierOptions extends OutboxOptions {
  readonly store: Pick<Store, 'generation'>
  /** Tries after the first one that failed, asked for after each. */
  readonly retries: () => number
  readonly onAttempt: (report: AttemptReport) => void
}

/** The wait before the first retry; it doubles from one to the next, up to `LONGEST_BACKOFF_MS` (chosen). */
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 60_000

/** Outcomes that another try would not change. */
const FINAL: ReadonlySet<AttemptReport['outcome']> = new Set<AttemptReport['outcome']>([
  'lost',
  'delivered',
  'refused-address',
  'invalid-url',
  'invalid-headers',
])

/** Makes attempts at callbacks that are due, reports each and says what comes next. When they are due is others' affair. */
export class Courier {
  readonly #options: CourierOptions
  readonly #outbox: Outbox
  readonly #yielding = new Yielding()
  #isClosed = false

  constructor(options: CourierOptions) {
    this.#options = options
    this.#outbox = new Outbox(options)
  }

  /** Posts under way. */
  get posting(): number {
    return this.#outbox.posting
  }

  /** The post to one of our own inboxes that has this name. */
  postNamed(name: string): Posting | undefined {
    return this.#outbox.postNamed(name)
  }

  /** Makes one attempt at what is due. */
  async attempt(assignment: Assignment, work: Work): Promise<Upshot> {
    const { place, attempt, clock } = assignment
    const ended = await this.#ended(assignment)
    if (ended) return ended
    const delivery = assignment.task.deliveries[place] as Delivery
    if (delivery.yieldsMs !== undefined && attempt === 1) {
      assignment.onAttempt?.()
      await this.#yielding.yield(assignment.task, work, delivery.at + delivery.yieldsMs)
      const endedMeanwhile = await this.#ended(assignment)
      if (endedMeanwhile) return endedMeanwhile
    }
    const { task } = assignment
    const sender = { task, place, attempt, work }
    const report = delivery.isLost
      ? this.#outbox.lose(sender, clock.now())
      : await this.#outbox.post(sender, clock.now())
    if (!delivery.isLost) this.#yielding.letOthersGo(assignment.task)
    // A reset meanwhile: the journal has begun anew, and this belongs to the old one.
    const isOld = await this.#isOld(assignment)
    if (!isOld) this.#options.onAttempt(report)
    assignment.onAttempt?.()
    if (report.outcome === 'aborted') return 'owed'
    if (isOld) return 'gone'
    if (FINAL.has(report.outcome) || attempt > this.#options.retries()) return 'over'
    const backoff = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
    return { attempt: attempt + 1, due: clock.now() + backoff }
  }

  /** Sends one message about the task, now and once. It is reported like any other attempt. */
  async resend(task: Task, place: number, attempt: number, message: Message): Promise<AttemptReport> {
    const work = this.#options.clockOf(task.namespace).work('sure')
    try {
      const sent = await this.#outbox.send({ task, place, attempt, work }, message)
      const report: AttemptReport = { ...sent, resend: true }
      this.#options.onAttempt(report)
      return report
    } finally {
      work.end()
    }
  }

  /** Sends nothing more. Posts under way may go on until `drained`, then they are cut off. */
  async close(drained: Promise<void>): Promise<void> {
    this.#isClosed = true
    await this.#outbox.close(drained)
  }

  /** What has become of it if it is not to be sent: nothing is sent any more, or its task is no more. */
  async #ended(assignment: Assignment): Promise<'owed' | 'gone' | undefined> {
    if (!this.#isClosed && !(await this.#isOld(assignment))) return undefined
    return this.#isClosed ? 'owed' : 'gone'
  }

  async #isOld({ task, generation }: Assignment): Promise<boolean> {
    return (await this.#options.store.generation(task.namespace)) !== generation
  }
}
