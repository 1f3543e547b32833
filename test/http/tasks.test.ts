import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import {
  create,
  createAsync,
  DAY_MS,
  EPOCH,
  errorBytes,
  frozenSimulator,
  namespaceOf,
  post,
  retrieve,
  SOUND,
  TOKEN,
  UUID,
  until,
} from '../support/requests.ts'

const GUIDE_TASKS = [
  'e3a575aa-a4bd-49c8-9b12-cde38d5462e0',
  '20068983-0cc9-4c6a-aeb6-9c6a3c668be0',
  '3ece87e6-3ee3-4f5e-bd70-5ae5eca89a23',
]

/** Fields of a record that are there from the start. */
const FIELDS = [
  '_id',
  'id',
  'type',
  'created_at',
  'trace_id',
  'job_id',
  'api_id',
  'application_id',
  'user_id',
  'credential_id',
  'authorization_id',
  'actor_user_id',
  'request',
]
const SETTLED_FIELDS = [...FIELDS, 'started_at', 'finished_at', 'elapsed', 'response']

interface Listed {
  readonly items: { id: string; created_at: number; response?: unknown }[]
  readonly count: number
}

async function batch(simulator: Simulator, body: object, token = TOKEN): Promise<Listed> {
  const reply = await post(simulator, '/kling/tasks', { action: 'retrieve_batch', ...body }, { token })
  expect(reply.statusCode, reply.body).toBe(200)
  expect(Object.keys(reply.json())).toEqual(['items', 'count'])
  return reply.json()
}

async function idsOf(simulator: Simulator, body: object, token = TOKEN): Promise<string[]> {
  return (await batch(simulator, body, token)).items.map(({ id }) => id)
}

/** Creates a second apart, oldest first. */
async function createInTurn(simulator: Simulator, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    ids.push(await createAsync(simulator))
    await simulator.control.advance('server', { ms: 1000 })
  }
  return ids
}

describe('a record', () => {
  it('has every field of the finished one, each in its form', async () => {
    await using simulator = await frozenSimulator()
    await simulator.control.advance('server', { ms: 333 })
    const body = { ...SOUND, async: true, callback_url: 'http://127.0.0.1:1/hook', seed: 5 }
    const reply = await post(simulator, '/kling/videos', body)
    await simulator.control.advance('server', { ms: 20_000 })

    const record = await retrieve(simulator, reply.json().task_id)

    expect(Object.keys(record).sort()).toEqual([...SETTLED_FIELDS].sort())
    expect(record).toMatchObject({
      id: reply.json().task_id,
      type: 'videos',
      created_at: (EPOCH + 333) / 1000,
      started_at: (EPOCH + 393) / 1000,
      finished_at: (EPOCH + 10_333) / 1000,
      elapsed: 9.94,
      trace_id: reply.headers['x-trace-id'],
      api_id: '29187cb2-1acb-43b8-baf5-3f3f709292eb',
      request: body,
    })
    expect(JSON.stringify(record.request)).toBe(JSON.stringify(body))
    expect(record._id).toMatch(/^[0-9a-f]{24}$/)
    expect(Number.parseInt(record._id.slice(0, 8), 16)).toBe(Math.floor(record.created_at))
    for (const name of ['id', 'trace_id', 'application_id', 'user_id', 'credential_id']) {
      expect(record[name]).toMatch(UUID)
    }
    expect(record.job_id).toMatch(/^[\w-]{22}$/)
    expect(record.response.video_url).toContain(`/${record.job_id}-0_raw_video_1.mp4`)
    expect(record).not.toHaveProperty('status')
    expect(record).not.toHaveProperty('state')
  })

  it('gains its fields as the task goes on', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    const fields = async () => Object.keys(await retrieve(simulator, id)).sort()
    expect(await fields()).toEqual([...FIELDS].sort())

    await simulator.control.advance('server', { ms: 60 })
    expect(await fields()).toEqual([...FIELDS, 'started_at'].sort())
    await simulator.control.advance('server', { ms: 9_939 })
    expect(await fields()).toEqual([...FIELDS, 'started_at'].sort())
    await simulator.control.advance('server', { ms: 1 })

    expect(await fields()).toEqual([...SETTLED_FIELDS].sort())
  })

  it('never changes again', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.control.advance('server', { ms: 10_000 })
    const settled = await retrieve(simulator, id)

    await simulator.control.advance('server', { ms: 40 * DAY_MS })

    expect(await retrieve(simulator, id)).toEqual(settled)
  })

  it('is settled at once at pace instant, started and finished at its creation', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })

    const record = await retrieve(simulator, (await create(simulator)).json().task_id)

    const now = EPOCH / 1000
    expect(record).toMatchObject({ created_at: now, started_at: now, finished_at: now, elapsed: 0 })
  })

  it('of a failed task holds the error and no video', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const reply = await create(simulator, { async: true, prompt: '[[mockling:fail forbidden]]' })
    const { task_id: id } = reply.json()

    const record = await retrieve(simulator, id)

    const message = 'The content was refused by moderation.'
    expect(JSON.stringify(record.response)).toBe(errorBytes('forbidden', message, reply.headers['x-trace-id'], id))
    expect(record.finished_at).toBeGreaterThanOrEqual(record.started_at)
  })

  it('is that of one account: ids of the account are the token’s', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const accountOf = async (token: string) => {
      const id = await createAsync(simulator, {}, { token })
      const { application_id, user_id, credential_id } = await retrieve(simulator, id, { token })
      return { application_id, user_id, credential_id }
    }

    expect(await accountOf('one')).toEqual(await accountOf('one'))
    expect(await accountOf('two')).not.toEqual(await accountOf('one'))
  })

  it('is forgotten 60 days after the task settled', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await simulator.control.advance('server', { ms: 10_000 + 60 * DAY_MS - 1 })
    expect((await retrieve(simulator, id)).id).toBe(id)

    await simulator.control.advance('server', { ms: 1 })

    expect(await retrieve(simulator, id)).toEqual({})
    expect(await batch(simulator, { ids: [id] })).toEqual({ items: [], count: 0 })
  })

  it('is forgotten, oldest settled first, where more are settled than are to be retained', async () => {
    await using simulator = await frozenSimulator({ retain: 2 })
    const ids = await createInTurn(simulator, 4)
    const files = await Promise.all(ids.map(async id => (await simulator.control.task(id)).video.path))
    await simulator.control.advance('server', { ms: 10_000 })
    ids.push(await createAsync(simulator))

    const found = await idsOf(simulator, { ids: [...ids, ...GUIDE_TASKS] })
    const statuses = await Promise.all(
      files.map(async url => (await simulator.app.inject({ method: 'GET', url })).statusCode),
    )

    expect(found).toEqual([ids[4], ids[3], ids[2], ...GUIDE_TASKS.toReversed()])
    expect(await retrieve(simulator, ids[0] ?? '')).toEqual({})
    expect(statuses).toEqual([404, 404, 200, 200])
  })

  it('of a refused create does not exist', async () => {
    await using simulator = await createSimulator()
    await create(simulator, { model: 'kling-v9' })
    await create(simulator, {}, { headers: { 'x-mockling-outcome': 'refuse api_error' } })

    expect((await batch(simulator, { type: 'videos' })).count).toBe(GUIDE_TASKS.length)
  })
})

describe('retrieve', () => {
  it('is the default action, and what generate means', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const id = await createAsync(simulator)
    const bodies = [{ id }, { id, action: null }, { id, action: 'retrieve' }, { id, action: 'generate' }]

    const replies = await Promise.all(bodies.map(body => post(simulator, '/kling/tasks', body)))

    for (const reply of replies) {
      expect(reply.statusCode).toBe(200)
      expect(reply.json().id).toBe(id)
      expect(reply.body).toBe(replies[0]?.body)
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(reply.headers['x-trace-id']).toMatch(UUID)
    }
  })

  it.each(['00000000-0000-0000-0000-000000000000', 'x', '__proto__', 'constructor', ' ', '🎬', 'x'.repeat(10_000)])(
    'answers {} to an unknown id: %s',
    async id => {
      await using simulator = await createSimulator()

      const reply = await post(simulator, '/kling/tasks', { id, action: 'retrieve' })

      expect(reply.statusCode).toBe(200)
      expect(reply.body).toBe('{}')
    },
  )

  it('shows tasks of the same token only', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const id = await createAsync(simulator, {}, { token: 'one' })

    expect(await retrieve(simulator, id, { token: 'two' })).toEqual({})
    expect(await batch(simulator, { ids: [id] }, 'two')).toEqual({ items: [], count: 0 })
    expect(await idsOf(simulator, { type: 'videos' }, 'two')).not.toContain(id)
    expect((await retrieve(simulator, id, { token: 'one' })).id).toBe(id)
  })

  it('ignores fields it does not know', async () => {
    await using simulator = await createSimulator({ pace: 'instant' })
    const id = await createAsync(simulator)
    const headers = { 'x-record-exempt': 'true', accept: 'application/x-ndjson' }

    const reply = await post(simulator, '/kling/tasks', { id, ids: 5, limit: 'x', task_id: 7 }, { headers })

    expect(reply.json().id).toBe(id)
  })

  it('costs nothing and is not rate limited', async () => {
    await using simulator = await frozenSimulator({ rate: '1/h', balance: 1.4 })
    const id = await createAsync(simulator)

    for (let time = 0; time < 5; time++) expect((await retrieve(simulator, id)).id).toBe(id)
    expect(await simulator.control.account(namespaceOf().namespace)).toMatchObject({ reserved: 1.4, charged: 0 })
  })

  it('does not advance the clock of a frozen namespace', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)

    for (let time = 0; time < 5; time++) await retrieve(simulator, id)

    expect(simulator.control.clock(namespaceOf()).now).toBe(EPOCH)
  })
})

describe('the guide’s tasks', () => {
  it.each(GUIDE_TASKS)('are in every namespace, finished: %s', async id => {
    await using simulator = await frozenSimulator()

    for (const token of ['one', 'two']) {
      const record = await retrieve(simulator, id, { token })
      expect(Object.keys(record).sort()).toEqual([...SETTLED_FIELDS].sort())
      expect(record.response).toMatchObject({ success: true, state: 'succeed', task_id: id })
      expect(new Date(record.created_at * 1000).toISOString()).toMatch(/^2025-03-02T/)
      expect(record.started_at - record.created_at).toBeCloseTo(0.06, 3)
      expect(record.elapsed).toBeCloseTo(record.finished_at - record.started_at, 3)
      expect(Number.parseInt(record._id.slice(0, 8), 16)).toBe(Math.floor(record.created_at))
      expect(record.response.video_url).toContain(`/${record.job_id}-0_raw_video_1.mp4`)
    }
  })

  it('are the only ones of a new namespace', async () => {
    await using simulator = await frozenSimulator()

    expect((await batch(simulator, { type: 'videos' })).count).toBe(3)
    expect(new Set(await idsOf(simulator, { limit: 100 }))).toEqual(new Set(GUIDE_TASKS))
  })
})

describe('retrieve_batch by ids', () => {
  it('gives the newest first, not the order asked for', async () => {
    await using simulator = await frozenSimulator()
    const [one = '', two = '', three = ''] = await createInTurn(simulator, 3)

    expect(await idsOf(simulator, { ids: [two, GUIDE_TASKS[0], one, three] })).toEqual([
      three,
      two,
      one,
      GUIDE_TASKS[0],
    ])
  })

  it('gives the last accepted first among tasks of one instant', async () => {
    await using simulator = await frozenSimulator()
    const ids = [await createAsync(simulator), await createAsync(simulator), await createAsync(simulator)]

    expect(await idsOf(simulator, { ids })).toEqual(ids.toReversed())
    expect(await idsOf(simulator, { limit: 3 })).toEqual(ids.toReversed())
  })

  it('leaves out what it does not know, counts what it found and names nothing twice', async () => {
    await using simulator = await frozenSimulator()
    const [id = ''] = await createInTurn(simulator, 1)

    const found = await batch(simulator, { ids: ['x', id, 'y', id, null, 5, {}] })

    expect(found.count).toBe(1)
    expect(found.items).toEqual([await retrieve(simulator, id)])
    expect(await batch(simulator, { ids: [] })).toEqual({ items: [], count: 0 })
    expect(await batch(simulator, { ids: ['x'] })).toEqual({ items: [], count: 0 })
  })

  it('takes 100 ids', async () => {
    await using simulator = await frozenSimulator()
    const ids = await createInTurn(simulator, 100)

    expect(await idsOf(simulator, { ids })).toEqual(ids.toReversed())
  })
})

describe('retrieve_batch by filter', () => {
  it('gives pages, newest first, and counts all that match', async () => {
    await using simulator = await frozenSimulator()
    const own = (await createInTurn(simulator, 12)).toReversed()
    const all = [...own, ...GUIDE_TASKS.toReversed()]

    expect(await idsOf(simulator, { limit: 5 })).toEqual(all.slice(0, 5))
    expect(await idsOf(simulator, { limit: 5, offset: 5 })).toEqual(all.slice(5, 10))
    expect(await idsOf(simulator, { limit: 100, offset: 10 })).toEqual(all.slice(10))
    expect(await idsOf(simulator, { offset: 15 })).toEqual([])
    expect((await batch(simulator, { limit: 1, offset: 100 })).count).toBe(15)
    expect((await batch(simulator, { type: 'videos' })).count).toBe(15)
  })

  it('keeps what was created from one second to another, both included', async () => {
    await using simulator = await frozenSimulator()
    const [, two, three] = await createInTurn(simulator, 4)
    const second = EPOCH / 1000

    const window = { created_at_min: second + 1, created_at_max: second + 2 }

    expect(await idsOf(simulator, window)).toEqual([three, two])
    expect((await batch(simulator, { ...window, limit: 1 })).count).toBe(2)
    expect(await idsOf(simulator, { created_at_min: second + 0.999, created_at_max: second + 1.001 })).toEqual([two])
    expect(await idsOf(simulator, { created_at_max: second - 1 })).toEqual(GUIDE_TASKS.toReversed())
    expect(await idsOf(simulator, { created_at_min: second + 100 })).toEqual([])
  })

  it('knows videos and no other type', async () => {
    await using simulator = await frozenSimulator()
    const [id] = await createInTurn(simulator, 1)

    expect(await idsOf(simulator, { type: 'videos', limit: 1 })).toEqual([id])
    for (const type of ['motion', 'talking-photo', 'nonsense']) {
      expect(await batch(simulator, { type })).toEqual({ items: [], count: 0 })
    }
  })

  it('answers the studio’s page', async () => {
    await using simulator = await frozenSimulator()
    const ids = await createInTurn(simulator, 6)
    const { user_id } = await retrieve(simulator, ids[0] ?? '')

    expect(await idsOf(simulator, { user_id, type: 'videos', limit: 5 })).toEqual(ids.toReversed().slice(0, 5))
  })

  it('puts the newest first also when the clock starts before the guide’s time', async () => {
    await using simulator = await frozenSimulator({ epoch: '2020-01-01T00:00:00Z' })
    await createInTurn(simulator, 2)

    const { items } = await batch(simulator, { limit: 10 })

    const times = items.map(({ created_at }) => created_at)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
    expect((await batch(simulator, { ids: items.map(({ id }) => id) })).items).toEqual(items)
  })

  it('heeds ids rather than filters where both are given', async () => {
    await using simulator = await frozenSimulator()
    const [one, two] = await createInTurn(simulator, 2)

    expect(await idsOf(simulator, { ids: [one, two], limit: 1 })).toEqual([two, one])
  })
})

describe('a query that can’t be answered', () => {
  const queries: [what: string, body: object][] = [
    ['has no id', {}],
    ['has no id to retrieve', { action: 'retrieve' }],
    ['has the old field', { task_id: GUIDE_TASKS[0] }],
    ['has a null for id', { id: null }],
    ['has an empty id', { id: '' }],
    ['has a number for id', { id: 5 }],
    ['has a list for id', { id: [GUIDE_TASKS[0]] }],
    ['has an object for id', { id: { $ne: null } }],
    ['has neither ids nor filters', { action: 'retrieve_batch' }],
    ['has an id instead of ids', { action: 'retrieve_batch', id: GUIDE_TASKS[0] }],
    ['has null for ids', { action: 'retrieve_batch', ids: null }],
    ['has a string for ids', { action: 'retrieve_batch', ids: GUIDE_TASKS[0] }],
    ['has an object for ids', { action: 'retrieve_batch', ids: {} }],
    ['has 101 ids', { action: 'retrieve_batch', ids: Array.from({ length: 101 }, (_, index) => `${index}`) }],
    ['wants to delete', { action: 'delete', id: GUIDE_TASKS[0] }],
    ['wants what nobody knows', { action: 'cancel', id: GUIDE_TASKS[0] }],
    ['has a number for action', { action: 1, id: GUIDE_TASKS[0] }],
    ['has a prototype for action', { action: 'constructor', id: GUIDE_TASKS[0] }],
    ['has a limit of 0', { action: 'retrieve_batch', limit: 0 }],
    ['has a limit of 101', { action: 'retrieve_batch', limit: 101 }],
    ['has a limit in a string', { action: 'retrieve_batch', limit: '5' }],
    ['has a negative offset', { action: 'retrieve_batch', offset: -1 }],
    ['has a number for type', { action: 'retrieve_batch', type: 5 }],
    ['has a date for created_at_min', { action: 'retrieve_batch', created_at_min: '2026-06-01' }],
    ['has a list for created_at_max', { action: 'retrieve_batch', created_at_max: [1] }],
  ]
  it.each(queries)('%s', async (_what, body) => {
    await using simulator = await createSimulator()

    const reply = await post(simulator, '/kling/tasks', body)

    expect(reply.statusCode).toBe(400)
    const { message } = reply.json().error
    expect(message).toMatch(/\w/)
    expect(reply.body).toBe(errorBytes('bad_request', message, reply.headers['x-trace-id']))
    expect(reply.body.length).toBeLessThan(500)
  })

  it('has no token', async () => {
    await using simulator = await createSimulator()

    const reply = await post(simulator, '/kling/tasks', { id: GUIDE_TASKS[0] }, { headers: { authorization: '' } })

    expect(reply.statusCode).toBe(401)
    expect(reply.json().error.code).toBe('invalid_token')
  })
})

describe('a pending response', () => {
  it.each(['absent', 'null', 'empty', 'snapshot'] as const)('of shape %s gives way to the result', async shape => {
    await using simulator = await frozenSimulator({ pendingResponse: shape })
    const id = await createAsync(simulator)
    const pending = [
      await retrieve(simulator, id),
      (await batch(simulator, { ids: [id] })).items[0],
      (await batch(simulator, { limit: 1 })).items[0],
    ]
    const expected = {
      absent: undefined,
      null: null,
      empty: {},
      snapshot: { task_id: id, state: 'processing' },
    }[shape]
    for (const record of pending) {
      expect(record.response).toEqual(expected)
      expect('response' in record).toBe(shape !== 'absent')
    }

    await simulator.control.advance('server', { ms: 10_000 })

    expect((await retrieve(simulator, id)).response).toMatchObject({ success: true, task_id: id })
  })

  it('lets auto-skip leap for a poller, three seconds a poll', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 10 })
    const id = await createAsync(simulator)
    const now = () => simulator.control.clock(namespaceOf()).now
    const leaps: number[] = []
    for (let before = now(); !('response' in (await retrieve(simulator, id))); before = now()) {
      await until('the clock leaps', () => now() > before)
      leaps.push(now() - before)
    }

    expect(leaps).toEqual([3000, 3000, 3000, 3000])
  })
})
