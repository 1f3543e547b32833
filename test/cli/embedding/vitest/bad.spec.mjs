// Each of these fails, and is meant to: the words of its failure are examined from outside.

import { test } from 'mockling/vitest'
import { expect } from 'vitest'
import { create } from '../client.mjs'

test('leaves a request that makes no sense', async ({ mockling }) => {
  await create(mockling, { duration: 7 })
})

test('pays twice', async ({ mockling }) => {
  await mockling.outcomes.add('answer-dropped', { next: 1 })
  await create(mockling, { callback_url: mockling.inbox.url('hook') }).catch(() =>
    create(mockling, { callback_url: mockling.inbox.url('hook') }),
  )
})

test('expects what never comes', async ({ mockling }) => {
  await create(mockling, { model: 'kling-v1' })
  mockling.expect({ operation: 'create', body: { model: 'kling-v3' } })
})

test('fails by itself', async ({ mockling }) => {
  await create(mockling, { model: 'kling-v1-6' })
  expect(1).toBe(2)
})
