import { describe, expect, it } from 'vitest'
import { drill } from '../../scripts/drills/replicas.mjs'
import { isRedisThere, withoutRedis } from '../support/redis.ts'

/** Posts that may be under way, as each client waits for one answer and the receiver takes 32 at a time from each replica. */
const MOST_UNDER_WAY = 64

describe.skipIf(!isRedisThere)(`two replicas${withoutRedis}`, () => {
  it('lose nothing by the death of one and by a restart of Redis, and the other says the same', async () => {
    const { accepted, arrived, duplicates, warnings, ...seen } = await drill({ tasks: 1000, seed: 7 })
    expect(seen).toMatchObject({ odd: {}, unsettled: 0, differing: 0, missing: 0, doubledIds: 0, owed: 0 })
    expect(accepted).toBe(1000)
    expect(arrived).toBeGreaterThanOrEqual(1000)
    // `npm run drill:replicas` has enough of them for less than 1 %.
    expect(duplicates).toBeLessThanOrEqual(MOST_UNDER_WAY)
    expect(warnings.filter(line => !/Redis (?:at .* is away|is back)/.test(line))).toEqual([])
  }, 240_000)
})
