import { describe, expect, it } from 'vitest'
import { type Flow, Outlet } from '../../src/http/outlet.ts'
import { sendParts } from '../../src/http/sending.ts'
import { turn } from '../simulation/fake-timebase.ts'
import { exchangeOn, FakeResponse } from '../support/exchange.ts'

const TEN = Buffer.from('0123456789')

function start(flow?: Flow) {
  const response = new FakeResponse()
  const begun = exchangeOn()
  return { ...begun, response, outlet: new Outlet(response.real, begun.exchange, flow) }
}

describe('a body without effects', () => {
  it('goes out as it comes, and is counted', async () => {
    const { outlet, response, entry } = start()
    expect(outlet.sent).toBe(0)
    expect(await outlet.write(TEN)).toBe(true)
    expect([outlet.sent, entry.bytes]).toEqual([10, 10])
    await outlet.end(TEN.subarray(0, 3))
    expect([outlet.sent, entry.bytes]).toEqual([13, 13])
    expect(response.log).toEqual(['write 0123456789', 'end 012'])
  })

  it('is no more than the reader takes', async () => {
    const { outlet, response } = start()
    response.isFull = true
    let isOut: boolean | undefined
    const written = outlet.write(TEN).then(result => {
      isOut = result
    })
    await turn()
    expect(isOut).toBeUndefined()
    response.emit('drain')
    await written
    expect(isOut).toBe(true)
    expect(response.listenerCount('drain')).toBe(0)
  })

  it('ends with the caller, also while it waits for him', async () => {
    const { outlet, response, exchange } = start()
    response.isFull = true
    const written = outlet.write(TEN)
    await turn()
    exchange.hangUp()
    expect(await written).toBe(false)
    expect(response.listenerCount('drain')).toBe(0)
    expect(await outlet.write(TEN)).toBe(false)
    expect(response.log).toEqual(['write 0123456789'])
  })

  it('is counted for downloads alone', async () => {
    const begun = exchangeOn({ kind: 'request' } as object)
    await new Outlet(new FakeResponse().real, begun.exchange).end(TEN)
    expect(begun.entry.bytes).toBe(0)
  })
})

describe('a body that is cut', () => {
  it('breaks off after so many bytes, once they are out', async () => {
    const { outlet, response, entry, exchange } = start({ cutAfter: 4 })
    expect(await outlet.write(TEN.subarray(0, 3))).toBe(true)
    expect(exchange.isOver).toBe(false)
    expect(await outlet.write(TEN.subarray(3))).toBe(false)
    expect(response.log).toEqual(['write 012', 'write 3', 'write ', 'destroy'])
    expect(entry).toMatchObject({ bytes: 4, status: 206, isCut: true })
    expect(exchange.isOver).toBe(true)
  })

  it('breaks off before its first byte', async () => {
    const { outlet, response, entry } = start({ cutAfter: 0 })
    await outlet.end(TEN)
    expect(response.log).toEqual(['write ', 'destroy'])
    expect(entry).toMatchObject({ bytes: 0, isCut: true })
  })

  it('breaks off at its end, and is whole where it is shorter', async () => {
    const atEnd = start({ cutAfter: 10 })
    await atEnd.outlet.end(TEN)
    expect(atEnd.response.log).toEqual(['write 0123456789', 'write ', 'destroy'])
    const shorter = start({ cutAfter: 11 })
    await shorter.outlet.end(TEN)
    expect(shorter.response.log).toEqual(['write 0123456789', 'end'])
    expect(shorter.entry).not.toHaveProperty('isCut')
  })

  it('keeps a status that was noted before', async () => {
    const { outlet, entry } = start({ cutAfter: 0 })
    entry.status = 200
    await outlet.end(TEN)
    expect(entry.status).toBe(200)
  })

  it('is reset where that was asked for, and there is a connection', async () => {
    const reset = start({ cutAfter: 1, isReset: true })
    await reset.outlet.end(TEN)
    expect(reset.response.log.at(-1)).toBe('reset')
    for (const socket of [null, {}]) {
      const other = start({ cutAfter: 1, isReset: true })
      other.response.socket = socket
      await other.outlet.end(TEN)
      expect(other.response.log.at(-1)).toBe('destroy')
    }
  })

  it('is not broken off for a caller who has gone', async () => {
    const { outlet, response, exchange, entry } = start({ cutAfter: 0 })
    const ended = outlet.end(TEN)
    exchange.hangUp()
    await ended
    expect(response.log).toEqual(['write '])
    expect(entry).not.toHaveProperty('isCut')
  })
})

describe('a slow body', () => {
  it('goes out in ten steps a second, its head before', async () => {
    const { outlet, response, namespace } = start({ bytesPerSecond: 40 })
    const ended = outlet.end(TEN)
    const seen: [at: number, written: number][] = []
    for (const at of [99, 100, 199, 200, 249, 250]) {
      await turn()
      namespace.clock.moveTo(at)
      await turn()
      seen.push([at, outlet.sent])
    }
    await ended
    expect(seen).toEqual([
      ...[[99, 0] as const, [100, 4] as const, [199, 4] as const],
      ...[[200, 8] as const, [249, 8] as const, [250, 10] as const],
    ])
    expect(response.log).toEqual(['head', 'write 0123', 'write 4567', 'write 89', 'end'])
  })

  it('goes out byte by byte where it is very slow', async () => {
    const { outlet, namespace } = start({ bytesPerSecond: 3 })
    const written = outlet.write(TEN.subarray(0, 2))
    await turn()
    expect(namespace.clock.nextAwaited).toBe(334)
    namespace.clock.moveTo(334)
    await turn()
    expect([outlet.sent, namespace.clock.nextAwaited]).toEqual([1, 667])
    namespace.clock.moveTo(667)
    expect(await written).toBe(true)
  })

  it('takes its time from when it began', async () => {
    const begun = exchangeOn()
    begun.namespace.clock.moveTo(5000)
    const written = new Outlet(new FakeResponse().real, begun.exchange, { bytesPerSecond: 100 }).write(TEN)
    await turn()
    expect(begun.namespace.clock.nextAwaited).toBe(5100)
    begun.namespace.clock.moveTo(5100)
    expect(await written).toBe(true)
  })

  it('ends with the caller', async () => {
    const { outlet, response, exchange } = start({ bytesPerSecond: 10 })
    const ended = outlet.end(TEN)
    await turn()
    exchange.hangUp()
    await ended
    expect(response.log).toEqual(['head'])
  })

  it('is ended by a reset, which is no hang-up', async () => {
    const { outlet, response, exchange, namespace, entry } = start({ bytesPerSecond: 10 })
    const ended = outlet.end(TEN)
    await turn()
    namespace.clock.close(namespace.ended)
    await ended
    expect(response.log).toEqual(['head', 'destroy'])
    expect([exchange.isOver, entry.hungUp]).toEqual([true, undefined])
  })
})

describe('parts', () => {
  const source = (atOnce: number) => ({
    ...{ size: 10, etag: '"tag"', type: 'video/mp4' },
    read: async (from: number, to: number) => TEN.subarray(from, Math.min(to, from + atOnce)),
  })

  async function sent(parts: Parameters<typeof sendParts>[1], { atOnce = 4, flow = {} as Flow } = {}) {
    const { response, exchange, entry } = start()
    const begin = () => response.flushHeaders()
    await sendParts(source(atOnce), parts, response.real, exchange, begin, flow)
    return { log: response.log, entry }
  }

  it.each([
    [[{ start: 0, end: 9 }], ['head', 'write 0123', 'write 4567', 'end 89']],
    [[{ start: 2, end: 5 }], ['head', 'end 2345']],
    [
      [Buffer.from('a'), Buffer.from('b'), { start: 9, end: 9 }, Buffer.from('c')],
      ['head', 'write ab9', 'end c'],
    ],
    [
      [{ start: 0, end: 1 }, Buffer.from('-'), { start: 4, end: 8 }],
      ['head', 'write 01', 'write -4567', 'end 8'],
    ],
    [[], ['head', 'end']],
  ])('of %j go out a piece at a time, after the head', async (parts, log) => {
    expect((await sent(parts)).log).toEqual(log)
  })

  it('heed effects', async () => {
    const { log, entry } = await sent([{ start: 0, end: 9 }], { flow: { cutAfter: 5 } })
    expect(log).toEqual(['head', 'write 0123', 'write 4', 'write ', 'destroy'])
    expect(entry.bytes).toBe(5)
  })

  it('don’t begin where the caller has gone before the first is read', async () => {
    const { response, exchange } = start()
    exchange.hangUp()
    await sendParts(source(4), [{ start: 0, end: 9 }], response.real, exchange, () => expect.unreachable())
    expect(response.log).toEqual([])
  })

  it('leave the head to another answer where the first can’t be read', async () => {
    const { response, exchange } = start()
    const broken = { ...source(4), read: () => Promise.reject(new Error('gone')) }
    const parts = [{ start: 0, end: 9 }]
    await expect(sendParts(broken, parts, response.real, exchange, () => expect.unreachable())).rejects.toThrow('gone')
  })
})
