import type { Work } from '../simulation/crew.ts'
import { type Delivery, type Retry, settlesAt, type Task } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'
import { Charge, type Desk, type Errand, type Left, type Scheduled } from './charge.ts'
import { Courier, type CourierOptions } from './courier.ts'
import type { Deliveries } from './deliveries.ts'
import { type Message, messageOf } from './message.ts'
import type { AttemptReport, Posting } from './outbox.ts'
import { limitsFor, POSTS_PER_RECEIVER } from './targets.ts'
import { Turns } from './turns.ts'

export type { AttemptReport, Posting } from './outbox.ts'

/** Is told what another process would have to know to go on. A callback is told by its task's id and its place there. */
export interface DeliveryBook {
  /** It is over for good: it arrived, or was given up. */
  over(id: string, place: number): void
  /** It failed, and will be tried again. */
  again(id: string, place: number, retry: Retry): void
}

/** Closing a namespace's clock drops the deliveries that wait for it. */
export interface DispatcherOptions extends CourierOptions {
  readonly store: Pick<Store, 'generation' | 'task' | 'watch'>
  readonly book?: DeliveryBook | undefined
}

/** Posts callbacks when they are due, one task independent of another, and reports every attempt. */
export class Dispatcher implements Desk, Deliveries {
  readonly #options: DispatcherOptions
  readonly #courier: Courier
  /** By the task's id. One whose plan has no end stays, for that may change. */
  readonly #charges = new Map<string, Charge>()
  readonly #unwatch: () => void
  /** Deliveries that are neither done nor given up. */
  #owed = 0
  #waiting = 0
  /** Whose turn it is of what is due: who waits here is not written yet, and of a crowd most wait. */
  readonly #turns = new Turns(limitsFor(POSTS_PER_RECEIVER))
  /** How many of them wait for it. */
  #inLine = 0
  #isClosed = false

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.#courier = new Courier(options)
    this.#unwatch = options.store.watch(task => this.#follow(task))
  }

  /** Deliveries that wait to be due. */
  get waiting(): number {
    return this.#waiting
  }

  /** Posts under way, and what is due and waits for its turn. */
  get posting(): number {
    return this.#courier.posting + this.#inLine
  }

  /** Callbacks that are due and wait for their turn. */
  get inLine(): number {
    return this.#inLine
  }

  /** Callbacks that wait to be due, the earliest first; those of one namespace, or of one task, if it is named. */
  scheduled(namespace?: string, taskId?: string): Scheduled[] {
    const charges = taskId === undefined ? this.#charges.values() : [this.#charges.get(taskId)]
    const scheduled: Scheduled[] = []
    for (const charge of charges) {
      if (charge && (namespace === undefined || charge.task.namespace === namespace))
        scheduled.push(...charge.scheduled)
    }
    return scheduled.sort((a, b) => a.at - b.at)
  }

  /** The post to one of our own inboxes that has this name. */
  postNamed(name: string): Posting | undefined {
    return this.#courier.postNamed(name)
  }

  /**
   * Takes charge of the task's callbacks, or of what is `left` of them. Resolves when the first attempt at the first of them
   * is over, or at once if that has to wait for its time.
   */
  async schedule(task: Task, left?: Left): Promise<void> {
    // Ids begin anew with a reset.
    const former = this.#charges.get(task.id)
    if (former) this.#drop(former)
    const isOwedSome = (left?.size ?? task.deliveries.length) > 0
    if (!isOwedSome && settlesAt(task) !== undefined) return
    const clock = this.#options.clockOf(task.namespace)
    const charge = new Charge(task, clock, this)
    this.#charges.set(task.id, charge)
    const isDue = (task.deliveries[0]?.at ?? Number.POSITIVE_INFINITY) <= clock.now()
    this.#takeUp(charge, left)
    const { first } = charge
    if (isDue && first?.work) {
      await new Promise<void>(resolve => {
        first.onAttempt = resolve
      })
    }
  }

  deliver(task: Task): Promise<void> {
    return this.schedule(task)
  }

  /** What a callback of the task says at `now`. */
  messageOf(task: Task, place: number, now: number): Omit<Message, 'url'> {
    return messageOf(task, place, now)
  }

  /** Sends one message about the task, now and once. It is reported like any other attempt. */
  resend(task: Task, place: number, attempt: number, message: Message): Promise<AttemptReport> {
    return this.#courier.resend(task, place, attempt, message)
  }

  /** Drops what waits of the namespace, or of all, but for tasks that came after the last reset. */
  async forget(namespace?: string): Promise<void> {
    const { store } = this.#options
    const generations = new Map<string, number>()
    for (const charge of [...this.#charges.values()]) {
      const { namespace: key, id } = charge.task
      if (namespace !== undefined && key !== namespace) continue
      if (!generations.has(key)) generations.set(key, await store.generation(key))
      const isThere = charge.first
        ? [...charge.errands()].some(errand => errand.generation === generations.get(key))
        : (await store.task(key, id, charge.clock.now())) !== undefined
      if (!isThere) this.#drop(charge)
    }
  }

  /**
   * Sends nothing more. Posts under way may go on until `drained`, then they are cut off.
   * Resolves to how many deliveries are left undone.
   */
  async close(drained: Promise<void>): Promise<number> {
    // What is due may still go out, until `drained`.
    this.#turns.open()
    this.#isClosed = true
    this.#unwatch()
    await this.#courier.close(drained)
    return this.#owed
  }

  /** Called by the clock. */
  wake(errand: Errand, isDue: boolean): void {
    errand.waiter = undefined
    this.#waiting--
    if (isDue) {
      errand.work = errand.charge.clock.work('sure')
      this.#proceed(errand)
    } else this.#end(errand)
  }

  /** The plan of a task has changed: what waits goes by the new one, and what is new is taken up. */
  #follow(task: Task): void {
    const charge = this.#charges.get(task.id)
    if (!charge) return
    charge.task = task
    this.#rouse(charge)
    this.#takeUp(charge)
  }

  #drop(charge: Charge): void {
    this.#charges.delete(charge.task.id)
    charge.isOver = true
    this.#rouse(charge)
  }

  /** What waits begins to wait anew, by the plan as it is. */
  #rouse(charge: Charge): void {
    for (const errand of charge.errands()) {
      if (!errand.waiter) continue
      charge.clock.letGo(errand.waiter)
      this.wake(errand, true)
    }
  }

  /** Takes up the deliveries that are not yet. */
  #takeUp(charge: Charge, left?: Left): void {
    for (const errand of charge.takeUp(left)) {
      if (left && !left.has(errand.place)) continue
      charge.running++
      this.#owed++
      errand.work = charge.clock.work('sure')
      void this.#begin(errand)
    }
  }

  async #begin(errand: Errand): Promise<void> {
    const { store } = this.#options
    const { charge } = errand
    const { namespace, id } = charge.task
    errand.generation = await store.generation(namespace)
    // It may have been rerouted before we were asked.
    const kept = await store.task(namespace, id, charge.clock.now())
    if (kept && kept !== charge.task) {
      charge.task = kept
      this.#rouse(charge)
    }
    this.#proceed(errand)
  }

  /** Goes on with one that is at work: it is sent, waits for its time, or is not to be sent at all. */
  #proceed(errand: Errand): void {
    const { clock } = errand
    const at = instantOf(errand)
    if (this.#isClosed || at === undefined) this.#end(errand)
    else if (at <= clock.now()) this.#lineUp(errand)
    else if (clock.closedFor !== undefined) this.#end(errand)
    else this.#wait(errand, at)
  }

  #wait(errand: Errand, at: number): void {
    errand.waiter = errand.charge.clock.wakeAt(at, errand)
    this.#waiting++
    errand.work?.end()
    errand.work = undefined
  }

  /** Has it sent when it is its turn, by the plan as it is then. */
  #lineUp(errand: Errand): void {
    const { url, yieldsMs, isLost } = errand.task.deliveries[errand.place] as Delivery
    // What isn't sent, or lets others go first, is in nobody's way.
    const names = isLost || yieldsMs !== undefined ? undefined : this.#options.poster.namesOf(url)
    if (!names) {
      void this.#attempt(errand)
      return
    }
    let giveBack: (() => void) | undefined
    this.#inLine++
    giveBack = this.#turns.take(names, () => {
      this.#inLine--
      const hasWaited = giveBack !== undefined
      if (!hasWaited || (instantOf(errand) ?? Number.POSITIVE_INFINITY) <= errand.clock.now()) {
        void this.#attempt(errand, () => giveBack?.())
        return
      }
      giveBack?.()
      this.#proceed(errand)
    })
  }

  /** Makes one attempt at what is due. `then` is called when it is over. */
  async #attempt(errand: Errand, then?: () => void): Promise<void> {
    const { charge, place } = errand
    const { book } = this.#options
    try {
      const upshot = await this.#courier.attempt(errand, errand.work as Work)
      if (upshot === 'owed') this.#end(errand, 'owed')
      else if (upshot === 'gone') this.#end(errand, 'over')
      else if (upshot === 'over') {
        book?.over(charge.task.id, place)
        this.#end(errand, 'over')
      } else {
        errand.retry = upshot
        book?.again(charge.task.id, place, upshot)
        this.#proceed(errand)
      }
    } catch (error) {
      this.#fail(errand, error)
    } finally {
      then?.()
    }
  }

  /** A defect of ours: nobody is to wait for the callback. */
  #fail(errand: Errand, error: unknown): never {
    if (errand.work) this.#end(errand, 'over')
    throw error
  }

  /**
   * Nothing more becomes of it: the one place where a callback ends. `over`: it arrived, was given up or cancelled, or its
   * task is no more. What ends for another reason at a stop is `owed`.
   */
  #end(errand: Errand, ending: 'over' | 'owed' = this.#isClosed ? 'owed' : 'over'): void {
    const { charge } = errand
    errand.work?.end()
    errand.work = undefined
    errand.onAttempt?.()
    errand.onAttempt = undefined
    if (ending === 'over') this.#owed--
    charge.running--
    if (charge.running > 0 || settlesAt(charge.task) === undefined) return
    if (this.#charges.get(charge.task.id) === charge) this.#charges.delete(charge.task.id)
  }
}

/** When it is to be sent, by the plan as it is; `undefined` if it is not to be sent at all. */
function instantOf({ charge, place, due }: Errand): number | undefined {
  const delivery = charge.task.deliveries[place]
  return charge.isOver || delivery === undefined || delivery.isCancelled ? undefined : (due ?? delivery.at)
}
