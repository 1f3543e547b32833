import type { Retry, Task } from '../simulation/task.ts'

/** A callback that is owed: which of a task's deliveries, which attempt comes next, and when. */
export interface Owing {
  readonly namespace: string
  readonly taskId: string
  /** In the task's deliveries. */
  readonly place: number
  /** From 1. */
  readonly attempt: number
  /** On the namespace's clock. */
  readonly due: number
}

/** An owing, without what changes of it. */
export type OwingName = Pick<Owing, 'namespace' | 'taskId' | 'place'>

/**
 * Whose callbacks are owed, for replicas that share a store. A callback is `waiting` from its task's create on; `underway` from
 * the moment somebody claims it until it waits again or is over. Each verb is one atomic change.
 */
export interface Owings {
  /** The task's create is answered: its callbacks may be claimed at once, where others would leave them be for five seconds. */
  release(task: Pick<Task, 'namespace' | 'id'>): Promise<void>
  /** Waiting callbacks of the namespace that are due by `now`, earliest first, `limit` at most: they are underway from now on. */
  claim(namespace: string, now: number, limit: number): Promise<Owing[]>
  /** Underway callbacks that were claimed, or reclaimed, longer than `ms` real milliseconds ago. They count as claimed now. */
  reclaim(ms: number, limit: number): Promise<Owing[]>
  /** The owing as it stands while it is underway; `undefined` if it is not. */
  underway(name: OwingName): Promise<Owing | undefined>
  /** The task of a callback that is owed, also if the store has forgotten it otherwise. */
  owedTask(name: OwingName): Promise<Task | undefined>
  /** It is underway no longer, and waits for its next attempt. Changes nothing unless it is underway. */
  again(name: OwingName, retry: Retry): Promise<void>
  /** It arrived or was given up. Changes nothing unless it is underway. */
  over(name: OwingName): Promise<void>
  /** Waiting ones, earliest first; of one namespace or task if it is named. */
  waiting(namespace?: string, taskId?: string): Promise<Owing[]>
  /** When the namespace's earliest waiting one is due; `undefined` if there is none. */
  earliest(namespace: string): Promise<number | undefined>
  /** Whether none of the namespace's is underway, nor waiting and due by `now`. */
  isAtRest(namespace: string, now: number): Promise<boolean>
  /** Namespaces with callbacks that wait. */
  owingNamespaces(): Promise<readonly string[]>
  /** How many wait and are underway, over all namespaces. */
  count(): Promise<{ readonly waiting: number; readonly underway: number }>
}
