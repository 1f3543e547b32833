import type { Task } from '../simulation/task.ts'

type Tell = (task: Task) => void

/** Who wants to know when plans change: of one task, or of any. */
export class Watchers {
  /** By the task's id; `''`: of any task. */
  readonly #tells = new Map<string, Set<Tell>>()

  add(tell: Tell, id = ''): () => void {
    const tells = this.#tells.get(id) ?? new Set()
    this.#tells.set(id, tells.add(tell))
    return () => {
      tells.delete(tell)
      if (tells.size === 0 && this.#tells.get(id) === tells) this.#tells.delete(id)
    }
  }

  /** Whether somebody wants to know of that task. */
  has(id: string): boolean {
    return this.#tells.has(id) || this.#tells.has('')
  }

  tell(task: Task): void {
    for (const id of [task.id, '']) for (const tell of [...(this.#tells.get(id) ?? [])]) tell(task)
  }
}
