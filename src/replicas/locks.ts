import type { Redis } from 'ioredis'
import { Mutex } from 'redis-semaphore'
import { Lanes } from '../simulation/lanes.ts'

/** Real milliseconds after which a lock is free whose holder is gone, how often it is renewed and how often tried to get. */
const LOCK = { lockTimeout: 4000, refreshInterval: 1000, retryInterval: 5, acquireTimeout: Number.POSITIVE_INFINITY }

/** One that goes on trying where it can't be renewed: what fails without a connection is what is done under it. */
class Lock extends Mutex {
  /** `key` has the prefix of all our keys, and so no other. */
  protected override readonly _key: string

  constructor(redis: Redis, key: string) {
    // A lock that is lost, as with a Redis that forgets, is no reason to stop half-way.
    super(redis, key, { ...LOCK, onLockLost: nothing })
    this._key = key
  }

  protected override async _refresh(): Promise<boolean> {
    return super._refresh().catch(() => true)
  }
}

/** Locks in Redis. Who wants one that is held here queues here; only the first in the queue asks Redis. */
export class Locks {
  readonly #redis: Redis
  readonly #prefix: string
  readonly #lanes = new Lanes()

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis
    this.#prefix = prefix
  }

  /** @throws if there is no connection. Then `act` was not begun. */
  hold<T>(name: string, act: () => Promise<T>): Promise<T> {
    return this.#lanes.inTurn(name, () => this.#hold(name, act))
  }

  async #hold<T>(name: string, act: () => Promise<T>): Promise<T> {
    const lock = new Lock(this.#redis, `${this.#prefix}lock:${name}`)
    await lock.acquire()
    try {
      return await act()
    } finally {
      // Nobody waits for it: what is sent after it on this connection comes after it.
      void lock.release().catch(nothing)
    }
  }
}

function nothing(): void {}
