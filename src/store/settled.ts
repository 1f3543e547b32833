import type { Task } from '../simulation/task.ts'

/** Settled tasks, the first to settle first. Constant work for each. */
export class Settled {
  #tasks: Task[] = []
  /** Those before it are gone already. */
  #from = 0

  get length(): number {
    return this.#tasks.length - this.#from
  }

  get list(): Task[] {
    return this.#tasks.slice(this.#from)
  }

  push(task: Task): void {
    this.#tasks.push(task)
  }

  /** Takes the first away. */
  shift(): Task | undefined {
    const task = this.#tasks[this.#from]
    if (task) this.#from++
    // The spent head is cut off once it is the larger part.
    if (this.#from > 1024 && this.#from * 2 > this.#tasks.length) this.#put(this.list)
    return task
  }

  /** Forgets those of a namespace, or all. */
  drop(namespace?: string): void {
    this.#put(namespace === undefined ? [] : this.list.filter(task => task.namespace !== namespace))
  }

  #put(tasks: Task[]): void {
    this.#tasks = tasks
    this.#from = 0
  }
}
