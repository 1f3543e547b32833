import type { Kept } from '../simulation/namespaces.ts'
import { createdAt, type Retry, type Task } from '../simulation/task.ts'
import type { Change } from '../store/changes.ts'
import type { MemoryStore } from '../store/memory.ts'
import type { StateFile, StateFileOptions } from './file.ts'
import type { Release } from './lock.ts'
import { openStateFile } from './opening.ts'
import { type Left, Owed } from './owed.ts'

/** All that is in a file, beside the changes of the store. */
type Extra =
  /** A simulator was started: the how-manieth, and how its clocks were to run. */
  | { readonly start: number; readonly clock: string }
  /** Where a namespace's clock stands; `null`: it has none any more. */
  | { readonly clockOf: string; readonly stand: Omit<Kept, 'least'> | null }
  /** A task that the store has forgotten, and whose callbacks are not over. */
  | { readonly owed: Task; readonly left: Left }
  /** A callback is over for good. */
  | { readonly over: readonly [id: string, place: number] }
  /** A callback will be tried again. */
  | { readonly again: readonly [id: string, place: number, attempt: number, due: number] }

type Entry = Extra | (Change & { readonly left?: Left })

/** A file is written anew when it has twice the records it needs, and this many more. */
const SPARE = 10_000

/**
 * What survives the process: a store's changes, what has become of callbacks, and where clocks stand, in the order they
 * happened, in one file.
 */
export class State {
  readonly #store: MemoryStore
  readonly #file: StateFile
  readonly #release: Release
  readonly #owed = new Owed()
  readonly #clocks = new Map<string, Omit<Kept, 'least'>>()
  /** The latest instant that is known of a namespace. */
  readonly #seen = new Map<string, number>()
  /** The last start there was. */
  #start = { start: -1, clock: '' }
  #starts = 0
  #rewriteAt = SPARE

  private constructor(store: MemoryStore, file: StateFile, release: Release) {
    this.#store = store
    this.#file = file
    this.#release = release
  }

  /**
   * Fills the store with what is in the file, which is made if it is not there.
   * @throws Unusable saying why the file can't be had.
   */
  static async open(path: string, store: MemoryStore, options: StateFileOptions): Promise<State> {
    const { file, release } = await openStateFile(path, options)
    const state = new State(store, file, release)
    try {
      file.load(record => state.#apply(record as Entry))
    } catch (error) {
      await state.close()
      throw error
    }
    state.#starts = state.#start.start + 1
    return state
  }

  /** Simulators that were started with the file before this one. */
  get starts(): number {
    return this.#starts
  }

  /** How the clocks of the last one were to run; `''` if there was none. */
  get lastClock(): string {
    return this.#start.clock
  }

  /** Callbacks that are not over. */
  get owed(): Owed {
    return this.#owed
  }

  /** Clocks as they were left. */
  get clocks(): ReadonlyMap<string, Kept> {
    const least = (key: string) => this.#seen.get(key) ?? Number.NEGATIVE_INFINITY
    return new Map([...this.#clocks].map(([key, stand]) => [key, { ...stand, least: least(key) }]))
  }

  /** A simulator starts, whose clocks are to run like this. */
  begin(clock: string): void {
    this.#start = { start: this.#starts, clock }
    this.#file.note(this.#start)
    this.#tidy()
  }

  /**
   * Keeps a change of the store.
   * @throws Overload if it can't be kept.
   */
  keep(change: Change): Promise<void> | undefined {
    const safe = this.#file.append(change)
    this.#owed.follow(change)
    this.#tidy()
    return safe
  }

  keepClock(key: string, stand: Omit<Kept, 'least'> | undefined): void {
    const entry: Extra = { clockOf: key, stand: stand ?? null }
    this.#file.note(entry)
    this.#apply(entry)
    this.#tidy()
  }

  /** The callback is over for good: it arrived, or was given up. */
  over(id: string, place: number): void {
    if (!this.#owed.has(id, place)) return
    this.#file.note({ over: [id, place] } satisfies Extra)
    this.#owed.over(id, place)
    this.#tidy()
  }

  /** The callback failed, and will be tried again. */
  again(id: string, place: number, retry: Retry): void {
    if (!this.#owed.has(id, place)) return
    this.#file.note({ again: [id, place, retry.attempt, retry.due] } satisfies Extra)
    this.#owed.again(id, place, retry)
    this.#tidy()
  }

  async close(): Promise<void> {
    await this.#file.close()
    await this.#release()
  }

  /** `false` for what is no entry. */
  #apply(entry: Entry): boolean {
    if ('start' in entry) this.#start = entry
    else if ('clockOf' in entry) {
      if (entry.stand) this.#clocks.set(entry.clockOf, entry.stand)
      else this.#clocks.delete(entry.clockOf)
      this.#seen.delete(entry.clockOf)
    } else if ('owed' in entry) this.#owed.put(entry.owed, entry.left)
    else if ('over' in entry) this.#owed.over(...entry.over)
    else if ('again' in entry) {
      const [id, place, attempt, due] = entry.again
      this.#owed.again(id, place, { attempt, due })
    } else return this.#applyChange(entry)
    return true
  }

  #applyChange({ left, ...change }: Change & { readonly left?: Left }): boolean {
    if (!KINDS.some(kind => kind in change)) return false
    this.#store.restore(change)
    this.#owed.follow(change, left)
    this.#see(change)
    return true
  }

  #see(change: Change): void {
    const task = 'open' in change ? change.open : 'plan' in change ? change.plan : undefined
    if (!task) return
    const now = Math.max(createdAt(task), task.reroutedAt ?? 0)
    this.#seen.set(task.namespace, Math.max(now, this.#seen.get(task.namespace) ?? now))
  }

  /** Has the file written anew when most of what is in it is no longer so. */
  #tidy(): void {
    // Not before what is being done is done: a change of the store is kept before it is made.
    if (this.#file.count >= this.#rewriteAt && !this.#file.isRewriting) queueMicrotask(() => this.#rewrite())
  }

  #rewrite(): void {
    if (this.#file.count < this.#rewriteAt || this.#file.isRewriting) return
    this.#rewriteAt = 2 * (this.#store.size + this.#clocks.size) + SPARE
    if (this.#file.count < this.#rewriteAt) return
    void this.#file.rewrite(this.#snapshot()).then(() => {
      this.#rewriteAt = 2 * this.#file.count + SPARE
    })
  }

  /** Entries that make all this of an empty file. */
  #snapshot(): Entry[] {
    const owed = this.#owed.snapshot()
    const entries: Entry[] = [this.#start]
    for (const [clockOf, stand] of this.#clocks) entries.push({ clockOf, stand })
    for (const change of this.#store.snapshot()) {
      const task = 'open' in change ? change.open : 'settled' in change ? change.settled : undefined
      const debt = task && owed.get(task.id)
      if (debt) owed.delete(debt.task.id)
      if (debt) entries.push({ ...change, left: debt.left })
      else if ('open' in change && change.open.deliveries.length > 0) entries.push({ ...change, left: [] })
      else entries.push(change)
    }
    for (const { task, left } of owed.values()) entries.push({ owed: task, left })
    return entries
  }
}

/** Members that tell changes of the store apart. */
const KINDS = ['open', 'settled', 'plan', 'reset', 'shelf', 'resets'] as const
