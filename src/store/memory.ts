import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import { type Route, rerouted, withoutDelivery } from '../simulation/reroute.ts'
import { isForgotten, type Task } from '../simulation/task.ts'
import { Buckets } from './buckets.ts'
import { ByName } from './by-name.ts'
import { type Census, censusOf } from './census.ts'
import { type Change, changesFor } from './changes.ts'
import { pageOf } from './listing.ts'
import type { MemoryStoreOptions } from './options.ts'
import { Resets } from './resets.ts'
import { Round } from './round.ts'
import { Settled } from './settled.ts'
import { endOf, micros, Shelf } from './shelf.ts'
import type { Account, Limits, Refusal, Store, TaskFilter, TaskPage } from './store.ts'
import { Watchers } from './watchers.ts'
import { NAMESPACE_BYTES, TASK_BYTES, weightOf } from './weight.ts'

/** Everything in this process's memory, bounded. */
export class MemoryStore implements Store {
  readonly #options: MemoryStoreOptions & Required<Pick<MemoryStoreOptions, 'mostPending' | 'mostBytes' | 'mostMemory'>>
  readonly #shelves = new Map<string, Shelf>()
  readonly #round = new Round(this.#shelves)
  readonly #buckets = new Buckets()
  /** By the paths of their files. */
  readonly #files = new ByName(
    () => this.#tasks(),
    ({ video: { path, sourcePath } }) => [path, sourcePath],
  )
  readonly #settled = new Settled()
  #pending = 0
  #bytes = 0
  readonly #watchers = new Watchers()
  readonly #resets = new Resets()

  constructor(options: MemoryStoreOptions) {
    const any = Number.POSITIVE_INFINITY
    this.#options = { mostPending: 1_000_000, mostBytes: any, mostMemory: any, ...options }
  }

  async nextOrdinal(namespace: string): Promise<number> {
    return (this.#shelves.get(namespace)?.ordinals ?? 0) + 1
  }

  async byOrdinal<T>(namespace: string, _limits: Limits, act: (ordinal: number) => Promise<T | 'taken'>): Promise<T> {
    for (;;) {
      const made = await act(await this.nextOrdinal(namespace))
      if (made !== 'taken') return made
    }
  }

  async create(task: Task, limits: Limits, now: number): Promise<'created' | 'taken' | Refusal> {
    const shelf = this.#shelves.get(task.namespace) ?? new Shelf()
    if (task.ordinal !== shelf.ordinals + 1) return 'taken'
    this.#settle(shelf, now)
    this.#settleOthers()
    const refusal = this.#refusal(shelf, task.credits, limits)
    if (refusal) return refusal
    const safe = this.#change({ open: task, now })
    if (safe) await safe
    return 'created'
  }

  async keepRefused(task: Task): Promise<void> {
    await this.#change({ settled: task })
  }

  async refusal(namespace: string, credits: number, limits: Limits, now: number): Promise<Refusal | undefined> {
    const shelf = this.#shelves.get(namespace)
    if (shelf) this.#settle(shelf, now)
    return this.#refusal(shelf ?? new Shelf(), credits, limits)
  }

  async task(namespace: string, id: string, now: number): Promise<Task | undefined> {
    const task = this.#shelves.get(namespace)?.tasks.get(id) ?? GUIDE_TASKS.find(guide => guide.id === id)
    return task && !isForgotten(task, now) ? task : undefined
  }

  async taskOfVideo(namespace: string, videoId: string, now: number): Promise<Task | undefined> {
    const task =
      this.#shelves.get(namespace)?.videos.at(videoId) ?? GUIDE_TASKS.find(guide => guide.video.id === videoId)
    return task && !isForgotten(task, now) ? task : undefined
  }

  async taskOfFile(path: string): Promise<Task | undefined> {
    return this.#files.at(path) ?? GUIDE_TASKS.find(guide => guide.video.path === path)
  }

  async reroute(namespace: string, id: string, route: Route, now: number) {
    const shelf = this.#shelves.get(namespace)
    if (shelf) this.#settle(shelf, now)
    const task = shelf?.tasks.get(id)
    if (!shelf || !task || isForgotten(task, now))
      return GUIDE_TASKS.some(guide => guide.id === id) ? 'settled' : 'unknown'
    if (endOf(task) <= now) return 'settled'
    const changed = rerouted(task, route, now)
    if (!changed) return 'endless'
    await this.#change({ plan: changed, now })
    this.#watchers.tell(changed)
    return changed
  }

  async cancelDelivery(namespace: string, id: string, index: number, now: number): Promise<Task | undefined> {
    const task = this.#shelves.get(namespace)?.tasks.get(id)
    if (!task?.deliveries[index] || isForgotten(task, now)) return undefined
    const changed = withoutDelivery(task, index)
    await this.#change({ plan: changed })
    this.#watchers.tell(changed)
    return changed
  }

  watch(tell: (task: Task) => void, id?: string): () => void {
    return this.#watchers.add(tell, id)
  }

  async list(namespace: string, filter: TaskFilter, now: number): Promise<TaskPage> {
    return pageOf(this.#shelves.get(namespace), filter, now)
  }

  async account(namespace: string, now: number): Promise<Account> {
    const shelf = this.#shelves.get(namespace)
    if (!shelf) return { charged: 0, reserved: 0 }
    this.#settle(shelf, now)
    return { charged: shelf.charged / 1e6, reserved: shelf.reserved / 1e6 }
  }

  async take(namespace: string, perSecond: number, burst: number, now: number): Promise<boolean> {
    return this.#buckets.take(namespace, perSecond, burst, now)
  }

  async census(): Promise<Census> {
    this.#settleAll()
    return censusOf(this.#settled.list, this.#shelves, this.#options.nowOf ?? (() => 0))
  }

  async generation(namespace: string): Promise<number> {
    return this.#resets.generation(namespace)
  }

  async pending(): Promise<number> {
    this.#settleAll()
    return this.#pending
  }

  async namespaces(): Promise<readonly { namespace: string; tasks: number }[]> {
    return [...this.#shelves]
      .map(([namespace, shelf]) => ({ namespace, tasks: shelf.tasks.size }))
      .filter(({ tasks }) => tasks > 0)
  }

  async reset(namespace?: string): Promise<void> {
    await this.#change({ reset: namespace ?? null })
  }

  /** Makes a change that was kept, without keeping it again. */
  restore(change: Change): void {
    if ('open' in change) this.#open(change.open, change.now)
    else if ('settled' in change) this.#putSettled(change.settled)
    else if ('plan' in change) this.#replan(change.plan, change.now)
    else if ('reset' in change) this.#reset(change.reset ?? undefined)
    else if ('shelf' in change) {
      const { shelf, ordinals, charged } = change
      Object.assign(this.#shelfOf(shelf), { ordinals, charged })
    } else this.#resets.restore(change)
  }

  /** How many tasks there are, over all namespaces. */
  get size(): number {
    return this.#pending + this.#settled.length
  }

  /** The changes that make all this of an empty store, as it is at the call. */
  snapshot(): Iterable<Change> {
    return changesFor({
      resets: this.#resets.counts,
      shelves: [...this.#shelves].map(([shelf, { ordinals, charged }]) => ({ shelf, ordinals, charged })),
      settled: this.#settled.list.flatMap(task => this.#current(task) ?? []),
      open: [...this.#shelves.values()].flatMap(shelf => shelf.unsettled),
    })
  }

  /** The one place where anything changes, but for what has settled by itself. */
  #change(change: Change): Promise<void> | undefined {
    const safe = this.#options.keep?.(change)
    this.restore(change)
    return safe
  }

  *#tasks(): Generator<Task> {
    for (const shelf of this.#shelves.values()) yield* shelf.tasks.values()
  }

  #shelfOf(namespace: string): Shelf {
    const shelf = this.#shelves.get(namespace) ?? new Shelf()
    this.#shelves.set(namespace, shelf)
    return shelf
  }

  #open(task: Task, now = Number.NEGATIVE_INFINITY): void {
    const shelf = this.#shelfOf(task.namespace)
    shelf.ordinals = Math.max(shelf.ordinals, task.ordinal)
    this.#settle(shelf, now)
    shelf.put(task)
    this.#bytes += weightOf(task)
    this.#files.put(task)
    this.#pending++
    // A task may be settled as soon as it is there.
    this.#settle(shelf, now)
    this.#evict()
  }

  #putSettled(task: Task): void {
    const shelf = this.#shelfOf(task.namespace)
    this.#settle(shelf, endOf(task))
    shelf.show(task)
    this.#bytes += weightOf(task)
    this.#files.put(task)
    this.#settled.push(task)
    this.#evict()
  }

  /** Puts the task in place of the one with its id, wherever that stands. */
  #replan(task: Task, now = Number.NEGATIVE_INFINITY): void {
    const shelf = this.#shelfOf(task.namespace)
    this.#settle(shelf, now)
    const old = shelf.tasks.get(task.id)
    if (!old) return
    shelf.replace(task)
    this.#bytes += weightOf(task) - weightOf(old)
    this.#files.put(task)
    this.#settle(shelf, now)
    this.#evict()
  }

  #reset(namespace?: string): void {
    this.#buckets.reset(namespace)
    this.#resets.add(namespace)
    if (namespace === undefined) {
      this.#shelves.clear()
      this.#files.clear()
      this.#settled.drop()
      this.#pending = 0
      this.#bytes = 0
      return
    }
    const shelf = this.#shelves.get(namespace)
    if (!shelf) return
    for (const task of shelf.tasks.values()) {
      this.#files.drop(task)
      this.#bytes -= weightOf(task)
    }
    this.#pending -= shelf.pending
    this.#settled.drop(namespace)
    this.#shelves.delete(namespace)
  }

  /** Books what has settled by now: the plan is dated, so this may as well happen when somebody looks. */
  #settle(shelf: Shelf, now: number): void {
    for (const task of shelf.settle(now)) {
      this.#pending--
      this.#settled.push(task)
    }
  }

  /** Books what has settled on a few other shelves: all of them in turn, and all at once when room is short. */
  #settleOthers(): void {
    const { nowOf } = this.#options
    if (!nowOf) return
    if (this.#isFull()) {
      this.#settleAll()
      this.#evict()
    }
    for (const [key, shelf] of this.#round.next(2)) this.#settle(shelf, nowOf(key))
  }

  #settleAll(): void {
    const { nowOf } = this.#options
    if (nowOf) for (const [key, shelf] of this.#shelves) this.#settle(shelf, nowOf(key))
  }

  #refusal(shelf: Shelf, credits: number, { balance, concurrency }: Limits): Refusal | undefined {
    if (balance !== undefined && micros(credits) > micros(balance) - shelf.charged - shelf.reserved) return 'used_up'
    if (concurrency !== undefined && shelf.pending >= concurrency) return 'too_many_requests'
    return this.#isFull() ? 'overloaded' : undefined
  }

  #isFull(): boolean {
    return this.#pending >= this.#options.mostPending || this.#isTight()
  }

  /** Whether memory is what there is no more of. */
  #isTight(): boolean {
    const { mostBytes, mostMemory } = this.#options
    const memory = this.#bytes + this.size * TASK_BYTES + this.#shelves.size * NAMESPACE_BYTES
    return this.#bytes >= mostBytes || memory >= mostMemory
  }

  #evict(): void {
    const { retain } = this.#options
    while (this.#settled.length > (this.#isTight() ? 0 : retain)) {
      const task = this.#settled.shift()
      if (task) this.#forget(task)
    }
  }

  /** As it is by now: a callback of it may have been cancelled after it settled. */
  #current({ namespace, id }: Task): Task | undefined {
    return this.#shelves.get(namespace)?.tasks.get(id)
  }

  #forget(settled: Task): void {
    const task = this.#current(settled)
    if (!task) return
    const shelf = this.#shelves.get(task.namespace)
    shelf?.drop(task)
    this.#files.drop(task)
    this.#bytes -= weightOf(task)
    this.#options.onEvict?.(task)
  }
}
