import type { Route } from '../simulation/reroute.ts'
import type { Step, Task } from '../simulation/task.ts'

/** What bounds a namespace's creates. Absent means unlimited. */
export interface Limits {
  /** Credits to begin with. */
  readonly balance?: number
  /** Tasks unsettled at once. */
  readonly concurrency?: number
}

/** Why a create is not admitted: its price is above the balance left, the cap is reached, the store is full. */
export type Refusal = 'used_up' | 'too_many_requests' | 'overloaded'

/** Where a namespace stands, in Credits. */
export interface Account {
  /** Billed for tasks that succeeded. */
  readonly charged: number
  /** Prices of tasks that are not settled yet. */
  readonly reserved: number
}

/** Which tasks to list. */
export interface TaskFilter {
  /** Keeps tasks created at or after this instant, in Unix milliseconds. */
  readonly from?: number
  /** Keeps tasks created at or before this instant. */
  readonly to?: number
  /** Keeps tasks in this state now; `pending`: not settled yet. */
  readonly state?: Step['state'] | 'pending'
  readonly model?: string
  readonly mode?: string
  readonly action?: string
  /** Keeps tasks whose id begins so. */
  readonly id?: string
  /** Keeps tasks that this endpoint made. */
  readonly type?: string
  /** Keeps tasks with this outcome, as the task has it written. */
  readonly outcome?: string
  /** `soonest`: those to which something happens next by their plans; the rest newest first. Default `newest`. */
  readonly order?: 'newest' | 'soonest'
  readonly offset: number
  readonly limit: number
}

/** Tasks in the order asked for, and how many match in all. */
export interface TaskPage {
  readonly tasks: readonly Task[]
  readonly total: number
}

/**
 * Where tasks live. Each verb is one atomic change, whichever engine is behind it. `now` is the namespace's own.
 *
 * A settled task is forgotten 60 virtual days after it settled, or earlier when the store holds more settled tasks
 * than it may retain: oldest settled first. A pending task is never forgotten. The guides' own tasks are in every
 * namespace and always there.
 */
export interface Store {
  /** The ordinal the namespace's next create will have, from 1. */
  nextOrdinal(namespace: string): Promise<number>
  /**
   * Has `act`, which creates a task within these limits, try with one ordinal after another until it is not `taken`. Under no
   * limits, which nothing but an overload can refuse, a store may set aside an ordinal for it, that is not given again.
   */
  byOrdinal<T>(namespace: string, limits: Limits, act: (ordinal: number) => Promise<T | 'taken'>): Promise<T>
  /**
   * Keeps a new task, reserving its price and a slot. Changes nothing when it answers otherwise: `taken` if another
   * create has its ordinal by now.
   */
  create(task: Task, limits: Limits, now: number): Promise<'created' | 'taken' | Refusal>
  /** Keeps the failed task that a refused create leaves. It has no ordinal, no price, no video, and is settled. */
  keepRefused(task: Task): Promise<void>
  /** What `create` would refuse a task of this price for; `undefined` if it would keep it. Changes nothing. */
  refusal(namespace: string, credits: number, limits: Limits, now: number): Promise<Refusal | undefined>
  /** The namespace's task of that id. */
  task(namespace: string, id: string, now: number): Promise<Task | undefined>
  /** The namespace's task that made, or will make, the video of that id. */
  taskOfVideo(namespace: string, videoId: string, now: number): Promise<Task | undefined>
  /** The task, of any namespace, whose file has that path. */
  taskOfFile(path: string): Promise<Task | undefined>
  /**
   * Replaces the future of a pending task, and tells those who watch it. Reservation, slot and list follow the new plan.
   * Changes nothing when it answers otherwise: `unknown` if there is no such task, `settled` if it is over by `now`,
   * `endless` if it is to end as planned and its plan has no end.
   */
  reroute(namespace: string, id: string, route: Route, now: number): Promise<Task | 'unknown' | 'settled' | 'endless'>
  /**
   * Cancels the callback at `index` of the task's deliveries, pending or not, and tells those who watch it. `undefined`
   * if there is none.
   */
  cancelDelivery(namespace: string, id: string, index: number, now: number): Promise<Task | undefined>
  /**
   * Has `tell` called with the new task at each change of its plan, whoever makes it, until the function returned is
   * called. Without `id`, at each change of any task.
   */
  watch(tell: (task: Task) => void, id?: string): () => void
  /** A page of the namespace's tasks, newest first unless asked otherwise; of equal age the last accepted first. */
  list(namespace: string, filter: TaskFilter, now: number): Promise<TaskPage>
  account(namespace: string, now: number): Promise<Account>
  /** Takes one from the namespace's bucket, which holds `burst` and refills by `perSecond`. `false` if it is empty. */
  take(namespace: string, perSecond: number, burst: number, now: number): Promise<boolean>
  /** Grows with each reset that concerns the namespace: what belongs to another one is not reported. */
  generation(namespace: string): Promise<number>
  /** Tasks that are not settled yet, over all namespaces. */
  pending(): Promise<number>
  /** Tasks by the state they are in, over all namespaces, without the guides' own. */
  census(): Promise<Readonly<Record<Step['state'], number>>>
  /** Namespaces that hold tasks, and how many. */
  namespaces(): Promise<readonly { readonly namespace: string; readonly tasks: number }[]>
  /** Forgets everything of the namespace, or of all of them. */
  reset(namespace?: string): Promise<void>
}
