import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { START } from '../simulation/fake-timebase.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { Fleet, KEY, type Replica } from './fleet.ts'

/** Long before that, unless it never is. */
const SOON = { timeout: 30_000, interval: 1 }

let server: RedisServer

beforeAll(async () => {
  if (isRedisThere) server = await startRedis()
})

afterAll(() => server?.[Symbol.asyncDispose]())

const SCOPE = { namespace: KEY }

/** Somebody who waits at a replica, at work when he wakes, and what he sees. */
async function waits({ of }: Replica, name: string, ms: number, log: string[], key = KEY): Promise<void> {
  const { clock } = of(key)
  const work = clock.work('sure')
  const isOver = await work.rest(START + ms).then(
    () => false,
    () => true,
  )
  if (isOver) return
  log.push(`${name} ${ms} ${clock.now() - START}`)
  await turn()
  await turn()
  work.end()
}

describe.skipIf(!isRedisThere)(`an advance of two replicas${withoutRedis}`, () => {
  it('moves the clocks of both', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    a.of()
    await a.time.advance(SCOPE, { ms: 1000 })
    expect(fleet.shown()).toEqual([1000, 1000])
    await b.time.advance(SCOPE, { ms: 500 })
    expect(fleet.shown()).toEqual([1500, 1500])
  })

  it('stops at each instant that is awaited at either, so that all see their own, in order', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const log: string[] = []
    const all = [
      waits(a, 'a', 10, log),
      waits(b, 'b', 5, log),
      waits(b, 'b', 20, log),
      waits(a, 'a', 30, log),
      waits(b, 'b', 40, log),
    ]
    await a.time.advance(SCOPE, { ms: 100 })
    expect(log).toEqual(['b 5 5', 'a 10 10', 'b 20 20', 'a 30 30', 'b 40 40'])
    await Promise.all(all)
    expect(fleet.shown()).toEqual([100, 100])
  })

  it('shows everybody his own instant, in order, whatever they wait for and wherever', async () => {
    await using fleet = new Fleet(server.url)
    const replicas = [await fleet.join(), await fleet.join()]
    const chains = fc.array(
      fc.record({
        place: fc.nat(1),
        first: fc.integer({ min: 1, max: 400 }),
        pauses: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 4 }),
      }),
      { maxLength: 6 },
    )
    let runs = 0
    await fc.assert(
      fc.asyncProperty(chains, fc.nat(1), async (all, commander) => {
        const key = `${runs++}`.padStart(64, '0')
        const seen: [due: number, shown: number][] = []
        const follow = async ({ place, first, pauses }: (typeof all)[number]) => {
          const { clock } = (replicas[place] as Replica).of(key)
          const work = clock.work('sure')
          let due = START + first
          for (const pause of [...pauses, 0]) {
            await work.rest(due)
            seen.push([due - START, clock.now() - START])
            await turn()
            due = clock.now() + pause
          }
          work.end()
        }
        for (const chain of all) void follow(chain)
        await replicas[commander]?.time.advance({ namespace: key }, { ms: 2000 })
        for (const [due, shown] of seen) expect(shown).toBe(due)
        expect(seen).toHaveLength(all.reduce((sum, { pauses }) => sum + pauses.length + 1, 0))
        expect(seen.map(([due]) => due)).toEqual(seen.map(([due]) => due).toSorted((a, b) => a - b))
        expect(fleet.shown(key)).toEqual([2000, 2000])
      }),
      { numRuns: 30 },
    )
  })

  it('stops for what is set off on the way, at the other', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const log: string[] = []
    const chain = async () => {
      const work = b.of().clock.work('sure')
      for (let ms = 1; ms <= 512; ms *= 2) {
        await work.rest(START + ms)
        log.push(`${ms} ${a.shown()} ${b.shown()}`)
        await turn()
      }
      work.end()
    }
    void chain()
    await a.time.advance(SCOPE, { ms: 1000 })
    expect(log).toEqual(Array.from({ length: 10 }, (_, nth) => `${2 ** nth} ${2 ** nth} ${2 ** nth}`))
  })

  it('waits until callbacks that are due are over, wherever they are posted', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const { owings } = fleet
    b.of()
    const seen: string[] = []
    owings.add(KEY, START + 100)
    // The creator's place on its clock; the post is made elsewhere, a while later, and fails once.
    void a
      .of()
      .clock.until(START + 100)
      .then(async () => {
        for (let n = 0; n < 3; n++) await turn()
        expect(owings.claim(KEY, a.of().clock.now())).toBe(true)
        const work = b.of().clock.work('sure')
        for (let n = 0; n < 20; n++) await turn()
        seen.push(`first ${b.shown()}`)
        owings.add(KEY, b.of().clock.now() + 1000)
        owings.underway--
        work.end()
        await b.of().clock.until(START + 1100)
        owings.claim(KEY, b.of().clock.now())
        for (let n = 0; n < 20; n++) await turn()
        seen.push(`second ${b.shown()}`)
        owings.underway--
      })
    await b.time.advance(SCOPE, { ms: 5000 })
    expect(seen).toEqual(['first 100', 'second 1100'])
    expect(fleet.shown()).toEqual([5000, 5000])
  })

  it('stops for a callback whose creator has died', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const { owings } = fleet
    owings.add(KEY, START + 100)
    const claimed: number[] = []
    const claiming = vi.waitUntil(() => {
      if (owings.claim(KEY, b.of().clock.now())) claimed.push(b.shown())
      return claimed.length > 0
    }, SOON)
    const advanced = a.time.advance(SCOPE, { ms: 1000 })
    await claiming
    owings.underway--
    await advanced
    expect(claimed).toEqual([100])
  })

  it('of the server takes along whoever follows it, at either', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const own = 'b'.repeat(64)
    const log: string[] = []
    void waits(b, 'b', 70, log)
    void waits(a, 'own', 70, log, own)
    b.namespaces.of('c'.repeat(64))
    await b.time.advance({ namespace: own }, { ms: 5 })
    await a.time.advance('server', { ms: 100 })
    expect(log).toEqual(['b 70 70'])
    expect([fleet.shown(''), fleet.shown(), fleet.shown(own), fleet.shown('c'.repeat(64))]).toEqual([
      [100, 100],
      [100, 100],
      [5, 5],
      [100, 100],
    ])
  })

  it('follows another one, given at the same time to the other', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    await Promise.all([a, b, a, b, b].map(({ time }) => time.advance(SCOPE, { ms: 10 })))
    expect(fleet.shown()).toEqual([50, 50])
    await Promise.all([a, b].flatMap(({ time }) => [time.advance('server', { ms: 1 }), time.advance(SCOPE, { ms: 1 })]))
    expect([fleet.shown(''), fleet.shown()]).toEqual([
      [2, 2],
      [52, 52],
    ])
  })

  it('goes on without a replica that dies on the way', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b, c] = [await fleet.join(), await fleet.join(), await fleet.join()]
    const died = b
      .of()
      .clock.until(START + 10)
      .then(() => {
        b.of().clock.work('sure')
        b.redis.disconnect()
        return b.bus.close()
      })
    c.of()
    await a.time.advance(SCOPE, { ms: 100 })
    await died
    expect([a.shown(), c.shown()]).toEqual([100, 100])
  })

  it('can be given to another when the one that carried it out has died', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const stopped = a
      .of()
      .clock.until(START + 10)
      .then(() => a.redis.disconnect())
    await expect(a.time.advance(SCOPE, { ms: 100 })).rejects.toThrow()
    await stopped
    // What a has shown it had told b before, who hears of it though a is gone.
    await vi.waitFor(() => expect(b.shown()).toBe(10), SOON)
    // Which waits until a's hold on the clock is over.
    await b.time.advance(SCOPE, { ms: 5 })
    expect(b.shown()).toBe(15)
  })
})

describe.skipIf(!isRedisThere)(`the other clock commands${withoutRedis}`, () => {
  it('next-event goes where somebody waits, at either', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const log: string[] = []
    void waits(b, 'b', 70, log)
    await a.time.toNextEvent(SCOPE)
    expect([log, fleet.shown()]).toEqual([['b 70 70'], [70, 70]])
    b.of().clock.mark(START + 80)
    await a.time.toNextEvent(SCOPE)
    fleet.owings.add(KEY, START + 90)
    const moving = a.time.toNextEvent(SCOPE)
    await vi.waitUntil(() => fleet.owings.claim(KEY, b.of().clock.now()), SOON)
    fleet.owings.underway--
    await moving
    expect(fleet.shown()).toEqual([90, 90])
    await expect(a.time.toNextEvent(SCOPE)).rejects.toThrow('nobody waits')
  })

  it('show who waits at either', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    void waits(a, 'a', 70, [])
    void waits(b, 'b', 50, [])
    expect(await a.time.stateEverywhere(SCOPE)).toMatchObject({ waiting: 2, next: START + 50 })
  })

  it('set has both run the same, from the same instant', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    await a.time.set(SCOPE, { mode: 'scaled', rate: 1000, at: START + 5000 })
    expect(b.of().clock.stand).toEqual(a.of().clock.stand)
    expect(b.of().clock.setting).toEqual({ mode: 'scaled', rate: 1000 })
    await b.of().clock.until(START + 20_000)
    await b.time.set(SCOPE, { mode: 'frozen' })
    expect(new Set(fleet.shown()).size).toBe(1)
    await a.time.set('server', { mode: 'real' })
    expect([b.namespaces.server.clock.setting.mode, b.of().clock.setting.mode]).toEqual(['real', 'frozen'])
  })

  it('move clocks that run, which go on running the same', async () => {
    await using fleet = new Fleet(server.url, 'real')
    const [a, b] = [await fleet.join(), await fleet.join()]
    const before = a.of().clock.now()
    await a.time.advance('server', { ms: 3_600_000 })
    expect(b.of().clock.stand).toEqual(a.of().clock.stand)
    expect(b.of().clock.now()).toBeGreaterThanOrEqual(before + 3_600_000)
    expect(b.of().clock.now()).toBeLessThan(before + 3_660_000)
  })
})

describe.skipIf(!isRedisThere)(`the log of commands${withoutRedis}`, () => {
  it('is the same at all replicas, whoever carried them out, and refused ones are in none', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    await a.time.advance(SCOPE, { ms: 10 })
    await expect(a.time.advance(SCOPE, { to: START })).rejects.toThrow('forward only')
    await b.time.set('server', { mode: 'real' })
    await Promise.all([a, b].map(({ time }) => time.advance(SCOPE, { ms: 10 })))
    const c = await fleet.join()
    const commands = ({ time }: Replica) =>
      time.log.entries.map(({ seq, command, from }) => [seq, command, from - START])
    await c.clocks.written()
    await vi.waitFor(() => expect([commands(b), commands(c)]).toEqual([commands(a), commands(a)]), SOON)
    expect(commands(a)).toEqual([
      [1, 'advance', 0],
      [3, 'set', 0],
      [4, 'advance', 10],
      [5, 'advance', 20],
    ])
  })
})

describe.skipIf(!isRedisThere)(`a replica that joins${withoutRedis}`, () => {
  it('begins with the clocks there are', async () => {
    await using fleet = new Fleet(server.url)
    const a = await fleet.join()
    a.of()
    await a.time.advance('server', { ms: 100 })
    await a.time.set(SCOPE, { mode: 'auto-skip', at: START + 500 })
    const b = await fleet.join()
    expect([fleet.shown(''), fleet.shown()]).toEqual([
      [100, 100],
      [500, 500],
    ])
    expect(b.of()).toMatchObject({ follows: false, isKept: true })
    expect(b.of().clock.setting.mode).toBe('auto-skip')
    expect(fleet.shown('new')).toEqual([100, 100])
  })

  it('in the middle of an advance comes along', async () => {
    await using fleet = new Fleet(server.url)
    const a = await fleet.join()
    const work = a.of().clock.work('sure')
    const arrived = work.rest(START + 10)
    const advanced = a.time.advance(SCOPE, { ms: 100 })
    await arrived
    const b = await fleet.join()
    expect(b.shown()).toBe(10)
    work.end()
    await advanced
    expect(fleet.shown()).toEqual([100, 100])
  })

  it('makes nothing of what is no clock', async () => {
    await using fleet = new Fleet(server.url)
    const a = await fleet.join()
    const texts = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'x 1 frozen 1 1',
        'x 1e5 real 1 1 own',
        'x 1 real -1 1 own',
        'x 99999999999999999999 frozen 1 1 own',
      ),
    )
    await fc.assert(
      fc.asyncProperty(texts, async text => {
        await a.redis.hset(`${fleet.company.prefix}clocks`, KEY, text)
        await a.time.set({ namespace: 'b'.repeat(64) }, { mode: 'frozen' })
        await a.time.advance('server', { ms: 1 })
        expect(a.namespaces.find(KEY)).toBeUndefined()
      }),
      { numRuns: 30 },
    )
  })

  it('has trace ids of its own', async () => {
    await using fleet = new Fleet(server.url)
    const ids = [await fleet.join(), await fleet.join()].map(({ namespaces, of }) => namespaces.nextTraceId(of()))
    expect(new Set(ids).size).toBe(2)
  })

  it('whose machine is wrong about the time goes by Redis’', async () => {
    const { machineTime } = await import('../../src/simulation/timebase.ts')
    const wrong = { now: () => machineTime.now() + 3_600_000, after: machineTime.after }
    await using fleet = new Fleet(server.url, 'real')
    const [a, b] = [await fleet.join(), await fleet.join(wrong)]
    expect(Math.abs(a.of().clock.now() - b.of().clock.now())).toBeLessThan(1000)
    expect(a.clocks.timebase).toBe(machineTime)
  })
})

describe.skipIf(!isRedisThere)(`a reset${withoutRedis}`, () => {
  it('of all is decided by the first and taken over by the others', async () => {
    await using fleet = new Fleet(server.url, 'real')
    const [a, b] = [await fleet.join(), await fleet.join()]
    a.of()
    await a.time.advance('server', { ms: 1000 })
    a.namespaces.reset()
    await a.clocks.written()
    b.namespaces.reset(undefined, true)
    await b.clocks.written()
    expect(b.namespaces.server.clock.stand).toEqual(a.namespaces.server.clock.stand)
    expect(b.namespaces.find(KEY)).toBeUndefined()
    const c = await fleet.join()
    expect(c.namespaces.find(KEY)).toBeUndefined()
    expect(c.namespaces.server.clock.stand).toEqual(a.namespaces.server.clock.stand)
  })

  it('of a namespace puts it back to the server’s clock', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    await a.time.advance('server', { ms: 10 })
    await a.time.advance(SCOPE, { ms: 1000 })
    b.namespaces.reset(KEY)
    await b.clocks.written()
    a.namespaces.reset(KEY, true)
    await a.clocks.written()
    expect(fleet.shown()).toEqual([10, 10])
    await a.time.advance(SCOPE, { ms: 1 })
    expect(fleet.shown()).toEqual([11, 11])
  })

  it('on the way stops an advance of the clock that is no more', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const work = a.of().clock.work('sure')
    const arrived = work.rest(START + 10)
    const advanced = a.time.advance(SCOPE, { ms: 100 })
    await arrived
    b.namespaces.reset(KEY)
    await b.clocks.written()
    work.end()
    a.namespaces.reset(KEY, true)
    await advanced
    await a.clocks.written()
    expect(fleet.shown()).toEqual([0, 0])
  })

  it('of clocks alone has them run as the server’s again', async () => {
    await using fleet = new Fleet(server.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    await a.time.set(SCOPE, { mode: 'real' })
    a.namespaces.resetClocks()
    await a.clocks.written()
    b.namespaces.resetClocks(undefined, true)
    await b.clocks.written()
    expect(b.of().clock.setting.mode).toBe('frozen')
    expect(new Set(fleet.shown()).size).toBe(1)
    await b.time.advance('server', { ms: 10_000 })
    expect(new Set(fleet.shown()).size).toBe(1)
  })
})

describe.skipIf(!isRedisThere)(`without a connection clocks${withoutRedis}`, () => {
  it('go on running, refuse commands, and agree again afterwards', async () => {
    await using own = await startRedis({ keeps: true })
    await using fleet = new Fleet(own.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    const other = 'b'.repeat(64)
    await a.time.set({ namespace: other }, { mode: 'real' })
    await a.time.advance(SCOPE, { ms: 10 })
    const lost = a.time.advance(SCOPE, { ms: 100 })
    const failed = expect(lost).rejects.toThrow()
    await own.stop('SIGKILL')
    await failed
    await expect(b.time.advance(SCOPE, { ms: 100 })).rejects.toThrow()
    await b.of(other).clock.until(b.of(other).clock.now() + 5)
    a.of('c'.repeat(64))
    const returned = [a, b].map(({ bus }) => new Promise<void>(resolve => bus.onReturn(resolve)))
    await own.restart()
    await Promise.all(returned)
    await vi.waitFor(() => expect(b.namespaces.find('c'.repeat(64))).toBeDefined(), SOON)
    await vi.waitFor(() => expect(new Set(fleet.shown()).size).toBe(1), SOON)
    const before = a.shown()
    await b.time.advance(SCOPE, { ms: 7 })
    expect(fleet.shown()).toEqual([before + 7, before + 7])
  })

  it('agree again with a Redis that has forgotten them', async () => {
    await using own = await startRedis()
    await using fleet = new Fleet(own.url)
    const [a, b] = [await fleet.join(), await fleet.join()]
    await a.time.advance(SCOPE, { ms: 10 })
    const returned = [a, b].map(({ bus }) => new Promise<void>(resolve => bus.onReturn(resolve)))
    await own.restart()
    await Promise.all(returned)
    await Promise.all([a, b].map(({ clocks }) => clocks.written()))
    await b.time.advance(SCOPE, { ms: 10 })
    expect(fleet.shown()).toEqual([20, 20])
    const c = await fleet.join()
    expect(c.shown()).toBe(20)
  })
})
