import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { START } from '../simulation/fake-timebase.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { Fleet, KEY, type Replica } from './fleet.ts'

/** Long before that, unless it never is. */
const SOON = { timeout: 30_000, interval: 1 }

let server: RedisServer

beforeAll(async () => {
  if (isRedisThere) server = await startRedis()
})

afterAll(() => server?.[Symbol.asyncDispose]())

/** A held request: it waits at a replica, resting, and resolves to what the clock shows then, from the start. */
async function held({ of, shown }: Replica, ms: number, key = KEY): Promise<number> {
  const { clock } = of(key)
  const work = clock.work('sure')
  await work.rest(START + ms)
  const seen = shown(key)
  await turn()
  work.end()
  return seen
}

/** Somebody has proposed a leap: he holds the clock's lock. */
async function proposed({ redis, company }: Replica): Promise<void> {
  // For a millisecond at a time: no pause between two looks.
  await until('it is proposed', async () => (await redis.exists(`${company.prefix}lock:clock:${KEY}`)) === 1)
}

/** He has let go of it. */
async function refused({ redis, company }: Replica): Promise<void> {
  await until('it is refused', async () => (await redis.exists(`${company.prefix}lock:clock:${KEY}`)) === 0)
}

describe.skipIf(!isRedisThere)(`auto-skip over two replicas${withoutRedis}`, () => {
  it('leaps to the earliest instant that is awaited at either, and both clocks show it', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    const order: number[] = []
    const all = [held(a, 500), held(b, 100), held(a, 200), held(b, 90_000)].map(one =>
      one.then(seen => order.push(seen)),
    )
    await Promise.all(all)
    expect(order).toEqual([100, 200, 500, 90_000])
    await vi.waitFor(() => expect(fleet.shown()).toEqual([90_000, 90_000]), SOON)
  })

  it('does not leap while somebody works at the other, and does when he is done', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    const work = b.of().clock.work('sure')
    const seen = held(a, 100)
    await proposed(b)
    await refused(b)
    expect(fleet.shown()).toEqual([0, 0])
    work.end()
    expect(await seen).toBe(100)
  })

  it('waits for callbacks that are under way', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a] = [await fleet.join(), await fleet.join()]
    fleet.owings.underway = 1
    let isOver = false
    const seen = held(a, 100).then(at => {
      isOver = true
      return at
    })
    await proposed(a)
    await refused(a)
    expect(isOver).toBe(false)
    fleet.owings.underway = 0
    expect(await seen).toBe(100)
  })

  it('leaps to a callback that is owed before anything else is awaited', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    fleet.owings.add(KEY, START + 50)
    const seen = held(a, 100)
    await vi.waitUntil(() => fleet.owings.claim(KEY, b.of().clock.now()), SOON)
    expect(b.shown()).toBe(50)
    fleet.owings.underway--
    expect(await seen).toBe(100)
  })

  it('leaps to a callback that is owed though nobody waits for it any more', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    a.of()
    await vi.waitUntil(() => b.namespaces.find(KEY), SOON)
    fleet.owings.add(KEY, START + 50)
    await vi.waitUntil(() => fleet.owings.claim(KEY, b.of().clock.now()), SOON)
    await vi.waitFor(() => expect(fleet.shown()).toEqual([50, 50]), SOON)
  })

  it('leaps though a client polls the other without a pause', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    let isSettled = false
    const poll = async () => {
      while (!isSettled) {
        const work = b.of().clock.work('open')
        await turn()
        isSettled = b.shown() >= 3000
        if (!isSettled) b.of().clock.mark(START + 3000)
        work.end()
        await turn()
        await turn()
      }
    }
    a.of()
    await poll()
    await vi.waitFor(() => expect(fleet.shown()).toEqual([3000, 3000]), SOON)
  })

  it('goes on without a replica that has died', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    b.of().clock.work('sure')
    const seen = held(a, 100)
    await proposed(a)
    b.redis.disconnect()
    await b.bus.close()
    expect(await seen).toBe(100)
  })

  it('leaps again when Redis is back', async () => {
    await using own = await startRedis({ keeps: true })
    await using fleet = new Fleet(own.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    expect(await held(a, 10)).toBe(10)
    await own.stop()
    const seen = [held(a, 100), held(b, 200)]
    await own.restart()
    // Who is back first doesn't wait for the other, which then wakes late.
    const [first, second] = await Promise.all(seen)
    expect([100, 200]).toContain(first)
    expect(second).toBe(200)
    await vi.waitFor(() => expect(fleet.shown()).toEqual([200, 200]), SOON)
  })

  it('keeps namespaces apart', async () => {
    await using fleet = new Fleet(server.url, 'auto-skip')
    const [a, b] = [await fleet.join(), await fleet.join()]
    const keys = Array.from({ length: 20 }, (_, nth) => `${nth}`.repeat(8))
    b.of(keys[0]).clock.work('sure')
    const stuck = held(a, 100, keys[0]).catch(() => 'never')
    const all = keys.slice(1).map((key, nth) => held(nth % 2 ? a : b, 100 + nth, key))
    expect(await Promise.all(all)).toEqual(all.map((_, nth) => 100 + nth))
    expect(a.shown(keys[0])).toBe(0)
    a.namespaces.reset(keys[0])
    expect(await stuck).toBe('never')
  })
})
