import { describe, expect, it } from 'vitest'
import { type Caps, type Counted, Load } from '../../src/http/load.ts'
import { answerOverload, OVERLOADS, overloadBytes } from '../../src/http/overload.ts'
import { Overload } from '../../src/simulation/overload.ts'
import { refusals } from '../support/refusals.ts'
import { FakeReply } from '../support/reply.ts'

const CAPS: Caps = { held: 2, streams: 1, waits: 1, connections: 10, pending: 10, bodyBytes: 1000 }
const COUNTED: readonly Counted[] = ['held', 'streams', 'waits']

describe('what there is', () => {
  it('begins at nothing, of which nothing is full', () => {
    const load = new Load(CAPS)
    expect(COUNTED.map(what => load.of(what))).toEqual([0, 0, 0])
    expect(load).toMatchObject({ full: [], isCrowded: false, phase: 'starting', connections: 0, bodyBytes: 0 })
    expect(refusals(load)).toEqual([])
    expect([...load.refused.keys()]).toEqual(Object.keys(OVERLOADS))
  })

  it.each(COUNTED)('is counted while it lasts, each for itself: %s', what => {
    const load = new Load(CAPS)
    const letGo = load.enter(what)
    expect(COUNTED.map(one => load.of(one))).toEqual(COUNTED.map(one => Number(one === what)))
    letGo()
    letGo()
    expect(load.of(what)).toBe(0)
  })

  it('may be so much, and then is refused and counted until there is room', () => {
    const load = new Load(CAPS)
    const letGo = load.enter('held')
    expect(load.objection('held')).toBeUndefined()
    load.enter('held')
    expect(load.objection('held')).toMatchObject({ message: OVERLOADS.held })
    expect(() => load.enter('held')).toThrow(Overload)
    expect(load.of('held')).toBe(2)
    expect(refusals(load)).toEqual([['held', 2]])
    expect(load.objection('streams')).toBeUndefined()
    letGo()
    expect(load.objection('held')).toBeUndefined()
  })

  it('goes beyond where it was asked for before', () => {
    const load = new Load({ ...CAPS, held: 0 })
    const letGo = load.begin('held')
    expect(load.of('held')).toBe(1)
    letGo()
    expect(load.of('held')).toBe(0)
  })
})

describe('what is full', () => {
  it('is connections where there is a crowd', () => {
    const load = new Load(CAPS)
    load.isCrowded = true
    expect(load.full).toEqual(['connections'])
  })

  it('is held requests, unless there may be none', () => {
    const load = new Load(CAPS)
    load.begin('held')
    expect(load.full).toEqual([])
    load.begin('held')
    expect(load.full).toEqual(['held'])
    expect(new Load({ ...CAPS, held: 0 }).full).toEqual([])
    expect(new Load({ ...CAPS, streams: 0, waits: 0 }).full).toEqual([])
  })

  it('is bodies, from the last byte on', () => {
    const load = new Load(CAPS)
    load.bodyBytes = 999
    expect(load.full).toEqual([])
    load.bodyBytes = 1000
    expect(load.full).toEqual(['bodies'])
    load.isCrowded = true
    expect(load.full).toEqual(['connections', 'bodies'])
  })
})

describe('what is refused below the doors', () => {
  it('is counted, whether it is refused at once or later', async () => {
    const load = new Load(CAPS)
    const overload = new Overload('state', 'no room')
    expect(() =>
      load.watch('state', () => {
        throw overload
      }),
    ).toThrow(overload)
    await expect(load.watch('state', async () => Promise.reject(overload))).rejects.toBe(overload)
    expect(refusals(load)).toEqual([['state', 2]])
  })

  it('is not what is done, nor what goes wrong for another reason', async () => {
    const load = new Load(CAPS)
    expect(load.watch('state', () => undefined)).toBeUndefined()
    expect(await load.watch('state', async () => 'done')).toBe('done')
    await expect(load.watch('state', async () => Promise.reject(new Error('a defect')))).rejects.toThrow('a defect')
    expect(refusals(load)).toEqual([])
  })
})

describe('an overload', () => {
  it('names what there is too much of, and says so in its own words or those given', () => {
    const load = new Load(CAPS)
    expect(load.overload('pending')).toMatchObject({
      message: OVERLOADS.pending,
      headers: { 'x-mockling-overload': 'pending', 'retry-after': '1' },
    })
    expect(load.overload('pending', 'so many').message).toBe('so many')
    load.overload('bodies')
    expect(refusals(load)).toEqual([
      ['pending', 2],
      ['bodies', 1],
    ])
  })

  it.each([undefined, 'close'] as const)('is an answer as a problem: %s', close => {
    const overload = new Overload('held', 'so many')
    const reply = new FakeReply()
    answerOverload(reply.real, overload, close)
    expect([reply.status, reply.body]).toEqual([503, overload.body])
    expect(reply.told).toStrictEqual({
      ...(close && { connection: 'close' }),
      ...{
        'x-mockling-overload': 'held',
        'retry-after': '1',
        'content-type': 'application/problem+json; charset=utf-8',
      },
    })
  })

  it('is an answer of its own where no request is read any more', () => {
    const overload = new Overload('connections', 'zu viele Verbindungen, schöne')
    expect(overloadBytes(overload)).toBe(
      [
        'HTTP/1.1 503 Service Unavailable',
        'x-mockling-overload: connections',
        'retry-after: 1',
        'content-type: application/problem+json',
        `content-length: ${Buffer.byteLength(overload.body)}`,
        'connection: close',
        '',
        overload.body,
      ].join('\r\n'),
    )
  })
})
