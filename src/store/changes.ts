import type { Task } from '../simulation/task.ts'

/** A change of what a store holds, as plain data: whoever makes the same changes in the same order holds the same. */
export type Change =
  /** A task that is not settled, with the next ordinal. `now` is when it was created. */
  | { readonly open: Task; readonly now?: number }
  /** A task that is settled and paid for: one that was refused has no price. */
  | { readonly settled: Task }
  /** A task by its new plan. `now`: what had settled by then has settled by its old one. */
  | { readonly plan: Task; readonly now?: number }
  /** All of a namespace is forgotten; `null`: everything. */
  | { readonly reset: string | null }
  /** Where a namespace stands, beside its tasks. */
  | { readonly shelf: string; readonly ordinals: number; readonly charged: number }
  /** Resets so far, of everything and of single namespaces. */
  | { readonly resets: number; readonly of: readonly (readonly [string, number])[] }

/** Keeps a change before it is made. Resolves, if it has to be waited for, once it is safe. */
export type Keep = (change: Change) => Promise<void> | undefined

/** What a store holds, all of it. */
export interface Holding {
  readonly resets: Change & { readonly resets: number }
  readonly shelves: readonly Change[]
  readonly settled: readonly Task[]
  readonly open: readonly Task[]
}

/** The changes that make all this of an empty store. */
export function* changesFor({ resets, shelves, settled, open }: Holding): Iterable<Change> {
  yield resets
  yield* shelves
  for (const task of settled) yield { settled: task }
  for (const task of open) yield { open: task }
}
