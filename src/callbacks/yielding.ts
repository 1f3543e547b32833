import type { Work } from '../simulation/crew.ts'
import { Hold } from '../simulation/hold.ts'
import type { Task } from '../simulation/task.ts'

/** A callback that lets the next one go first. */
interface Yielder {
  readonly task: Task
  readonly gone: Hold
}

/** Callbacks that let the namespace's next one go first. */
export class Yielding {
  readonly #yielders = new Set<Yielder>()

  /** Waits until another task's callback of the namespace is over, or for `instant`; not at all if that waits for us. */
  async yield(task: Task, work: Work, instant: number): Promise<void> {
    if ([...this.#yielders].some(other => isAnother(other.task, task))) return
    const yielder: Yielder = { task, gone: new Hold() }
    this.#yielders.add(yielder)
    await work.rest(instant, yielder.gone).catch(() => {})
    this.#yielders.delete(yielder)
  }

  /** The task's callback was sent. */
  letOthersGo(task: Task): void {
    for (const { task: other, gone } of this.#yielders) {
      if (isAnother(other, task)) gone.abort('others went first')
    }
  }
}

/** Whether both are of one namespace, and not the same. */
function isAnother(one: Task, other: Task): boolean {
  return one.namespace === other.namespace && one.id !== other.id
}
