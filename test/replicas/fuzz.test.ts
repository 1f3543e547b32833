import fc from 'fast-check'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { startReceiver } from '../callbacks/receiver.ts'
import { isRedisThere, startRedis, withoutRedis } from '../support/redis.ts'
import { namespaceOf, post, SOUND, until } from '../support/requests.ts'
import { watchStrays } from '../support/strays.ts'

/** Of each kind, at a time this many; `npm run drill:fuzz` tries more. */
const INPUTS = Math.ceil(Number(process.env['MOCKLING_FUZZ'] ?? 2_000) / 4)
const SEED = Number(process.env['MOCKLING_FUZZ_SEED'] ?? 7)
const AT_ONCE = 50
const RUNS = { numRuns: Math.ceil(INPUTS / AT_ONCE), seed: SEED, endOnFailure: true }

const PREFIX = 'mockling:'
const CLOCKS = ['look', 'go', 'rest', 'report', 'logged', 'log'].map(name => `clocks:${name}`)
const TOPICS = ['flush', 'desks', 'forget', ...CLOCKS]

type Command = readonly [name: string, ...args: string[]]

/** What is no answer to anything, in the shapes of what is. */
const junk = fc.oneof(fc.string({ maxLength: 40, unit: 'binary' }), fc.json({ maxDepth: 3 }), fc.constant(''))
const part = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('0-0', '99999999999999-0', 'x'), fc.double())
/** Of the fields of messages and answers, in shapes that fit and others. */
const keys = fc.array(fc.oneof(part, fc.constant('')), { maxLength: 2 })
const what = fc.array(fc.oneof(fc.constantFrom('clock', 'tasks', 'journal'), part), { maxLength: 3 })
const command = fc.record({ seq: part, from: part, scope: part, command: fc.constantFrom('set', 'advance', 'x') })
const asked = fc.oneof(
  part,
  keys,
  command,
  fc.record({ text: fc.json(), until: part }),
  fc.record({ namespace: part, what }, { requiredKeys: ['what'] }),
  fc.record({ keys, isLeap: part, tolerated: fc.oneof(part, fc.dictionary(fc.string(), part)) }),
)
const said = fc
  .record(
    {
      topic: fc.oneof(fc.constantFrom(...TOPICS), fc.string()),
      from: fc.oneof(fc.constant('9-abcdefabcdef'), part),
      message: asked,
      ask: fc.oneof(fc.integer(), part),
      to: fc.integer({ max: 20 }),
      answer: fc.oneof(part, fc.array(command, { maxLength: 2 })),
    },
    { requiredKeys: [] },
  )
  .map(value => JSON.stringify(value))
const item = fc
  .record(
    {
      entry: fc.record({
        kind: fc.constantFrom('request', 'download', 'callback'),
        seq: part,
        at: part,
        namespace: part,
      }),
      message: fc.record({ seq: part, inbox: part, headers: part, body: part }),
      cleared: fc.oneof(fc.constantFrom('journal', 'inbox'), part),
      namespace: part,
    },
    { requiredKeys: [] },
  )
  .map(value => JSON.stringify(value))
const text = fc.oneof(junk, said, item)
const line = fc
  .tuple(fc.oneof(fc.nat().map(String), junk), fc.constantFrom('request', 'download', 'callback', 'x'), junk, item)
  .map(([seq, kind, namespace, json]) => `${seq} ${kind} 1 ${namespace} ${json}`)
const pack = fc
  .tuple(fc.oneof(fc.integer().map(String), junk), fc.array(fc.oneof(line, text), { maxLength: 5 }))
  .map(([count, lines]) => [count, ...lines].join('\n'))

/** On channels and in streams, where anybody may say anything. */
const message = fc.oneof<fc.Arbitrary<(ids: readonly string[]) => Command>[]>(
  text.map(words => () => ['publish', `${PREFIX}bus`, words] as const),
  fc.tuple(fc.nat(), text).map(
    ([n, words]) =>
      (ids: readonly string[]) =>
        ['publish', `${PREFIX}bus:${ids[n % ids.length]}`, words] as const,
  ),
  text.map(words => () => ['publish', `${PREFIX}changes`, words] as const),
  fc.tuple(junk, text).map(([from, words]) => () => ['xadd', `${PREFIX}history`, '*', 'from', from, 'item', words]),
  fc.tuple(junk, pack).map(([from, words]) => () => ['xadd', `${PREFIX}history`, '*', 'from', from, 'entries', words]),
  fc.tuple(text, junk, junk).map(([by, ns, id]) => () => [
    'xadd',
    `${PREFIX}changes`,
    '*',
    by,
    by,
    'namespace',
    ns,
    id,
    id,
  ]),
  text.map(words => () => ['xadd', `${PREFIX}changes`, '*', 'by', words] as const),
  text.map(words => () => ['xadd', `${PREFIX}history`, '*', 'item', words] as const),
)

/** Among what is kept, by keys there are: of their own kind, or of another. */
const change: fc.Arbitrary<(keys: readonly string[]) => Command> = fc
  .tuple(
    fc.nat(),
    fc.constantFrom('set', 'hset', 'zadd', 'sadd', 'rpush', 'del'),
    junk,
    text,
    fc.double({ noNaN: true }),
  )
  .map(([n, verb, name, words, score]) => keys => {
    const key = keys[n % keys.length] ?? PREFIX
    if (verb === 'hset') return [verb, key, name, words]
    if (verb === 'zadd') return [verb, key, String(score), words]
    if (verb === 'del') return [verb, key]
    return [verb, key, words]
  })

/** Two replicas, and what came to light that nobody meant to happen. */
async function company(url: string): Promise<{ replicas: Simulator[]; strays: unknown[] }> {
  const { strays } = watchStrays()
  const replicas: Simulator[] = []
  for (let n = 0; n < 2; n++) replicas.push(await createSimulator({ redisUrl: url, pace: 'instant', retain: 200 }))
  return { replicas, strays }
}

/** Sets the pace at one replica: what that answers, and what the other has. */
async function paceOfBoth(one: Simulator, two: Simulator, pace: number) {
  const { statusCode } = await one.app.inject({ method: 'PATCH', url: '/_mockling/v1/settings', payload: { pace } })
  return [statusCode, two.config.pace]
}

const statusOf = async ({ app }: Simulator, url: string) => (await app.inject({ method: 'GET', url })).statusCode

describe.skipIf(!isRedisThere)(`what comes from Redis${withoutRedis}`, { timeout: 3_600_000 }, () => {
  it(`leaves replicas ready and at work, though ${INPUTS} strange messages come`, async () => {
    await using redis = await startRedis()
    await using client = disposable(new Redis(redis.url))
    const { replicas, strays } = await company(redis.url)
    await using _ = all(replicas)
    const ids = await client.redis.zrange(`${PREFIX}replicas`, '0', '-1')
    expect(ids).toHaveLength(2)
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: AT_ONCE, maxLength: AT_ONCE }), async batch => {
        await client.redis.pipeline(batch.map(of => [...of(ids)])).exec()
        for (const replica of replicas) {
          expect(await statusOf(replica, '/_mockling/ready')).toBe(200)
          expect((await post(replica, '/kling/videos', { ...SOUND, async: true })).statusCode).toBe(200)
          expect(await statusOf(replica, '/_mockling/v1/clock/log')).toBe(200)
          expect(await statusOf(replica, '/_mockling/v1/namespaces')).toBe(200)
        }
        expect(strays).toEqual([])
      }),
      RUNS,
    )
    // They hear each other as before.
    const [one, two] = replicas as [Simulator, Simulator]
    expect(await paceOfBoth(one, two, 7)).toEqual([200, 7])
    const { payload: journal } = await one.app.inject({ method: 'GET', url: '/_mockling/v1/journal' })
    expect(journal).toContain('/kling/videos')
  })

  it(`crashes no replica, though ${INPUTS} strange things are kept in it; without them they are as before`, async () => {
    await using redis = await startRedis()
    await using client = disposable(new Redis(redis.url))
    const { replicas, strays } = await company(redis.url)
    await using _ = all(replicas)
    const payload = { ...SOUND, callback_url: 'http://127.0.0.1:9/' }
    for (const replica of replicas) expect((await post(replica, '/kling/videos', payload)).statusCode).toBe(200)
    const keys = [
      ...(await client.redis.keys(`${PREFIX}*`)),
      `${PREFIX}due:${namespaceOf().namespace}`,
      `${PREFIX}owing`,
      `${PREFIX}underway`,
    ]
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: AT_ONCE, maxLength: AT_ONCE }), async batch => {
        await client.redis.pipeline(batch.map(of => [...of(keys)])).exec()
        for (const replica of replicas) {
          expect(await statusOf(replica, '/_mockling/live')).toBe(200)
          await post(replica, '/kling/videos', payload)
          await post(replica, '/kling/tasks', { action: 'retrieve', id: 'a' })
          await statusOf(replica, '/_mockling/ready')
          await statusOf(replica, '/_mockling/metrics')
        }
        expect(strays).toEqual([])
      }),
      RUNS,
    )
    await client.redis.flushall()
    // Each gives a sign of life twice a second: only then the other knows of it again.
    await until('they know of each other', async () => (await client.redis.zcard(`${PREFIX}replicas`)) === 2)
    const traces: unknown[] = []
    for (const replica of replicas) {
      await until('it is ready', async () => (await statusOf(replica, '/_mockling/ready')) === 200)
      const { statusCode, headers } = await post(replica, '/kling/videos', payload)
      expect(statusCode).toBe(200)
      traces.push(headers['x-trace-id'])
    }
    // Each knows what happened at the other.
    for (const { app } of replicas) {
      const { payload: journal } = await app.inject({ method: 'GET', url: '/_mockling/v1/journal' })
      for (const trace of traces) expect(journal).toContain(trace)
    }
  })
})

describe.skipIf(!isRedisThere)(`replicas${withoutRedis}`, () => {
  it('send callbacks, though among those that wait and are under way there is what nobody is owed', async () => {
    await using redis = await startRedis()
    await using client = disposable(new Redis(redis.url))
    await using receiver = await startReceiver()
    const { replicas } = await company(redis.url)
    await using _ = all(replicas)
    const { namespace } = namespaceOf()
    const [one] = replicas as [Simulator]
    const waiting = [`${PREFIX}due:${namespace}`, '-inf', 'what', '-inf', 'a\n0\n1', '-inf', 'a\nb\nc'] as const
    await client.redis.zadd(...waiting)
    await client.redis.zadd(`${PREFIX}underway`, 0, 'what', 0, `${namespace}\na\n0`)
    await client.redis.sadd(`${PREFIX}owing`, namespace, 'what')
    await client.redis.set(`${PREFIX}due:what`, 'what')
    expect((await post(one, '/kling/videos', { ...SOUND, callback_url: receiver.url('/') })).statusCode).toBe(200)
    await receiver.arrived(1)
    await until('it is gone', async () => (await client.redis.exists(waiting[0], `${PREFIX}underway`)) === 0)
  })

  it('take commands, though they were told of clocks and commands that are none', async () => {
    await using redis = await startRedis()
    await using client = disposable(new Redis(redis.url))
    const { replicas } = await company(redis.url)
    await using _ = all(replicas)
    const [one, two] = replicas as [Simulator, Simulator]
    const say = (topic: string, message: unknown) =>
      client.redis.publish(`${PREFIX}bus`, JSON.stringify({ topic, from: '9-abcdefabcdef', message }))
    await say('clocks:look', [null])
    await say('clocks:logged', { seq: 'x', scope: null })
    await say('forget', { namespace: null, what: ['tasks'] })
    expect(await paceOfBoth(one, two, 7)).toEqual([200, 7])
    for (const { app } of replicas) {
      for (const view of ['namespaces', 'clock/log']) {
        const answer = await app.inject({ method: 'GET', url: `/_mockling/v1/${view}` })
        expect(answer.json()).toMatchObject({ items: [] })
      }
    }
  })

  it('know what happens at others again, when what was in the place of their history is gone', async () => {
    await using redis = await startRedis()
    await using client = disposable(new Redis(redis.url))
    const { replicas } = await company(redis.url)
    await using _ = all(replicas)
    const [one, two] = replicas as [Simulator, Simulator]
    // They read what comes, and then find no stream to read on in.
    await client.redis.pipeline().xadd(`${PREFIX}history`, '*', 'what', '').set(`${PREFIX}history`, '').exec()
    await until('both have tried', async () => {
      const [, failed] = /errorstat_WRONGTYPE:count=(\d+)/.exec(await client.redis.info('errorstats')) ?? []
      return Number(failed) >= 2
    })
    await client.redis.del(`${PREFIX}history`)
    const { headers } = await post(one, '/kling/videos', SOUND)
    const { payload } = await two.app.inject({ method: 'GET', url: '/_mockling/v1/journal' })
    expect(payload).toContain(headers['x-trace-id'])
  })
})

function disposable(redis: Redis) {
  redis.on('error', () => {})
  return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() }
}

function all(replicas: readonly Simulator[]): AsyncDisposable {
  return { [Symbol.asyncDispose]: async () => void (await Promise.all(replicas.map(replica => replica.close()))) }
}
