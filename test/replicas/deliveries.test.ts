import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Receiver, startReceiver, startSlowReceiver } from '../callbacks/receiver.ts'
import { FakeTimebase, START } from '../simulation/fake-timebase.ts'
import { ALICE, BOB } from '../simulation/sample.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { until } from '../support/requests.ts'
import { DUE, type Given, openReplica, type Replica, settled } from './rig.ts'

let redis: RedisServer
beforeAll(async () => {
  if (isRedisThere) redis = await startRedis()
})
afterAll(() => redis?.[Symbol.asyncDispose]())

/** What replicas of each other are given. */
function fleet(given: Partial<Given> = {}): Given {
  return { redis: redis.url, prefix: `${randomUUID()}:`, ...given }
}

/** A replica that looks for nothing that others left behind: it has its clocks alone to go by. */
function sweepless(): Pick<Given, 'timebase'> {
  const timebase = new FakeTimebase()
  return { timebase }
}

function moveTo(instant: number, ...replicas: readonly Replica[]): void {
  for (const { clock } of replicas) clock.moveTo(instant)
}

function reportsOf(...replicas: readonly Replica[]) {
  return replicas.flatMap(({ reports }) => reports).toSorted((a, b) => a.attempt - b.attempt)
}

describe.skipIf(!isRedisThere)(`callbacks of replicas${withoutRedis}`, () => {
  it('are sent once each, whichever replica sends them', async () => {
    await using receiver = await startReceiver()
    const given = fleet()
    await using one = openReplica(given)
    await using two = openReplica(given)
    for (let n = 0; n < 200; n++) await (n % 2 ? one : two).created(receiver.url(`/${n}`))
    expect(await one.dispatcher.waiting).toBe(200)
    moveTo(DUE, one, two)
    await settled(one)
    expect(receiver.arrivals.map(({ path }) => path).toSorted()).toEqual(
      Array.from({ length: 200 }, (_, n) => `/${n}`).toSorted(),
    )
    expect(reportsOf(one, two)).toHaveLength(200)
    expect([...one.troubles, ...two.troubles]).toEqual([])
  })

  it('go out when the clock comes to their instant, not a millisecond before, and without anybody looking for them', async () => {
    await using receiver = await startReceiver()
    await using one = openReplica(fleet(sweepless()))
    await one.created(receiver.url('/'))
    expect(one.clock.nextAwaited).toBe(DUE)
    one.clock.moveTo(DUE - 1)
    expect(await one.store.claim(ALICE, one.clock.now(), 1)).toEqual([])
    one.clock.moveTo(DUE)
    await settled(one)
    expect(one.reports).toMatchObject([{ at: DUE, attempt: 1, outcome: 'delivered' }])
    expect(JSON.parse(receiver.arrivals[0]?.body ?? '')).toMatchObject({ success: true })
  })

  it('go out one after another on a clock that runs, without anybody looking for them', async () => {
    await using receiver = await startReceiver()
    await using one = openReplica(fleet({ ...sweepless(), mode: 'real' }))
    for (let n = 0; n < 100; n++)
      await one.created(receiver.url(`/${n}`), { pace: 0.3 + n / 200, now: one.clock.now() })
    await settled(one)
    expect(new Set(receiver.arrivals.map(({ path }) => path)).size).toBe(100)
  })

  it('are not overlooked when they are made while somebody looks for what waits', async () => {
    await using receiver = await startReceiver()
    let looks = 0
    let goOn = () => {}
    const isHeld = new Promise<void>(resolve => {
      goOn = resolve
    })
    const owings: Given['owings'] = store => ({
      async earliest(namespace) {
        const found = await store.earliest(namespace)
        looks++
        await isHeld
        return found
      },
    })
    await using one = openReplica(fleet({ ...sweepless(), owings }))
    await one.created(receiver.url('/first'), { pace: 'instant' })
    await until('it has looked', () => looks === 1)
    await one.created(receiver.url('/second'))
    goOn()
    await receiver.arrived(1)
    await until('the look is over', () => one.clock.atWork === 0)
    one.clock.moveTo(DUE)
    await receiver.arrived(2)
    await settled(one)
  })

  it('of a replica that died are sent by another, which never heard of them', async () => {
    await using receiver = await startReceiver()
    const given = fleet()
    const dead = openReplica(given)
    await dead.created(receiver.url('/'))
    await dead[Symbol.asyncDispose]()
    await using other = openReplica(given)
    await until('it waits for it', () => other.clock.nextAwaited === DUE)
    other.clock.moveTo(DUE)
    await settled(other)
    expect(other.reports).toMatchObject([{ at: DUE, outcome: 'delivered' }])
  })

  it('are tried again after a doubling wait, by whichever replica', async () => {
    let answers = 0
    await using receiver = await startReceiver(response => response.writeHead(++answers < 4 ? 500 : 200).end())
    const given = fleet({ retries: 5 })
    await using one = openReplica(given)
    await using two = openReplica(given)
    await one.created(receiver.url('/'))
    for (const at of [0, 1000, 3000, 7000]) {
      await until('one is due', async () => (await one.store.earliest(ALICE)) === DUE + at)
      moveTo(DUE + at, one, two)
    }
    await settled(one)
    expect(reportsOf(one, two).map(({ attempt, at, outcome }) => [attempt, at - DUE, outcome])).toEqual([
      [1, 0, 'bad-status'],
      [2, 1000, 'bad-status'],
      [3, 3000, 'bad-status'],
      [4, 7000, 'delivered'],
    ])
  })

  it('are given up after the last try', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    await using one = openReplica(fleet({ retries: 1 }))
    await one.created(receiver.url('/'))
    one.clock.moveTo(DUE)
    await until('it waits again', async () => (await one.store.earliest(ALICE)) === DUE + 1000)
    expect(await one.dispatcher.scheduled(ALICE)).toMatchObject([
      { attempt: 2, at: DUE + 1000, url: receiver.url('/') },
    ])
    one.clock.moveTo(DUE + 1000)
    await settled(one)
    expect(receiver.arrivals).toHaveLength(2)
  })

  it('are listed, earliest first, by any replica', async () => {
    await using receiver = await startReceiver()
    const given = fleet()
    await using one = openReplica(given)
    await using two = openReplica(given)
    const late = await one.created(receiver.url('/late'), { pace: 60 })
    const early = await two.created('http://me:secret@receiver.test/early', { pace: 30 })
    const bobs = await two.created(receiver.url('/bob'), { namespace: BOB, pace: 10 })
    const idsOf = async (...of: [string?, string?]) =>
      (await one.dispatcher.scheduled(...of)).map(({ taskId }) => taskId)
    expect(await idsOf()).toEqual([bobs.id, early.id, late.id])
    expect(await idsOf(ALICE)).toEqual([early.id, late.id])
    expect(await idsOf(ALICE, late.id)).toEqual([late.id])
    expect(await one.dispatcher.scheduled(ALICE, early.id)).toEqual([
      {
        id: `${early.id}.1`,
        namespace: ALICE,
        taskId: early.id,
        url: 'http://***@receiver.test/early',
        at: START + 30_000,
        attempt: 1,
      },
    ])
  })

  it('of a create that is answered after them have been tried by then, whoever did', async () => {
    await using receiver = await startReceiver(response => response.writeHead(500).end())
    const given = fleet({ retries: 3 })
    await using one = openReplica(given)
    await using two = openReplica(given)
    for (let n = 0; n < 10; n++) {
      const made = await one.kept(receiver.url('/'), { pace: 'instant' })
      await one.dispatcher.deliver(made, true)
      expect(reportsOf(one, two).filter(({ taskId }) => taskId === made.id)).toHaveLength(1)
    }
  })
})

describe.skipIf(!isRedisThere)(`a plan that is changed${withoutRedis}`, () => {
  it('has its callbacks wait for the new instant, on all replicas', async () => {
    await using receiver = await startReceiver()
    const given = fleet()
    await using one = openReplica(given)
    await using two = openReplica(given)
    const { id } = await one.created(receiver.url('/'), { pace: 10 })
    await until('both wait', () => [one, two].every(({ clock }) => clock.nextAwaited === START + 10_000))
    await two.store.reroute(ALICE, id, { to: 'settle', at: START + 4000 }, START)
    await until('both wait for the new one', () => [one, two].every(({ clock }) => clock.nextAwaited === START + 4000))
    await two.store.reroute(ALICE, id, { to: 'settle', at: START + 30_000 }, START)
    await until('no alarm is left behind', () => [one, two].every(({ clock }) => clock.nextAwaited === START + 30_000))
    moveTo(START + 30_000, one, two)
    await settled(one)
    expect(reportsOf(one, two)).toMatchObject([{ at: START + 30_000, outcome: 'delivered' }])
  })

  it('drops what is cancelled while it waits, and no other with it', async () => {
    await using receiver = await startReceiver()
    const given = fleet()
    await using one = openReplica(given)
    await using two = openReplica(given)
    const { id } = await one.created(receiver.url('/cancelled'))
    await one.created(receiver.url('/other'), { pace: 3 })
    await two.store.cancelDelivery(ALICE, id, 0, START)
    moveTo(DUE + 1000, one, two)
    await settled(one)
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/other'])
  })

  it('holds for callbacks that were claimed by then', async () => {
    await using receiver = await startReceiver()
    let goOn = () => {}
    const isHeld = new Promise<void>(resolve => {
      goOn = resolve
    })
    let claimed = 0
    await using one = openReplica(
      fleet({
        owings: store => ({
          async claim(...of) {
            const found = await store.claim(...of)
            claimed += found.length
            await isHeld
            return found
          },
        }),
      }),
    )
    const { id: cancelled } = await one.created(receiver.url('/cancelled'))
    const { id: moved } = await one.created(receiver.url('/moved'))
    moveTo(DUE, one)
    await until('both are claimed', () => claimed === 2)
    await one.store.cancelDelivery(ALICE, cancelled, 0, DUE - 1)
    await one.store.reroute(ALICE, moved, { to: 'settle', at: DUE + 5000 }, DUE - 1)
    goOn()
    await until('it waits again', async () => (await one.store.earliest(ALICE)) === DUE + 5000)
    expect(receiver.arrivals).toEqual([])
    await until('the clock knows', () => one.clock.nextAwaited === DUE + 5000)
    moveTo(DUE + 5000, one)
    await settled(one)
    expect(one.reports).toMatchObject([{ taskId: moved, at: DUE + 5000, attempt: 1 }])
  })
})

describe.skipIf(!isRedisThere)(`a reset${withoutRedis}`, () => {
  it('drops what waits of the namespace, and no other’s', async () => {
    await using receiver = await startReceiver()
    await using one = openReplica(fleet())
    await one.created(receiver.url('/alice'))
    await one.created(receiver.url('/bob'), { namespace: BOB })
    await one.reset(ALICE)
    one.clock.moveTo(DUE)
    one.clockOf(BOB).moveTo(DUE)
    await settled(one)
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/bob'])
  })

  it('drops the report of a post that was under way, and its retries, but not the same task made anew', async () => {
    await using receiver = await startSlowReceiver()
    await using one = openReplica(fleet({ retries: 5 }))
    const { id } = await one.created(receiver.url('/before'))
    one.clock.moveTo(DUE)
    await receiver.arrived(1)
    await one.reset(ALICE)
    const again = await one.created(receiver.url('/after'))
    expect(again.id).toBe(id)
    one.clock.moveTo(DUE)
    await until('it is claimed', async () => (await one.store.waiting()).length === 0)
    receiver.answerAll(500)
    await receiver.arrived(2)
    receiver.answerAll()
    await settled(one)
    expect(one.reports).toMatchObject([{ url: receiver.url('/after'), attempt: 1, outcome: 'delivered' }])
  })
})

/** How many posts a receiver that never answers has open: they are given up on after a time. */
function openAt({ arrivals, url }: Receiver, { reports }: Replica): number {
  return arrivals.length - reports.filter(report => report.url.startsWith(url('/'))).length
}

describe.skipIf(!isRedisThere)(`receivers that never answer${withoutRedis}`, () => {
  it('hold nobody else up', async () => {
    await using slow = await startSlowReceiver()
    await using quick = await startReceiver()
    await using one = openReplica(fleet())
    for (let n = 0; n < 100; n++) await one.created(slow.url(`/${n % 3}`))
    for (let n = 0; n < 20; n++) await one.created(quick.url('/'), { pace: 3 })
    one.clock.moveTo(DUE)
    await slow.arrived(96)
    one.clock.moveTo(DUE + 1000)
    await quick.arrived(20)
    expect(openAt(slow, one)).toBeLessThanOrEqual(96)
  })

  it('hold nobody else up, be there more callbacks for them than jobs at work', async () => {
    await using slow = await startSlowReceiver()
    await using quick = await startReceiver()
    await using one = openReplica(fleet())
    const count = 2500
    const due = Array.from({ length: count }, (_, n) => one.created(slow.url('/'), { ordinal: n + 1 }))
    await Promise.all(due)
    await one.created(quick.url('/'), { ordinal: count + 1, pace: 3 })
    one.clock.moveTo(DUE)
    await until('all are underway', async () => (await one.store.count()).underway === count)
    one.clock.moveTo(DUE + 1000)
    await quick.arrived(1)
    expect(openAt(slow, one)).toBeLessThanOrEqual(32)
  })
})

describe.skipIf(!isRedisThere)(`a replica that goes${withoutRedis}`, () => {
  it('hands over what is cut off: another makes the same attempt', async () => {
    await using receiver = await startSlowReceiver()
    const given = fleet({ retries: 3 })
    const one = openReplica(given)
    await one.created(receiver.url('/'))
    one.clock.moveTo(DUE)
    await receiver.arrived(1)
    await using two = openReplica(given)
    two.clock.moveTo(DUE)
    expect(await one.close()).toBe(1)
    await receiver.arrived(2)
    receiver.answerAll()
    await settled(two)
    expect(one.reports).toMatchObject([{ attempt: 1, outcome: 'aborted' }])
    expect(two.reports).toMatchObject([{ attempt: 1, outcome: 'delivered' }])
    expect(receiver.arrivals).toHaveLength(2)
    await one[Symbol.asyncDispose]()
  })

  it('finishes posts that are answered in time, and owes nothing then', async () => {
    await using receiver = await startSlowReceiver()
    await using one = openReplica(fleet())
    await one.created(receiver.url('/'))
    one.clock.moveTo(DUE)
    await receiver.arrived(1)
    const owed = one.close(new Promise(() => {}))
    receiver.answerAll()
    expect(await owed).toBe(0)
    expect(one.reports).toMatchObject([{ outcome: 'delivered' }])
  })

  it('is found out when it was killed in the middle of a post, and another makes the attempt', async () => {
    await using receiver = await startSlowReceiver()
    const given = fleet()
    await using killed = openReplica(given)
    for (let n = 0; n < 5; n++) await killed.created(receiver.url(`/${n}`))
    killed.clock.moveTo(DUE)
    await receiver.arrived(5)
    await using other = openReplica(given)
    other.clock.moveTo(DUE)
    killed.cutOff()
    await receiver.arrived(10)
    receiver.answerAll()
    await settled(other)
    expect(other.reports.map(({ attempt, outcome }) => [attempt, outcome])).toEqual(
      Array.from({ length: 5 }, () => [1, 'delivered']),
    )
  })

  it('may lose its hold on what it has posted, as after a time without Redis: no trouble, and no second post of its own', async () => {
    await using receiver = await startSlowReceiver()
    const given = fleet()
    await using one = openReplica(given)
    await one.created(receiver.url('/'))
    one.clock.moveTo(DUE)
    await receiver.arrived(1)
    const client = new Redis(redis.url)
    const [lock = ''] = await client.keys(`${given.prefix}bull:callbacks:*:lock`)
    const first = await client.getdel(lock)
    // It has failed to renew the lock by the time it is given the job anew.
    await until('it is given the job anew', async () => ![null, first].includes(await client.get(lock)))
    client.disconnect()
    receiver.answerAll()
    await settled(one)
    expect(receiver.arrivals).toHaveLength(1)
    expect(one.troubles).toEqual([])
  })

  it('may die between claiming a callback and making it a job', async () => {
    await using receiver = await startReceiver()
    await using one = openReplica(fleet())
    await one.kept(receiver.url('/'))
    const [made] = await one.store.waiting()
    await one.store.release({ namespace: ALICE, id: made?.taskId ?? '' })
    one.clock.moveTo(DUE)
    expect(await one.store.claim(ALICE, DUE, 10)).toHaveLength(1)
    await receiver.arrived(1)
    await settled(one)
  })
})

describe.skipIf(!isRedisThere)(`a Redis that goes and comes back${withoutRedis}`, () => {
  it('costs no callback, and doubles none whose answer came meanwhile', async () => {
    await using own = await startRedis({ keeps: true })
    await using receiver = await startSlowReceiver()
    await using one = openReplica(fleet({ redis: own.url, retries: 3 }))
    for (let n = 0; n < 3; n++) await one.created(receiver.url('/first'))
    await one.created(receiver.url('/second'), { pace: 3 })
    one.clock.moveTo(DUE)
    await receiver.arrived(3)
    await own.stop()
    receiver.answerAll()
    one.clock.moveTo(DUE + 1000)
    await until('it is noticed', () => one.troubles.length > 0)
    await own.restart()
    await receiver.arrived(4)
    receiver.answerAll()
    await settled(one)
    expect(receiver.arrivals.map(({ path }) => path)).toEqual(['/first', '/first', '/first', '/second'])
    expect(one.reports).toHaveLength(4)
  })

  it('keeps no replica from stopping, nor from starting before it', async () => {
    await using own = await startRedis()
    await own.stop()
    const one = openReplica(fleet({ redis: own.url }))
    await until('it is noticed', () => one.troubles.length > 0)
    await one[Symbol.asyncDispose]()
  })

  it('keeps no replica from stopping that has claimed a callback, and has not made it a job', async () => {
    await using own = await startRedis()
    const one = openReplica(
      fleet({
        redis: own.url,
        owings: store => ({
          claim: async (...given) => {
            const claimed = await store.claim(...given)
            if (claimed.length > 0) await own.stop()
            return claimed
          },
        }),
      }),
    )
    await one.created('http://127.0.0.1:9/')
    one.clock.moveTo(DUE)
    await until('it is noticed', () => one.troubles.length > 0)
    await one[Symbol.asyncDispose]()
  })
})
