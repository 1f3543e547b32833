import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { httpDate, isoTime, machineTime, parseHttpDate, parseIsoTime } from '../../src/simulation/timebase.ts'

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
    'sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06 Nov 1994 08:49:37 GMT',
    'S1n, 06 Nov 1994 08:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Sun, 06 nov 1994 08:49:37 GMT',
    'Sun, 06 November 1994 08:49:37 GMT',
    'Sun, 06 Nov 94 08:49:37 GMT',
    'Sun, 06 Nov 1994 8:49:37 GMT',
    'Sun, 06 Nov 1994 08:9:37 GMT',
    'Sun, 06 Nov 1994 08:49:7 GMT',
    'Sun, 06 Nov 1994 08:49:37 GMT+1',
    ' Sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 06-Nov-94 08:49:37 GMT',
    'sunday, 06-Nov-94 08:49:37 GMT',
    'S1nday, 06-Nov-94 08:49:37 GMT',
    'Sunday, 6-Nov-94 08:49:37 GMT',
    'Sunday, 06-nov-94 08:49:37 GMT',
    'Sunday, 06-November-94 08:49:37 GMT',
    'Sunday, 06-Nov-1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 8:49:37 GMT',
    'Sunday, 06-Nov-94 08:9:37 GMT',
    'Sunday, 06-Nov-94 08:49:7 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT+1',
    ' Sunday, 06-Nov-94 08:49:37 GMT',
    'sun Nov  6 08:49:37 1994',
    'Sunday Nov  6 08:49:37 1994',
    'Sun nov  6 08:49:37 1994',
    'Sun November  6 08:49:37 1994',
    'Sun Nov 6 08:49:37 1994',
    'Sun Nov  6 8:49:37 1994',
    'Sun Nov  6 08:9:37 1994',
    'Sun Nov  6 08:49:7 1994',
    'Sun Nov  6 08:49:37 94',
    'Sun Nov  6 08:49:37 1994 GMT',
    ' Sun Nov  6 08:49:37 1994',
  ])('is not read from %j', text => {
    expect(parseHttpDate(text)).toBeUndefined()
  })
})

describe('an instant in ISO 8601', () => {
  it('is written in UTC, and as a number where no calendar reaches', () => {
    expect(isoTime(Date.UTC(2026, 4, 1, 12, 0, 0, 7))).toBe('2026-05-01T12:00:00.007Z')
    expect(isoTime(9e15)).toBe('9000000000000000')
  })

  it.each([
    ['2026-05-01', Date.UTC(2026, 4, 1)],
    ['2026-05-01T12:34Z', Date.UTC(2026, 4, 1, 12, 34)],
    ['2026-05-01T12:34:56Z', Date.UTC(2026, 4, 1, 12, 34, 56)],
    ['2026-05-01T12:34:56.7Z', Date.UTC(2026, 4, 1, 12, 34, 56, 700)],
    ['2026-05-01T12:34:56.789Z', Date.UTC(2026, 4, 1, 12, 34, 56, 789)],
    ['2026-05-01T12:34:56+02:00', Date.UTC(2026, 4, 1, 10, 34, 56)],
    ['2026-05-01T12:34-05:30', Date.UTC(2026, 4, 1, 18, 4)],
  ])('is read, a time of day with its zone: %s', (text, at) => {
    expect(parseIsoTime(text)).toBe(at)
  })

  it.each([
    '',
    'soon',
    '2026',
    '2026-05',
    '2026-5-01',
    '2026-05-1',
    '02026-05-01',
    '2026-05-01 12:34Z',
    '2026-05-01T12:34',
    '2026-05-01T12:34:56',
    '2026-05-01T1:34Z',
    '2026-05-01T12:3Z',
    '2026-05-01T12:34:5Z',
    '2026-05-01T12:34:56.Z',
    '2026-05-01T12:34:56.xZ',
    '2026-05-01T12:34:56+2:00',
    '2026-05-01T12:34:56+02:0',
    '2026-05-01T12:34:56 02:00',
    '2026-05-01T12:34:56+0200',
    '2026-05-01T12:34:56ZZ',
    ' 2026-05-01',
    '2026-13-01',
    '2026-05-01T25:00Z',
  ])('is not read from %j', text => {
    expect(parseIsoTime(text)).toBeUndefined()
  })
})

it('calls a timer off, and never waits longer than the machine can count', async () => {
  const woken: string[] = []
  const callOff = machineTime.after(0, () => woken.push('called off'))
  callOff()
  // A timer longer than 2 ** 31 - 1 ms would go off at once.
  const callOffLong = machineTime.after(2 ** 40, () => woken.push('too early'))
  await new Promise<void>(resolve => {
    machineTime.after(5, resolve)
  })
  callOffLong()
  expect(woken).toEqual([])
})
