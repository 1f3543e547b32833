import type { Task } from '../simulation/task.ts'
import type { Keep } from './changes.ts'

export interface MemoryStoreOptions {
  /** Settled tasks kept, over all namespaces. */
  readonly retain: number
  /** Pending tasks taken, over all namespaces. Default 1,000,000. */
  readonly mostPending?: number
  /** Bytes that the requests kept with tasks may take, about. Default: any number. */
  readonly mostBytes?: number
  /** Bytes that everything may take, about. Default: any number. */
  readonly mostMemory?: number
  /** Called with each task that is forgotten to make room. */
  readonly onEvict?: (task: Task) => void
  /** A namespace's present. Lets tasks of namespaces that nobody comes back to be booked as settled. */
  readonly nowOf?: (namespace: string) => number
  /**
   * Called with each change before it is made, which is answered once it is safe.
   * @throws if it can't be kept; then nothing changes.
   */
  readonly keep?: Keep
}
