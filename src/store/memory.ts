import { LRUCache } from 'lru-cache'
import TinyQueue from 'tinyqueue'
import { GUIDE_TASKS } from '../simulation/guide-tasks.ts'
import { type Route, rerouted, withoutDelivery } from '../simulation/reroute.ts'
import { isForgotten, newestFirst, settlesAt, stepAt, type Task } from '../simulation/task.ts'
import { matches } from './filter.ts'
import type { Account, Limits, Refusal, Store, TaskFilter, TaskPage } from './store.ts'
import { Watchers } from './watchers.ts'

export interface MemoryStoreOptions {
  /** Settled tasks kept, over all namespaces. */
  readonly retain: number
  /** Pending tasks taken, over all namespaces. Default 1,000,000. */
  readonly mostPending?: number
  /** Called with each task that is forgotten to make room. */
  readonly onEvict?: (task: Task) => void
  /** A namespace's present. Lets tasks of namespaces that nobody comes back to be booked as settled. */
  readonly nowOf?: (namespace: string) => number
}

/** One namespace's share. Money is in millionths of a Credit, so that sums are exact. */
interface Shelf {
  readonly tasks: Map<string, Task>
  readonly videos: Map<string, Task>
  /** Unsettled tasks, the next to settle first. */
  open: TinyQueue<Open>
  ordinals: number
  reserved: number
  charged: number
}

/** A token bucket: what it held at `filledAt`. */
interface Bucket {
  readonly level: number
  readonly filledAt: number
}

/** Buckets of the tokens seen last. One that is forgotten is full again. */
const MOST_BUCKETS = 50_000

interface Open {
  readonly task: Task
  readonly at: number
}

function queueOf(tasks: readonly Task[]): TinyQueue<Open> {
  const open = tasks.map(task => ({ task, at: settlesAt(task) ?? Number.POSITIVE_INFINITY }))
  return new TinyQueue<Open>(open, (a, b) => a.at - b.at)
}

function micros(credits: number): number {
  return Math.round(credits * 1e6)
}

function emptyShelf(): Shelf {
  return {
    tasks: new Map(),
    videos: new Map(),
    open: queueOf([]),
    ordinals: 0,
    reserved: 0,
    charged: 0,
  }
}

/** Everything in this process's memory, bounded. */
export class MemoryStore implements Store {
  readonly #options: MemoryStoreOptions & { readonly mostPending: number }
  readonly #shelves = new Map<string, Shelf>()
  /** Goes round the shelves, a few at each create. */
  #round: Iterator<[string, Shelf]> | undefined
  readonly #buckets = new LRUCache<string, Bucket>({ max: MOST_BUCKETS })
  readonly #files = new Map<string, Task>()
  /** Settled tasks, the first to settle first; the ones before `#settledFrom` are gone already. */
  #settled: Task[] = []
  #settledFrom = 0
  #pending = 0
  readonly #watchers = new Watchers()
  /** Resets of everything, and of single namespaces. */
  #resets = 0
  readonly #resetsOf = new Map<string, number>()

  constructor(options: MemoryStoreOptions) {
    this.#options = { mostPending: 1_000_000, ...options }
  }

  async nextOrdinal(namespace: string): Promise<number> {
    return (this.#shelves.get(namespace)?.ordinals ?? 0) + 1
  }

  async create(task: Task, limits: Limits, now: number): Promise<'created' | 'taken' | Refusal> {
    const shelf = this.#shelves.get(task.namespace) ?? emptyShelf()
    if (task.ordinal !== shelf.ordinals + 1) return 'taken'
    this.#settle(shelf, now)
    this.#settleOthers()
    const refusal = this.#refusal(shelf, task.credits, limits)
    if (refusal) return refusal
    this.#shelves.set(task.namespace, shelf)
    shelf.ordinals++
    shelf.tasks.set(task.id, task)
    shelf.videos.set(task.video.id, task)
    shelf.reserved += micros(task.credits)
    shelf.open.push({ task, at: settlesAt(task) ?? Number.POSITIVE_INFINITY })
    this.#putFiles(task)
    this.#pending++
    // A task may be settled as soon as it is there.
    this.#settle(shelf, now)
    this.#evict()
    return 'created'
  }

  async keepRefused(task: Task): Promise<void> {
    const shelf = this.#shelves.get(task.namespace) ?? emptyShelf()
    this.#shelves.set(task.namespace, shelf)
    shelf.tasks.set(task.id, task)
    this.#settled.push(task)
    this.#evict()
  }

  async refusal(namespace: string, credits: number, limits: Limits, now: number): Promise<Refusal | undefined> {
    const shelf = this.#shelves.get(namespace)
    if (shelf) this.#settle(shelf, now)
    return this.#refusal(shelf ?? emptyShelf(), credits, limits)
  }

  async task(namespace: string, id: string, now: number): Promise<Task | undefined> {
    const task = this.#shelves.get(namespace)?.tasks.get(id) ?? GUIDE_TASKS.find(guide => guide.id === id)
    return task && !isForgotten(task, now) ? task : undefined
  }

  async taskOfVideo(namespace: string, videoId: string, now: number): Promise<Task | undefined> {
    const task =
      this.#shelves.get(namespace)?.videos.get(videoId) ?? GUIDE_TASKS.find(guide => guide.video.id === videoId)
    return task && !isForgotten(task, now) ? task : undefined
  }

  async taskOfFile(path: string): Promise<Task | undefined> {
    return this.#files.get(path) ?? GUIDE_TASKS.find(guide => guide.video.path === path)
  }

  async reroute(namespace: string, id: string, route: Route, now: number) {
    const shelf = this.#shelves.get(namespace)
    if (shelf) this.#settle(shelf, now)
    const task = shelf?.tasks.get(id)
    if (!shelf || !task || isForgotten(task, now))
      return GUIDE_TASKS.some(guide => guide.id === id) ? 'settled' : 'unknown'
    if ((settlesAt(task) ?? Number.POSITIVE_INFINITY) <= now) return 'settled'
    const changed = rerouted(task, route, now)
    if (!changed) return 'endless'
    this.#replace(shelf, changed)
    this.#settle(shelf, now)
    this.#evict()
    this.#watchers.tell(changed)
    return changed
  }

  async cancelDelivery(namespace: string, id: string, index: number, now: number): Promise<Task | undefined> {
    const shelf = this.#shelves.get(namespace)
    const task = shelf?.tasks.get(id)
    if (!shelf || !task?.deliveries[index] || isForgotten(task, now)) return undefined
    const changed = withoutDelivery(task, index)
    this.#replace(shelf, changed)
    this.#watchers.tell(changed)
    return changed
  }

  watch(tell: (task: Task) => void, id?: string): () => void {
    return this.#watchers.add(tell, id)
  }

  async list(namespace: string, filter: TaskFilter, now: number): Promise<TaskPage> {
    const own = this.#shelves.get(namespace)?.tasks.values() ?? []
    const matching = [...GUIDE_TASKS, ...own].filter(task => matches(task, filter, now))
    const tasks = matching.sort(newestFirst).slice(filter.offset, filter.offset + filter.limit)
    return { tasks, total: matching.length }
  }

  async account(namespace: string, now: number): Promise<Account> {
    const shelf = this.#shelves.get(namespace)
    if (!shelf) return { charged: 0, reserved: 0 }
    this.#settle(shelf, now)
    return { charged: shelf.charged / 1e6, reserved: shelf.reserved / 1e6 }
  }

  async take(namespace: string, perSecond: number, burst: number, now: number): Promise<boolean> {
    const { level, filledAt } = this.#buckets.get(namespace) ?? { level: burst, filledAt: now }
    const filled = Math.min(burst, level + ((now - filledAt) / 1000) * perSecond)
    // A hair's breadth under one is one: 0.1 s at 10/s must refill it whole.
    const isTaken = filled >= 1 - 1e-9
    this.#buckets.set(namespace, { level: isTaken ? filled - 1 : filled, filledAt: now })
    return isTaken
  }

  async generation(namespace: string): Promise<number> {
    return this.#resets + (this.#resetsOf.get(namespace) ?? 0)
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
    if (namespace === undefined) {
      this.#resets++
      this.#round = undefined
      this.#buckets.clear()
      this.#shelves.clear()
      this.#files.clear()
      this.#settled = []
      this.#settledFrom = 0
      this.#pending = 0
      return
    }
    this.#buckets.delete(namespace)
    this.#resetsOf.set(namespace, (this.#resetsOf.get(namespace) ?? 0) + 1)
    const shelf = this.#shelves.get(namespace)
    if (!shelf) return
    for (const task of shelf.tasks.values()) this.#dropFiles(task)
    this.#pending -= shelf.open.length
    this.#settled = this.#settled.slice(this.#settledFrom).filter(task => task.namespace !== namespace)
    this.#settledFrom = 0
    this.#shelves.delete(namespace)
  }

  #putFiles(task: Task): void {
    const { path, sourcePath } = task.video
    this.#files.set(path, task)
    if (sourcePath !== undefined) this.#files.set(sourcePath, task)
  }

  #dropFiles({ video: { path, sourcePath } }: Task): void {
    this.#files.delete(path)
    if (sourcePath !== undefined) this.#files.delete(sourcePath)
  }

  /** Puts the task in place of the one with its id, wherever that stands. */
  #replace(shelf: Shelf, task: Task): void {
    const old = shelf.tasks.get(task.id)
    const other = (one: Task) => (one === old ? task : one)
    shelf.tasks.set(task.id, task)
    shelf.videos.set(task.video.id, task)
    this.#putFiles(task)
    shelf.open = queueOf(shelf.open.data.map(({ task: open }) => other(open)))
    const index = this.#settled.indexOf(old as Task, this.#settledFrom)
    if (index >= 0) this.#settled[index] = task
  }

  /** Books what has settled by now: the plan is dated, so this may as well happen when somebody looks. */
  #settle(shelf: Shelf, now: number): void {
    for (let next = shelf.open.peek(); next && next.at <= now; next = shelf.open.peek()) {
      shelf.open.pop()
      this.#pending--
      shelf.reserved -= micros(next.task.credits)
      if (stepAt(next.task, now).state === 'succeed') shelf.charged += micros(next.task.credits)
      this.#settled.push(next.task)
    }
  }

  /** Books what has settled on a few other shelves: all of them in turn, and all at once when room is short. */
  #settleOthers(): void {
    const { nowOf, mostPending } = this.#options
    if (!nowOf) return
    if (this.#pending >= mostPending) this.#settleAll()
    for (let step = 0; step < 2; step++) {
      this.#round ??= this.#shelves.entries()
      const { value, done } = this.#round.next()
      if (done) this.#round = undefined
      else this.#settle(value[1], nowOf(value[0]))
    }
  }

  #settleAll(): void {
    const { nowOf } = this.#options
    if (nowOf) for (const [key, shelf] of this.#shelves) this.#settle(shelf, nowOf(key))
  }

  #refusal(shelf: Shelf, credits: number, { balance, concurrency }: Limits): Refusal | undefined {
    if (balance !== undefined && micros(credits) > micros(balance) - shelf.charged - shelf.reserved) return 'used_up'
    if (concurrency !== undefined && shelf.open.length >= concurrency) return 'too_many_requests'
    return this.#pending >= this.#options.mostPending ? 'overloaded' : undefined
  }

  #evict(): void {
    while (this.#settled.length - this.#settledFrom > this.#options.retain) {
      const task = this.#settled[this.#settledFrom++]
      if (task) this.#forget(task)
    }
    // The queue's spent head is cut off once it is the larger part: constant work for each task.
    if (this.#settledFrom > 1024 && this.#settledFrom * 2 > this.#settled.length) {
      this.#settled = this.#settled.slice(this.#settledFrom)
      this.#settledFrom = 0
    }
  }

  #forget(task: Task): void {
    const shelf = this.#shelves.get(task.namespace)
    shelf?.tasks.delete(task.id)
    shelf?.videos.delete(task.video.id)
    this.#dropFiles(task)
    this.#options.onEvict?.(task)
  }
}
