import type { Task } from '../simulation/task.ts'

/** Tasks by the paths of their files. */
export class Files {
  readonly #tasks = new Map<string, Task>()

  at(path: string): Task | undefined {
    return this.#tasks.get(path)
  }

  put(task: Task): void {
    const { path, sourcePath } = task.video
    this.#tasks.set(path, task)
    if (sourcePath !== undefined) this.#tasks.set(sourcePath, task)
  }

  drop({ video: { path, sourcePath } }: Task): void {
    this.#tasks.delete(path)
    if (sourcePath !== undefined) this.#tasks.delete(sourcePath)
  }

  clear(): void {
    this.#tasks.clear()
  }
}
