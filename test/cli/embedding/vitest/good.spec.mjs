import { test } from 'mockling/vitest'
import { describe, expect } from 'vitest'
import { create } from '../client.mjs'

const tokens = []

describe('a test with the fixture', () => {
  test('has a server and a token', async ({ mockling }) => {
    tokens.push(mockling.token)
    const answer = await create(mockling)
    expect(answer).toMatchObject({ status: 200, body: { success: true, state: 'succeed' } })
    mockling.expect({ operation: 'create', body: { prompt: 'a white mug' } }, { exactly: 1 })
  })

  test('starts with nothing of the one before', async ({ mockling }) => {
    tokens.push(mockling.token)
    expect(await mockling.requests.count()).toBe(0)
    expect(new Set(tokens).size).toBe(tokens.length)
  })

  test('moves its own time', async ({ mockling }) => {
    await mockling.clock.set({ mode: 'frozen' })
    const { task_id: id } = (await create(mockling, { async: true })).body
    expect((await mockling.tasks.get(id)).state).toBe('accepted')
    await mockling.clock.untilSettled(id)
    expect((await mockling.tasks.get(id)).state).toBe('succeed')
  })

  test('breaks things for itself', async ({ mockling }) => {
    await mockling.outcomes.add('refuse too_many_requests', { next: 1 })
    expect((await create(mockling)).status).toBe(429)
    expect((await create(mockling)).status).toBe(200)
  })

  test('receives callbacks without a server of its own', async ({ mockling }) => {
    await create(mockling, { callback_url: mockling.inbox.url('hook') })
    const [message] = await mockling.inbox.list('hook', { count: 1, wait: 10 })
    expect(message.json).toMatchObject({ success: true })
    await expect.poll(() => mockling.requests.count({ kind: 'callback', status: 200 })).toBe(1)
    // Is undone, or the same test would meet it in the next run.
    await mockling.inbox.answer('hook', { status: 503 })
  })

  test('may say that it means to be refused', async ({ mockling }) => {
    expect((await create(mockling, { duration: 7 })).status).toBe(400)
    mockling.expect({ operation: 'create', status: 400 })
  })

  test('may say that anything goes', async ({ mockling }) => {
    mockling.tolerate('unexpected', 'duplicates')
    await create(mockling, { duration: 7 })
    await create(mockling, { async: true })
    await create(mockling, { async: true })
  })
})
