import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { createSimulator } from '../../src/simulator.ts'
import { isRedisThere, startRedis, withoutRedis } from '../support/redis.ts'

const CREATES = 60

describe.skipIf(!isRedisThere)(`creates of replicas${withoutRedis}`, () => {
  it('of one namespace at once don’t take each other’s ordinals again and again', async () => {
    await using redis = await startRedis()
    await using one = await createSimulator({ redisUrl: redis.url, clock: 'frozen' })
    const before = await scriptsRun(redis.url)
    const replies = await Promise.all(
      Array.from({ length: CREATES }, () =>
        one.app.inject({
          method: 'POST',
          url: '/kling/videos',
          headers: { authorization: 'Bearer any' },
          payload: { action: 'text2video', prompt: 'a white mug', async: true },
        }),
      ),
    )
    expect(new Set(replies.map(reply => reply.json().task_id)).size).toBe(CREATES)
    // What there is beside creates, such as looks once a second, is little.
    expect((await scriptsRun(redis.url)) - before).toBeLessThan(6 * CREATES)
  })
})

/** Scripts run by that server so far. */
async function scriptsRun(url: string): Promise<number> {
  const redis = new Redis(url)
  const stats = await redis.info('commandstats')
  redis.disconnect()
  return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0)
}
