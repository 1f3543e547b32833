import { Queue, Worker } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import { addressPolicy } from '../../src/callbacks/address-policy.ts'
import type { AttemptReport } from '../../src/callbacks/outbox.ts'
import { createPoster } from '../../src/callbacks/post.ts'
import { SharedDispatcher } from '../../src/replicas/deliveries.ts'
import { type ClockMode, VirtualClock } from '../../src/simulation/clock.ts'
import type { Task } from '../../src/simulation/task.ts'
import type { Timebase } from '../../src/simulation/timebase.ts'
import type { Owings } from '../../src/store/owings.ts'
import { RedisStore } from '../../src/store/redis.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, type Sample, task } from '../simulation/sample.ts'
import { until } from '../support/requests.ts'

/** Callbacks are due this long after the task was accepted. */
export const WORK_MS = 2000
export const DUE = START + WORK_MS

export interface Given {
  readonly redis: string
  readonly prefix?: string
  readonly mode?: ClockMode
  readonly retries?: number
  readonly startAt?: number
  /** What is told to the replica of the store, otherwise than it is. */
  readonly owings?: (store: RedisStore) => Partial<Owings>
  readonly timebase?: Timebase
}

export type Replica = ReturnType<typeof openReplica>

/** What a replica needs to see to callbacks, gone at the end of the scope. */
export function openReplica(given: Given) {
  const { redis, prefix = 'mockling:', mode = 'frozen', retries = 0, startAt = START, timebase } = given
  const connections: Redis[] = []
  const connect = (options: Pick<RedisOptions, 'maxRetriesPerRequest'>) => {
    const connection = new Redis(redis, { ...options, retryStrategy: () => 50 })
    const duplicate = connection.duplicate.bind(connection)
    connection.duplicate = override => {
      const copy = duplicate(override)
      connections.push(copy)
      return copy
    }
    connections.push(connection)
    return connection
  }
  const client = connect({ maxRetriesPerRequest: 0 })
  client.on('error', () => {})
  const clocks = new Map<string, VirtualClock>()
  const store = new RedisStore({ client, prefix, retain: 1000, nowOf: namespace => clockOf(namespace).now() })
  const clockOf = (namespace: string) => {
    const clock = clocks.get(namespace) ?? new VirtualClock({ mode, rate: 1, startAt })
    clocks.set(namespace, clock)
    return clock
  }
  const reports: AttemptReport[] = []
  const troubles: unknown[] = []
  let places = 0
  let closing: Promise<number> | undefined
  const dispatcher = new SharedDispatcher({
    bull: { Queue, Worker },
    connect: () => connect({ maxRetriesPerRequest: null }),
    prefix: `${prefix}bull`,
    owings: given.owings ? bent(store, given.owings(store)) : store,
    store,
    ...(timebase && { timebase }),
    poster: createPoster({
      policy: addressPolicy({ private: 'allow', loopback: 'allow', allow: [], deny: [] }),
      userAgent: 'mockling/test',
    }),
    clockOf,
    retries: () => retries,
    place: () => ++places,
    onAttempt: report => reports.push(report),
    onTrouble: error => troubles.push(error),
  })
  return {
    dispatcher,
    store,
    clockOf,
    reports,
    troubles,
    get clock() {
      return clockOf(ALICE)
    },
    /** Keeps a task whose callback goes to `url`. */
    async kept(url: string, sample: Sample = {}): Promise<Task> {
      const { namespace = ALICE } = sample
      const made = task({
        pace: WORK_MS / 1000,
        ordinal: await store.nextOrdinal(namespace),
        ...sample,
        body: { callback_url: url, ...sample.body },
      })
      await store.create(made, {}, made.steps[0].at)
      return made
    },
    /** The same, and takes charge of it as after its answer. */
    async created(url: string, sample: Sample = {}): Promise<Task> {
      const made = await this.kept(url, sample)
      await dispatcher.deliver(made, false)
      return made
    },
    /** As a reset of the namespace does: the store's share is gone, and the clock is another. */
    async reset(namespace: string): Promise<void> {
      await store.reset(namespace)
      dispatcher.forget(namespace)
      clocks.get(namespace)?.close()
      clocks.delete(namespace)
    },
    /** Nobody hears of it any more, as if it had been killed. */
    cutOff(): void {
      for (const connection of connections) {
        connection.connect = () => Promise.reject(new Error('it is dead'))
        connection.disconnect()
      }
    },
    close(drained = Promise.resolve()) {
      closing ??= dispatcher.close(drained)
      return closing
    },
    async [Symbol.asyncDispose]() {
      for (const clock of clocks.values()) clock.close()
      await this.close()
      store.close()
      client.disconnect()
    },
  }
}

/** Resolves once nothing is owed any more. */
export function settled({ store }: Replica): Promise<void> {
  return until('nothing is owed', async () => {
    const { waiting, underway } = await store.count()
    return waiting + underway === 0
  })
}

/** The store, with some verbs of another. */
function bent(store: RedisStore, other: Partial<Owings>): Owings {
  return new Proxy(store, {
    get(_, verb) {
      const value = Reflect.get(verb in other ? other : store, verb)
      return typeof value === 'function' ? value.bind(verb in other ? other : store) : value
    },
  })
}
