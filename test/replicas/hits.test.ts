import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Facts, type Rule, Rulebook } from '../../src/faults/rulebook.ts'
import { RedisHits } from '../../src/replicas/hits.ts'
import { AT_ONCE } from '../../src/replicas/link.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { until } from '../support/requests.ts'

let server: RedisServer
let prefixes = 0

describe.runIf(isRedisThere)(`rules that replicas share${withoutRedis}`, () => {
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  async function books(count: number, prefix = `test${prefixes++}:`) {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const redis = new Redis(server.url, AT_ONCE)
        await redis.connect()
        onTestFinished(() => redis.disconnect())
        const hits = new RedisHits(redis, prefix)
        return { hits, book: new Rulebook(1, hits) }
      }),
    )
  }

  const rule = (id: string, of: Partial<Rule> = {}): Rule => ({
    ...{ id, role: 'fault', operation: 'create', effects: [], text: id, when: {} },
    ...of,
  })
  const facts = (namespace = 'a'): Facts => ({ operation: 'create', namespace, now: 0, model: 'm', mode: 'std' })

  it('fire as often as they may over all replicas, however many ask at once', async () => {
    const all = await books(3)
    const rules = [rule('three', { next: 3 }), rule('every', { every: 4 })]
    all[0]?.book.put(rules)
    for (const { book } of all) book.load(all[0]?.book.named ?? [])
    const fired = await Promise.all(Array.from({ length: 60 }, (_, n) => all[n % 3]?.book.take(facts())))
    const count = (id: string) => fired.filter(one => one?.faults.some(fault => fault.id === id)).length
    expect([count('three'), count('every')]).toEqual([3, 15])
    const [{ hits, book } = { hits: undefined, book: undefined }] = all
    book?.loadCounts((await hits?.all()) ?? [])
    expect(book?.rules.map(one => book.hits(one))).toEqual([
      { matched: 3, fired: 3 },
      { matched: 60, fired: 15 },
    ])
  })

  it('are counted for all that ask meanwhile at once, not by each again and again', async () => {
    const redis = new Redis(server.url, AT_ONCE)
    onTestFinished(() => redis.disconnect())
    await redis.connect()
    const hits = new CountedHits(redis, `test${prefixes++}:`)
    const book = new Rulebook(1, hits)
    book.put([rule('every', { every: 2 }), rule('of-b', { when: { model: 'b' } })])
    const asked = Array.from({ length: 500 }, (_, n) => ({ ...facts(), model: n % 5 === 0 ? 'b' : 'm' }))
    const fired = await Promise.all(asked.map(one => book.take(one)))
    const ids = fired.map(({ faults }) => faults.map(({ id }) => id))
    expect(ids).toEqual(
      asked.map(({ model }, n) => [...(n % 2 === 1 ? ['every'] : []), ...(model === 'b' ? ['of-b'] : [])]),
    )
    expect(hits.reads).toBeLessThan(10)
    book.loadCounts(await hits.all())
    expect(book.rules.map(one => book.hits(one).matched)).toEqual([500, 100])
  })

  it('fail for all that ask while Redis is away, and count again when it is back', async () => {
    await using own = await startRedis()
    const redis = new Redis(own.url, AT_ONCE)
    redis.on('error', () => {})
    onTestFinished(() => redis.disconnect())
    await redis.connect()
    const book = new Rulebook(1, new RedisHits(redis, 'test:'))
    book.put([rule('one')])
    await own.stop()
    await until('it is noticed', () => redis.status !== 'ready')
    const asked = await Promise.allSettled(Array.from({ length: 5 }, () => Promise.resolve(book.take(facts()))))
    expect(asked.map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    await own.restart()
    await until('it is back', () => redis.status === 'ready')
    expect((await book.take(facts())).faults).toHaveLength(1)
  })

  it('draw the same as they would alone', async () => {
    const chance = rule('chance', { probability: 0.3 })
    const alone = new Rulebook(1)
    alone.put([chance])
    const [one, two] = await books(2)
    one?.book.put([chance])
    two?.book.load(one?.book.named ?? [])
    const drawn: (number | undefined)[] = []
    for (let n = 0; n < 40; n++) drawn.push((await (n % 2 === 0 ? one : two)?.book.take(facts()))?.faults.length)
    const expected: number[] = []
    for (let n = 0; n < 40; n++) expected.push((await alone.take(facts())).faults.length)
    expect(drawn).toEqual(expected)
    expect(new Set(drawn)).toEqual(new Set([0, 1]))
  })

  it('count for each namespace, and start anew for one or all', async () => {
    const [one] = await books(1)
    if (!one) throw new Error('no book')
    const { book, hits } = one
    book.put([rule('first', { next: 1 })])
    const takes = async () => [
      (await book.take(facts('a'))).faults.length,
      (await book.take(facts('b'))).faults.length,
      (await book.take(facts(''))).faults.length,
    ]
    expect(await takes()).toEqual([1, 1, 1])
    expect(await takes()).toEqual([0, 0, 0])
    await book.resetCounts('a')
    expect(await takes()).toEqual([1, 0, 0])
    await book.resetCounts('')
    expect(await takes()).toEqual([0, 0, 1])
    await book.resetCounts()
    expect(await hits.all()).toEqual([])
    expect(await takes()).toEqual([1, 1, 1])
  })

  it('start anew when they take the place of others', async () => {
    const [one] = await books(1)
    if (!one) throw new Error('no book')
    const { book } = one
    book.put([rule('same', { next: 1 })])
    expect((await book.take(facts())).faults).toHaveLength(1)
    book.put([rule('same', { next: 1 })])
    expect((await book.take(facts())).faults).toHaveLength(1)
    expect((await book.take(facts())).faults).toHaveLength(0)
  })
})

/** Counts how often it is asked. */
class CountedHits extends RedisHits {
  reads = 0

  override read(...given: Parameters<RedisHits['read']>): ReturnType<RedisHits['read']> {
    this.reads++
    return super.read(...given)
  }
}
