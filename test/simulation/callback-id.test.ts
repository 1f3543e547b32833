import { expect, it } from 'vitest'
import { callbackId, readCallbackId } from '../../src/simulation/callback-id.ts'

const TASK = '030bb06d-98d4-4044-9042-0aa0822e8c8c'

it.each([
  [0, `${TASK}.1`],
  [9998, `${TASK}.9999`],
  [-1, `${TASK}.0`],
])('names the callback at place %i, and knows it again', (place, id) => {
  expect(callbackId(TASK, place)).toBe(id)
  expect(readCallbackId(id)).toEqual({ taskId: TASK, place })
})

it.each(['', TASK, `${TASK}.`, `${TASK}.x`, `${TASK}.12345`, `${TASK}.1x`, '.1'])(
  'takes no other text for a name: %j',
  id => {
    expect(readCallbackId(id)).toBeUndefined()
  },
)

it('takes the last number, whatever else the task is called', () => {
  expect(readCallbackId('a.1.2')).toEqual({ taskId: 'a.1', place: 1 })
})
