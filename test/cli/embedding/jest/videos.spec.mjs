import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { connect, createSimulator, tokenOf } from 'mockling'
import { create } from '../client.mjs'

let simulator
let mockling

beforeAll(async () => {
  simulator = await createSimulator({ clock: 'auto-skip', pace: 'real' })
})

beforeEach(async () => {
  mockling = connect(simulator).as(tokenOf([expect.getState().testPath, expect.getState().currentTestName]))
  await mockling.reset()
})

afterEach(() => mockling.verify())

afterAll(() => simulator.close())

test('makes a video', async () => {
  expect((await create(mockling)).body).toMatchObject({ success: true, state: 'succeed' })
})

test('pays twice', async () => {
  await mockling.outcomes.add('answer-dropped', { next: 1 })
  await create(mockling).catch(() => create(mockling))
})
