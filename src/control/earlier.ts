import { createdAt, type Task } from '../simulation/task.ts'
import type { Store } from '../store/store.ts'

/** Tasks that an earlier process accepted, of which the journal knows nothing. A task is here as long as in the store. */
export class Earlier {
  /** Ids by namespace. */
  readonly #ids = new Map<string, string[]>()

  add({ namespace, id }: Task): void {
    const ids = this.#ids.get(namespace) ?? []
    this.#ids.set(namespace, ids)
    ids.push(id)
  }

  /** Forgets those of the namespace, or all, as the journal does. */
  clear(namespace?: string): void {
    if (namespace === undefined) this.#ids.clear()
    else this.#ids.delete(namespace)
  }

  /** Oldest first, of the namespace or of all. */
  async tasks(
    store: Pick<Store, 'task'>,
    nowOf: (namespace: string) => number,
    { namespace, from, to }: { readonly namespace?: string; readonly from?: number; readonly to?: number },
  ): Promise<Task[]> {
    const named = [...this.#ids].filter(([key]) => namespace === undefined || key === namespace)
    const found = await Promise.all(named.flatMap(([key, ids]) => ids.map(id => store.task(key, id, nowOf(key)))))
    return found
      .filter(task => task !== undefined)
      .filter(task => (from === undefined || createdAt(task) >= from) && (to === undefined || createdAt(task) <= to))
      .sort((a, b) => createdAt(a) - createdAt(b))
  }
}
