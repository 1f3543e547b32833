import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { Task } from '../../simulation/task.ts'
import { Watchers } from '../watchers.ts'

/** Changes read at once. */
const MOST_AT_ONCE = 1000

type Read = (namespace: string, id: string) => Promise<Task | undefined>

/**
 * Changes of plans, of this store and of others. They are in a stream, and each is called out on a channel of the same name:
 * whoever hears it reads on in the stream, and so misses none, though the connection be lost in between.
 */
export class News {
  /** Who makes changes here. */
  readonly by = randomUUID()
  readonly #client: Redis
  readonly #name: string
  readonly #read: Read
  readonly #watchers = new Watchers()
  #subscriber: Redis | undefined
  /** The last change read, once it is known. */
  #last: Promise<string> | undefined
  #isReading = false
  /** Something was called out since reading began. */
  #isCalled = false
  #isClosed = false

  /** `read` gives a task as it is. */
  constructor(client: Redis, name: string, read: Read) {
    this.#client = client
    this.#name = name
    this.#read = read
  }

  watch(tell: (task: Task) => void, id?: string): () => void {
    this.#listen()
    return this.#watchers.add(tell, id)
  }

  /** A change made here. */
  tell(task: Task): void {
    this.#watchers.tell(task)
  }

  close(): void {
    this.#isClosed = true
    this.#client.off('ready', this.#onCall)
    this.#subscriber?.disconnect()
  }

  /** Begins to listen, from now on, when it is first called. */
  #listen(): void {
    if (this.#subscriber || this.#isClosed) return
    void this.#lastRead().catch(() => {})
    const subscriber = this.#client.duplicate({
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      commandTimeout: undefined,
      autoResubscribe: false,
      lazyConnect: false,
    })
    this.#subscriber = subscriber
    // The other connection has the same trouble, and tells of it.
    subscriber.on('error', () => {})
    subscriber.on('message', this.#onCall)
    subscriber.on('ready', () => void subscriber.subscribe(this.#name).then(this.#onCall, () => {}))
    this.#client.on('ready', this.#onCall)
  }

  readonly #onCall = (): void => {
    this.#isCalled = true
    if (!this.#isReading)
      void this.#readOn().finally(() => {
        this.#isReading = false
      })
  }

  /** Reads on until nothing more was called out. Where that fails, it goes on when the connection is back, or at the next call. */
  async #readOn(): Promise<void> {
    this.#isReading = true
    while (this.#isCalled && !this.#isClosed) {
      this.#isCalled = false
      const changed = await this.#changed().catch(() => [])
      for (const task of changed) this.#watchers.tell(task)
    }
  }

  /** Tasks that others have changed since the last time, as they are by now: those that somebody here watches. */
  async #changed(): Promise<Task[]> {
    const last = await this.#lastRead()
    const entries = await this.#client.xrange(this.#name, `(${last}`, '+', 'COUNT', MOST_AT_ONCE)
    const changes = entries.map(([, [, by, , namespace = '', , id = '']]) => ({ by, namespace, id }))
    const concerning = changes.filter(({ by, id }) => by !== this.by && this.#watchers.has(id))
    const once = new Map(concerning.map(({ namespace, id }) => [`${namespace}\n${id}`, { namespace, id }]))
    const tasks = await Promise.all([...once.values()].map(({ namespace, id }) => this.#read(namespace, id)))
    this.#last = Promise.resolve(entries.at(-1)?.[0] ?? last)
    if (entries.length === MOST_AT_ONCE) this.#isCalled = true
    return tasks.filter(task => task !== undefined)
  }

  #lastRead(): Promise<string> {
    this.#last ??= this.#client.xrevrange(this.#name, '+', '-', 'COUNT', 1).then(([entry]) => entry?.[0] ?? '0-0')
    this.#last.catch(() => {
      this.#last = undefined
    })
    return this.#last
  }
}
