import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandRefused } from '../../src/control/faces.ts'
import { createSimulator } from '../../src/simulator.ts'
import { Unreachable } from '../../src/testing/client.ts'
import { connect, type Mockling } from '../../src/testing/connect.ts'
import { tokenOf } from '../../src/testing/token.ts'
import { startReceiver, startSocketServer } from '../callbacks/receiver.ts'

async function create(
  { url, token = 'none' }: Mockling,
  change: object = {},
): Promise<{ status: number; body: Created }> {
  const answer = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug', ...change }),
  })
  return { status: answer.status, body: (await answer.json()) as Created }
}

interface Created {
  readonly task_id: string
  readonly state?: string
}

describe('connect', () => {
  it('sees a server elsewhere as one here', async () => {
    await using simulator = await createSimulator({ clock: 'frozen', pace: 10 })
    const mockling = connect(simulator.url).as('mine')
    expect(await mockling.health()).toMatchObject({ status: 'ok', name: 'mockling', revision: '2026-05' })

    const { body } = await create(mockling, { async: true })
    expect(await mockling.tasks.get(body.task_id)).toMatchObject({ state: 'accepted' })
    expect(await simulator.tasks.get(body.task_id)).toEqual(await mockling.tasks.get(body.task_id))
    const before = await mockling.clock.now()
    await mockling.clock.advance({ seconds: 60 })
    expect(await mockling.clock.now()).toBe(before + 60_000)
    expect(await mockling.tasks.get(body.task_id)).toMatchObject({ state: 'succeed' })
    expect(await mockling.ledger()).toMatchObject({ totals: { creates: 1, charged: 1.4 } })
    expect((await mockling.report()).text).toContain('would have cost 1.4 Credits')
    expect(await mockling.requests.count({ operation: 'create' })).toBe(1)
    expect(await mockling.requests.sequence([{ operation: 'create' }])).toMatchObject({ passed: true })
  })

  it('keeps tokens apart: time, tasks, rules, money, journal and inboxes', async () => {
    await using simulator = await createSimulator({ clock: 'frozen', pace: 'instant' })
    const [a, b] = [connect(simulator).as('a'), connect(simulator).as('b')]
    await a.outcomes.add('refuse too_many_requests')
    await a.faults.add('answer-late 5', { operation: 'tasks' })
    expect((await create(a)).status).toBe(429)
    expect((await create(b, { callback_url: b.inbox.url('hook') })).status).toBe(200)
    await a.clock.advance({ seconds: 5 })
    const [message] = await b.inbox.list('hook', { count: 1, wait: 10 })
    expect(message?.json).toMatchObject({ success: true })

    expect(await a.inbox.list('hook')).toEqual([])
    expect((await a.clock.now()) - (await b.clock.now())).toBe(5000)
    expect((await b.outcomes.list()).length + (await b.faults.list()).length).toBe(0)
    expect(await a.ledger()).toMatchObject({ totals: { creates: 0 } })
    expect((await b.tasks.list()).items.length).toBe((await a.tasks.list()).items.length + 1)
    expect(await a.requests.list()).toMatchObject([{ status: 429 }])
    expect(await b.outcomes.clear()).toBe(0)
    expect(await a.outcomes.clear()).toBe(1)
    await a.reset()
    expect(await b.requests.count({ kind: 'request' })).toBe(1)
  })

  it('ends what is one token’s own, and leaves others theirs of the same name', async () => {
    await using simulator = await createSimulator({ clock: 'frozen', pace: 'instant' })
    const [a, b] = [connect(simulator).as('a'), connect(simulator).as('b')]
    const events = [{ at: 30, outcome: 'refuse too_many_requests' }]
    await b.timelines.start({ name: 'rush', events })
    await expect(a.timelines.stop('rush')).rejects.toThrow("there is no timeline 'rush'")
    await a.timelines.start({ name: 'rush', events })
    await a.timelines.stop('rush')
    for (const { outcomes, faults } of [a, b]) {
      expect(await outcomes.add('stall', { next: 1 })).toMatchObject({ id: 'outcome-1' })
      expect(await faults.add('callback-doubled', { next: 1 })).toMatchObject({ id: 'fault-1' })
    }
    await a.outcomes.remove('outcome-1')
    await a.faults.remove('fault-1')
    expect([await a.outcomes.list(), await a.faults.list()]).toEqual([[], []])
    expect(await b.outcomes.list()).toMatchObject([{ id: 'outcome-1' }])
    expect(await b.faults.list()).toMatchObject([{ id: 'fault-1' }])
    await expect(b.timelines.stop('rush')).resolves.toBeUndefined()
  })

  it.each([
    ['a', 'b.hook', 'a.b', 'hook'],
    ['a b', 'hook', 'a_b', 'hook'],
    [`1${'x'.repeat(120)}`, 'hook', `2${'x'.repeat(120)}`, 'hook'],
  ])('keeps the inboxes of tokens apart, however alike they are: %s %s, %s %s', async (one, its, other, others) => {
    await using simulator = await createSimulator()
    const [a, b] = [connect(simulator).as(one), connect(simulator).as(other)]
    expect(a.inbox.url(its)).not.toBe(b.inbox.url(others))
    await fetch(a.inbox.url(its), { method: 'POST', body: '{}' })
    expect(await a.inbox.list(its)).toHaveLength(1)
    expect(await b.inbox.list(others)).toEqual([])
    expect([await a.inbox.names(), await b.inbox.names()]).toEqual([[its], []])
  })

  it('plays an incident for one token', async () => {
    await using simulator = await createSimulator({ clock: 'frozen', pace: 'instant' })
    const mockling = connect(simulator).as('a')
    const other = connect(simulator).as('b')
    const events = [{ at: 30, for: '2m', outcome: 'refuse too_many_requests' }]
    await mockling.timelines.start({ name: 'rush', events })
    expect((await create(mockling)).status).toBe(200)
    await mockling.clock.advance({ seconds: 31 })
    expect((await create(mockling)).status).toBe(429)
    expect((await create(other)).status).toBe(200)
    await mockling.timelines.stop('rush')
    expect((await create(mockling)).status).toBe(200)
  })

  it('sends a task’s callback by hand', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const mockling = connect(simulator).as('a')
    const { body } = await create(mockling, { async: true })
    const attempt = await mockling.callbacks.send(body.task_id, { url: mockling.inbox.url('hook') })
    expect(attempt).toMatchObject({ outcome: 'delivered' })
    expect(await mockling.inbox.list('hook')).toHaveLength(1)
  })

  it('gives clients what they read from their environment', () => {
    expect(connect('http://sim:4180/', 'key-of-mine').as('mine').env).toMatchObject({
      MOCKLING_URL: 'http://sim:4180',
      ACEDATACLOUD_API_BASE_URL: 'http://sim:4180',
      ACEDATACLOUD_API_TOKEN: 'mine',
      MOCKLING_CONTROL_KEY: 'key-of-mine',
    })
  })

  it('shows its key to a door that asks for one', async () => {
    await using simulator = await createSimulator({ host: '0.0.0.0' })
    const { controlKey = '' } = simulator
    expect((await connect(simulator).clock.state()).mode).toBe('real')
    expect((await connect(simulator.url, controlKey).clock.state()).mode).toBe('real')
    await expect(connect(simulator.url, 'another-key').clock.state()).rejects.toThrow(
      'needs its key in the header x-mockling-key',
    )
  })

  it('tells a refusal from a server that is not there, or is none', async () => {
    await using simulator = await createSimulator()
    await expect(connect(simulator).outcomes.add('explode')).rejects.toBeInstanceOf(CommandRefused)
    await expect(connect(simulator).tasks.get('none')).rejects.toThrow('none')

    const gone = await startSocketServer()
    const url = gone.url('')
    await gone[Symbol.asyncDispose]()
    await expect(connect(url).health()).rejects.toThrow(
      new Unreachable(`GET ${url}/_mockling/health: connect ECONNREFUSED ${url.slice(7)}`),
    )
    await using other = await startReceiver(response => response.end('<html>'))
    await expect(connect(other.url('')).health()).rejects.toThrow('200, no answer of a mockling server')
    expect(() => connect('')).toThrow('connect: name a server, or set MOCKLING_URL to its URL')
    expect(() => connect('not a url')).toThrow('"not a url" is no http or https URL of a mockling server')
    expect(() => connect('')).toThrow(Unreachable)
  })
})

describe('verify', () => {
  it('passes a test that did what it said', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const mockling = connect(simulator).as('a')
    await create(mockling, { prompt: 'a red mug' })
    mockling.expect({ operation: 'create', body: { prompt: 'a red mug' } }, { exactly: 1 })
    mockling.expect({ kind: 'callback' }, { atMost: 0 })
    await mockling.verify()
  })

  it('fails one that did not, and forgets what it expected with a reset', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const mockling = connect(simulator).as('a')
    mockling.expect({ operation: 'create' })
    await expect(mockling.verify()).rejects.toThrow('expected at least 1 entry, found 0')
    await mockling.reset()
    await mockling.verify()
  })

  it('fails one that paid twice, unless that is meant', async () => {
    await using simulator = await createSimulator({ pace: 600 })
    const mockling = connect(simulator).as('a')
    await create(mockling, { async: true })
    await create(mockling, { async: true })
    await expect(mockling.verify()).rejects.toThrow('paid twice: #2 buys again what #1 bought')
    mockling.tolerate('duplicates')
    await mockling.verify()
  })
})

describe('the token of a test', () => {
  it('follows from its names alone, and fits into a header', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), fc.nat(), (names, turn) => {
        const token = tokenOf(names, turn)
        expect(token).toBe(tokenOf([...names], turn))
        expect(token).toMatch(/^mockling-[0-9a-f]{8}(?:-[a-z0-9]+)*$/)
        expect(token.length).toBeLessThan(90)
        expect(token).not.toBe(tokenOf(names, turn + 1))
      }),
    )
  })
})

describe('fifty workers on one server', () => {
  const WORKERS = 50

  /** What one worker does, by its own plan, and all that it can see of it. */
  async function work(server: Mockling, plan: Plan): Promise<unknown> {
    const mockling = server.as(plan.token)
    await mockling.reset()
    if (plan.rule !== undefined) await mockling.outcomes.add(plan.rule, { next: 1 })
    const answers = []
    for (const seconds of plan.waits) {
      await mockling.clock.advance({ seconds })
      answers.push(await create(mockling, { async: true, prompt: `${plan.token} ${seconds}` }).catch(() => 'lost'))
    }
    await mockling.clock.advance({ seconds: 500 })
    const { items } = await mockling.tasks.list()
    const seen = (await mockling.requests.list()).map(({ at, kind, namespace, ...entry }) => ({
      ...{ at, kind, namespace },
      status: entry.status,
      taskId: entry.taskId,
    }))
    await mockling.outcomes.clear()
    return { answers, items, seen, ledger: (await mockling.ledger()).totals, now: await mockling.clock.now() }
  }

  interface Plan {
    readonly token: string
    readonly rule: string | undefined
    readonly waits: readonly number[]
  }

  const plans = fc
    .array(
      fc.record({
        rule: fc.option(
          fc.constantFrom(
            'refuse too_many_requests',
            'answer-dropped',
            'fail api_error after=30',
            'stall',
            'callback-doubled',
          ),
          { nil: undefined },
        ),
        waits: fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 3 }),
      }),
      { minLength: WORKERS, maxLength: WORKERS },
    )
    .map(all => all.map((plan, index): Plan => ({ ...plan, token: `worker-${index}` })))

  it('see nothing of each other: all at once is as one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(plans, async all => {
        await using crowded = await createSimulator({
          clock: 'frozen',
          pace: 'real',
          seed: 7,
          publicUrl: 'http://sim.test',
        })
        await using quiet = await createSimulator({
          clock: 'frozen',
          pace: 'real',
          seed: 7,
          publicUrl: 'http://sim.test',
        })
        const together = await Promise.all(all.map(plan => work(connect(crowded), plan)))
        const apart = []
        for (const plan of all) apart.push(await work(connect(quiet), plan))
        expect(together).toEqual(apart)
      }),
      { numRuns: 2 },
    )
  })
})
