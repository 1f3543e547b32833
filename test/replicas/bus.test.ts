import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { RedisBus, Unreachable } from '../../src/replicas/redis-bus.ts'
import { FakeTimebase } from '../simulation/fake-timebase.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { Company, connect } from './company.ts'

/** Long before that, unless it never is. */
const SOON = { timeout: 30_000, interval: 1 }

let server: RedisServer

beforeAll(async () => {
  if (isRedisThere) server = await startRedis()
})

afterAll(() => server?.[Symbol.asyncDispose]())

describe.skipIf(!isRedisThere)(`the bus${withoutRedis}`, () => {
  it('numbers replicas and gives each a name of its own', async () => {
    await using company = new Company(server.url)
    const buses = [await company.join(), await company.join(), await company.join()].map(({ bus }) => bus)
    expect(buses.map(({ number }) => number)).toEqual([1, 2, 3])
    expect(new Set(buses.map(({ id }) => id)).size).toBe(3)
  })

  it('gives nobody a number that ends as that of one who is there, in a hundred or if Redis has forgotten how many', async () => {
    await using company = new Company(server.url)
    const { redis } = await company.join()
    await redis.set(`${company.prefix}replicas:count`, 100)
    expect((await company.join()).bus.number).toBe(102)
    await redis.del(`${company.prefix}replicas:count`)
    expect((await company.join()).bus.number).toBe(3)
  })

  it('tells the others, in order, and not itself', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    const heard: unknown[] = []
    a.bus.on('count', z.unknown(), message => heard.push(['a', message]))
    b.bus.on('count', z.unknown(), (message, from) => heard.push([from, message]))
    const numbers = Array.from({ length: 100 }, (_, number) => number)
    for (const number of numbers) a.bus.tell('count', number)
    await a.bus.ask('nothing', 0)
    expect(heard).toEqual(numbers.map(number => [a.bus.id, number]))
  })

  it('asks all others and resolves to what they answer', async () => {
    await using company = new Company(server.url)
    const [a, b, c] = [await company.join(), await company.join(), await company.join()]
    for (const { bus } of [a, b, c]) bus.on('double', z.number(), async number => ({ [bus.number]: 2 * number }))
    const answers = await b.bus.ask('double', 21, z.looseObject({}))
    expect(Object.assign({}, ...answers)).toEqual({ 1: 42, 3: 42 })
    const many = await Promise.all(Array.from({ length: 200 }, (_, number) => a.bus.ask('double', number)))
    expect(many.map(answers => answers.length)).toEqual(Array.from({ length: 200 }, () => 2))
  })

  it('asks nobody where there is nobody', async () => {
    await using company = new Company(server.url)
    expect(await (await company.join()).bus.ask('anything', 1)).toEqual([])
  })

  it('goes without the answer of a handler that fails, which is reported where it failed', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    b.bus.on('fail', z.unknown(), () => {
      throw new Error('on purpose')
    })
    expect(await a.bus.ask('fail', 1)).toEqual([])
    expect(b.defects).toEqual([new Error('on purpose')])
    b.bus.on('fail', z.unknown(), async () => {
      throw new Unreachable()
    })
    expect(await a.bus.ask('fail', 1)).toEqual([])
    expect(b.defects).toHaveLength(1)
  })

  it('handles no message that does not fit, which is reported where it was heard', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    const heard: unknown[] = []
    b.bus.on('names', z.array(z.string()), names => heard.push(names))
    expect(await a.bus.ask('names', [null])).toEqual([])
    expect(await a.bus.ask('names', ['a'])).toEqual([1])
    expect(heard).toEqual([['a']])
    const defect = expect.stringContaining(`what ${a.bus.id} says on names is no such message: [null]`)
    expect(b.defects).toEqual([expect.objectContaining({ message: defect })])
  })

  it('resolves to no answer that does not fit, nor to one of whom nobody asked', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    const say = (answer: object) =>
      a.redis.publish(`${company.prefix}bus:${a.bus.id}`, JSON.stringify({ to: 1, ...answer }))
    b.bus.on('what', z.unknown(), async () => {
      await say({ from: 'somebody', answer: 'a' })
      await say({ from: b.bus.id, answer: 7 })
      return 'b'
    })
    expect(await a.bus.ask('what', null, z.string())).toEqual(['b'])
  })

  it('waits for nobody longer than five seconds', async () => {
    await using company = new Company(server.url)
    const timebase = new FakeTimebase()
    const [a, b] = [await company.join(timebase), await company.join()]
    const asked = new Promise<void>(resolve => {
      b.bus.on('never', z.unknown(), () => {
        resolve()
        return new Promise(() => {})
      })
    })
    const answers = a.bus.ask('never', 1)
    let isOver = false
    void answers.then(() => {
      isOver = true
    })
    await asked
    timebase.pass(4999)
    await turn()
    expect(isOver).toBe(false)
    timebase.pass(1)
    expect(await answers).toEqual([])
  })

  it('does not wait for one that closes while it is asked', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    b.bus.on('never', z.unknown(), () => {
      void b.bus.close()
      return new Promise(() => {})
    })
    expect(await a.bus.ask('never', 1)).toEqual([])
  })

  it('does not wait long for one that gives no sign of life', async () => {
    await using company = new Company(server.url)
    const timebase = new FakeTimebase()
    const [a, hung] = [await company.join(timebase), await company.join(new FakeTimebase())]
    const asked = new Promise<void>(resolve => {
      hung.bus.on('never', z.unknown(), () => {
        resolve()
        return new Promise(() => {})
      })
    })
    const answers = a.bus.ask('never', 1)
    await asked
    // It was alive when it was asked, and is not heard of any more.
    await a.redis.zadd(`${company.prefix}replicas`, 0, hung.bus.id)
    timebase.pass(500)
    expect(await answers).toEqual([])
    expect(await a.bus.ask('never', 1)).toEqual([])
  })

  it('hears nothing of other prefixes', async () => {
    await using one = new Company(server.url)
    await using other = new Company(server.url)
    const [a, b] = [await one.join(), await other.join()]
    b.bus.on('who', z.unknown(), () => 'other')
    expect(await a.bus.ask('who', 1)).toEqual([])
  })

  it('goes on whatever is published on its channels', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    b.bus.on('echo', z.unknown(), message => message)
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ topic: fc.constant('echo'), from: fc.anything(), ask: fc.anything(), message: fc.anything() })
        .map(value => String(JSON.stringify(value))),
      fc.record({ to: fc.nat(3), from: fc.anything(), answer: fc.anything() }).map(value => JSON.stringify(value)),
    )
    await fc.assert(
      fc.asyncProperty(texts, async text => {
        await a.redis.publish(`${company.prefix}bus`, text)
        await a.redis.publish(`${company.prefix}bus:${b.bus.id}`, text)
        expect(await a.bus.ask('echo', text)).toEqual([text])
        expect(await b.bus.ask('echo', text)).toEqual([])
      }),
      { numRuns: 200 },
    )
    expect([a.defects, b.defects]).toEqual([[], []])
  })
})

describe.skipIf(!isRedisThere)(`locks${withoutRedis}`, () => {
  it('are held by one at a time, here and elsewhere', async () => {
    await using company = new Company(server.url)
    const members = [await company.join(), await company.join()]
    let holders = 0
    let most = 0
    const act = async () => {
      most = Math.max(most, ++holders)
      await turn()
      await turn()
      holders--
    }
    const all = Array.from({ length: 20 }, (_, index) => members[index % 2]?.bus.locked('one', act))
    await Promise.all(all)
    expect([most, holders]).toEqual([1, 0])
  })

  it('with other names do not meet', async () => {
    await using company = new Company(server.url)
    const { bus } = await company.join()
    expect(await bus.locked('one', () => bus.locked('other', async () => 'both'))).toBe('both')
  })

  it('are let go of when what was done under them fails', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    const failed = a.bus.locked('one', () => Promise.reject(new Error('on purpose')))
    await expect(failed).rejects.toThrow('on purpose')
    expect(await b.bus.locked('one', async () => 'next')).toBe('next')
  })

  it('of a replica that died are free after four seconds', async () => {
    await using company = new Company(server.url)
    const [a, b] = [await company.join(), await company.join()]
    void a.bus.locked('one', () => new Promise(() => {}))
    await vi.waitFor(async () => expect(await b.redis.exists(`${company.prefix}lock:one`)).toBe(1), SOON)
    a.redis.disconnect()
    expect(await b.redis.pttl(`${company.prefix}lock:one`)).toBeLessThanOrEqual(4000)
    expect(await b.bus.locked('one', async () => 'next')).toBe('next')
  })
})

describe.skipIf(!isRedisThere)(`without a connection the bus${withoutRedis}`, () => {
  it('fails what is asked, and says when it is back', async () => {
    await using own = await startRedis()
    await using company = new Company(own.url)
    const [a, b] = [await company.join(), await company.join()]
    b.bus.on('echo', z.unknown(), message => message)
    b.bus.on('never', z.unknown(), () => new Promise(() => {}))
    const returned = [a, b].map(({ bus }) => new Promise<void>(resolve => bus.onReturn(resolve)))
    const underway = a.bus.ask('never', 1)
    const failed = expect(underway).rejects.toThrow('there is no connection to Redis')
    await own.stop()
    await failed
    await expect(a.bus.ask('echo', 1)).rejects.toThrow()
    await expect(a.bus.locked('one', async () => 1)).rejects.toThrow()
    a.bus.tell('echo', 1)
    await own.restart()
    await Promise.all(returned)
    expect(await a.bus.ask('echo', 2)).toEqual([2])
    expect(await a.bus.locked('one', async () => 3)).toBe(3)
  })

  it('lets what is done under a lock go on', async () => {
    await using own = await startRedis()
    await using company = new Company(own.url)
    const { bus } = await company.join()
    const act = async () => {
      await own.restart()
      return 'done'
    }
    expect(await bus.locked('one', act)).toBe('done')
  })

  it('can’t be joined', async () => {
    await using own = await startRedis()
    const redis = await connect(own.url)
    await own.stop()
    await expect(RedisBus.join({ redis, prefix: 'x' })).rejects.toThrow()
    redis.disconnect()
  })
})
