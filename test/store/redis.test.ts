import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusedTask } from '../../src/simulation/accept.ts'
import type { Task } from '../../src/simulation/task.ts'
import type { RedisStoreOptions } from '../../src/store/redis/options.ts'
import { scriptsOn } from '../../src/store/redis/scripts/scripts.ts'
import { RedisStore } from '../../src/store/redis.ts'
import { START } from '../simulation/fake-timebase.ts'
import { ALICE, accepted, BOB, FAILED, task } from '../simulation/sample.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { owingsSuite } from './owings-suite.ts'
import { rerouteSuite } from './reroute-suite.ts'
import { created, ROOMY, storeSuite } from './store-suite.ts'

/** Resets Alice's, as a store that died before it swept. */
async function resetUnswept(client: Redis, prefix: string): Promise<void> {
  await scriptsOn(client, prefix)('reset', ALICE)
}

describe.skipIf(!isRedisThere)(`on a Redis${withoutRedis}`, () => {
  let server: RedisServer
  let clients: readonly [Redis, Redis]
  const opened: RedisStore[] = []

  beforeAll(async () => {
    server = await startRedis()
    const connect = () => new Redis(server.url)
    clients = [connect(), connect()]
  })
  afterAll(async () => {
    for (const store of opened) store.close()
    for (const client of clients) client.disconnect()
    await server[Symbol.asyncDispose]()
  })

  /** Two that are one, on connections of their own. */
  async function openTwo(options: Omit<RedisStoreOptions, 'client' | 'prefix'>) {
    const prefix = `${randomUUID()}:`
    const [one, other] = clients
    const stores = [
      new RedisStore({ ...options, prefix, client: one }),
      new RedisStore({ ...options, prefix, client: other }),
    ] as const
    opened.push(...stores)
    return stores
  }

  storeSuite('Redis', async bounds => (await openTwo(bounds))[0])
  rerouteSuite('Redis', async bounds => (await openTwo(bounds))[0])
  owingsSuite('Redis', openTwo)

  it('has what another made, wherever it is looked up', async () => {
    const [one, other] = await openTwo(ROOMY)
    const made = await created(one, { pace: 2, credits: 1.4 })
    expect(await other.task(ALICE, made.id, START)).toEqual(made)
    expect(await other.taskOfVideo(ALICE, made.video.id, START)).toEqual(made)
    expect(await other.taskOfFile(made.video.path)).toEqual(made)
    expect((await other.list(ALICE, { offset: 0, limit: 1 }, START)).tasks).toEqual([made])
    expect(await other.nextOrdinal(ALICE)).toBe(2)
    expect(await other.account(ALICE, START + 2_000)).toEqual({ charged: 1.4, reserved: 0 })
    await other.reset(ALICE)
    expect(await one.task(ALICE, made.id, START)).toBeUndefined()
    expect(await one.generation(ALICE)).toBeGreaterThan(0)
  })

  it('is never overdrawn, nor are ordinals given twice, by creates at two at once', async () => {
    const stores = await openTwo(ROOMY)
    const creates = Array.from({ length: 60 }, async (_, index) => {
      const store = stores[index % 2] as RedisStore
      for (;;) {
        const made = task({ ordinal: await store.nextOrdinal(ALICE), credits: 1 })
        const answer = await store.create(made, { balance: 25 }, START)
        if (answer !== 'taken') return { answer, ordinal: made.ordinal }
      }
    })
    const answers = await Promise.all(creates)
    const kept = answers.filter(({ answer }) => answer === 'created').map(({ ordinal }) => ordinal)
    expect(kept.sort((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1))
    expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set(['created', 'used_up']))
  })

  it('gives many creates at two at once an ordinal each, though all are under way together', async () => {
    const stores = await openTwo(ROOMY)
    const ordinals = await Promise.all(
      Array.from({ length: 60 }, (_, index) => {
        const store = stores[index % 2] as RedisStore
        return store.byOrdinal(ALICE, {}, async ordinal => {
          const answer = await store.create(task({ ordinal }), {}, START)
          return answer === 'created' ? ordinal : 'taken'
        })
      }),
    )
    expect(ordinals.sort((a, b) => a - b)).toEqual(ordinals.map((_, index) => index + 1))
  })

  it('takes back ordinals that were set aside before a reset', async () => {
    const [one, two] = await openTwo(ROOMY)
    await created(one)
    const tried: number[] = []
    await one.byOrdinal(ALICE, {}, async ordinal => {
      if (tried.push(ordinal) === 1) {
        await two.reset(ALICE)
        // The same task once more, by another create.
        for (let n = 0; n < ordinal; n++) await created(two)
      }
      return one.create(task({ ordinal }), {}, START)
    })
    expect(tried).toEqual([2, 3])
  })

  it('takes from one bucket, wherever it is asked', async () => {
    const stores = await openTwo(ROOMY)
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (stores[index % 2] as RedisStore).take(ALICE, 1, 7, START)),
    )
    expect(taken.filter(Boolean)).toHaveLength(7)
  })

  it('lets one of many who reroute a task at once win', async () => {
    const stores = await openTwo(ROOMY)
    const { id } = await created(stores[0], { credits: 1.4, pace: 10 })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (stores[index % 2] as RedisStore).reroute(ALICE, id, { to: 'succeed' }, START + 1),
      ),
    )
    expect(answers.filter(answer => answer === 'settled')).toHaveLength(19)
    expect(await stores[1].account(ALICE, START + 1)).toEqual({ charged: 1.4, reserved: 0 })
  })

  it('loses no change of many made at two at once', async () => {
    const stores = await openTwo(ROOMY)
    const made = {
      ...task({ pace: 10 }),
      deliveries: Array.from({ length: 12 }, () => ({ url: 'http://a.test', at: START })),
    }
    expect(await stores[0].create(made, {}, START)).toBe('created')
    await Promise.all(made.deliveries.map((_, at) => stores[at % 2]?.cancelDelivery(ALICE, made.id, at, START)))
    const kept = await stores[0].task(ALICE, made.id, START)
    expect(kept?.deliveries.every(({ isCancelled }) => isCancelled)).toBe(true)
  })

  it('retains so many tasks, whoever made them, and tells once of each that is forgotten', async () => {
    const evicted: number[] = [0, 0]
    const count = (index: number) => () => {
      evicted[index] = (evicted[index] ?? 0) + 1
    }
    const prefix = `${randomUUID()}:`
    const stores = clients.map((client, index) => {
      const store = new RedisStore({ client, prefix, retain: 3, onEvict: count(index) })
      opened.push(store)
      return store
    })
    for (let index = 0; index < 20; index++) {
      await created(stores[index % 2] as RedisStore, { now: START + index, pace: 'instant' })
    }
    expect(await stores[0]?.namespaces()).toEqual([{ namespace: ALICE, tasks: 3 }])
    expect(evicted.reduce((sum, one) => sum + one)).toBe(17)
    expect(Math.min(...evicted)).toBeGreaterThan(0)
  })

  it('forgets what has settled in namespaces nobody comes back to', async () => {
    let now = START
    const [one, other] = await openTwo({ retain: 5, mostPending: 60, nowOf: () => now })
    for (let index = 0; index < 50; index++) await created(one, { namespace: `namespace ${index}`, pace: 1 })
    expect(await other.pending()).toBe(50)
    now += 500
    expect(await other.census()).toEqual({ accepted: 0, processing: 50, succeed: 0, failed: 0 })
    now += 1_000
    for (let index = 0; index < 400; index++) await created(other, { now, pace: 0 })
    const kept = await one.namespaces()
    expect(kept.reduce((sum, { tasks }) => sum + tasks, 0)).toBeLessThanOrEqual(5 + 1)
  })

  it('has room again when tasks have settled in namespaces nobody comes back to', async () => {
    let now = START
    const [one, other] = await openTwo({ retain: 5, mostPending: 3, nowOf: () => now })
    for (const namespace of ['a', 'b', 'c']) await created(one, { namespace, pace: 1, ending: FAILED })
    expect(await other.refusal('d', 1, {}, now)).toBe('overloaded')
    now += 1_000
    expect(await other.refusal('d', 1, {}, now)).toBeUndefined()
    await created(one, { namespace: 'd', now, pace: 1 })
    expect(await other.census()).toEqual({ accepted: 1, processing: 0, succeed: 0, failed: 3 })
  })

  it('books and forgets many thousands at once', async () => {
    const [one, other] = await openTwo({ retain: 10, nowOf: () => START + 5_000 })
    const many = Array.from({ length: 3_500 }, (_, index) => task({ ordinal: index + 1, pace: 1, credits: 1 }))
    expect(new Set(await Promise.all(many.map(made => one.create(made, {}, START))))).toEqual(new Set(['created']))
    expect(await other.account(ALICE, START + 999)).toEqual({ charged: 0, reserved: 3_500 })
    expect(await other.account(ALICE, START + 1_000)).toEqual({ charged: 3_500, reserved: 0 })
    await created(other, { now: START + 1_000, pace: 60 })
    expect(await one.namespaces()).toEqual([{ namespace: ALICE, tasks: 11 }])
  })

  it('lists the same, quickly or by looking at all', async () => {
    const [one, other] = await openTwo(ROOMY)
    const before = Date.UTC(2020, 0, 1)
    for (let ms = 0; ms < 4; ms++) await created(one, { now: before + ms })
    for (let ms = 0; ms < 4; ms++) await created(one, { now: START + ms })
    for (let offset = 0; offset <= 12; offset++) {
      for (const limit of [1, 2, 5]) {
        const quick = await other.list(ALICE, { offset, limit }, START + 10)
        // All of them are of that kind, which is only known when they have been looked at.
        expect(await other.list(ALICE, { offset, limit, type: 'videos' }, START + 10)).toEqual(quick)
      }
    }
  })

  it('has tasks whatever stands in them', async () => {
    const [one, other] = await openTwo(ROOMY)
    const odd = ['a\nb', '"\\', '\ud800', '__proto__', 'é 🎬 \u0000', '%s %b']
    for (const text of odd) {
      const plain = task({ ordinal: await one.nextOrdinal(text), namespace: text })
      const made = {
        ...plain,
        model: text,
        outcome: text,
        request: { prompt: text },
        video: { ...plain.video, id: `id ${text}`, path: `/${text}.mp4` },
      }
      expect(await one.create(made, {}, START)).toBe('created')
      expect(await other.taskOfVideo(text, made.video.id, START)).toEqual(made)
      expect(await other.taskOfFile(made.video.path)).toEqual(made)
      expect((await other.list(text, { offset: 0, limit: 1, model: text }, START)).tasks).toEqual([made])
    }
    for (const text of odd) expect(await other.taskOfFile(`/${text}.mp4`)).toMatchObject({ namespace: text })
  })

  it('knows instants to the last digit, to the end of time', async () => {
    const [one, other] = await openTwo(ROOMY)
    const late = 8_640_000_000_000_000
    for (const [namespace, at, before] of [
      ['a', START + 0.25, START],
      ['b', late - 1, late - 2],
      ['c', -1e12, -1e12 - 0.125],
    ] as const) {
      const made = {
        ...task({ namespace, credits: 1 }),
        steps: [
          { at: at - 5, state: 'accepted' },
          { at, state: 'succeed' },
        ],
      } as const
      expect(await one.create({ ...made, deliveries: [{ url: 'http://a.test', at }] }, {}, at - 5)).toBe('created')
      expect(await other.earliest(namespace)).toBe(at)
      expect(await other.account(namespace, before)).toEqual({ charged: 0, reserved: 1 })
      expect(await other.account(namespace, at)).toEqual({ charged: 1, reserved: 0 })
    }
  })

  it('leaves nothing behind at a reset but how many there were', async () => {
    const prefix = `${randomUUID()}:`
    const [client] = clients
    const store = new RedisStore({ client, prefix, retain: 20, nowOf: () => START })
    for (let index = 0; index < 40; index++) {
      const made = await created(store, { pace: index % 2, body: { callback_url: 'http://a.test' } })
      await store.release(made)
    }
    await store.keepRefused(refusedTask(accepted({}), 'bad_request', 'no'))
    await store.take(ALICE, 1, 1, START)
    expect(await store.claim(ALICE, START, 5)).toHaveLength(5)
    const keys = async () => (await client.keys(`${prefix}*`)).map(key => key.slice(prefix.length)).sort()
    expect((await keys()).length).toBeGreaterThan(10)
    await store.reset(ALICE)
    expect(await keys()).toEqual([`generation:${ALICE}`, 'resets', 'totals'])
    const totals = Object.entries(await client.hgetall(`${prefix}totals`)).filter(([name]) => name !== 'sequence')
    expect(totals.filter(([, count]) => count !== '0')).toEqual([])
    await created(store)
    await store.reset()
    expect(await keys()).toEqual(['generation:', `generation:${ALICE}`, 'resets'])
  })

  it('takes no more for the resets of many tokens, after a while, and confuses none of them', async () => {
    const prefix = `${randomUUID()}:`
    const [client] = clients
    const store = new RedisStore({ client, prefix, retain: 20, nowOf: () => START })
    const size = async () => {
      let bytes = 0
      for (const key of await client.keys(`${prefix}*`)) {
        // What goes by itself, in time.
        const goesIn = await client.ttl(key)
        if (goesIn > 0) expect(goesIn).toBeLessThanOrEqual(600)
        else bytes += (await client.memory('USAGE', key)) ?? 0
      }
      return bytes
    }
    await store.reset()
    await store.reset(ALICE)
    const before = await size()
    for (let n = 0; n < 200; n++) await store.reset(`${n}`.padStart(64, '0'))
    expect(await size()).toBeLessThan(before + 100)
    const seen = [await store.generation(ALICE)]
    for (let times = 0; times < 3; times++) {
      // As after that while.
      await client.del(`${prefix}generation:${ALICE}`)
      await store.reset(ALICE)
      seen.push(await store.generation(ALICE))
    }
    expect(new Set(seen).size).toBe(4)
  })

  it('forgets no pending task for one of its name that had settled before a reset', async () => {
    const [client] = clients
    const prefix = `${randomUUID()}:`
    const store = new RedisStore({ client, prefix, retain: 1 })
    const settled = await created(store, { pace: 'instant' })
    expect(await client.exists(`${prefix}unsettled`)).toBe(0)
    await resetUnswept(client, prefix)
    const pending = await created(store, { pace: 60 })
    expect(pending.id).toBe(settled.id)
    for (let index = 0; index < 3; index++) await created(store, { pace: 'instant', namespace: BOB })
    expect(await store.task(ALICE, pending.id, START)).toEqual(pending)
    expect((await store.namespaces()).map(({ tasks }) => tasks)).toEqual([1, 1])
  })

  it('keeps requests of so many bytes with tasks: settled ones go first, then creates are refused', async () => {
    const [one, other] = await openTwo({ retain: 1_000, mostBytes: 2_200, nowOf: () => START })
    const make = (store: RedisStore, ordinal: number, pace: number) =>
      store.create({ ...task({ ordinal, pace }), request: { note: ['x'.repeat(900)] } }, {}, START)
    for (const [ordinal, pace] of [
      [1, 0],
      [2, 0],
      [3, 60],
    ] as const)
      await make(one, ordinal, pace)
    const { tasks } = await other.list(ALICE, { offset: 0, limit: 2 }, START)
    expect(tasks.map(({ ordinal }) => ordinal)).toEqual([3, 2])
    expect([await make(one, 4, 60), await make(other, 5, 60), await make(one, 6, 60)]).toEqual([
      'created',
      'created',
      'overloaded',
    ])
    await other.reset(ALICE)
    expect(await make(one, 1, 60)).toBe('created')
  })

  it('sweeps away what another store left half-swept, but nothing that was made again', async () => {
    const prefix = `${randomUUID()}:`
    const [client] = clients
    const store = new RedisStore({ client, prefix, retain: 20 })
    const first = [await created(store, { pace: 'instant' }), await created(store)]
    await resetUnswept(client, prefix)
    const again = await created(store, { pace: 'instant' })
    expect(again).toEqual(first[0])
    await store.reset(BOB)
    expect(await store.taskOfFile(again.video.path)).toEqual(again)
    expect(await store.taskOfFile(first[1]?.video.path ?? '')).toBeUndefined()
    expect(await client.hlen(`${prefix}files`)).toBe(1)
    expect(await client.zcard(`${prefix}settled`)).toBe(1)
  })

  describe('watch', () => {
    it('tells of what another changed, once', async () => {
      const [one, other] = await openTwo(ROOMY)
      const [first, second] = [await created(one, { pace: 10 }), await created(one, { pace: 10 })]
      const told: Task[] = []
      const isTold = new Promise<void>(resolve => {
        other.watch(plan => {
          told.push(plan)
          if (plan.id === second.id) resolve()
        })
      })
      const byId = new Promise(resolve => other.watch(resolve, first.id))
      // What is asked after is answered after it began.
      await other.generation(ALICE)
      const changed = await one.reroute(ALICE, first.id, { to: 'succeed' }, START + 1)
      expect(await byId).toEqual(changed)
      const last = await one.reroute(ALICE, second.id, { to: 'stall' }, START + 1)
      await isTold
      expect(told).toEqual([changed, last])
    })

    it('tells of what was changed while it had no connection', async () => {
      const [one, other] = await openTwo(ROOMY)
      const made = await created(one, { pace: 10 })
      const told: Task[] = []
      let onTold = () => {}
      other.watch(plan => {
        told.push(plan)
        onTold()
      }, made.id)
      const next = () =>
        new Promise<void>(resolve => {
          onTold = resolve
        })
      await other.generation(ALICE)
      let heard = next()
      await one.cancelDelivery(ALICE, made.id, 0, START)
      const first = await one.reroute(ALICE, made.id, { to: 'settle', at: START + 20_000 }, START)
      await heard
      expect(told.at(-1)).toEqual(first)
      for (let round = 1; round <= 3; round++) {
        heard = next()
        await clients[0].call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        const changed = await one.reroute(ALICE, made.id, { to: 'settle', at: START + 20_000 + round }, START)
        await heard
        expect(told.at(-1)).toEqual(changed)
      }
    })
  })

  it('keeps all of a task or nothing of it when its Redis has no memory left', async () => {
    await using own = await startRedis()
    const client = new Redis(own.url)
    const store = new RedisStore({ client, prefix: 'x:', retain: 10, nowOf: () => START })
    const make = (ordinal: number) =>
      store.create(
        task({ ordinal, pace: 10, body: { prompt: 'x'.repeat(900), callback_url: 'http://a.test' } }),
        {},
        START,
      )
    try {
      await client.config('SET', 'maxmemory', '3mb')
      let made = 0
      const failed = await (async () => {
        for (;;) await make(++made)
      })().catch(error => error)
      expect(failed.message).toMatch(/^OOM/)
      await client.config('SET', 'maxmemory', '0')
      expect(made).toBeGreaterThan(10)
      expect(await store.nextOrdinal(ALICE)).toBe(made)
      expect(await store.namespaces()).toEqual([{ namespace: ALICE, tasks: made - 1 }])
      expect(await store.pending()).toBe(made - 1)
      expect(await store.count()).toEqual({ waiting: made - 1, underway: 0 })
      expect(await make(made)).toBe('created')
    } finally {
      client.disconnect()
    }
  })

  it('fails while its Redis is gone, and has what it kept when that is back', async () => {
    await using own = await startRedis({ keeps: true })
    const client = new Redis(own.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, retryStrategy: () => 20 })
    client.on('error', () => {})
    const ready = () => new Promise<void>(resolve => client.once('ready', resolve))
    await ready()
    const store = new RedisStore({ client, prefix: 'x:', retain: 10 })
    try {
      const made = await created(store, { pace: 10, body: { callback_url: 'http://a.test' } })
      const isTold = new Promise(resolve => store.watch(resolve, made.id))
      await store.generation(ALICE)
      await own.stop('SIGKILL')
      await expect(store.task(ALICE, made.id, START)).rejects.toThrow()
      await expect(store.create(task({ ordinal: 2 }), {}, START)).rejects.toThrow()
      const isBack = ready()
      await own.restart()
      await isBack
      expect(await store.task(ALICE, made.id, START)).toEqual(made)
      expect(await store.nextOrdinal(ALICE)).toBe(2)
      expect(await store.earliest(ALICE)).toBe(made.deliveries[0]?.at)
      const changed = await store.reroute(ALICE, made.id, { to: 'succeed' }, START)
      expect(await isTold).toEqual(changed)
    } finally {
      store.close()
      client.disconnect()
    }
  })
})
