import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Inboxes } from '../../src/control/inboxes.ts'
import { type Entry, Journal, type Unplaced } from '../../src/journal/journal.ts'
import { History } from '../../src/replicas/history.ts'
import { AT_ONCE } from '../../src/replicas/link.ts'
import { type Gap, isBefore } from '../../src/replicas/stream.ts'
import { VirtualClock } from '../../src/simulation/clock.ts'
import { Places } from '../../src/simulation/places.ts'
import { machineTime } from '../../src/simulation/timebase.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

let server: RedisServer
let prefixes = 0

describe.runIf(isRedisThere)(`what happened at replicas${withoutRedis}`, () => {
  beforeAll(async () => {
    server = await startRedis({ keeps: true })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** A replica, whose number is the residue of the places it gives. */
  async function replica(prefix: string, number: number) {
    const redis = new Redis(server.url, AT_ONCE)
    redis.on('error', () => {})
    await redis.connect()
    const journal = new Journal(1000, 1e6, new Places({ step: 100, residue: number }))
    const clock = new VirtualClock({ mode: 'frozen', rate: 1, startAt: 0 })
    const inboxes: Inboxes = new Inboxes({
      timebase: machineTime,
      clock: () => clock,
      postNamed: () => undefined,
      company: { place: message => history.place(message, 60_000), take: async (_, next) => next - 1 },
    })
    const defects: unknown[] = []
    const onDefect = (error: unknown) => defects.push(error)
    const gaps: Gap[] = []
    const onGap = (gap: Gap) => gaps.push(gap)
    const history = new History({ redis, prefix, id: `${number}`, journal, inboxes, most: 1000, onDefect, onGap })
    redis.on('ready', () => history.resume())
    await history.start()
    onTestFinished(async () => {
      await history.close()
      redis.disconnect()
    })
    return { journal, inboxes, history, redis, defects, gaps }
  }

  const prefix = () => `test${prefixes++}:`
  const entry = (path: string, namespace = 'a'): Unplaced<Entry> => ({
    ...{ kind: 'download', at: 0, namespace, method: 'GET', path, rawHeaders: [], bytes: 0, status: 200 },
  })
  const seen = ({ journal }: { journal: Journal }) => journal.list().map(one => ('path' in one ? one.path : ''))
  const arrival = (body: string) => ({ inbox: 'i', method: 'POST', query: '', headers: {}, body: Buffer.from(body) })
  const gone = new AbortController().signal

  it('is known to all, in one order, with one place each', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    for (let n = 0; n < 50; n++) (n % 3 === 0 ? one : two).journal.record(entry(`/${n}`))
    await two.history.reached(await one.history.flush())
    await one.history.reached(await two.history.flush())
    expect(one.journal.count()).toBe(50)
    expect(two.journal.list()).toEqual(one.journal.list())
    const places = one.journal.list().map(({ seq }) => seq)
    expect(new Set(places).size).toBe(50)
    expect(one.defects.concat(two.defects)).toEqual([])
  })

  it('comes with every entry only once it is complete, to those who follow too', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    const followed: number[] = []
    two.journal.listen(({ seq }) => followed.push(seq))
    const open = one.journal.add(entry('/open'))
    one.journal.record(entry('/done'))
    await two.history.reached(await one.history.flush())
    expect(seen(two)).toEqual(['/done'])
    one.journal.complete(open as Entry)
    await two.history.reached(await one.history.flush())
    expect(seen(two)).toEqual(['/open', '/done'])
    expect(followed).toEqual([101, 1])
  })

  it('is what one who joins later finds, without what was cleared', async () => {
    const p = prefix()
    const one = await replica(p, 1)
    for (const namespace of ['a', 'b']) one.journal.record(entry(`/${namespace}`, namespace))
    one.journal.clear('a')
    one.history.cleared('journal', { namespace: 'a' })
    await one.inboxes.receive(arrival('gone'), undefined, gone)
    one.inboxes.clear({ inbox: 'i' })
    one.history.cleared('inbox', { inbox: 'i' })
    // As before it is answered that they are gone.
    await one.history.flush()
    await one.inboxes.receive(arrival('kept'), undefined, gone)
    await one.history.flush()
    const two = await replica(p, 2)
    expect(seen(two)).toEqual(['/b'])
    expect(two.inboxes.list('i').map(({ body }) => body)).toEqual(['kept'])
    expect(two.inboxes.list('i')).toEqual(one.inboxes.list('i'))
  })

  it('has messages in one order, in which one that is posted after another was answered comes after it', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    const bodies = Array.from({ length: 60 }, (_, n) => `${n}`)
    for (const [n, body] of bodies.entries())
      await (n % 3 === 1 ? one : two).inboxes.receive(arrival(body), undefined, gone)
    // All at once, in whatever order.
    await Promise.all(
      bodies.map((_, n) => (n % 2 ? one : two).inboxes.receive(arrival(`at once ${n}`), undefined, gone)),
    )
    await two.history.reached(await one.history.flush())
    await one.history.reached(await two.history.flush())
    const messages = one.inboxes.list('i')
    expect(messages.slice(0, 60).map(({ body }) => body)).toEqual(bodies)
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1))
    expect(two.inboxes.list('i')).toEqual(messages)
  })

  it('has the same messages everywhere though an inbox is emptied while they come', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    const coming = Array.from({ length: 60 }, async (_, n) => {
      await (n % 2 ? one : two).inboxes.receive(arrival(`${n}`), undefined, gone)
      if (n !== 20) return
      one.inboxes.clear({ inbox: 'i' })
      one.history.cleared('inbox', { inbox: 'i' })
      await one.history.flush()
    })
    await Promise.all(coming)
    await one.inboxes.receive(arrival('last'), undefined, gone)
    await two.history.reached(await one.history.flush())
    await one.history.reached(await two.history.flush())
    expect(one.inboxes.list('i').at(-1)).toMatchObject({ body: 'last' })
    expect(two.inboxes.list('i')).toEqual(one.inboxes.list('i'))
  })

  it('ends a wait for a message that came to another', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    const waited = two.inboxes.arrived('i', { count: 1, after: 0, waitMs: 60_000 }, gone)
    await one.inboxes.receive(arrival('hello'), undefined, gone)
    await waited
    expect(two.inboxes.list('i').map(({ body }) => body)).toEqual(['hello'])
  })

  it('is told in few items, as many as went together', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    const length = () => one.redis.xlen(`${p}history`)
    for (let n = 0; n < 100; n++) one.journal.record(entry(`/${n}`))
    await two.history.reached(await one.history.flush())
    expect(await length()).toBe(1)
    // What is between two entries stays there.
    one.journal.record(entry('/gone', 'b'))
    one.journal.clear('b')
    one.history.cleared('journal', { namespace: 'b' })
    one.journal.record(entry('/kept', 'b'))
    await two.history.reached(await one.history.flush())
    expect(await length()).toBe(4)
    expect(seen(two).slice(-2)).toEqual(['/99', '/kept'])
    // No item is long: they are read many at once.
    const long = 'x'.repeat(40_000)
    for (let n = 0; n < 3; n++) one.journal.record(entry(`/${n}${long}`))
    await two.history.reached(await one.history.flush())
    expect(await length()).toBe(7)
    expect(seen(two)).toEqual(seen(one))
  })

  it('takes as much of Redis however much goes together, and no less than the journal', async () => {
    const p = prefix()
    const one = await replica(p, 1)
    // Told 500 at a time, of which the stream is to hold 1000 for the journal and 10,000 more.
    for (let told = 0; told < 60_000; told += 500) {
      for (let n = 0; n < 500; n++) one.journal.record(entry(`/${told + n}`))
      await one.history.reached(await one.history.flush())
    }
    const items = await one.redis.xrange(`${p}history`, '-', '+')
    const kept = items.map(([, fields]) => Number.parseInt(fields[3] ?? '', 10))
    const sum = kept.reduce((all, count) => all + count, 0)
    expect(sum).toBeGreaterThanOrEqual(11_000)
    expect(sum).toBeLessThan(13_000)
    const two = await replica(p, 2)
    expect(two.journal.list()).toEqual(one.journal.list())
    expect(one.gaps.concat(two.gaps)).toEqual([])
  })

  it.each([
    ['many items', 300, 1],
    ['few items of many entries', 20, 500],
  ])(
    'is taken up again by one who was away for longer than it is kept, which is told: %s',
    async (_, items, entries) => {
      const p = prefix()
      const [one, two] = [await replica(p, 1), await replica(p, 2)]
      one.journal.record(entry('/before'))
      const before = await one.history.flush()
      await two.history.reached(before)
      // In one go: whoever waits for items sees none of it until the oldest are gone.
      const meanwhile = one.redis.multi()
      for (let item = 0; item < items; item++) {
        const lines = Array.from({ length: entries }, (_, n) => {
          const seq = (1 + item * entries + n) * 100 + 3
          return `${seq} download 0 a ${JSON.stringify({ ...entry(`/${item}`), seq })}`
        })
        meanwhile.xadd(`${p}history`, '*', 'from', '3', 'entries', [lines.length, ...lines].join('\n'))
      }
      const answers = await meanwhile.xtrim(`${p}history`, 'MAXLEN', items - 10).exec()
      const [first, last] = [answers?.[10]?.[1] as string, answers?.[items - 1]?.[1] as string]
      await two.history.reached(last)
      await one.history.reached(last)
      for (const { gaps, defects } of [one, two]) {
        expect(gaps).toEqual([{ after: Number.parseInt(before, 10), before: Number.parseInt(first, 10) }])
        expect(defects).toEqual([])
      }
      const kept = Math.min(1000, (items - 10) * entries + 1)
      expect(two.journal.count()).toBe(kept)
      expect(seen(two).at(-1)).toBe(`/${items - 1}`)
      // And goes on from there.
      two.journal.record(entry('/after'))
      await one.history.reached(await two.history.flush())
      expect(seen(one).at(-1)).toBe('/after')
      expect(two.gaps).toHaveLength(1)
    },
  )

  it('is no less because there was nothing before, or Redis has forgotten that', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    for (let times = 0; times < 2; times++) {
      for (let n = 0; n < 2000; n++) one.journal.record(entry(`/${n}`))
      await two.history.reached(await one.history.flush())
      expect(two.journal.count()).toBe(1000)
      await one.redis.del(`${p}history`)
    }
    const many = one.redis.multi()
    const item = ['from', '3', 'item', '{"cleared":"inbox"}'] as const
    for (let n = 0; n < 200; n++) many.xadd(`${p}history`, '*', ...item)
    await two.history.reached((await many.exec())?.at(-1)?.[1] as string)
    expect(one.gaps.concat(two.gaps)).toEqual([])
  })

  it('is there once though it was told twice', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    one.journal.record(entry('/once'))
    await two.history.reached(await one.history.flush())
    const [[, fields] = ['', []]] = await one.redis.xrange(`${p}history`, '-', '+')
    await one.redis.xadd(`${p}history`, '*', ...fields)
    one.journal.record(entry('/next'))
    await two.history.reached(await one.history.flush())
    expect(seen(two)).toEqual(['/once', '/next'])
    expect(two.defects).toEqual([])
  })

  it('is not lost while Redis is away', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    one.journal.record(entry('/before'))
    await two.history.reached(await one.history.flush())
    await server.stop()
    one.journal.record(entry('/meanwhile'))
    await expect(one.history.flush()).rejects.toThrow()
    const back = Promise.all(
      [one, two].map(({ redis }) => new Promise<void>(done => redis.once('ready', () => done()))),
    )
    await server.restart()
    await back
    one.journal.record(entry('/after'))
    await two.history.reached(await one.history.flush())
    expect(seen(two)).toEqual(['/before', '/meanwhile', '/after'])
  })

  it('waits with a message for a Redis that is away', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    await server.stop()
    const received = one.inboxes.receive(arrival('meanwhile'), undefined, gone)
    await expect(one.history.place({ ...arrival('late'), at: 0, body: '', encoding: 'utf8' }, 0)).rejects.toThrow()
    await server.restart()
    await received
    expect(one.inboxes.list('i').map(({ body }) => body)).toEqual(['meanwhile'])
    await until('the other has it', () => two.inboxes.list('i').length > 0)
    expect(two.inboxes.list('i')).toEqual(one.inboxes.list('i'))
  })

  it('is passed over where it can’t be read', async () => {
    const p = prefix()
    const [one, two] = [await replica(p, 1), await replica(p, 2)]
    await one.redis.xadd(`${p}history`, '*', 'from', 'x', 'item', 'no JSON')
    await one.redis.xadd(`${p}history`, '*', 'only', 'this')
    const items = [
      '{"neither":1}',
      '{"entry":{"kind":"request"}}',
      '{"message":{"seq":1}}',
      '{"cleared":"all"}',
      'null',
    ]
    for (const item of items) await one.redis.xadd(`${p}history`, '*', 'from', 'x', 'item', item)
    const lines = ['', 'no line', '9 request 0 a {"kind":"request"}', '0 download 0 a {}', '8 download 0 a no JSON']
    await one.redis.xadd(`${p}history`, '*', 'from', 'x', 'entries', ['5', ...lines].join('\n'))
    one.journal.record(entry('/good'))
    await two.history.reached(await one.history.flush())
    expect(seen(two)).toEqual(['/good'])
    // Three lines of the pack at once, and two when somebody read them.
    expect(two.defects).toHaveLength(6 + 5)
  })
})

it.each([
  ['0-0', '0-1', true],
  ['9-0', '10-0', true],
  ['10-0', '9-5', false],
  ['5-10', '5-9', false],
  ['5-1', '5-1', false],
])('%s is before %s: %s', (place, other, expected) => {
  expect(isBefore(place, other)).toBe(expected)
})
