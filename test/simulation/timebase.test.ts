import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { httpDate, machineTime, parseHttpDate } from '../../src/simulation/timebase.ts'

it('stands still for a turn of the event loop, and goes on with the next', async () => {
  const at = machineTime.now()
  const startedAt = performance.now()
  while (performance.now() < startedAt + 5) expect(machineTime.now()).toBe(at)
  await turn()
  await turn()
  expect(machineTime.now()).toBeGreaterThan(at)
})

describe('an HTTP date', () => {
  const at = Date.UTC(1994, 10, 6, 8, 49, 37)

  it('is written in the one form there is to write, cut to the second', () => {
    expect(httpDate(at + 999)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
    expect(httpDate(8_640_000_000_000_000)).toBe('Fri, 31 Dec 9999 23:59:59 GMT')
  })

  // The examples of RFC 9110 §5.6.7.
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'is read in each form there is: %s',
    text => {
      expect(parseHttpDate(text)).toBe(at)
    },
  )

  it.each([
    undefined,
    '',
    'yesterday',
    '1994',
    '1994-11-06T08:49:37Z',
    'Sun, 06 Foo 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994',
  ])('is not read from %j', text => {
    expect(parseHttpDate(text)).toBeUndefined()
  })
})
