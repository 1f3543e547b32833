import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setImmediate } from 'node:timers'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { type Job, perform, type Results } from './jobs.ts'
import type { ClipSpec } from './spec.ts'
import type { Outcome } from './worker.ts'

/**
 * The thread's program, which lies beside the bundle this is part of. Run from its sources mockling has none, because
 * Node 20 runs no TypeScript in a thread: then jobs are done in process, to the same result.
 */
const SCRIPT = new URL('./media-worker.js', import.meta.url)

/** Makes the functions hot that every clip needs; worth a hundred milliseconds to the first one asked for. */
const WARM_UP: ClipSpec = { id: '', width: 320, height: 180, fps: 30, frames: 90, audio: true, label: ['mockling'] }

export interface PoolOptions {
  /** Jobs done at once. One less than the machine's cores by default, from 1 to 2. */
  readonly threads?: number
  readonly script?: URL
  /** Starts a thread; may throw. */
  readonly startThread?: (script: URL) => Worker
  /** Threads can't be used; called once. Jobs are done in process from then on. */
  readonly onTrouble?: (error: Error) => void
}

interface Waiting {
  readonly job: Job
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  /** What it is at work on. */
  current: Waiting | undefined
}

/** Does jobs on a few threads, each one job at a time; the others wait their turn. Threads start when first needed. */
export class Pool {
  /** The most threads there may be. */
  #limit: number
  readonly #script: URL
  readonly #startThread: (script: URL) => Worker
  readonly #onTrouble: (error: Error) => void
  readonly #threads: Thread[] = []
  readonly #queue: Waiting[] = []
  #isInProcess: boolean
  #isDraining = false
  #isWarm = false
  #isClosed = false

  constructor({ threads, script = SCRIPT, startThread = newThread, onTrouble = () => {} }: PoolOptions = {}) {
    this.#limit = threads ?? Math.min(2, Math.max(1, availableParallelism() - 1))
    this.#script = script
    this.#startThread = startThread
    this.#onTrouble = onTrouble
    this.#isInProcess = !existsSync(fileURLToPath(script))
  }

  /** Whether jobs are done in process, which holds the event loop. */
  get isInProcess(): boolean {
    return this.#isInProcess
  }

  /** Jobs that wait for a thread. */
  get waiting(): number {
    return this.#queue.length
  }

  /**
   * Has a job done.
   * @throws `signal.reason` if `signal` aborts while the job still waits; one begun is finished.
   */
  run<Kind extends Job['kind']>(job: Job & { kind: Kind }, signal?: AbortSignal): Promise<Results[Kind]> {
    return new Promise<Results[Kind]>((resolve, reject) => {
      signal?.throwIfAborted()
      const waiting: Waiting = { job, resolve, reject }
      const giveUp = () => {
        const at = this.#queue.indexOf(waiting)
        if (at === -1) return
        this.#queue.splice(at, 1)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', giveUp, { once: true })
      this.#queue.push(waiting)
      this.#proceed()
    })
  }

  /** Starts a thread and warms it up, the first time; in process it does nothing. */
  warm(): void {
    if (this.#isWarm || this.#isInProcess || this.#isClosed) return
    this.#isWarm = true
    // Whatever went wrong has been told, and matters to real jobs only.
    this.run({ kind: 'whole', spec: WARM_UP }).catch(() => {})
  }

  /** Ends the threads. Jobs under way or waiting are never answered. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#queue.length = 0
    await Promise.all(this.#threads.splice(0).map(({ worker }) => worker.terminate()))
  }

  #proceed(): void {
    if (this.#isClosed) return
    while (this.#queue.length > 0 && !this.#isInProcess) {
      const thread = this.#threads.find(({ current }) => current === undefined) ?? this.#start()
      if (thread === undefined) break
      thread.current = this.#queue.shift() as Waiting
      // A thread at work keeps the process alive, an idle one does not.
      thread.worker.ref()
      thread.worker.postMessage(thread.current.job)
    }
    if (this.#isInProcess) this.#drain()
  }

  /** One job after the other, with everybody else's turn in between. */
  #drain(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    setImmediate(() => {
      this.#isDraining = false
      const next = this.#queue.shift()
      if (next === undefined || this.#isClosed) return
      try {
        next.resolve(perform(next.job) as never)
      } catch (error) {
        next.reject(error)
      }
      if (this.#queue.length > 0) this.#drain()
    })
  }

  /** A further thread; `undefined` if there are enough of them or no more can be had. */
  #start(): Thread | undefined {
    if (this.#threads.length >= this.#limit) return undefined
    let worker: Worker
    try {
      worker = this.#startThread(this.#script)
    } catch (error) {
      // A limit on processes, or no permission. The threads there are go on.
      this.#limit = this.#threads.length
      if (this.#limit === 0) this.#fallBack(error as Error)
      return undefined
    }
    const thread: Thread = { worker, current: undefined }
    worker.on('message', (outcome: Outcome) => {
      const { current } = thread
      thread.current = undefined
      // One that is being ended keeps it alive until it has: else the process may end in the middle of that wait.
      if (!this.#isClosed) worker.unref()
      if ('error' in outcome) current?.reject(new Error(outcome.error))
      else current?.resolve(outcome.result as never)
      this.#proceed()
    })
    worker.once('error', error => this.#giveUp(thread, error))
    worker.once('exit', code => this.#giveUp(thread, new Error(`the media thread ended with ${code}`)))
    this.#threads.push(thread)
    return thread
  }

  /** After a thread has died: its job and all others are done in process. */
  #giveUp(thread: Thread, error: Error): void {
    if (this.#isClosed) return
    this.#fallBack(error)
    if (thread.current) this.#queue.unshift(thread.current)
    thread.current = undefined
    this.#proceed()
  }

  #fallBack(error: Error): void {
    if (!this.#isInProcess) this.#onTrouble(error)
    this.#isInProcess = true
  }
}

function newThread(script: URL): Worker {
  return new Worker(script, { name: 'mockling-media', execArgv: [] })
}
