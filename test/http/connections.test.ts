import { EventEmitter } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { Connections, isExtra } from '../../src/http/connections.ts'
import { Load } from '../../src/http/load.ts'
import { OVERLOADS } from '../../src/http/overload.ts'
import { refusals } from '../support/refusals.ts'

/** A connection; with `response`, an answer is under way on it. */
class Wire extends EventEmitter {
  readonly _httpMessage: object | null | undefined
  isDestroyed = false
  isDestroyedSoon = false
  told = ''

  constructor(response?: object | null) {
    super()
    this._httpMessage = response
  }

  destroy() {
    this.isDestroyed = true
    queueMicrotask(() => this.emit('close'))
  }

  end(text: string) {
    this.told += text
  }

  destroySoon() {
    this.isDestroyedSoon = true
  }
}

const BUSY = { req: { complete: true } }
const ARRIVING = { req: { complete: false } }

/** A server that may have so many connections, and its clock. */
function start(connections: number) {
  const server = new EventEmitter()
  const load = new Load({ connections, held: 1, streams: 1, waits: 1, pending: 1, bodyBytes: 1 })
  const time = { now: 0 }
  new Connections(load, () => time.now).mind(server as Server)
  const open = (count = 1, response?: object | null) =>
    Array.from({ length: count }, () => {
      const wire = new Wire(response)
      server.emit('connection', wire)
      return wire
    })
  return { load, time, open }
}

const fates = (wires: readonly Wire[]) => wires.map(({ isDestroyed }) => (isDestroyed ? 'x' : '-')).join('')
const isOneTooMany = (wire: Wire | undefined) => isExtra(wire as unknown as Socket)

describe('connections', () => {
  it('are counted while they last', () => {
    const { load, open } = start(3)
    const [one, two] = open(2)
    expect(load).toMatchObject({ connections: 2, isCrowded: false })
    one?.emit('close')
    two?.emit('close')
    expect(load.connections).toBe(0)
  })

  it('make room for new ones, the oldest first, once it is a second old', () => {
    const { load, time, open } = start(3)
    const wires = open(2)
    time.now = 500
    wires.push(...open())
    time.now = 1000
    wires.push(...open())
    expect(fates(wires)).toBe('x---')
    expect(load).toMatchObject({ connections: 3, isCrowded: false })
    expect(isOneTooMany(wires[3])).toBe(false)
    wires.push(...open())
    expect(fates(wires)).toBe('xx---')
    wires.push(...open())
    expect(fates(wires)).toBe('xx----')
    expect(load.isCrowded).toBe(true)
  })

  it('are kept where a request is under way, but not for one that is on its way or answered', () => {
    for (const [response, fate] of [
      [BUSY, '-'],
      [{}, '-'],
      [ARRIVING, 'x'],
      [null, 'x'],
      [undefined, 'x'],
    ] as const) {
      const { time, open } = start(1)
      const wires = open(1, response)
      time.now = 1000
      open()
      expect(fates(wires)).toBe(fate)
    }
  })

  it('are passed over while in use, whose place the next takes', () => {
    const { time, open } = start(3)
    const wires = [...open(1, BUSY), ...open(2)]
    time.now = 1000
    open()
    expect(fates(wires)).toBe('-x-')
  })

  it('go a hundredth at a time', () => {
    const { load, time, open } = start(250)
    const wires = open(250)
    time.now = 1000
    open()
    expect(fates(wires)).toBe(`xx${'-'.repeat(248)}`)
    expect(load.connections).toBe(249)
  })

  it('are too many where all are in use, until one is done', () => {
    const { load, open } = start(2)
    const [first, , third] = open(3, BUSY)
    expect(load).toMatchObject({ connections: 3, isCrowded: true })
    expect([first, third].map(isOneTooMany)).toEqual([false, true])
    first?.emit('close')
    expect(load).toMatchObject({ connections: 2, isCrowded: false })
  })

  it('are looked over again for one that may go only when some more have come', () => {
    const { time, open } = start(2)
    open(2, BUSY)
    // There is room for sixteen more; four of them come before it is worth another look.
    const [extra] = open(1, null)
    time.now = 1000
    open(3, BUSY)
    expect(extra?.isDestroyed).toBe(false)
    open(1, BUSY)
    expect(extra?.isDestroyed).toBe(true)
  })

  it.each([
    [2, 16],
    [800, 16],
    [801, 17],
    [1000, 20],
  ])('of which there may be %d are %d more to be told so, and beyond that are turned away', (most, reserve) => {
    const { load, open } = start(most)
    const wires = open(most + reserve, BUSY)
    expect(wires.filter(({ told }) => told !== '')).toEqual([])
    const [last] = open(1, BUSY)
    expect(last?.told).toMatch(/^HTTP\/1\.1 503 /)
    expect(last?.told).toContain(OVERLOADS.connections)
    expect(last?.isDestroyedSoon).toBe(true)
    expect(() => last?.emit('error', new Error('gone'))).not.toThrow()
    expect(refusals(load)).toEqual([['connections', 1]])
  })

  it('beyond even that make room whatever their age, but for the newest', () => {
    const { load, open } = start(2)
    open(2, BUSY)
    const young = open(16)
    expect(fates(young)).toBe('-'.repeat(16))
    const [next] = open()
    expect(fates(young)).toBe(`x${'-'.repeat(15)}`)
    expect(next).toMatchObject({ isDestroyed: false, told: '' })
    expect(load.connections).toBe(18)
    expect(isOneTooMany(next)).toBe(true)
  })
})
