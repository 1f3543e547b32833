import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import {
  create,
  createAsync,
  EPOCH,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  SOUND,
  TOKEN,
  until,
  whenWaiting,
} from '../support/requests.ts'
import { send } from '../support/sockets.ts'

async function get({ url }: Simulator, path: string) {
  return (await supertest(url).get(`/_mockling/v1/${path}`).expect(200)).body
}

/** Places of the pairs of duplicates. */
async function pairs(simulator: Simulator, query = `token=${TOKEN}`) {
  const { pairs: found } = await get(simulator, `duplicates?${query}`)
  return found.map(({ first, second }: { first: { seq: number }; second: { seq: number } }) => [first.seq, second.seq])
}

function advance({ control }: Simulator, ms: number) {
  return control.advance(namespaceOf(), { ms })
}

/** A create over a connection of its own, from which the caller may walk away. */
function leavable({ url }: Simulator, body: object = SOUND, headers: Record<string, string> = {}) {
  const caller = new AbortController()
  const answered = fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: caller.signal,
  }).then(
    reply => reply.status,
    () => 'lost' as const,
  )
  return { answered, hangUp: () => caller.abort() }
}

async function hungUp(simulator: Simulator, body: object = SOUND): Promise<void> {
  const { turn } = simulator.control.journal
  const { answered, hangUp } = leavable(simulator, body)
  await whenWaiting(simulator)
  hangUp()
  await answered
  await until('the hang-up is noticed', () => simulator.control.journal.turn > turn)
}

const effect = (outcome: string) => ({ headers: { 'x-mockling-outcome': outcome } })

describe('the ledger', () => {
  it('shows every accepted create with its price and what became of it', async () => {
    await using simulator = await frozenSimulator()
    const succeeded = await createAsync(simulator)
    const failed = await createAsync(simulator, { prompt: 'b' }, effect('fail api_error'))
    await advance(simulator, 10_000)
    const pending = await createAsync(simulator, { model: 'kling-v2-master', prompt: 'c' })
    await create(simulator, { model: 'kling-v9' })
    await create(simulator, {}, effect('refuse used_up'))
    await createAsync(simulator, {}, { token: 'two' })
    const { purchases, totals, dollars } = await get(simulator, `ledger?token=${TOKEN}`)
    expect(purchases.map(({ taskId, state, credits }: Record<string, unknown>) => [taskId, state, credits])).toEqual([
      [succeeded, 'charged', 1.4],
      [failed, 'failed', 1.4],
      [pending, 'reserved', 14],
    ])
    expect(purchases[2]).toMatchObject({
      seq: 3,
      at: EPOCH + 10_000,
      model: 'kling-v2-master',
      settlesAt: EPOCH + 20_000,
    })
    expect(purchases[2].namespace).toBe(namespaceOf().namespace.slice(0, 8))
    expect([totals, dollars]).toEqual([{ creates: 3, charged: 1.4, reserved: 14, failed: 1.4, credits: 15.4 }, 1.47])
    expect((await get(simulator, 'ledger')).totals.creates).toBe(4)
    expect((await get(simulator, 'ledger?after=2')).totals.creates).toBe(2)
    const newest = await get(simulator, 'ledger?limit=1')
    expect([newest.purchases.map(({ seq }: { seq: number }) => seq), newest.totals.creates]).toEqual([[3], 4])
    expect((await get(simulator, `ledger?from=${EPOCH + 1}`)).totals.creates).toBe(1)
    const { charged, reserved } = await get(simulator, `account?token=${TOKEN}`)
    expect({ charged, reserved }).toEqual({ charged: totals.charged, reserved: totals.reserved })
  })

  it('follows a task whose plan a command has changed', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.control.reroute(id, { to: 'fail' })
    expect((await get(simulator, 'ledger')).purchases).toMatchObject([{ state: 'failed', settlesAt: EPOCH }])
  })

  it('still knows what was bought when the task is forgotten', async () => {
    await using simulator = await createSimulator({ pace: 'instant', retain: 0 })
    await createAsync(simulator)
    await createAsync(simulator, { prompt: 'b' })
    expect((await get(simulator, 'ledger')).totals).toMatchObject({ creates: 2, charged: 2.8 })
  })

  it('begins anew with the journal', async () => {
    await using simulator = await frozenSimulator()
    await createAsync(simulator)
    await simulator.control.reset(namespaceOf())
    expect((await get(simulator, 'ledger')).totals.creates).toBe(0)
  })
})

describe('a duplicate', () => {
  it('is the retry of a create whose caller hung up', async () => {
    await using simulator = await frozenSimulator()
    await hungUp(simulator)
    await advance(simulator, 10_000)
    await createAsync(simulator, { callback_url: 'http://127.0.0.1:1/hook' })
    const { pairs: found, credits } = await get(simulator, 'duplicates')
    expect(found).toHaveLength(1)
    expect(found[0]).toMatchObject({
      namespace: namespaceOf().namespace.slice(0, 8),
      first: { seq: 1, at: EPOCH, status: null },
      second: { seq: 2, at: EPOCH + 10_000, status: 200 },
      lost: 'hang-up',
      wasUnsettled: false,
      credits: 1.4,
      differing: { callback_url: [null, 'http://127.0.0.1:1/hook'], async: [null, true] },
    })
    expect(found[0].why).toContain('the caller of #1 hung up at 2026-06-01T00:00:00.000Z, before its answer')
    expect(credits).toBe(1.4)
    expect(await get(simulator, 'duplicates?limit=0')).toEqual({ pairs: [], count: 1, credits: 1.4 })
  })

  it('is a second create while the first is under way', async () => {
    await using simulator = await frozenSimulator()
    await createAsync(simulator)
    await advance(simulator, 9_999)
    await createAsync(simulator)
    expect(await pairs(simulator)).toEqual([[1, 2]])
  })

  it.each(['answer-dropped', 'answer-reset 5', 'answer-error api_error', 'answer-html'])(
    'is the retry of a create that %s took the answer from',
    async outcome => {
      await using simulator = await frozenSimulator()
      await leavable(simulator, { ...SOUND, async: true }, { 'x-mockling-outcome': outcome }).answered
      await advance(simulator, 60_000)
      await until('the first is over', () => simulator.control.journal.turn === 1)
      await createAsync(simulator)
      expect(await pairs(simulator)).toEqual([[1, 2]])
    },
  )

  it('is the retry of a held create that a stop or reset of tasks ended with 503', async () => {
    await using simulator = await frozenSimulator()
    const held = create(simulator)
    await whenWaiting(simulator)
    await simulator.control.reset(namespaceOf(), ['tasks'])
    expect((await held).statusCode).toBe(503)
    await createAsync(simulator)
    expect(await pairs(simulator)).toEqual([[1, 2]])
  })

  it('is none of a create that was refused, whatever the retry', async () => {
    await using simulator = await frozenSimulator({ rate: '1/h', balance: 100 })
    await create(simulator, { model: 'kling-v9' })
    await createAsync(simulator).catch(() => {})
    await advance(simulator, 3_600_000)
    for (const outcome of ['refuse too_many_requests', 'refuse api_error', 'refuse timeout']) {
      await create(simulator, {}, effect(outcome))
      await advance(simulator, 3_600_000)
    }
    await createAsync(simulator)
    expect((await get(simulator, 'ledger')).totals.creates).toBe(1)
    expect(await pairs(simulator)).toEqual([])
  })

  it('is none of a create that was answered and settled, or told that it failed', async () => {
    await using simulator = await frozenSimulator()
    for (const outcome of ['succeed', 'fail api_error', 'succeed']) {
      const held = create(simulator, {}, effect(outcome))
      await whenWaiting(simulator)
      await advance(simulator, 10_000)
      await held
      await advance(simulator, 10)
    }
    expect(await pairs(simulator)).toEqual([])
  })

  it('is one of its own token and body', async () => {
    await using simulator = await frozenSimulator()
    await hungUp(simulator)
    await createAsync(simulator, {}, { token: 'two' })
    await createAsync(simulator, { prompt: 'another' })
    expect(await pairs(simulator, '')).toEqual([])
  })

  it('is found among bodies too long to be kept', async () => {
    await using simulator = await frozenSimulator()
    const padding = 'x'.repeat(100_000)
    await createAsync(simulator, { padding })
    await createAsync(simulator, { padding: `${padding.slice(1)}y` })
    await post(simulator, '/kling/videos', { padding, ...SOUND, async: true })
    expect(await pairs(simulator)).toEqual([[1, 3]])
  })
})

describe('manners', () => {
  it('are judged on the virtual clock, by thresholds that can be given', async () => {
    await using simulator = await createSimulator({ pace: 100, clock: 'x1' })
    const ids = []
    for (const prompt of ['a', 'b', 'c']) ids.push(await createAsync(simulator, { prompt }))
    for (const id of ids) await retrieve(simulator, id)
    await retrieve(simulator, ids[0] ?? '')
    const { findings, polls } = await get(
      simulator,
      `manners?token=${TOKEN}&leastGapMs=3600000&singlesWithinMs=3600000`,
    )
    expect(polls).toBe(4)
    expect(findings).toMatchObject([
      { habit: 'too-fast', tasks: [ids[0]], seqs: [4, 7], grade: 'chosen' },
      { habit: 'singles', tasks: ids, seqs: [4, 5, 6, 7] },
    ])
    expect((await get(simulator, `manners?token=${TOKEN}&leastGapMs=0&singles=4`)).findings).toEqual([])
  })

  it('see the end of a task as the client did', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await retrieve(simulator, id)
    await advance(simulator, 10_000)
    await retrieve(simulator, id)
    await post(simulator, '/kling/tasks', { ids: [id, 'other'], action: 'retrieve_batch' })
    const { findings, notJudged } = await get(simulator, 'manners')
    expect(findings).toMatchObject([{ habit: 'after-terminal', seqs: [4] }])
    expect(notJudged).toHaveLength(2)
  })

  it('don’t take auto-skip’s leaps for a client’s even gaps', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 60 })
    const id = await createAsync(simulator)
    for (let poll = 0; poll < 12; poll++) {
      const { now } = simulator.control.clock(namespaceOf())
      await retrieve(simulator, id)
      await until('time has leapt', () => simulator.control.clock(namespaceOf()).now > now)
    }
    const { findings, notJudged } = await get(simulator, 'manners')
    expect(findings).toEqual([])
    expect(notJudged).toEqual(['gaps on a frozen or auto-skip clock, which moves by leaps: whether there is backoff'])
  })
})

describe('the report', () => {
  it('is the same as JSON and as text', async () => {
    await using simulator = await frozenSimulator()
    await hungUp(simulator)
    await createAsync(simulator)
    const report = await get(simulator, `report?token=${TOKEN}`)
    expect(report).toMatchObject({
      ledger: { totals: { creates: 2, credits: 2.8 }, dollars: 0.27 },
      duplicates: { credits: 1.4, pairs: [{ lost: 'hang-up', wasUnsettled: true }] },
      manners: { findings: [], polls: 0 },
      dropped: { entries: 0 },
    })
    const { text, headers } = await send(simulator.url, { path: `/_mockling/v1/report.txt?token=${TOKEN}` })
    expect(headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(text).toBe(`${report.text}\n`)
    expect(text.split('\n')[0]).toBe(
      'This run would have cost 2.8 Credits (about $0.27, estimated), 1.4 in 1 duplicate.',
    )
    expect(JSON.stringify(report)).not.toContain(namespaceOf().namespace)
  })

  it.each([
    ['report?leastGapMs=fast', 'leastGapMs'],
    ['ledger?token=', 'token'],
    ['duplicates?since=3', 'since: there is no such field'],
    ['manners?from=noon', 'from'],
    ['report.txt?namespace=xyz', 'namespace'],
  ])('refuses %s with the reason', async (path, reason) => {
    await using simulator = await createSimulator()
    const reply = await supertest(simulator.url).get(`/_mockling/v1/${path}`)
    expect([reply.status, reply.type]).toEqual([400, 'application/problem+json'])
    expect(reply.body.detail).toContain(reason)
  })
})
