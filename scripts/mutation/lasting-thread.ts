import {
  type PoolOptions,
  type PoolRunnerInitializer,
  type PoolWorker,
  ThreadsPoolWorker,
  type WorkerRequest,
} from 'vitest/node'

/*
 * Vitest makes a thread for every run of a file, which takes longer than the run when a mutant needs two tests. Here one
 * thread goes on. Each file still has modules of its own: Vitest forgets them before it, as `isolate` asks for.
 */

type Listener = (response: unknown) => void

/** Files a thread runs before another takes its place: what they leave behind does not pile up. */
const FILES_PER_THREAD = 200

let thread: ThreadsPoolWorker | undefined
let files = 0

/** What Vitest takes for a thread of its own: it starts and stops, and the thread behind it does not notice. */
class Turn implements PoolWorker {
  readonly name = 'lasting'
  readonly #options: PoolOptions
  readonly #listeners: [event: string, listener: Listener][] = []
  #isFirst = false
  #config: unknown

  constructor(options: PoolOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    if (thread && files >= FILES_PER_THREAD) {
      await thread.stop()
      thread = undefined
    }
    this.#isFirst = thread === undefined
    if (!thread) {
      files = 0
      thread = new ThreadsPoolWorker(this.#options)
      await thread.start()
    }
    files += 1
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners.splice(0)) thread?.off(event, listener)
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener])
    thread?.on(event, listener)
  }

  off(event: string, listener: Listener): void {
    thread?.off(event, listener)
  }

  send(message: WorkerRequest): void {
    if (message.type === 'stop') {
      this.#answer('stopped')
    } else if (message.type === 'start' && !this.#isFirst) {
      this.#config = message.context.config
      this.#answer('started')
    } else if (message.type === 'run' && this.#config) {
      // The thread has the configuration of its first turn; which tests to run is said by this one's.
      const context = { ...message.context, config: this.#config }
      thread?.send({ ...message, context })
    } else {
      thread?.send(message)
    }
  }

  deserialize(data: unknown): unknown {
    return data
  }

  #answer(type: 'started' | 'stopped'): void {
    const listeners = this.#listeners.filter(([event]) => event === 'message')
    queueMicrotask(() => {
      for (const [, listener] of listeners) listener({ type, __vitest_worker_response__: true })
    })
  }
}

export const lastingThread: PoolRunnerInitializer = {
  name: 'lasting',
  createPoolWorker: options => new Turn(options),
}
