import { randomUUID } from 'node:crypto'
import { callbackId, POST_HEADER } from '../simulation/callback-id.ts'
import type { VirtualClock } from '../simulation/clock.ts'
import type { Work } from '../simulation/crew.ts'
import { type Delivery, settlesAt, type Task, withoutUserinfo } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import { Charge, type Scheduled } from './charge.ts'
import { type Message, messageOf } from './message.ts'
import type { Attempt, Poster, PostOutcome } from './post.ts'

/** One try to deliver a callback, as it ended. */
export interface AttemptReport extends Omit<Attempt, 'outcome'> {
  /** `lost`: it was never sent, which an effect on its task has so. */
  readonly outcome: PostOutcome | 'lost'
  /** When it was sent, on the namespace's clock. */
  readonly at: number
  readonly namespace: string
  readonly taskId: string
  /** Which of the task's callbacks. */
  readonly callbackId: string
  /** From 1. */
  readonly attempt: number
  /** It was sent by a control command. */
  readonly resend?: true
  readonly url: string
  /** Its beginning, if it is longer than 100,000 characters. */
  readonly requestBody: string
  /** What `place` gave when it was sent; absent if it never was. */
  readonly seq?: number
}

/** A callback's body may be megabytes long, and attempts are kept. */
const MOST_SHOWN = 100_000

export interface DispatcherOptions {
  readonly store: Pick<Store, 'generation' | 'task' | 'watch'>
  readonly poster: Poster
  /** The clock of a namespace. Closing it drops the deliveries that wait for it. */
  readonly clockOf: (namespace: string) => VirtualClock
  /** Tries after the first one that failed, asked for after each. */
  readonly retries: () => number
  /** Called as an attempt is sent: its place among what happens. The report comes when it is over. */
  readonly place: () => number
  readonly onAttempt: (report: AttemptReport) => void
  /** Whether an address is one of our own inboxes, which are told whose post it is. */
  readonly isOurs?: (url: string) => boolean
}

/** A post under way. */
export interface Posting {
  readonly namespace: string
  readonly taskId: string
  readonly clock: VirtualClock
  readonly work: Work
}

/** Whose post it is. */
interface Sender {
  readonly task: Task
  readonly place: number
  readonly attempt: number
  readonly work: Work
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
  /** Those of them that go to our own inboxes. */
  readonly #ours = new Map<string, Posting>()
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
    this.#unwatch = options.store.watch(task => this.#follow(task))
  }

  /** Deliveries that wait to be due. */
  get waiting(): number {
    return this.#waiting
  }

  /** Posts under way. */
  get posting(): number {
    return this.#posting.size
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
    return this.#ours.get(name)
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
      const report: AttemptReport = { ...(await this.#send({ task, place, attempt, work }, message)), resend: true }
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
    await Promise.race([Promise.allSettled(this.#posting), drained])
    await this.#options.poster.close()
    await Promise.allSettled(this.#posting)
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
        const report = delivery.isLost ? this.#lose(sender, clock.now()) : await this.#post(sender, clock.now())
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

  #lose({ task, place, attempt }: Sender, at: number): AttemptReport {
    const { namespace, id: taskId } = task
    const url = withoutUserinfo(task.deliveries[place]?.url ?? '')
    const nothing = { requestHeaders: {}, requestBody: '', durationMs: 0 }
    return { outcome: 'lost', at, namespace, taskId, callbackId: callbackId(taskId, place), attempt, url, ...nothing }
  }

  #post(sender: Sender, now: number): Promise<AttemptReport> {
    const { task, place } = sender
    const { url } = task.deliveries[place] as Delivery
    return this.#send(sender, { url, ...messageOf(task, place, now) })
  }

  async #send({ task, place, attempt, work }: Sender, { url, text, headers }: Message): Promise<AttemptReport> {
    const { namespace, id: taskId } = task
    const { clockOf, isOurs, poster } = this.#options
    const clock = clockOf(namespace)
    const name = isOurs?.(url) ? randomUUID() : undefined
    if (name !== undefined) this.#ours.set(name, { namespace, taskId, clock, work })
    const at = clock.now()
    const seq = this.#options.place()
    const post = poster.post(url, text, name === undefined ? { ...headers } : { ...headers, [POST_HEADER]: name })
    this.#posting.add(post)
    try {
      const { requestHeaders, ...came } = await post
      const { [POST_HEADER]: _, ...sent } = requestHeaders
      const whose = { seq, namespace, taskId, callbackId: callbackId(taskId, place), attempt }
      return {
        ...came,
        requestHeaders: sent,
        ...whose,
        at,
        url: withoutUserinfo(url),
        requestBody: text.slice(0, MOST_SHOWN),
      }
    } finally {
      this.#posting.delete(post)
      if (name !== undefined) this.#ours.delete(name)
    }
  }
}

/** Whether both are of one namespace, and not the same. */
function isAnother(one: Task, other: Task): boolean {
  return one.namespace === other.namespace && one.id !== other.id
}
