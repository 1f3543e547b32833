import type { Task } from '../simulation/task.ts'

/** A task may lack a name: a refused create's has no video, and few have the file it was made of. */
type NamesOf = (task: Task) => readonly (string | undefined)[]

/** Tasks by names beside their ids. Kept from the first time that somebody asks by one of them: many runs never do. */
export class ByName {
  readonly #all: () => Iterable<Task>
  readonly #namesOf: NamesOf
  #tasks: Map<string, Task> | undefined

  /** Of `all` tasks there are, each found by the names it has by `namesOf`. */
  constructor(all: () => Iterable<Task>, namesOf: NamesOf) {
    this.#all = all
    this.#namesOf = namesOf
  }

  at(name: string): Task | undefined {
    if (!this.#tasks) {
      this.#tasks = new Map()
      for (const task of this.#all()) this.put(task)
    }
    return this.#tasks.get(name)
  }

  /** Takes a task that is among the others by now, or stands in the place of an older one. */
  put(task: Task): void {
    if (this.#tasks) for (const name of this.#namesOf(task)) if (name) this.#tasks.set(name, task)
  }

  drop(task: Task): void {
    if (this.#tasks) for (const name of this.#namesOf(task)) if (name) this.#tasks.delete(name)
  }

  clear(): void {
    this.#tasks = undefined
  }
}
