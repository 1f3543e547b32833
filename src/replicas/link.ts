import type { Redis, RedisOptions } from 'ioredis'
import { machineTime, pause } from '../simulation/timebase.ts'

/** How long a command may take, and a connection to come about, in real milliseconds (chosen). */
const COMMAND_MS = 3000

/**
 * A Redis that has been asked something and is not heard of for so long, in real milliseconds, is taken for gone (chosen): one that
 * hangs keeps its connections. It is asked twice a second, by each sign of life.
 */
const SILENT_MS = 2000

/** The longest wait between two tries to connect, in real milliseconds (chosen). */
const LONGEST_WAIT_MS = 500

/** A connection that is ended, and that the other side does not end, is broken off after so many real milliseconds (chosen). */
const GOODBYE_MS = 50

/** Real milliseconds between two tries to be answered. */
const AGAIN_MS = 50

/**
 * What a command meets when there is no connection: it fails at once, and is never sent a second time. Each is sent by itself:
 * ioredis' way of sending those of one turn together (`enableAutoPipelining`) takes more of the processor than it saves, up to a third
 * of a create on two replicas.
 */
export const AT_ONCE = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: COMMAND_MS,
  socketTimeout: SILENT_MS,
  connectTimeout: COMMAND_MS,
  disconnectTimeout: GOODBYE_MS,
  lazyConnect: true,
  retryStrategy: (tries: number) => Math.min(LONGEST_WAIT_MS, 25 * 2 ** Math.min(tries, 10)),
} satisfies RedisOptions

/** Errors that a Redis answers with while it can't do its work: it starts, or is somebody's copy. Up to 6.2 they are cited of scripts. */
const UNFIT =
  /^(?:ERR Error running script .*: -)?(?:LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|MISCONF|OOM|NOREPLICAS|BUSY|UNKILLABLE)\b/

/** Whether a command failed for want of a Redis that does its work, and not for what was asked. */
export function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name === 'ReplyError') return UNFIT.test(error.message)
  return (
    'code' in error ||
    error.name === 'MaxRetriesPerRequestError' ||
    /connection is closed|connection close$|isn't writeable|command timed out/i.test(error.message)
  )
}

/** The same object, whose methods' failures for want of a Redis are `refusal` instead. */
export function guarded<Verbs extends object>(verbs: Verbs, refusal: (cause: unknown) => Error): Verbs {
  const guard = (error: unknown): never => {
    throw isGone(error) ? refusal(error) : error
  }
  return new Proxy(verbs, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name, target)
      if (typeof verb !== 'function') return verb
      return (...given: unknown[]) => {
        const answer: unknown = verb.apply(target, given)
        return answer instanceof Promise ? answer.catch(guard) : answer
      }
    },
  })
}

/** Whether there is a connection, and who is told when that changes. */
export class Link {
  readonly redis: Redis
  /** What went wrong last, for a person: what was asked is told less. */
  trouble: Error | undefined
  readonly #onChange = new Set<(isUp: boolean) => void>()
  #isUp = false

  constructor(redis: Redis) {
    this.redis = redis
    redis.on('ready', () => this.#change(true))
    redis.on('close', () => this.#change(false))
    redis.on('error', error => {
      this.trouble = error
    })
  }

  get isUp(): boolean {
    return this.#isUp
  }

  onChange(listener: (isUp: boolean) => void): void {
    this.#onChange.add(listener)
  }

  /** Whether it answers within so many real milliseconds. */
  async answers(ms: number): Promise<boolean> {
    const until = machineTime.now() + ms
    const tooLate = pause(ms).then(() => false)
    for (;;) {
      const answered = this.redis.ping().then(
        () => true,
        () => false,
      )
      const isHeard = await Promise.race([answered, tooLate])
      if (isHeard || machineTime.now() >= until) return isHeard
      await pause(AGAIN_MS)
    }
  }

  #change(isUp: boolean): void {
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    for (const listener of this.#onChange) listener(isUp)
  }
}
