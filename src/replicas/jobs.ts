import type { Job, Queue, Worker, WorkerOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import { machineTime } from '../simulation/timebase.ts'
import type { OwingName } from '../store/owings.ts'
import type { Carried } from './carrier.ts'

/** What BullMQ is made of, which is loaded only where there is Redis. */
export interface Bull {
  readonly Queue: typeof Queue
  readonly Worker: typeof Worker
}

export interface JobsOptions {
  readonly bull: Bull
  /** Makes a connection, with `maxRetriesPerRequest: null`. It is ours from then on. */
  readonly connect: () => Redis
  /** Of BullMQ's keys. */
  readonly prefix: string
  /** Sees to a callback. What is left of it then is done when its job is out of the way: before that, no other of its name is taken. */
  readonly carry: (name: OwingName) => Promise<Carried>
  /** Something went wrong with Redis. It goes on by itself when that is back. */
  readonly onTrouble: (error: unknown) => void
}

/**
 * Workers in a replica, and jobs at work at a time in each. A worker takes jobs one after another, and begins with the first when it
 * has its fill or there is none left. That must be well before their locks are over: few for each, and several side by side.
 */
const WORKERS = 8
const MOST_AT_WORK = 128

/**
 * So long a job is believed to be at work when nothing is heard of its worker. Together with twice the time between two looks
 * it is how long the callbacks of a replica that was killed wait: 9 s at most. Shorter, and a replica that is merely busy, or
 * out of reach of Redis, would be taken for dead, and what it has posted would be posted again by another.
 */
const LOCK_MS = 5000
const LOOK_MS = 2000

/** What a worker says of a job that was taken over meanwhile, as after a time without Redis: that is what locks are for. */
const LOCK_LOST = /^could not renew lock for job|^Missing (?:lock|key) for job|^Lock mismatch for job/

/** The queue's name, after BullMQ's prefix. */
const QUEUE = 'callbacks'

/** Callbacks that are underway as jobs of BullMQ: any replica may see to any. */
export class Jobs {
  readonly #options: JobsOptions
  readonly #connections: Redis[] = []
  readonly #queue: Queue<OwingName>
  readonly #workers: readonly Worker<OwingName>[]
  /** Those at work here, by job. One that is taken for dead is given out anew, and may come back to us. */
  readonly #atWork = new Map<string, Promise<Carried>>()
  /** What is to be done when a job is out of the way. */
  readonly #afterwards = new Map<string, () => Promise<void>>()
  readonly #finishing = new Set<Promise<void>>()

  constructor(options: JobsOptions) {
    const { bull, connect, prefix, onTrouble } = options
    this.#options = options
    // What BullMQ would find out of Redis's version and settings it prints. It can do with what every version has.
    const shared = { prefix, skipVersionCheck: true, skipMetasUpdate: true }
    this.#queue = new bull.Queue(QUEUE, { ...shared, connection: this.#keep(connect()) })
    const connection = this.#keep(connect())
    this.#workers = Array.from({ length: WORKERS }, () => this.#openWorker(bull, { ...shared, connection }))
    this.#queue.on('error', onTrouble)
  }

  /** How many are at work here. */
  get atWork(): number {
    return this.#atWork.size
  }

  isAtWork(name: OwingName): boolean {
    return this.#atWork.has(idOf(name))
  }

  /** Makes jobs of them. One that is a job already stays as it is. */
  async add(names: readonly OwingName[]): Promise<void> {
    if (names.length === 0) return
    await this.#queue.addBulk(
      names.map(({ namespace, taskId, place }) => {
        const data = { namespace, taskId, place }
        return { name: 'callback', data, opts: { jobId: idOf(data), removeOnComplete: true, removeOnFail: true } }
      }),
    )
  }

  /** Takes no more, and resolves when those at work are out of the way, or at `limit`. */
  async close(limit: Promise<void>): Promise<void> {
    const ended = Promise.all(this.#workers.map(worker => worker.close())).then(async () => {
      await Promise.allSettled(this.#finishing)
      await this.#queue.close()
    })
    await Promise.race([ended.catch(this.#options.onTrouble), limit])
    for (const connection of this.#connections) connection.disconnect()
  }

  #openWorker(bull: Bull, shared: WorkerOptions): Worker<OwingName> {
    const worker = new bull.Worker<OwingName>(QUEUE, (job, token) => this.#work(job, token), {
      ...shared,
      concurrency: MOST_AT_WORK,
      lockDuration: LOCK_MS,
      stalledInterval: LOOK_MS,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 500,
      // A replica that hangs may have been told of work that it doesn't begin: others look for themselves.
      drainDelay: 1,
    })
    worker.on('error', error => {
      if (!LOCK_LOST.test(error.message)) this.#options.onTrouble(error)
    })
    worker.on('completed', job => this.#finish(job.id as string))
    return worker
  }

  /** A connection, and all that BullMQ makes after it: without a listener they print what goes wrong. */
  #keep(connection: Redis): Redis {
    this.#connections.push(connection)
    connection.on('error', this.#options.onTrouble)
    const duplicate = connection.duplicate.bind(connection)
    connection.duplicate = override => this.#keep(duplicate(override))
    return connection
  }

  async #work(job: Job<OwingName>, token?: string): Promise<void> {
    const id = job.id as string
    let work = this.#atWork.get(id)
    if (!work) {
      work = this.#options.carry(job.data).finally(() => this.#atWork.delete(id))
      this.#atWork.set(id, work)
    }
    const carried = await work
    this.#afterwards.delete(id)
    if ('laterMs' in carried) {
      await job.moveToDelayed(machineTime.now() + carried.laterMs, token)
      throw new PutOff()
    }
    if (carried.afterwards) this.#afterwards.set(id, carried.afterwards)
  }

  #finish(id: string): void {
    const afterwards = this.#afterwards.get(id)
    if (!afterwards) return
    this.#afterwards.delete(id)
    const finishing = afterwards()
      .catch(this.#options.onTrouble)
      .finally(() => this.#finishing.delete(finishing))
    this.#finishing.add(finishing)
  }
}

/** Tells BullMQ, which goes by the name, that the job was put off. */
class PutOff extends Error {
  override readonly name = 'DelayedError'
}

function idOf({ namespace, taskId, place }: OwingName): string {
  return `${namespace}.${taskId}.${place}`
}
