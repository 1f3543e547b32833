import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { openGate } from '../support/gate.ts'
import { isRedisThere, type RedisServer, startRedis, withoutRedis } from '../support/redis.ts'
import { create, createAsync, namespaceOf, retrieve, type Settings, until } from '../support/requests.ts'

const PENDING = { offset: 0, limit: 9, state: 'pending' } as const

let redis: RedisServer

/** A connection of the test's own, which may outlive its server. */
function clientOf(url: string): Redis {
  const client = new Redis(url)
  client.on('error', () => {})
  onTestFinished(() => client.disconnect())
  return client
}

describe.runIf(isRedisThere)(`two replicas${withoutRedis}`, () => {
  beforeAll(async () => {
    redis = await startRedis({ keeps: true })
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  /** Replicas of one simulator, and what went wrong in them. */
  async function replicas(settings: Settings = {}, count = 2, onWarning = (_: string): unknown => undefined) {
    const redisPrefix = `${randomUUID()}:`
    const all: Simulator[] = []
    const defects: unknown[] = []
    const open = async (change: Settings = {}) => {
      const options = { redisUrl: redis.url, redisPrefix, pace: 0.2, ...settings, ...change }
      const simulator = await createSimulator(options, { onDefect: error => defects.push(error), onWarning })
      all.push(simulator)
      return simulator
    }
    for (let n = 0; n < count; n++) await open()
    onTestFinished(async () => {
      for (const one of all) await one.close()
      expect(defects).toEqual([])
    })
    const [one, two] = all as [Simulator, Simulator]
    return { one, two, open, redisPrefix }
  }

  async function command(simulator: Simulator, method: string, path: string, body?: object) {
    const answer = await fetch(`${simulator.url}/_mockling/v1${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), headers: answer.headers }
  }

  it('answer for each other’s tasks, while pending and after', async () => {
    const { one, two } = await replicas({ clock: 'frozen', pace: 10 })
    const id = await createAsync(one)
    expect(await retrieve(two, id)).not.toHaveProperty('response')
    await one.clock.advance({ seconds: 10 })
    expect(await retrieve(two, id)).toMatchObject({ response: { success: true } })
    expect(await retrieve(one, id)).toEqual(await retrieve(two, id))
  })

  it('serve the same bytes of a video', async () => {
    const { one, two } = await replicas({ pace: 'instant' })
    const { video_url: url } = (await create(one)).json()
    const { pathname } = new URL(url)
    const files = await Promise.all([one, two].map(simulator => fetch(simulator.url + pathname)))
    expect(files.map(({ status }) => status)).toEqual([200, 200])
    expect(files[0]?.headers.get('etag')).toBe(files[1]?.headers.get('etag'))
    const [first, second] = await Promise.all(files.map(async file => Buffer.from(await file.arrayBuffer())))
    expect(first?.length).toBeGreaterThan(10_000)
    expect(second?.equals(first as Buffer)).toBe(true)
  })

  it('give each accepted create an ordinal of its own, whoever takes it', async () => {
    const { one, two } = await replicas()
    const ids = await Promise.all(Array.from({ length: 40 }, (_, n) => createAsync(n % 2 === 0 ? one : two)))
    expect(new Set(ids).size).toBe(40)
    const alone = await createSimulator({ pace: 0.2 })
    onTestFinished(() => alone.close().then(() => {}))
    const expected: string[] = []
    for (let n = 0; n < 40; n++) expected.push(await createAsync(alone))
    expect(new Set(ids)).toEqual(new Set(expected))
  })

  it('bound money and rates together', async () => {
    const { one, two } = await replicas({ concurrency: 3, pace: 60 })
    const all = await Promise.all(Array.from({ length: 8 }, (_, n) => create(n % 2 === 0 ? one : two, { async: true })))
    expect(all.filter(({ statusCode }) => statusCode === 200)).toHaveLength(3)
    expect(all.filter(({ statusCode }) => statusCode === 429)).toHaveLength(5)
  })

  it('send each callback once, whichever does', async () => {
    await using receiver = await startReceiver()
    const { one, two } = await replicas()
    const made: string[] = []
    for (let n = 0; n < 30; n++)
      made.push(await createAsync(n % 2 === 0 ? one : two, { callback_url: receiver.url('/hook') }))
    const arrivals = await receiver.arrived(30)
    expect(arrivals.map(({ body }) => JSON.parse(body).task_id).toSorted()).toEqual(made.toSorted())
  })

  it('answer a held request when its task is ended at another', async () => {
    const { one, two } = await replicas({ pace: 600 })
    const held = create(one)
    await until('it is there', async () => (await command(two, 'GET', '/tasks?state=pending')).body.total === 1)
    const [task] = (await command(two, 'GET', '/tasks?state=pending')).body.items
    const changed = await command(two, 'POST', `/tasks/${task.id}/reroute`, { to: 'succeed' })
    expect(changed.status).toBe(200)
    expect((await held).statusCode).toBe(200)
  })

  it('go by the rules that one was given, and count them together', async () => {
    const { one, two, open } = await replicas()
    const added = await command(one, 'POST', '/rules', { effects: 'fail timeout', next: 3 })
    expect(added.status).toBe(201)
    const outcomes: unknown[] = []
    for (let n = 0; n < 5; n++)
      outcomes.push((await create(n % 2 === 0 ? two : one, { async: true })).headers['x-mockling-outcome'])
    expect(outcomes).toEqual(['fail timeout', 'fail timeout', 'fail timeout', 'succeed', 'succeed'])
    for (const replica of [one, two, await open()]) {
      const { body } = await command(replica, 'GET', '/rules')
      expect(body.items).toMatchObject([{ id: added.body.id, matched: 3, fired: 3 }])
    }
    expect((await command(two, 'DELETE', '/rules')).body).toEqual({ removed: 1 })
    expect((await command(one, 'GET', '/rules')).body.items).toEqual([])
  })

  it('go by the settings and revisions that one was given, those that join later too', async () => {
    const { one, two, open } = await replicas()
    await command(one, 'PATCH', '/settings', { pace: 'instant', balance: 5 })
    await command(two, 'PATCH', '/token-settings', { token: 'tester', revision: '2026-10' })
    for (const replica of [one, two, await open()]) {
      expect((await command(replica, 'GET', '/settings')).body.settings).toMatchObject({ pace: 'instant', balance: 5 })
      const { body } = await command(replica, 'GET', `/token-settings?namespace=${namespaceOf().namespace}`)
      expect(body.items).toMatchObject([{ revision: '2026-10', isOwn: true }])
    }
  })

  it('have one journal, with one place for each entry', async () => {
    const { one, two, open } = await replicas({ clock: 'frozen' })
    for (let n = 0; n < 10; n++) await createAsync(n % 2 === 0 ? one : two)
    const first = (await command(one, 'GET', '/journal')).body.items
    expect(first).toHaveLength(10)
    expect(new Set(first.map(({ seq }: { seq: number }) => seq)).size).toBe(10)
    expect((await command(two, 'GET', '/journal')).body.items).toEqual(first)
    expect((await command(await open(), 'GET', '/journal')).body.items).toEqual(first)
    expect(new Set(first.map(({ traceId }: { traceId: string }) => traceId)).size).toBe(10)
    const ledgers = await Promise.all([one, two].map(replica => command(replica, 'GET', '/ledger')))
    expect(ledgers[0]?.body).toEqual(ledgers[1]?.body)
  })

  it('have one set of inboxes, which fail as often as they were told to over all of them', async () => {
    const { one, two } = await replicas()
    await command(one, 'PUT', '/inbox/mine/answer', { status: 500, next: 2 })
    const post = (to: Simulator, body: string) => fetch(`${to.url}/_mockling/inbox/mine`, { method: 'POST', body })
    const statuses: number[] = []
    for (const [n, to] of [one, two, two, one].entries()) statuses.push((await post(to, `${n}`)).status)
    expect(statuses).toEqual([500, 500, 200, 200])
    for (const replica of [one, two]) {
      const { body } = await command(replica, 'GET', '/inbox/mine')
      expect(body.items.map((message: { body: string }) => message.body)).toEqual(['0', '1', '2', '3'])
    }
    expect((await command(two, 'DELETE', '/inbox/mine')).body).toEqual({ cleared: 4 })
    expect((await command(one, 'GET', '/inbox/mine')).body.items).toEqual([])
  })

  it('say so where one was away for longer than what happens at others is kept for it', async () => {
    const warnings: string[] = []
    const { one, redisPrefix } = await replicas({ clock: 'frozen' }, 1, text => warnings.push(text))
    const client = clientOf(redis.url)
    await createAsync(one)
    const key = `${redisPrefix}history`
    await until('it is told', async () => (await client.exists(key)) === 1)
    const meanwhile = client.multi()
    for (let n = 0; n < 200; n++) meanwhile.xadd(key, '*', 'from', 'another', 'item', '{"cleared":"inbox"}')
    await meanwhile.xtrim(key, 'MAXLEN', 150).exec()
    await until('it has noticed', () => warnings.length > 0)
    expect(warnings).toEqual([
      expect.stringMatching(
        /^this replica was away for long: entries .* from \d{4}-\S+Z to \d{4}-\S+Z are unknown here/,
      ),
    ])
    const metrics = await (await fetch(`${one.url}/_mockling/metrics`)).text()
    expect(metrics).toMatch(/^mockling_journal_gaps_total 1$/m)
  })

  it('count no answers any more of an inbox that was told to answer otherwise', async () => {
    const { one, two, redisPrefix } = await replicas()
    const client = clientOf(redis.url)
    for (const to of [one, two, one]) {
      await command(to, 'PUT', '/inbox/mine/answer', { status: 500, next: 5 })
      expect((await fetch(`${two.url}/_mockling/inbox/mine`, { method: 'POST', body: 'x' })).status).toBe(500)
    }
    expect(await client.hvals(`${redisPrefix}allotments`)).toEqual(['1'])
    await command(two, 'PUT', '/inbox/mine/answer', { status: 200 })
    expect(await client.exists(`${redisPrefix}allotments`)).toBe(0)
  })

  it('take back no command that one did not hear of when it gets its next', async () => {
    const { one, two, redisPrefix } = await replicas()
    const client = clientOf(redis.url)
    await command(one, 'POST', '/rules', { id: 'unheard', effects: 'fail timeout', next: 1 })
    const published = (await client.get(`${redisPrefix}desks`)) ?? ''
    await command(one, 'DELETE', '/rules')
    // As by a third, while these two hung.
    await client.set(`${redisPrefix}desks`, published)
    await command(two, 'POST', '/rules', { id: 'next', effects: 'fail timeout' })
    for (const replica of [one, two]) {
      const { body } = await command(replica, 'GET', '/rules')
      expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['unheard', 'next'])
    }
  })

  it('start over together, and end held requests everywhere', async () => {
    const { one, two } = await replicas({ pace: 600 })
    const held = create(two)
    await until('it is there', async () => (await command(one, 'GET', '/tasks?state=pending')).body.total === 1)
    await createAsync(one)
    expect((await command(one, 'POST', '/reset', {})).status).toBe(200)
    const reply = await held
    expect([reply.statusCode, reply.headers['x-mockling-reset']]).toEqual([503, '1'])
    for (const replica of [one, two]) expect((await command(replica, 'GET', '/tasks?state=pending')).body.total).toBe(0)
  })

  it('take over what one leaves when it stops', async () => {
    await using receiver = await startReceiver()
    const { one, two } = await replicas({ clock: 'frozen', pace: 10 })
    const id = await createAsync(one, { callback_url: receiver.url('/hook') })
    const held = create(one)
    await until('it is held', async () => (await command(two, 'GET', '/tasks?state=pending')).body.total === 2)
    await one.close()
    const { statusCode, headers } = await held
    expect([statusCode, headers['x-mockling-shutdown']]).toEqual([503, '1'])
    await two.clock.advance({ seconds: 10 })
    const [arrival] = await receiver.arrived(1)
    expect(JSON.parse(arrival?.body ?? '')).toMatchObject({ task_id: id, success: true })
    expect(await retrieve(two, id)).toMatchObject({ id })
  })

  it('show no password of the Redis, nor take it out with a run', async () => {
    const secret = 'canary-of-redis'
    const { one } = await replicas({ redisUrl: redis.url.replace('//', `//default:${secret}@`) }, 1)
    for (const path of ['/settings', '/state', '/journal', '/rules']) {
      const { status, body } = await command(one, 'GET', path)
      expect(status).toBe(200)
      expect(JSON.stringify(body)).not.toContain(secret)
    }
    expect((await command(one, 'GET', '/settings')).body.settings.redisUrl).toContain('//***@')
  })

  it('play no run, which would move the clocks of one alone', async () => {
    const { one } = await replicas({}, 1)
    const { body: run } = await command(one, 'GET', '/state')
    const played = await command(one, 'POST', '/state', run)
    expect([played.status, played.body.detail]).toEqual([409, expect.stringContaining('one of replicas')])
  })

  it('refuse to join with another seed, and say so', async () => {
    const { open } = await replicas({ seed: 7 }, 1)
    await expect(open({ seed: 8 })).rejects.toThrow(/^seed: 8 is not what the replicas have .* it must be 7/)
  })
})

describe.runIf(isRedisThere)(`a replica that can’t start${withoutRedis}`, () => {
  it('leaves nothing behind that would go on with callbacks', async () => {
    await using server = await startRedis()
    const other = await createSimulator()
    onTestFinished(() => other.close().then(() => {}))
    const client = clientOf(server.url)
    const connections = async () => `${await client.client('LIST')}`.split('\n').filter(line => line.includes(' db=2 '))
    const open = (settings: Settings) => createSimulator({ redisUrl: `${server.url}/2`, seed: 7, ...settings })
    await expect(open({ port: Number(new URL(other.url).port) })).rejects.toThrow(/EADDRINUSE/)
    await until('its connections are closed', async () => (await connections()).length === 0)
    await expect(open({ seed: 8 })).rejects.toThrow(/^seed: 8 is not/)
    await until('its connections are closed', async () => (await connections()).length === 0)
  })
})

describe.runIf(isRedisThere)(`replicas whose Redis is away${withoutRedis}`, () => {
  it('refuse what needs it, say so to probes, and go on by themselves when it is back', async () => {
    await using server = await startRedis({ keeps: true })
    const options = { redisUrl: server.url, pace: 600 }
    const warnings: string[] = []
    const simulator = await createSimulator(options, { onWarning: text => warnings.push(text) })
    onTestFinished(() => simulator.close().then(() => {}))
    const id = await createAsync(simulator)
    const held = create(simulator)
    await until('it is held', async () => (await simulator.control.tasks('server', PENDING)).total === 2)
    const before = performance.now()
    await server.stop()
    const probe = async (path: string) => (await fetch(`${simulator.url}/_mockling${path}`)).status
    await until('it is noticed', async () => (await probe('/ready')) === 503)
    for (const refused of [await create(simulator), await create(simulator, { async: true })]) {
      expect(refused.statusCode).toBe(503)
      expect(refused.headers).toMatchObject({ 'x-mockling-overload': 'redis', 'retry-after': '1' })
    }
    const query = await simulator.app.inject({
      method: 'POST',
      url: '/kling/tasks',
      headers: { authorization: 'Bearer tester' },
      payload: { id, action: 'retrieve' },
    })
    expect([query.statusCode, query.headers['x-mockling-overload']]).toEqual([503, 'redis'])
    expect(await probe('/live')).toBe(200)
    expect(await probe('/metrics')).toBe(200)
    expect(await probe('/v1/tasks')).toBe(503)
    const ended = await held
    expect(performance.now() - before).toBeGreaterThan(4900)
    expect([ended.statusCode, ended.headers['x-mockling-overload']]).toEqual([503, 'redis'])
    await server.restart()
    await until('it is ready', async () => (await probe('/ready')) === 200)
    expect(await retrieve(simulator, id)).toMatchObject({ id })
    expect((await create(simulator, { async: true })).statusCode).toBe(200)
    expect(warnings).toEqual([expect.stringContaining('is away'), 'Redis is back'])
  })

  it('take one that hangs for one that is away', async () => {
    await using server = await startRedis()
    const warnings: string[] = []
    const simulator = await createSimulator(
      { redisUrl: server.url, pace: 600 },
      { onWarning: text => warnings.push(text) },
    )
    onTestFinished(() => simulator.close().then(() => {}))
    const id = await createAsync(simulator)
    const held = create(simulator)
    await until('it is held', async () => (await simulator.control.tasks('server', PENDING)).total === 2)
    const probe = async (path: string) => (await fetch(`${simulator.url}/_mockling${path}`)).status
    server.pause()
    await until('it is noticed', async () => (await probe('/ready')) === 503)
    for (const refused of [await create(simulator), await held]) {
      expect([refused.statusCode, refused.headers['x-mockling-overload']]).toEqual([503, 'redis'])
    }
    expect(await probe('/live')).toBe(200)
    server.resume()
    await until('it is ready', async () => (await probe('/ready')) === 200)
    expect(await retrieve(simulator, id)).toMatchObject({ id })
    expect((await create(simulator, { async: true })).statusCode).toBe(200)
    expect(warnings).toEqual([expect.stringContaining('is away'), 'Redis is back'])
  })

  it('take one that is full for one that is away, until there is room', async () => {
    await using server = await startRedis()
    const defects: unknown[] = []
    const simulator = await createSimulator({ redisUrl: server.url }, { onDefect: error => defects.push(error) })
    onTestFinished(() => simulator.close().then(() => {}))
    const client = clientOf(server.url)
    const id = await createAsync(simulator)
    const probe = async (path: string) => (await fetch(`${simulator.url}/_mockling${path}`)).status
    await client.config('SET', 'maxmemory', '1')
    for (const refused of [await create(simulator), await create(simulator, { async: true })]) {
      expect([refused.statusCode, refused.headers['x-mockling-overload']]).toEqual([503, 'redis'])
    }
    await until('it is noticed', async () => (await probe('/ready')) === 503)
    expect(await probe('/live')).toBe(200)
    await client.config('SET', 'maxmemory', '0')
    await until('it is ready', async () => (await probe('/ready')) === 200)
    expect((await create(simulator, { async: true })).statusCode).toBe(200)
    expect(await retrieve(simulator, id)).toMatchObject({ id })
    expect(defects).toEqual([])
  })

  it.each(['hangs', 'is away'])('stop soon though it %s, and end held requests at once', async how => {
    await using server = await startRedis()
    const simulator = await createSimulator({ redisUrl: server.url, pace: 600 })
    const held = create(simulator)
    await until('it is held', async () => (await simulator.control.tasks('server', PENDING)).total === 1)
    if (how === 'hangs') server.pause()
    else await server.stop()
    const began = performance.now()
    const closing = simulator.close().then(() => 'closed')
    const { statusCode, headers } = await held
    expect([statusCode, headers['x-mockling-shutdown']]).toEqual([503, '1'])
    expect(await Promise.race([closing, 'not yet'])).toBe('not yet')
    await closing
    // Half a second is what it is given to answer.
    expect(performance.now() - began).toBeLessThan(1900)
  })

  it('keep their rules though it has forgotten them, also when another joins', async () => {
    await using server = await startRedis()
    const open = async () => {
      const simulator = await createSimulator({ redisUrl: server.url })
      onTestFinished(() => simulator.close().then(() => {}))
      return simulator
    }
    const rulesOf = async ({ url }: Simulator) => {
      const answer = await fetch(`${url}/_mockling/v1/rules`)
      return ((await answer.json()) as { items: { id: string }[] }).items?.map(({ id }) => id)
    }
    const [one, two] = [await open(), await open()]
    const answer = await fetch(`${one.url}/_mockling/v1/rules`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'mine', effects: 'fail timeout' }),
    })
    expect(answer.status).toBe(201)
    await server.restart()
    for (const replica of [one, two]) await until('it is back', async () => (await rulesOf(replica))?.[0] === 'mine')
    const client = clientOf(server.url)
    await until('it is told again', async () => (await client.exists('mockling:desks')) === 1)
    const three = await open()
    for (const replica of [one, two, three]) expect(await rulesOf(replica)).toEqual(['mine'])
  })

  it.each(['that they stay connected to', 'that they come back to later than the other'])(
    'keep their rules and clocks though another joins right after it has forgotten everything: one %s',
    async how => {
      await using server = await startRedis()
      await using gate = await openGate(server.port)
      const defects: unknown[] = []
      const open = async (redisUrl: string) => {
        const settings: Settings = { redisUrl, clock: 'frozen', pace: 10 }
        const simulator = await createSimulator(settings, { onDefect: error => defects.push(error) })
        onTestFinished(() => simulator.close().then(() => {}))
        return simulator
      }
      const command = async ({ url }: Simulator, path: string, body?: object) => {
        const headers = { 'content-type': 'application/json' }
        const asked = body ? { method: 'POST', headers, body: JSON.stringify(body) } : {}
        return (await fetch(`${url}/_mockling/v1${path}`, asked)).json()
      }
      const [one, two] = [await open(gate.url), await open(gate.url)]
      await command(one, '/rules', { id: 'mine', effects: 'fail timeout' })
      await one.clock.advance({ seconds: 100 })
      const now = await two.clock.now()
      const client = clientOf(server.url)
      const isStaying = how === 'that they stay connected to'
      if (!isStaying) gate.shut()
      await client.flushall()
      const three = await open(server.url)
      gate.open()
      const shownBy = async (replica: Simulator) => {
        const { items = [] } = (await command(replica, '/rules')) as { items?: { id: string }[] }
        return [items.map(({ id }) => id), await replica.clock.now()]
      }
      for (const replica of [one, two, three]) {
        await vi.waitUntil(
          async () => isDeepStrictEqual(await shownBy(replica).catch(() => []), [['mine'], now]),
          20_000,
        )
      }
      await createAsync(one)
      await createAsync(two)
      await createAsync(three)
      const four = await open(server.url)
      for (const replica of [one, two, three, four]) {
        expect(await shownBy(replica)).toEqual([['mine'], now])
        const { items } = (await command(replica, '/journal')) as { items: { seq: number }[] }
        // Places that never meet.
        expect(new Set(items.map(({ seq }) => seq % 100)).size).toBe(3)
      }
      expect(defects).toEqual([])
    },
  )

  it('tell it again what they go by, though it forgets without going away', async () => {
    await using server = await startRedis()
    const open = async () => {
      const simulator = await createSimulator({ redisUrl: server.url, clock: 'frozen' })
      onTestFinished(() => simulator.close().then(() => {}))
      return simulator
    }
    const [one, two] = [await open(), await open()]
    await one.clock.advance({ seconds: 100 })
    const now = await two.clock.now()
    const client = clientOf(server.url)
    await client.flushall()
    await vi.waitUntil(async () => (await client.exists('mockling:clocks', 'mockling:desks')) === 2, 20_000)
    await one.clock.advance({ seconds: 5 })
    await two.clock.advance({ seconds: 7 })
    expect([await one.clock.now(), await two.clock.now()]).toEqual([now + 12_000, now + 12_000])
    const commands = [
      { seq: 1, ms: 100_000 },
      { seq: 2, ms: 5_000 },
      { seq: 3, ms: 7_000 },
    ]
    for (const { control } of [one, two]) {
      await until('all are told', () => control.clockLog.entries.length === 3)
      expect(control.clockLog.entries).toMatchObject(commands)
    }
  })

  it.each(['/77', '/abc', '/0/1'])('don’t start with a database that it does not have: %s', async path => {
    await using server = await startRedis()
    await expect(createSimulator({ redisUrl: `${server.url}${path}` })).rejects.toThrow(
      /^redisUrl: "redis:.*" (?:can't be used: ERR DB index is out of range|is not allowed; it must be a redis)/,
    )
  })

  it('don’t start without it, and say why', async () => {
    await expect(createSimulator({ redisUrl: 'redis://user:secret@127.0.0.1:1/0' })).rejects.toThrow(
      /^redisUrl: "redis:\/\/\*\*\*@127\.0\.0\.1:1\/0" can't be used: .*ECONNREFUSED/,
    )
  })
})

it('says what to install where the packages are missing', async () => {
  const { loadPackages } = await import('../../src/replicas/packages.ts')
  const missing = (name: string) => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
  }
  expect(() => loadPackages(missing)).toThrow(
    'replicas need the packages ioredis and bullmq; npm install ioredis bullmq',
  )
})

it('does not go with a state file', async () => {
  await expect(createSimulator({ redisUrl: 'redis://127.0.0.1:1', state: 'x.state' })).rejects.toThrow(
    /^state: "x\.state" does not go with redisUrl/,
  )
})
