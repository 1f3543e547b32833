import { describe, expect, it } from 'vitest'
import { Shelf } from '../../src/store/shelf.ts'
import { task } from '../simulation/sample.ts'

describe('a shelf', () => {
  it('has nothing to settle while there is nothing on it, up to the end of time', () => {
    expect(new Shelf().settle(Number.POSITIVE_INFINITY)).toEqual([])
  })

  it('settles in the order of their ends, and holds on to none that it has given', () => {
    const shelf = new Shelf()
    const paces = [30, 10, 20, 10]
    const tasks = paces.map((pace, index) => task({ ordinal: index + 1, pace }))
    for (const one of tasks) shelf.put(one)
    expect(shelf.settle(Number.MAX_SAFE_INTEGER).map(({ ordinal }) => paces[ordinal - 1])).toEqual([10, 10, 20, 30])
    expect([shelf.pending, shelf.unsettled, shelf.settle(Number.MAX_SAFE_INTEGER)]).toEqual([0, [], []])
  })
})
