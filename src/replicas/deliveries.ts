import type { Scheduled } from '../callbacks/charge.ts'
import { Courier, type CourierOptions } from '../callbacks/courier.ts'
import type { Deliveries } from '../callbacks/deliveries.ts'
import { type Message, messageOf } from '../callbacks/message.ts'
import type { AttemptReport, Posting } from '../callbacks/outbox.ts'
import { callbackId } from '../simulation/callback-id.ts'
import { type Task, withoutUserinfo } from '../simulation/task.ts'
import { machineTime, pause, type Timebase } from '../simulation/timebase.ts'
import type { Owings } from '../store/owings.ts'
import type { Store } from '../store/store.ts'
import { Carrier } from './carrier.ts'
import { Crowds } from './crowds.ts'
import { Ferry } from './ferry.ts'
import { Generations } from './generations.ts'
import { Jobs, type JobsOptions } from './jobs.ts'
import { Patience } from './patience.ts'

export interface SharedDispatcherOptions extends CourierOptions, Pick<JobsOptions, 'bull' | 'connect' | 'prefix'> {
  readonly store: Pick<Store, 'generation' | 'watch'>
  readonly owings: Owings
  /** Something went wrong with Redis. It goes on by itself when that is back. */
  readonly onTrouble?: (error: unknown) => void
  /** Asked when nothing is sent any more: whether there is a Redis to write down what came of it. Default: there is. */
  readonly isThere?: () => Promise<boolean>
  /** When it looks for what other replicas have left behind. Default: the machine's. */
  readonly timebase?: Timebase
}

/** Real milliseconds between two looks whether a first attempt was made: any replica may make it. */
const GLANCE_MS = 20

/** Real milliseconds after the last post that there are to write down what came of it. */
const WRITING_MS = 2000

/**
 * The callbacks of replicas: who is owed one is known to the store they share; when it is due, one of them claims it and makes it a job,
 * and any of them sees to that. None is lost; one is sent twice where a process dies between the post and writing that down.
 */
export class SharedDispatcher implements Deliveries {
  readonly #options: SharedDispatcherOptions
  readonly #courier: Courier
  readonly #patience: Patience
  readonly #jobs: Jobs
  readonly #ferry: Ferry
  readonly #unwatch: () => void
  #isClosed = false

  constructor(options: SharedDispatcherOptions) {
    const { owings, clockOf, bull, connect, prefix, onTrouble = () => {}, timebase = machineTime } = options
    const patience = new Patience(onTrouble)
    // A post that was made must not be forgotten because Redis is away when it is answered.
    const store = new Generations(options.store, patience)
    this.#options = options
    this.#patience = patience
    this.#courier = new Courier({ ...options, store })
    const carrier = new Carrier({
      courier: this.#courier,
      owings,
      store,
      clockOf,
      patience,
      crowds: new Crowds(machineTime),
      onAgain: (namespace, due) => this.#ferry.expect(namespace, due),
      onJobless: name => this.#jobs.add([name]),
    })
    this.#jobs = new Jobs({ bull, connect, prefix, carry: name => carrier.carry(name), onTrouble })
    this.#ferry = new Ferry({ owings, clockOf, jobs: this.#jobs, timebase, onTrouble })
    // An alarm for an instant that is none any more would have a clock that skips leap there.
    this.#unwatch = options.store.watch(({ namespace, deliveries }) => {
      if (deliveries.length > 0) this.#ferry.look(namespace)
    })
  }

  /** Over all replicas. */
  get waiting(): Promise<number> {
    return this.#options.owings.count().then(({ waiting }) => waiting)
  }

  get posting(): number {
    return this.#courier.posting
  }

  /** Who has to wait for its turn waits in the poster, under way already. */
  get inLine(): number {
    return 0
  }

  async deliver(task: Task, isEager: boolean): Promise<void> {
    const due = Math.min(...task.deliveries.map(({ at }) => at))
    if (task.deliveries.length === 0) return
    const { owings, clockOf } = this.#options
    const clock = clockOf(task.namespace)
    const work = clock.work('sure')
    try {
      await owings.release(task)
      this.#ferry.expect(task.namespace, due)
    } catch (error) {
      // Without Redis. Nothing is lost: it is claimed a little later, as if its create had never been answered.
      this.#options.onTrouble?.(error)
      return
    } finally {
      work.end()
    }
    if (isEager && due <= clock.now()) await this.#attempted(task)
  }

  async scheduled(namespace?: string, taskId?: string): Promise<Scheduled[]> {
    const { owings } = this.#options
    const tasks = new Map<string, Promise<Task | undefined>>()
    const shown = await Promise.all(
      (await owings.waiting(namespace, taskId)).map(async owing => {
        const { taskId: id, place, due: at, attempt } = owing
        const asked = tasks.get(owing.namespace + id) ?? owings.owedTask(owing)
        tasks.set(owing.namespace + id, asked)
        const url = (await asked)?.deliveries[place]?.url
        if (url === undefined) return []
        const whose = { namespace: owing.namespace, taskId: id, url: withoutUserinfo(url) }
        return [{ id: callbackId(id, place), ...whose, at, attempt }]
      }),
    )
    return shown.flat()
  }

  messageOf(task: Task, place: number, now: number): Omit<Message, 'url'> {
    return messageOf(task, place, now)
  }

  resend(task: Task, place: number, attempt: number, message: Message): Promise<AttemptReport> {
    return this.#courier.resend(task, place, attempt, message)
  }

  /** What is owed the store has forgotten already, with the tasks. */
  forget(namespace?: string): void {
    this.#ferry.forget(namespace)
  }

  postNamed(name: string): Posting | undefined {
    return this.#courier.postNamed(name)
  }

  /** What is cut off, other replicas take over. Resolves to how many callbacks are owed by all; of those here, if Redis is gone. */
  async close(drained: Promise<void>): Promise<number> {
    this.#isClosed = true
    this.#unwatch()
    const sent = this.#courier.close(drained)
    const { isThere = async () => true, owings } = this.#options
    const written = sent.then(async () => {
      if (await isThere()) await pause(WRITING_MS)
    })
    void written.then(() => this.#patience.end())
    // What it has claimed and can't make jobs of, for want of Redis, others will.
    await Promise.race([this.#ferry.close(), written])
    const left = this.#jobs.atWork
    await this.#jobs.close(written)
    this.#patience.end()
    const owed = await owings.count().catch(() => ({ waiting: 0, underway: left }))
    return owed.waiting + owed.underway
  }

  /** Resolves when the first attempt at the task's first callback is over, or lets others go first. */
  async #attempted({ namespace, id: taskId, deliveries }: Task): Promise<void> {
    if (deliveries[0]?.yieldsMs !== undefined) return
    const { owings } = this.#options
    const name = { namespace, taskId, place: 0 }
    while (!this.#isClosed) {
      const waiting = await owings.waiting(namespace, taskId)
      const owing = waiting.find(({ place }) => place === 0) ?? (await owings.underway(name))
      if (!owing || owing.attempt > 1) return
      await pause(GLANCE_MS)
    }
  }
}
