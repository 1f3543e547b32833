import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { AT_ONCE } from '../../src/replicas/link.ts'
import { RedisBus } from '../../src/replicas/redis-bus.ts'
import { machineTime, type Timebase } from '../../src/simulation/timebase.ts'

/** A connection that fails at once where there is no server, as the simulator's. */
export async function connect(url: string): Promise<Redis> {
  const redis = new Redis(url, { ...AT_ONCE, retryStrategy: () => 20 })
  redis.on('error', () => {})
  await redis.connect()
  return redis
}

/** A replica's connections. */
export interface Member {
  readonly redis: Redis
  readonly bus: RedisBus
  readonly defects: unknown[]
}

/** Replicas that share a prefix of their own. */
export class Company implements AsyncDisposable {
  readonly prefix = `${randomUUID()}:`
  readonly #url: string
  readonly #members: Member[] = []

  constructor(url: string) {
    this.#url = url
  }

  async join(timebase: Timebase = machineTime): Promise<Member> {
    const redis = await connect(this.#url)
    const defects: unknown[] = []
    const onDefect = (error: unknown) => defects.push(error)
    const member = { redis, bus: await RedisBus.join({ redis, prefix: this.prefix, timebase, onDefect }), defects }
    this.#members.push(member)
    return member
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { bus, redis } of this.#members) {
      await bus.close()
      redis.disconnect()
    }
  }
}
