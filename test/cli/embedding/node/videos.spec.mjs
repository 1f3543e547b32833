import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { connect, createSimulator, tokenOf } from 'mockling'
import { create } from '../client.mjs'

let simulator
let mockling

before(async () => {
  simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })
})

beforeEach(async ({ name }) => {
  mockling = connect(simulator).as(tokenOf([import.meta.filename, name]))
  await mockling.reset()
})

afterEach(() => mockling.verify())

after(() => simulator.close())

test('makes a video', async () => {
  const { body } = await create(mockling)
  assert.equal(body.state, 'succeed')
})

test('pays twice', async () => {
  await mockling.outcomes.add('answer-dropped', { next: 1 })
  await create(mockling).catch(() => create(mockling))
})
