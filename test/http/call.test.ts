import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Exchange, underWayOn } from '../../src/http/call.ts'
import { Hold } from '../../src/simulation/hold.ts'
import { exchangeOn, frozenNamespace, type Noted } from '../support/exchange.ts'

/** A request on a connection, and its answer. */
function asked(exchange: Exchange, socket: EventEmitter = new EventEmitter(), complete = true) {
  const response = Object.assign(new EventEmitter(), { writableFinished: false, statusCode: 200 })
  exchange.follow({ socket, complete } as unknown as IncomingMessage, response as unknown as ServerResponse)
  return { socket: socket as unknown as Socket, response }
}

describe('an exchange', () => {
  it('is at work on its clock from the first to the last', () => {
    const { exchange, namespace } = exchangeOn()
    expect([namespace.clock.atWork, exchange.isOver]).toEqual([1, false])
    exchange.end()
    expect([namespace.clock.atWork, exchange.isOver]).toEqual([0, true])
    exchange.end()
    expect(namespace.clock.atWork).toBe(0)
  })

  it('has things done once it is over, once each, or at once if it is', () => {
    const { exchange } = exchangeOn()
    const done: string[] = []
    exchange.after(() => done.push('a'))
    const act = () => void done.push('b')
    exchange.after(act)
    exchange.notAfter(act)
    expect(done).toEqual([])
    exchange.end()
    exchange.end()
    expect(done).toEqual(['a'])
    exchange.after(() => done.push('c'))
    expect(done).toEqual(['a', 'c'])
  })

  it('has things done when the caller hangs up, or at once if he has', () => {
    const { exchange, entry } = exchangeOn()
    const done: string[] = []
    exchange.after(() => done.push('after'))
    exchange.onHangUp(() => done.push('a'))
    exchange.onHangUp(() => done.push('b'))()
    exchange.hangUp()
    exchange.hangUp()
    expect([done, entry.hungUp, exchange.isOver]).toEqual([['a', 'after'], true, true])
    exchange.onHangUp(() => done.push('c'))
    expect(done).toEqual(['a', 'after', 'c'])
  })

  it('that is over is not hung up', () => {
    const { exchange, entry } = exchangeOn()
    exchange.onHangUp(() => expect.unreachable())
    exchange.end()
    exchange.hangUp()
    expect(entry).not.toHaveProperty('hungUp')
  })

  it('may be broken off by us', () => {
    const { exchange, entry } = exchangeOn()
    exchange.breakOff()
    expect([entry.isCut, entry.hungUp, exchange.isOver]).toEqual([true, undefined, true])
  })
})

describe('a wait', () => {
  it('is over at its instant, in whole milliseconds, and rests meanwhile', async () => {
    const { exchange, namespace } = exchangeOn()
    const waited = exchange.waitUntil(1000.2)
    expect([namespace.clock.nextAwaited, namespace.clock.atWork, namespace.held.size]).toEqual([1001, 0, 1])
    namespace.clock.moveTo(1001)
    expect(await waited).toBeUndefined()
    expect([namespace.clock.atWork, namespace.held.size]).toEqual([1, 0])
  })

  it('is ended by who hangs up, and of no account to one who does later', async () => {
    const { exchange, namespace } = exchangeOn()
    const waited = exchange.waitUntil(1000)
    exchange.hangUp()
    expect(await waited).toBe('hang-up')
    expect([namespace.clock.waiting, namespace.held.size]).toEqual([0, 0])
    expect(await exchange.waitUntil(2000)).toBe('hang-up')
  })

  it('is forgotten by the caller’s hang-up once it is over', async () => {
    const { exchange, namespace } = exchangeOn()
    const hold = new Hold()
    const waited = exchange.waitUntil(1000, hold)
    namespace.clock.moveTo(1000)
    await waited
    exchange.hangUp()
    expect(hold.aborted).toBe(false)
  })

  it('is ended by what has changed', async () => {
    const { exchange, namespace } = exchangeOn()
    const hold = new Hold()
    const waited = exchange.waitUntil(1000, hold)
    hold.abort('changed')
    expect(await waited).toBe('changed')
    expect([namespace.clock.waiting, exchange.isOver]).toEqual([0, false])
  })

  it('is ended by the simulator, which says why', async () => {
    const { exchange, namespace } = exchangeOn()
    const waited = exchange.waitUntil(1000)
    namespace.clock.close(namespace.ended)
    expect(await waited).toBe('reset')
  })

  it('passes on what is no reason of ours', async () => {
    const { exchange, namespace } = exchangeOn()
    const waited = exchange.waitUntil(1000, new Hold())
    namespace.clock.close(new Error('broken'))
    await expect(waited).rejects.toThrow('broken')
    expect(namespace.held.size).toBe(0)
  })
})

describe('the end of an exchange', () => {
  it('is that of an answer that went out, with its status', () => {
    const { exchange, entry } = exchangeOn()
    const { response, socket } = asked(exchange)
    response.writableFinished = true
    response.emit('close')
    expect([entry.status, entry.hungUp, exchange.isOver]).toEqual([200, undefined, true])
    asked(exchangeOn().exchange, socket)
    expect(socket.listenerCount('close'), 'one for all of a connection').toBe(1)
  })

  it('is that of an answer that was written where there is no connection', () => {
    for (const [writableEnded, noted] of [
      [true, { status: 200 }],
      [false, { hungUp: true }],
    ] as const) {
      const { exchange, entry } = exchangeOn()
      const { response } = asked(exchange)
      Object.assign(response, { writableEnded }).emit('close')
      expect(entry).toEqual({ kind: 'download', bytes: 0, ...noted })
    }
  })

  it('is a hang-up where the answer was written to a connection and did not get out', () => {
    const { exchange, entry } = exchangeOn()
    const { response } = asked(exchange, new Socket())
    Object.assign(response, { writableEnded: true }).emit('close')
    expect(entry).toMatchObject({ hungUp: true })
  })

  it('keeps a status that was noted before', () => {
    const { exchange, entry } = exchangeOn({ status: 418 })
    const { response } = asked(exchange)
    response.writableFinished = true
    response.emit('close')
    expect(entry.status).toBe(418)
  })

  it.each(['response', 'socket'] as const)('is a hang-up where the %s closes before', which => {
    const { exchange, entry } = exchangeOn()
    const both = asked(exchange)
    both[which].emit('close')
    expect([entry.status, entry.hungUp, exchange.isOver]).toEqual([undefined, true, true])
  })
})

describe('what is under way on a connection', () => {
  it('is the last exchange whose request has arrived whole, until that is over', () => {
    const socket = new EventEmitter()
    expect(underWayOn(socket as unknown as Socket)).toBeUndefined()
    const one = exchangeOn().exchange
    asked(one, socket)
    expect(underWayOn(socket as unknown as Socket)).toBe(one)
    const next = exchangeOn().exchange
    asked(next, socket)
    expect(underWayOn(socket as unknown as Socket)).toBe(next)
    next.end()
    expect(underWayOn(socket as unknown as Socket)).toBeUndefined()
    asked(exchangeOn().exchange, socket, false)
    expect(underWayOn(socket as unknown as Socket)).toBeUndefined()
  })
})

it('an exchange has its namespace and entry', () => {
  const namespace = frozenNamespace()
  const entry = {} as Noted
  expect(new Exchange(namespace, entry)).toMatchObject({ namespace, entry })
})
