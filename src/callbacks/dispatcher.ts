import type { VirtualClock } from '../simulation/clock.ts'
import type { Work } from '../simulation/crew.ts'
import { type Delivery, settlesAt, type Task } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import { Charge, type Scheduled } from './charge.ts'
import { type Message, messageOf } from './message.ts'
import { type AttemptReport, Outbox, type OutboxOptions, type Posting } from './outbox.ts'

export type { AttemptReport, Posting } from './outbox.ts'

/** Closing a namespace's clock drops the deliveries that wait for it. */
export interface DispatcherOptions extends OutboxOptions {
  readonly store: Pick<Store, 'generation' | 'task' | 'watch'>
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
  readonly #outbox: Outbox
  readonly #yielding = new Set<Yielding>()
  /** By the task's id. One whose plan has no end stays, for that may change. */
  readonly #charges = new Map<string, Charge>()
  readonly #unwatch: () => void
  /** Deliveries that are neither done nor given up. */
  #owed = 0
  #waiting = 0
  #isClosed = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#outbox = new Outbox(options)
    this.#unwatch = options.store.watch(task => this.#follow(task))
  }

  /** Deliveries that wait to be due. */
  get waiting(): number {
    return this.#waiting
  }

  /** Posts under way. */
  get posting(): number {
    return this.#outbox.posting
  }

  /** Callbacks that wait to be due, the earliest first; those of one namespace if it is named. */
  scheduled(namespace?: string): Scheduled[] {
    return [...this.#charges.values()]
      .filter(({ task }) => namespace === undefined || task.namespace === namespace)
      .flatMap(charge => charge.scheduled)
      .sort((a, b) => a.at - b.at)
  }

  /** The post to one of our own inboxes that has this name. */
  postNamed(name: string): Posting | undefined {
    return this.#outbox.postNamed(name)
  }

  /**
   * Takes charge of the task's callbacks. Resolves when the first attempt at the first of them is over, or at once if
   * that has to wait for its time.
   */
  async schedule(task: Task): Promise<void> {
    const charge = new Charge(task)
    if (task.deliveries.length > 0 || settlesAt(task) === undefined) this.#charges.set(task.id, charge)
    const isDue = (task.deliveries[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#options.clockOf(task.namespace).now()
    const [first] = this.#startAll(charge)
    if (isDue) await first
  }

  /** What a callback of the task says at `now`. */
  messageOf(task: Task, place: number, now: number): Omit<Message, 'url'> {
    return messageOf(task, place, now)
  }

  /** Sends one message about the task, now and once. It is reported like any other attempt. */
  async resend(task: Task, place: number, attempt: number, message: Message): Promise<AttemptReport> {
    const work = this.#options.clockOf(task.namespace).work('sure')
    try {
      const report: AttemptReport = {
        ...(await this.#outbox.send({ task, place, attempt, work }, message)),
        resend: true,
      }
      this.#options.onAttempt(report)
      return report
    } finally {
      work.end()
    }
  }

  /** Drops what waits of the namespace, or of all. */
  forget(namespace?: string): void {
    for (const [id, charge] of [...this.#charges]) {
      if (namespace !== undefined && charge.task.namespace !== namespace) continue
      this.#charges.delete(id)
      charge.drop()
    }
  }

  /**
   * Sends nothing more. Posts under way may go on until `drained`, then they are cut off.
   * Resolves to how many deliveries are left undone.
   */
  async close(drained: Promise<void>): Promise<number> {
    this.#isClosed = true
    this.#unwatch()
    await this.#outbox.close(drained)
    return this.#owed
  }

  /** The plan of a task has changed: what waits goes by the new one, and what is new is taken up. */
  #follow(task: Task): void {
    const charge = this.#charges.get(task.id)
    charge?.follow(task)
    if (charge) this.#startAll(charge)
  }

  /** Takes up the deliveries that are not yet. Each resolves when its first attempt is over. */
  #startAll(charge: Charge): Promise<void>[] {
    const starts: Promise<void>[] = []
    while (charge.started < charge.task.deliveries.length) {
      const place = charge.started++
      charge.running++
      this.#owed++
      starts.push(
        new Promise(resolve => {
          void this.#deliver(charge, place, resolve).then(isOver => {
            resolve()
            if (isOver) this.#owed--
            if (--charge.running === 0 && settlesAt(charge.task) !== undefined) this.#charges.delete(charge.task.id)
          })
        }),
      )
    }
    return starts
  }

  /** Resolves to whether nothing more is owed: it arrived, was given up or cancelled, or its task is no more. */
  async #deliver(charge: Charge, place: number, onAttempt: () => void): Promise<boolean> {
    const { namespace, id } = charge.task
    const { store, clockOf } = this.#options
    const clock = clockOf(namespace)
    const work = clock.work('sure')
    try {
      const generation = await store.generation(namespace)
      const isStale = async () => this.#isClosed || (await store.generation(namespace)) !== generation
      // It may have been rerouted before we were asked.
      const kept = await store.task(namespace, id, clock.now())
      if (kept && kept !== charge.task) charge.follow(kept)
      let due: number | undefined
      for (let attempt = 1; ; attempt++) {
        if (!(await this.#isDue(charge, place, clock, work, { due, attempt })) || (await isStale()))
          return !this.#isClosed
        const delivery = charge.task.deliveries[place] as Delivery
        if (delivery.yieldsMs !== undefined && attempt === 1) {
          onAttempt()
          await this.#yield(charge.task, work, delivery.at + delivery.yieldsMs)
          if (await isStale()) return !this.#isClosed
        }
        const sender = { task: charge.task, place, attempt, work }
        const report = delivery.isLost
          ? this.#outbox.lose(sender, clock.now())
          : await this.#outbox.post(sender, clock.now())
        if (!delivery.isLost) this.#letOthersGo(charge.task)
        // A reset meanwhile: the journal has begun anew, and this belongs to the old one.
        if ((await store.generation(namespace)) === generation) this.#options.onAttempt(report)
        onAttempt()
        if (FINAL.has(report.outcome)) return report.outcome !== 'aborted'
        if (attempt > this.#options.retries()) return true
        due = clock.now() + Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
      }
    } finally {
      work.end()
    }
  }

  /** Resolves when the delivery is due, wherever its plan is moved: to whether it still is to be sent. */
  async #isDue(
    charge: Charge,
    place: number,
    clock: VirtualClock,
    work: Work,
    { due, attempt }: { due: number | undefined; attempt: number },
  ): Promise<boolean> {
    for (;;) {
      const delivery = charge.task.deliveries[place]
      if (this.#isClosed || charge.isOver || delivery === undefined || delivery.isCancelled) return false
      const at = due ?? delivery.at
      if (at <= clock.now()) return true
      const again = new AbortController()
      charge.waits.set(place, { at, attempt, again })
      this.#waiting++
      try {
        await work.rest(at, again.signal)
      } catch {
        // Not by a new plan: the clock is closed.
        if (!again.signal.aborted) return false
      } finally {
        charge.waits.delete(place)
        this.#waiting--
      }
    }
  }

  /** Waits until another task's callback of the namespace is over, or for `instant`; not at all if that waits for us. */
  async #yield(task: Task, work: Work, instant: number): Promise<void> {
    if ([...this.#yielding].some(other => isAnother(other.task, task))) return
    const yielding: Yielding = { task, gone: new AbortController() }
    this.#yielding.add(yielding)
    await work.rest(instant, yielding.gone.signal).catch(() => {})
    this.#yielding.delete(yielding)
  }

  #letOthersGo(task: Task): void {
    for (const { task: other, gone } of this.#yielding) {
      if (isAnother(other, task)) gone.abort()
    }
  }
}

/** Whether both are of one namespace, and not the same. */
function isAnother(one: Task, other: Task): boolean {
  return one.namespace === other.namespace && one.id !== other.id
}
