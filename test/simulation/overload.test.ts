import { expect, it } from 'vitest'
import { Overload } from '../../src/simulation/overload.ts'

it('is a problem with what can’t be done just now, for programs and for people', () => {
  const cause = new Error('ENOSPC')
  const overload = new Overload('state', 'the disk is full', { cause })
  expect(overload).toMatchObject({ name: 'Overload', message: 'the disk is full', statusCode: 503, cause })
  expect(overload.headers).toEqual({ 'x-mockling-overload': 'state', 'retry-after': '1' })
  expect(JSON.parse(overload.body)).toEqual({
    type: 'about:blank',
    title: 'mockling is overloaded',
    status: 503,
    detail: 'the disk is full',
  })
})
