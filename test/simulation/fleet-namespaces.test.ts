import { describe, expect, it } from 'vitest'
import type { ClockMode } from '../../src/simulation/clock.ts'
import { Interruption, type Namespace } from '../../src/simulation/namespaces.ts'
import { FakeFleet, type Member } from './fake-fleet.ts'
import { START } from './fake-timebase.ts'
import { ALICE, BOB } from './sample.ts'

const EPOCH = 1_000_000_000_000

/** Two processes of a fleet. */
function open(mode: ClockMode = 'frozen') {
  const fleet = new FakeFleet()
  const epoch = mode === 'frozen' || mode === 'auto-skip' ? EPOCH : undefined
  const join = () => fleet.join({ setting: { mode, rate: 1 }, epoch })
  const [a, b] = [join(), join()]
  /** What clocks show in both, from where they were started. */
  const shown = (...keys: string[]) => keys.map(key => fleet.shown(key).map(now => now - (epoch ?? START)))
  return { fleet, timebase: fleet.timebase, join, a, b, shown }
}

/** The namespace, which something was accepted for. */
function used({ namespaces }: Member, key: string): Namespace {
  const namespace = namespaces.of(key)
  namespaces.keep(namespace)
  return namespace
}

function hold(namespace: Namespace): AbortSignal {
  const held = new AbortController()
  namespace.held.add(held)
  return held.signal
}

const REAL = { mode: 'real', rate: 1 } as const
const FROZEN = { mode: 'frozen', rate: 1 } as const

describe('a namespace of several processes', () => {
  it('has the clock of whoever accepted something for it first', () => {
    const { a, b, shown } = open()
    const alice = a.namespaces.of(ALICE)
    alice.clock.moveTo(EPOCH + 10)
    expect(b.namespaces.find(ALICE)).toBeUndefined()
    a.namespaces.keep(alice)
    expect(b.namespaces.find(ALICE)).toMatchObject({ follows: true, isKept: true })
    used(b, ALICE)
    expect(shown(ALICE)).toEqual([[10, 10]])
  })

  it('is told of once, however much is accepted for it', () => {
    const { a, b, shown } = open()
    used(a, ALICE)
    a.namespaces.of(ALICE).clock.moveTo(EPOCH + 10)
    b.namespaces.of(ALICE).clock.moveTo(EPOCH + 20)
    used(a, ALICE)
    expect(shown(ALICE)).toEqual([[10, 20]])
  })

  it('runs where it is new as the server’s does everywhere', () => {
    const { fleet, timebase, a, b, shown } = open('real')
    timebase.pass(7)
    fleet.agree('', { mode: 'scaled', rate: 10, at: START + 50, real: START, follows: true })
    timebase.pass(3)
    expect([a, b].map(({ namespaces }) => namespaces.of(ALICE).clock.stand)).toEqual(
      Array(2).fill({ mode: 'scaled', rate: 10, at: START + 50, real: START }),
    )
    timebase.pass(10)
    expect(shown('', ALICE)).toEqual([
      [250, 250],
      [250, 250],
    ])
  })

  it('is known to a process that comes later, with whom it follows', () => {
    const { fleet, join, a, shown } = open()
    used(a, ALICE)
    fleet.agree('', { ...FROZEN, at: EPOCH + 5, real: START, follows: true })
    fleet.agree(ALICE, { ...FROZEN, at: EPOCH + 30, real: START, follows: false })
    const { namespaces } = join()
    expect(namespaces.find(ALICE)).toMatchObject({ follows: false, isKept: true })
    expect(shown('', ALICE)).toEqual([
      [5, 5, 5],
      [30, 30, 30],
    ])
  })

  it('has trace ids of its own in each process', () => {
    const { a, b } = open()
    const ids = [a, b].flatMap(({ namespaces }) =>
      Array.from({ length: 100 }, () => namespaces.nextTraceId(namespaces.of(ALICE))),
    )
    expect(new Set(ids).size).toBe(200)
  })

  it('leaps nowhere by itself: the fleet hears that it would', () => {
    const { timebase, a, b, shown } = open('auto-skip')
    void a.namespaces.of(ALICE).clock.until(EPOCH + 1_000)
    void a.namespaces.server.clock.until(EPOCH + 1_000)
    timebase.pass(100)
    expect([a.leaps.toSorted(), b.leaps, shown('', ALICE)]).toEqual([
      ['', ALICE],
      [],
      [
        [0, 0],
        [0, 0],
      ],
    ])
  })
})

describe('a clock that is moved elsewhere', () => {
  it('takes along, if it is the server’s, those who follow it and are not kept, and nobody else', () => {
    const { fleet, a, shown } = open()
    a.namespaces.of(BOB)
    used(a, ALICE)
    const [own, ownAndKept] = ['own', 'own and kept'].map(key => a.namespaces.of(key)) as [Namespace, Namespace]
    own.follows = false
    ownAndKept.follows = false
    a.namespaces.keep(ownAndKept)
    fleet.agree('', { ...FROZEN, at: EPOCH + 100, real: START, follows: true })
    expect([a.namespaces.server, a.namespaces.of(BOB)].map(({ clock }) => clock.now() - EPOCH)).toEqual([100, 100])
    // Of this one the fleet knows, and would say so.
    expect(shown(ALICE)).toEqual([[0, 0]])
    expect([own, ownAndKept].map(({ clock }) => clock.now() - EPOCH)).toEqual([0, 0])
  })

  it('takes nobody along if it is a namespace’s', () => {
    const { fleet, a, shown } = open()
    a.namespaces.of(BOB)
    used(a, ALICE)
    fleet.agree(ALICE, { ...FROZEN, at: EPOCH + 100, real: START, follows: false })
    expect(shown('', ALICE, BOB)).toEqual([
      [0, 0],
      [100, 100],
      [0, 0],
    ])
    expect(a.namespaces.find(BOB)?.isKept).toBe(false)
    expect(a.namespaces.server.isKept).toBe(false)
  })
})

describe('a reset', () => {
  it('of everything starts it over everywhere, from the same instant', () => {
    const { timebase, a, b, shown } = open('real')
    const signals = [used(a, ALICE), b.namespaces.of(ALICE), used(b, BOB)].map(hold)
    timebase.pass(100)
    a.namespaces.reset()
    timebase.pass(10)
    expect(signals.map(({ reason }) => reason)).toEqual(Array(3).fill(new Interruption('reset')))
    expect([a, b].map(({ namespaces }) => namespaces.all().map(({ key }) => key))).toEqual([[''], ['']])
    expect(a.namespaces.server.clock.stand).toEqual(b.namespaces.server.clock.stand)
    expect(shown('', ALICE)).toEqual([
      [110, 110],
      [110, 110],
    ])
  })

  it('of one starts that one over everywhere, and no other', () => {
    const { a, b, fleet, shown } = open()
    const signals = [used(a, ALICE), b.namespaces.of(ALICE), used(a, BOB), b.namespaces.of(BOB)].map(hold)
    for (const key of [ALICE, BOB]) fleet.agree(key, { ...FROZEN, at: EPOCH + 10, real: START, follows: false })
    a.namespaces.reset(ALICE)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false, false])
    expect([a, b].map(({ namespaces }) => namespaces.find(ALICE))).toEqual([undefined, undefined])
    expect(shown(ALICE, BOB)).toEqual([
      [0, 0],
      [10, 10],
    ])
  })

  it('that somebody else has begun has the clock stand where he decided, though it would stand elsewhere', () => {
    const { fleet, a, shown } = open()
    fleet.agree('', { ...FROZEN, at: EPOCH + 10, real: START, follows: true })
    a.namespaces.reset(undefined, true)
    expect(shown('')).toEqual([[10, 10]])
  })
})

describe('resetting clocks', () => {
  it('of all has them run as they were started, everywhere', () => {
    const { fleet, timebase, a, b, shown } = open('real')
    used(a, ALICE)
    fleet.agree('', { ...FROZEN, at: START, real: START, follows: true })
    fleet.agree(ALICE, { ...FROZEN, at: START + 50, real: START, follows: false })
    a.namespaces.resetClocks()
    timebase.pass(10)
    expect(shown('', ALICE)).toEqual([
      [10, 10],
      [60, 60],
    ])
    for (const { namespaces } of [a, b]) {
      expect(namespaces.server.clock.setting).toEqual(REAL)
      expect(namespaces.find(ALICE)).toMatchObject({ follows: true, clock: { setting: REAL } })
    }
  })

  it('of one has that one run as the server’s, everywhere', () => {
    const { fleet, timebase, a, b, shown } = open('real')
    for (const key of [ALICE, BOB]) {
      used(a, key)
      fleet.agree(key, { ...FROZEN, at: START, real: START, follows: false })
    }
    a.namespaces.resetClocks(ALICE)
    timebase.pass(10)
    expect(shown(ALICE, BOB)).toEqual([
      [10, 10],
      [0, 0],
    ])
    expect([ALICE, BOB].map(key => b.namespaces.of(key).follows)).toEqual([true, false])
  })

  it('that somebody else has begun goes by what he decided', () => {
    const { fleet, a, shown } = open('real')
    used(a, ALICE)
    fleet.agree('', { ...FROZEN, at: START + 100, real: START, follows: true })
    fleet.agree(ALICE, { ...FROZEN, at: START + 5, real: START, follows: true })
    a.namespaces.resetClocks(undefined, true)
    expect(a.namespaces.server.clock.setting).toEqual(FROZEN)
    expect(shown('', ALICE)).toEqual([
      [100, 100],
      [5, 5],
    ])
  })
})

describe('a fleet that can’t be reached', () => {
  it('ends held requests everywhere in the process, and nothing else', () => {
    const { fleet, a, b } = open()
    const held = [a.namespaces.server, used(a, ALICE), b.namespaces.of(ALICE)].map(hold)
    const { clock } = a.namespaces.of(ALICE)
    void clock.until(EPOCH + 10)
    a.namespaces.endHeld('redis')
    const lost = new Interruption('redis')
    expect(held.map(({ reason }) => reason)).toEqual([lost, lost, undefined])
    expect([clock.waiting, clock.closedFor]).toEqual([1, undefined])
    expect(fleet.agreed.has(ALICE)).toBe(true)
  })
})
