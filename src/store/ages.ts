import { newestFirst, type Task } from '../simulation/task.ts'

/** So many ids of tasks that are gone stay in any case. */
const MOST_SPARE = 64

/** Tasks of a shelf by their age. Kept from the first time that somebody lists them: most runs never do. */
export class Ages {
  readonly #tasks: ReadonlyMap<string, Task>
  /** Oldest first; among them some of tasks that are gone. */
  #ids: string[] | undefined

  constructor(tasks: ReadonlyMap<string, Task>) {
    this.#tasks = tasks
  }

  /** Takes a task that was put among the others just now. */
  add(task: Task): void {
    const ids = this.#ids
    if (!ids) return
    const last = this.#tasks.get(ids.at(-1) ?? '')
    // One that is older than another, or stands where one that is gone stood, is put in its place when somebody looks.
    if (last && newestFirst(task, last) < 0 && ids.length < MOST_SPARE + 2 * this.#tasks.size) ids.push(task.id)
    else this.#ids = undefined
  }

  *newestFirst(): Iterable<Task> {
    this.#ids ??= [...this.#tasks.values()].sort((a, b) => newestFirst(b, a)).map(({ id }) => id)
    const ids = this.#ids
    for (let at = ids.length - 1; at >= 0; at--) {
      const task = this.#tasks.get(ids[at] as string)
      if (task) yield task
    }
  }
}
