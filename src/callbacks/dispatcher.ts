import { postBy, resultBy } from '../faults/effects.ts'
import { answerOf } from '../simulation/accept.ts'
import type { VirtualClock } from '../simulation/clock.ts'
import { type Delivery, stepAt, type Task, withoutUserinfo } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import type { Attempt, Poster, PostOutcome } from './post.ts'

/** One try to deliver a callback, as it ended. */
export interface AttemptReport extends Omit<Attempt, 'outcome'> {
  /** `lost`: it was never sent, which an effect on its task has so. */
  readonly outcome: PostOutcome | 'lost'
  /** When it was sent, on the namespace's clock. */
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** From 1. */
  readonly attempt: number
  readonly url: string
  /** Its beginning, if it is longer than 100,000 characters. */
  readonly requestBody: string
}

/** A callback's body may be megabytes long, and attempts are kept. */
const MOST_SHOWN = 100_000

export interface DispatcherOptions {
  readonly store: Pick<Store, 'generation'>
  readonly poster: Poster
  /** The clock of a namespace. Closing it drops the deliveries that wait for it. */
  readonly clockOf: (namespace: string) => VirtualClock
  /** Tries after the first one that failed. */
  readonly retries: number
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
  'aborted',
])

/** A callback that lets the next one go first. */
interface Yielding {
  readonly task: Task
  readonly gone: AbortController
}

/** Posts callbacks when they are due, one task independent of another, and reports every attempt. */
export class Dispatcher {
  readonly #options: DispatcherOptions
  /** Posts under way, each to its report. */
  readonly #posting = new Set<Promise<unknown>>()
  readonly #yielding = new Set<Yielding>()
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

  /**
   * Takes charge of the task's callbacks. Resolves when the first attempt at the first of them is over, or at once if
   * that has to wait for its time.
   */
  async schedule(task: Task): Promise<void> {
    const isDue = (task.deliveries[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#options.clockOf(task.namespace).now()
    const tried = task.deliveries.map(
      (delivery, index) =>
        new Promise<void>(resolve => {
          this.#owed++
          void this.#deliver(task, delivery, index, resolve).then(isOver => {
            if (isOver) this.#owed--
            resolve()
          })
        }),
    )
    if (isDue) await tried[0]
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
  async #deliver(task: Task, delivery: Delivery, index: number, onTried: () => void): Promise<boolean> {
    const { store, clockOf, retries } = this.#options
    const generation = await store.generation(task.namespace)
    const isStale = async () => this.#isClosed || (await store.generation(task.namespace)) !== generation
    const clock = clockOf(task.namespace)
    let due = delivery.at
    for (let attempt = 1; attempt <= retries + 1; attempt++) {
      if (!(await this.#waitFor(clock, due)) || (await isStale())) return !this.#isClosed
      if (delivery.yieldsMs !== undefined && attempt === 1) {
        onTried()
        await this.#yield(task, clock, due + delivery.yieldsMs)
        if (await isStale()) return !this.#isClosed
      }
      const report = delivery.isLost ? this.#lose(task, delivery, clock) : await this.#post(task, index, clock, attempt)
      if (!delivery.isLost) this.#letOthersGo(task)
      // A reset meanwhile: the journal has begun anew, and this belongs to the old one.
      if ((await store.generation(task.namespace)) === generation) this.#options.onAttempt(report)
      onTried()
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

  /** Waits until another task's callback of the namespace is over, or for `instant`; not at all if that waits for us. */
  async #yield(task: Task, clock: VirtualClock, instant: number): Promise<void> {
    if ([...this.#yielding].some(other => isAnother(other.task, task))) return
    const yielding: Yielding = { task, gone: new AbortController() }
    this.#yielding.add(yielding)
    await clock.until(instant, yielding.gone.signal).catch(() => {})
    this.#yielding.delete(yielding)
  }

  #letOthersGo(task: Task): void {
    for (const { task: other, gone } of this.#yielding) {
      if (isAnother(other, task)) gone.abort()
    }
  }

  #lose(task: Task, { url }: Delivery, clock: VirtualClock): AttemptReport {
    const { namespace, id: taskId } = task
    const nothing = { requestHeaders: {}, requestBody: '', durationMs: 0 }
    return { outcome: 'lost', at: clock.now(), namespace, taskId, attempt: 1, url: withoutUserinfo(url), ...nothing }
  }

  async #post(task: Task, index: number, clock: VirtualClock, attempt: number): Promise<AttemptReport> {
    const rest = clock.working()
    const at = clock.now()
    const delivery = task.deliveries[index] as Delivery
    const { text: requestBody, headers } = messageOf(task, index, at)
    const post = this.#options.poster.post(delivery.url, requestBody, headers)
    this.#posting.add(post)
    try {
      const url = withoutUserinfo(delivery.url)
      const shown = requestBody.slice(0, MOST_SHOWN)
      return { ...(await post), at, namespace: task.namespace, taskId: task.id, attempt, url, requestBody: shown }
    } finally {
      this.#posting.delete(post)
      rest()
    }
  }
}

/** Whether both are of one namespace, and not the same. */
function isAnother(one: Task, other: Task): boolean {
  return one.namespace === other.namespace && one.id !== other.id
}

/** What a delivery of the task says at `now`, its task's effects included. */
export function messageOf(task: Task, index: number, now: number): { text: string; headers: Record<string, string> } {
  const told = { ...answerOf(task, stepAt(task, now), '').body }
  const effects = task.effects ?? []
  const body = resultBy(effects, told)
  const post = postBy(effects, { body, headers: {} }, { task, index, now })
  return { text: post.text ?? JSON.stringify(post.body), headers: { ...post.headers } }
}
