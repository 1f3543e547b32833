import type { Redis } from 'ioredis'

export interface RedisStoreOptions {
  /** Connected. The store makes another connection of its kind when somebody first watches, and leaves this one open. */
  readonly client: Redis
  /** What all keys begin with. Stores of one prefix are one store. */
  readonly prefix: string
  /** Settled tasks kept, over all namespaces. */
  readonly retain: number
  /** Pending tasks taken, over all namespaces. Default 1,000,000. */
  readonly mostPending?: number
  /** Bytes that the requests kept with tasks may take, about. Default: any number. */
  readonly mostBytes?: number
  /** Real milliseconds that a callback whose create is not answered is left to whoever made it. Default 5000. */
  readonly freshMs?: number
  /** Called for each task that this store forgets to make room. */
  readonly onEvict?: () => void
  /**
   * A namespace's present. Lets tasks of namespaces that nobody comes back to be booked as settled, which is not taken back:
   * `undefined` if it is not known here.
   */
  readonly nowOf?: (namespace: string) => number | undefined
}
