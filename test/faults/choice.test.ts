import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { createSimulator, type Simulator } from '../../src/simulator.ts'
import { create, createAsync, EPOCH, frozenSimulator, namespaceOf, post, SOUND, until } from '../support/requests.ts'
import { speak } from '../support/sockets.ts'

/** Adds a rule through the control door; answers how it was shown. */
async function rule(simulator: Simulator, input: object, kind: 'rules' | 'faults' = 'rules') {
  const reply = await simulator.app.inject({ method: 'POST', url: `/_mockling/v1/${kind}`, payload: input })
  if (reply.statusCode !== 201) throw new Error(reply.body)
  return reply.json()
}

function lastEntry({ control }: Simulator) {
  const entry = control.journal.list({ kind: 'request' }).at(-1)
  if (entry?.kind !== 'request') throw new Error('no request is in the journal')
  return entry
}

/** Ways to name an outcome, the strongest first: what each names, and how it is done. */
const SOURCES = ['header', 'rule', 'magic word', 'magic token', 'nothing'] as const
type Source = (typeof SOURCES)[number]

const NAMED: Readonly<Record<Source, string>> = {
  header: 'fail timeout',
  rule: 'fail forbidden after=1',
  'magic word': 'fail moderation',
  'magic token': 'fail api_error',
  nothing: 'succeed',
}

const PAIRS = SOURCES.flatMap((strong, at) => SOURCES.slice(at + 1).map(weak => [strong, weak] as const))

describe('a rule about callbacks only', () => {
  it.each(['rules', 'faults'] as const)('among %s waits for a create that has a callback', async kind => {
    await using simulator = await frozenSimulator()
    const shown = await rule(simulator, { effects: 'callback-lost', next: 1 }, kind)
    expect(shown.when).toEqual({ callback: true })
    const without = await create(simulator, { async: true })
    const first = await create(simulator, { callback_url: 'http://127.0.0.1:9/hook' })
    const second = await create(simulator, { callback_url: 'http://127.0.0.1:9/hook' })
    const outcomes = [without, first, second].map(reply => reply.headers['x-mockling-outcome'])
    expect(outcomes).toEqual(['succeed', 'callback-lost', 'succeed'])
  })

  it('may be told apart by whether there is a callback', async () => {
    await using simulator = await frozenSimulator()
    await rule(simulator, { effects: 'refuse forbidden', when: { callback: false } })
    expect((await create(simulator, { async: true })).statusCode).toBe(403)
    expect((await create(simulator, { callback_url: 'http://127.0.0.1:9/hook' })).statusCode).toBe(200)
  })
})

describe('a rule about some creates', () => {
  it.each([
    ['an action', { action: 'image2video' }, { action: 'image2video', start_image_url: 'https://example.com/a.png' }],
    ['a model', { model: 'kling-v1-6' }, { model: 'kling-v1-6' }],
    ['a mode', { mode: 'pro' }, { mode: 'pro' }],
    ['a part of the prompt', { prompt: 'blue' }, { prompt: 'a blue mug' }],
  ])('goes by %s', async (_what, when, change) => {
    await using simulator = await frozenSimulator()
    await rule(simulator, { effects: 'refuse forbidden', when })
    expect((await create(simulator, { async: true })).statusCode).toBe(200)
    expect((await create(simulator, { async: true, ...change })).statusCode).toBe(403)
  })
})

describe('the outcome', () => {
  it.each(PAIRS)('is named by the %s rather than by the %s, and told in header and journal', async (strong, weak) => {
    await using simulator = await frozenSimulator()
    const has = (source: Source) => strong === source || weak === source
    if (has('rule')) await rule(simulator, { effects: NAMED.rule, id: 'mine' })
    const token = has('magic token') ? 'w7.mockling-api_error' : 'w7'
    const reply = await create(
      simulator,
      { async: true, ...(has('magic word') && { prompt: `a mug [[mockling:${NAMED['magic word']}]]` }) },
      { token, ...(has('header') && { headers: { 'x-mockling-outcome': NAMED.header } }) },
    )
    expect(reply.statusCode).toBe(200)
    expect(reply.headers['x-mockling-outcome']).toBe(NAMED[strong])
    const entry = lastEntry(simulator)
    expect(entry.outcome).toBe(NAMED[strong])
    expect(entry.rules).toEqual(strong === 'rule' ? ['mine'] : undefined)
    expect((await simulator.control.task(reply.json().task_id)).outcome).toBe(NAMED[strong])
    // A rule that has no say is not used up.
    const [view] = simulator.rules.list({ role: 'outcome', scope: 'server' })
    if (has('rule'))
      expect(view).toMatchObject({ fired: strong === 'rule' ? 1 : 0, matched: strong === 'rule' ? 1 : 0 })
  })

  it.each(SOURCES)('has faults added to it, however it was chosen: %s', async source => {
    await using simulator = await frozenSimulator()
    if (source === 'rule') await rule(simulator, { effects: NAMED.rule, id: 'mine' })
    await rule(simulator, { effects: 'no-success, answer-type', id: 'more' }, 'faults')
    await rule(simulator, { effects: 'answer-type text/html, extra-fields', id: 'even-more' }, 'faults')
    const reply = await create(
      simulator,
      { async: true, ...(source === 'magic word' && { prompt: `[[mockling:${NAMED['magic word']}]]` }) },
      {
        token: source === 'magic token' ? 'w7.mockling-api_error' : 'w7',
        ...(source === 'header' && { headers: { 'x-mockling-outcome': NAMED.header } }),
      },
    )
    // Of one kind the first given counts.
    expect(reply.headers['content-type']).toBe('text/plain')
    const before = source === 'nothing' ? '' : `${NAMED[source]}, `
    const told = `${before}no-success, extra-fields, answer-type`
    expect(reply.headers['x-mockling-outcome']).toBe(told)
    expect(lastEntry(simulator)).toMatchObject({
      outcome: told,
      rules: [...(source === 'rule' ? ['mine'] : []), 'more', 'even-more'],
    })
  })

  it('is what the client asks for where a fault of the same kind says otherwise', async () => {
    await using simulator = await frozenSimulator()
    await rule(simulator, { effects: 'answer-type text/html' }, 'faults')
    const reply = await create(
      simulator,
      { async: true },
      { headers: { 'x-mockling-outcome': 'answer-type text/csv' } },
    )
    expect(reply.headers['content-type']).toBe('text/csv')
  })

  it('may be success, by rule, against a magic token', async () => {
    await using simulator = await frozenSimulator({ pace: 'instant' })
    await rule(simulator, { effects: 'succeed', next: 1 })
    const given = { token: 'w7.mockling-api_error' }
    expect((await create(simulator, {}, given)).statusCode).toBe(200)
    expect((await create(simulator, {}, given)).statusCode).toBe(500)
  })

  it('is read from a header that comes twice as one list', async () => {
    await using simulator = await frozenSimulator()
    const { headers, body } = await request(`${simulator.url}/kling/videos`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer w7',
        'content-type': 'application/json',
        'x-mockling-outcome': ['Fail  TIMEOUT   after=3', ' answer-type   text/csv '],
      },
      body: JSON.stringify({ ...SOUND, async: true }),
    })
    await body.dump()
    expect(headers).toMatchObject({
      'x-mockling-outcome': 'fail timeout after=3, answer-type text/csv',
      'content-type': 'text/csv',
    })
  })

  it('is named by several magic words together', async () => {
    await using simulator = await frozenSimulator()
    const prompt = '[[mockling:fail timeout]] a mug [[Mockling: Answer-Type text/csv ]]'
    const reply = await create(simulator, { async: true, prompt })
    expect(reply.headers['x-mockling-outcome']).toBe('fail timeout, answer-type text/csv')
    const twice = await create(simulator, { prompt: '[[mockling:stall]][[mockling:stall]]' })
    expect(twice.json().error.message).toBe('the prompt’s magic word: stall is given twice')
  })

  it.each([
    [
      { prompt: 'a mug [[mockling:fail api_error' },
      {},
      'the prompt’s magic word: [[mockling:fail api_error is not closed by ]]',
    ],
    [
      { prompt: 'a mug [[mockling:nope]]' },
      {},
      "the prompt’s magic word: there is no outcome or fault 'nope'; known are",
    ],
    [
      {},
      { 'x-mockling-outcome': '' },
      'the header x-mockling-outcome: an outcome or fault is missing; known are succeed',
    ],
    [
      {},
      { 'x-mockling-outcome': 'stall, takes 5' },
      'the header x-mockling-outcome: takes can never happen beside stall',
    ],
    [{}, { 'x-mockling-outcome': 'succeed cat' }, "there is no clip 'cat'; --clip names none"],
  ])('that can’t be is refused: %j %j', async (change, headers, says) => {
    await using simulator = await frozenSimulator()
    const reply = await create(simulator, change, { headers })
    expect(reply.statusCode).toBe(400)
    expect(reply.json().error).toEqual({ code: 'bad_request', message: expect.stringContaining(says) })
    expect(reply.headers).not.toHaveProperty('x-mockling-outcome')
    expect((await simulator.control.tasks(namespaceOf(), { offset: 0, limit: 100 })).items).toHaveLength(3)
  })

  it('is read from bytes of any kind without harm', async () => {
    await using simulator = await frozenSimulator()
    const body = JSON.stringify(SOUND)
    const head = `POST /kling/videos HTTP/1.1\r\nhost: a\r\nauthorization: Bearer w7\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n`
    const bytes = Buffer.from(
      `${head}x-mockling-outcome: refuse used_up message="gr\xf6\xdfer \xff"\r\n\r\n${body}`,
      'latin1',
    )
    const [answer] = await speak(simulator.url, bytes)
    expect(answer?.status).toBe(403)
    expect(JSON.parse(answer?.text ?? '').error.message).toBe('größer ÿ')
  })
})

describe('a query', () => {
  it('tells in header and journal what faults do to it, and nothing where they do nothing', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await rule(
      simulator,
      { effects: 'refuse api_error retry-after=2', operation: 'tasks', next: 1, id: 'once' },
      'faults',
    )
    const refused = await post(simulator, '/kling/tasks', { id })
    expect(refused).toMatchObject({
      statusCode: 500,
      headers: { 'retry-after': '2', 'x-mockling-outcome': 'refuse api_error retry-after=2' },
    })
    expect(lastEntry(simulator)).toMatchObject({ outcome: 'refuse api_error retry-after=2', rules: ['once'] })
    const good = await post(simulator, '/kling/tasks', { id })
    expect(good.statusCode).toBe(200)
    expect(good.headers).not.toHaveProperty('x-mockling-outcome')
    expect(lastEntry(simulator)).not.toHaveProperty('rules')
  })

  it.each([
    ['refuse too_many_requests', { statusCode: 429 }],
    ['answer-error used_up', { statusCode: 403 }],
    ['answer-html 503', { statusCode: 503, headers: { 'content-type': 'text/html' } }],
    ['answer-malformed', { statusCode: 200, body: expect.stringMatching(/^\{'_id':.*,\}$/) }],
    ['answer-truncated 7', { statusCode: 200, body: '{"_id":' }],
    ['answer-type', { statusCode: 200, headers: { 'content-type': 'text/plain' } }],
  ])('is put through %s as a create is', async (effects, wanted) => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await rule(simulator, { effects, operation: 'tasks', next: 1 }, 'faults')
    expect(await post(simulator, '/kling/tasks', { id })).toMatchObject(wanted)
    expect((await post(simulator, '/kling/tasks', { id })).json()).toMatchObject({ id })
  })

  it.each(['answer-dropped', 'answer-reset'])('is put through %s as a create is', async effects => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await rule(simulator, { effects, operation: 'tasks', next: 1 }, 'faults')
    await expect(post(simulator, '/kling/tasks', { id })).rejects.toThrow()
    expect((await post(simulator, '/kling/tasks', { id })).json()).toMatchObject({ id })
  })

  it.each(['answer-late 4', 'answer-slow 100'])('is put through %s as a create is', async effects => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await rule(simulator, { effects, operation: 'tasks', next: 1 }, 'faults')
    const late = post(simulator, '/kling/tasks', { id })
    await until('it waits', () => simulator.control.clock(namespaceOf()).waiting === 1)
    await simulator.control.advance(namespaceOf(), { ms: 8000 })
    expect((await late).json()).toMatchObject({ id })
  })

  it('that is wrong in itself is refused as ever, and uses no fault up', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    await rule(simulator, { effects: 'answer-html', operation: 'tasks', next: 1 }, 'faults')
    for (const body of [{}, { id: 7 }, { id, action: 'dance' }, { ids: 'x', action: 'retrieve_batch' }]) {
      const { statusCode, headers } = await post(simulator, '/kling/tasks', body)
      expect(statusCode).toBe(400)
      expect(headers).not.toHaveProperty('x-mockling-outcome')
    }
    expect((await post(simulator, '/kling/tasks', { id })).statusCode).toBe(502)
  })

  it('of a pending task counts as a wait for auto-skip also where a fault refuses it', async () => {
    await using simulator = await createSimulator({ clock: 'auto-skip', pace: 20 })
    const id = await createAsync(simulator)
    await rule(simulator, { effects: 'refuse timeout', operation: 'tasks', for: 15 }, 'faults')
    const now = () => simulator.control.clock(namespaceOf()).now
    const statuses = []
    while (now() < EPOCH + 20_000) {
      const before = now()
      statuses.push((await post(simulator, '/kling/tasks', { id })).statusCode)
      await until('the clock leaps', () => now() > before)
    }
    expect(statuses).toEqual([504, 504, 504, 504, 504, 200, 200])
  })

  it('is met by a fault for one task, alone or in a batch', async () => {
    await using simulator = await frozenSimulator()
    const [one, other] = [await createAsync(simulator), await createAsync(simulator)]
    await rule(simulator, { effects: 'refuse timeout', operation: 'tasks', when: { taskId: one } }, 'faults')
    const statusOf = async (body: object) => (await post(simulator, '/kling/tasks', body)).statusCode
    expect(await statusOf({ id: one })).toBe(504)
    expect(await statusOf({ ids: [other, one], action: 'retrieve_batch' })).toBe(504)
    expect(await statusOf({ id: other })).toBe(200)
    expect(await statusOf({ ids: [other], action: 'retrieve_batch' })).toBe(200)
  })
})
