import { describe, expect, it } from 'vitest'
import { NO_BODY_MESSAGE, NO_ID_MESSAGE } from '../../src/contract/errors.ts'
import { createAsync, EPOCH, frozenSimulator, namespaceOf, post, until } from '../support/requests.ts'

const LONG = 'x'.repeat(200)

describe('a query of tasks', () => {
  it('that can’t be answered is told what is wrong with what', async () => {
    await using simulator = await frozenSimulator()
    const messages: [body: unknown, message: string][] = [
      ['', NO_BODY_MESSAGE],
      ['[]', 'Failed to resolve the request body'],
      ['"text"', 'Failed to resolve the request body'],
      [`{"id":${'['.repeat(101)}${']'.repeat(101)}}`, 'Failed to resolve the request body'],
      [{}, NO_ID_MESSAGE],
      [{ id: null }, NO_ID_MESSAGE],
      [{ id: '' }, NO_ID_MESSAGE],
      [{ id: 5 }, 'id must be a string, not 5'],
      [{ action: 'cancel', id: 'x' }, 'action "cancel" is not supported; it may be retrieve or retrieve_batch'],
      [{ action: 'retrieve_batch', ids: 'x' }, 'ids must be an array, not "x"'],
      [{ action: 'retrieve_batch', ids: 'x'.repeat(58) }, `ids must be an array, not "${'x'.repeat(58)}"`],
      [{ action: 'retrieve_batch', ids: 'x'.repeat(59) }, `ids must be an array, not "${'x'.repeat(59)}…`],
      [{ action: 'retrieve_batch', ids: LONG }, `ids must be an array, not "${'x'.repeat(59)}…`],
      [{ action: 'retrieve_batch' }, 'ids is required'],
      [{ action: 'retrieve_batch', type: null, limit: null }, 'ids is required'],
      [{ action: 'retrieve_batch', ids: Array(101).fill('x') }, 'ids holds 101 ids; at most 100 are allowed'],
      [{ action: 'retrieve_batch', limit: 0 }, 'limit must be a number from 1 to 100, not 0'],
      [{ action: 'retrieve_batch', type: 5 }, 'type must be a string, not 5'],
    ]
    const told = await Promise.all(
      messages.map(async ([body]) => {
        const { statusCode, ...reply } = await post(simulator, '/kling/tasks', body)
        return [statusCode, reply.json().error.message]
      }),
    )
    expect(told).toEqual(messages.map(([, message]) => [400, message]))
  })

  it('without a body at all is told so', async () => {
    await using simulator = await frozenSimulator()
    const reply = await simulator.app.inject({
      ...{ method: 'POST', url: '/kling/tasks', headers: { authorization: 'Bearer tester' } },
    })
    expect(reply.json().error.message).toBe(NO_BODY_MESSAGE)
  })

  it('lists by the fields of the account too, which are the token’s own', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    for (const name of ['user_id', 'application_id', 'type', 'created_at_min'] as const) {
      const body = { action: 'retrieve_batch', [name]: name === 'type' ? 'videos' : EPOCH / 1000, limit: null }
      const reply = await post(simulator, '/kling/tasks', body)
      expect(reply.json().items?.[0], name).toMatchObject({ id })
    }
  })

  it('takes ids for what they are, and leaves out what is no text', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    const ask = async (ids: unknown[]) =>
      (await post(simulator, '/kling/tasks', { action: 'retrieve_batch', ids })).json()
    expect(await ask([5, null, { id }, [id], true])).toEqual({ items: [], count: 0 })
    expect(await ask([5, id])).toMatchObject({ items: [{ id }], count: 1 })
  })

  it('has its id kept in the journal, not at any length', async () => {
    await using simulator = await frozenSimulator()
    await post(simulator, '/kling/tasks', { id: LONG })
    expect(simulator.control.journal.list({ kind: 'request' })).toMatchObject([{ taskId: LONG.slice(0, 100) }])
  })

  it('is met by faults that are about the tasks it asks for, and by no text of other types', async () => {
    await using simulator = await frozenSimulator()
    const id = await createAsync(simulator)
    const payload = { effects: 'refuse timeout', operation: 'tasks', when: { taskId: id } }
    await simulator.app.inject({ method: 'POST', url: '/_mockling/v1/faults', payload })
    const ask = (ids: unknown) => post(simulator, '/kling/tasks', { action: 'retrieve_batch', ids, limit: 5 })
    expect((await ask([5, id])).statusCode).toBe(504)
    expect((await ask([5, null])).statusCode).toBe(200)
    expect((await ask(undefined)).statusCode).toBe(200)
  })

  it('of tasks that are over lets auto-skip stay where it is', async () => {
    await using simulator = await frozenSimulator({ clock: 'auto-skip', pace: 'instant' })
    const id = await createAsync(simulator)
    const now = () => simulator.control.clock(namespaceOf()).now
    const before = now()
    await post(simulator, '/kling/tasks', { id })
    await post(simulator, '/kling/tasks', { id: 'unknown' })
    await post(simulator, '/kling/tasks', { ids: [id, 'unknown'], action: 'retrieve_batch' })
    const pending = await createAsync(simulator, {}, { headers: { 'x-mockling-outcome': 'callback-unseen 60' } })
    expect(now()).toBe(before)
    await post(simulator, '/kling/tasks', { ids: [id, pending], action: 'retrieve_batch' })
    await until('the clock leaps', () => now() > before)
    expect(now()).toBe(before + 3000)
  })
})
