import { describe, expect, it } from 'vitest'
import type { ClockMode } from '../../src/simulation/clock.ts'
import { Interruption, type Namespace, Namespaces, type NamespacesOptions } from '../../src/simulation/namespaces.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'
import { ALICE, BOB } from './sample.ts'
import { Watch } from './watch.ts'

const EPOCH = 1_000_000_000_000

function open(mode: ClockMode, options: Partial<NamespacesOptions> = {}) {
  const timebase = new FakeTimebase()
  const epoch = mode === 'frozen' || mode === 'auto-skip' ? EPOCH : undefined
  const setting = { mode, rate: 1 }
  return { timebase, namespaces: new Namespaces({ seed: 1, setting, quietMs: 5, epoch, timebase, ...options }) }
}

/** What a clock command in the server's scope, or a namespace's, does: it moves all clocks it is for. */
function advance(namespaces: Namespaces, scope: Parameters<Namespaces['commanded']>[0], ms: number): void {
  for (const { clock } of namespaces.commanded(scope)) clock.moveTo(clock.now() + ms)
}

function hold(namespace: Namespace): AbortSignal {
  const held = new AbortController()
  namespace.held.add(held)
  return held.signal
}

describe('a new namespace', () => {
  it('is the same whenever it is asked for', () => {
    const { namespaces } = open('real')
    expect(namespaces.of(ALICE)).toBe(namespaces.of(ALICE))
    expect(namespaces.of(ALICE)).not.toBe(namespaces.of(BOB))
    expect(namespaces.find(ALICE)).toBe(namespaces.of(ALICE))
    expect(namespaces.all().map(namespace => namespace.key)).toEqual(['', ALICE, BOB])
  })

  it('is not made by looking for it', () => {
    const { namespaces } = open('real')
    expect(namespaces.find(ALICE)).toBeUndefined()
    expect(namespaces.all()).toEqual([namespaces.server])
  })

  it('is the server’s own for requests without a good token', () => {
    const { namespaces } = open('real')
    expect(namespaces.of('')).toBe(namespaces.server)
    expect(namespaces.find('')).toBe(namespaces.server)
  })

  it.each(['frozen', 'auto-skip'] as const)('starts at the epoch when %s', mode => {
    const { namespaces, timebase } = open(mode)
    timebase.pass(1_000)
    expect(namespaces.of(ALICE).clock.now()).toBe(EPOCH)
    expect(namespaces.of(ALICE).clock.setting.mode).toBe(mode)
  })

  it.each(['real', 'scaled'] as const)('starts at the machine’s time when %s', mode => {
    const { namespaces } = open(mode)
    expect(namespaces.of(ALICE).clock.now()).toBe(START)
  })

  it('starts at the server’s now, in the server’s mode', () => {
    const { namespaces, timebase } = open('frozen')
    advance(namespaces, 'server', 5_000)
    namespaces.server.clock.set({ mode: 'scaled', rate: 10 })
    timebase.pass(100)
    const { clock, follows } = namespaces.of(ALICE)
    expect(clock.now()).toBe(EPOCH + 6_000)
    expect(clock.setting).toEqual({ mode: 'scaled', rate: 10 })
    expect(follows).toBe(true)
  })

  it('leaps by itself and moves no other', async () => {
    const { namespaces, timebase } = open('auto-skip')
    const [alice, bob] = [namespaces.of(ALICE), namespaces.of(BOB)]
    new Watch().over(alice.clock.until(EPOCH + 2_000))
    timebase.pass(1_000)
    await turn()
    expect(alice.clock.now()).toBe(EPOCH + 2_000)
    expect(bob.clock.now()).toBe(EPOCH)
    expect(namespaces.server.clock.now()).toBe(EPOCH)
  })

  it('is not kept from leaping by the work of another', () => {
    const { namespaces, timebase } = open('auto-skip')
    namespaces.of(BOB).clock.working()
    namespaces.server.clock.working()
    new Watch().over(namespaces.of(ALICE).clock.until(EPOCH + 2_000))
    timebase.pass(5)
    expect(namespaces.of(ALICE).clock.now()).toBe(EPOCH + 2_000)
  })
})

describe('commands', () => {
  it('move the server and all who follow it', () => {
    const { namespaces } = open('frozen')
    const [alice, bob] = [namespaces.of(ALICE), namespaces.of(BOB)]
    advance(namespaces, 'server', 1_000)
    expect([namespaces.server, alice, bob].map(({ clock }) => clock.now() - EPOCH)).toEqual([1_000, 1_000, 1_000])
  })

  it('move the namespace that is named and no other', () => {
    const { namespaces } = open('frozen')
    const [alice, bob] = [namespaces.of(ALICE), namespaces.of(BOB)]
    advance(namespaces, { namespace: ALICE }, 1_000)
    expect([namespaces.server, alice, bob].map(({ clock }) => clock.now() - EPOCH)).toEqual([0, 1_000, 0])
  })

  it('end the following of a namespace that was named once', () => {
    const { namespaces } = open('frozen')
    const [alice, bob] = [namespaces.of(ALICE), namespaces.of(BOB)]
    advance(namespaces, { namespace: ALICE }, 1_000)
    expect(alice.follows).toBe(false)
    advance(namespaces, 'server', 5_000)
    expect([namespaces.server, alice, bob].map(({ clock }) => clock.now() - EPOCH)).toEqual([5_000, 1_000, 5_000])
  })

  it('never end the server’s following of itself', () => {
    const { namespaces } = open('frozen')
    advance(namespaces, { namespace: '' }, 1_000)
    advance(namespaces, 'server', 1_000)
    expect(namespaces.server.clock.now()).toBe(EPOCH + 2_000)
  })

  it('make a namespace that no request has used yet, and keep it', () => {
    const { namespaces } = open('frozen')
    advance(namespaces, { namespace: ALICE }, 1_000)
    expect(namespaces.of(ALICE).clock.now()).toBe(EPOCH + 1_000)
    expect(namespaces.of(ALICE).isKept).toBe(true)
  })
})

describe('trace ids', () => {
  const ids = (namespaces: Namespaces, key: string, count: number) =>
    Array.from({ length: count }, () => namespaces.nextTraceId(namespaces.of(key)))

  it('are UUIDs of version 4, all distinct', () => {
    const { namespaces } = open('real')
    const all = [...ids(namespaces, ALICE, 500), ...ids(namespaces, BOB, 500), ...ids(namespaces, '', 500)]
    expect(new Set(all).size).toBe(1_500)
    for (const id of all) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('follow from seed and namespace, whatever other namespaces do', () => {
    const first = open('real').namespaces
    const second = open('real').namespaces
    ids(second, BOB, 7)
    expect(ids(second, ALICE, 5)).toEqual(ids(first, ALICE, 5))
    const other = open('real', { seed: 2 }).namespaces
    expect(ids(other, ALICE, 5)).not.toEqual(ids(open('real').namespaces, ALICE, 5))
  })
})

describe('reset', () => {
  it('ends held requests and waits, and says why', async () => {
    const { namespaces } = open('frozen')
    const alice = namespaces.of(ALICE)
    const signal = hold(alice)
    const watch = new Watch()
    const held = watch.over(alice.clock.rest(EPOCH + 1_000, signal))
    const delivery = watch.over(alice.clock.until(EPOCH + 1_000))
    namespaces.reset(ALICE)
    await turn()
    expect(held.state).toBe('rejected')
    expect(held.reason).toBeInstanceOf(Interruption)
    expect(held.reason).toMatchObject({ why: 'reset' })
    expect(delivery.reason).toMatchObject({ why: 'reset' })
  })

  it('restarts the stream of trace ids and the clock', () => {
    const { namespaces } = open('frozen')
    const before = namespaces.of(ALICE)
    const first = namespaces.nextTraceId(before)
    namespaces.nextTraceId(before)
    advance(namespaces, { namespace: ALICE }, 1_000)
    namespaces.reset(ALICE)
    const after = namespaces.of(ALICE)
    expect(after).not.toBe(before)
    expect(namespaces.nextTraceId(after)).toBe(first)
    expect(after.clock.now()).toBe(EPOCH)
    expect(after).toMatchObject({ follows: true, isKept: false })
  })

  it('leaves every other namespace alone', async () => {
    const { namespaces } = open('frozen')
    const { server } = namespaces
    const bob = namespaces.of(BOB)
    namespaces.of(ALICE)
    const signal = hold(bob)
    const wait = new Watch().over(bob.clock.until(EPOCH + 1_000, signal))
    namespaces.reset(ALICE)
    await turn()
    expect(signal.aborted).toBe(false)
    expect(wait.state).toBe('waiting')
    expect(namespaces.of(BOB)).toBe(bob)
    expect(namespaces.server).toBe(server)
  })

  it('of an unknown namespace makes none', () => {
    const { namespaces } = open('frozen')
    namespaces.reset(ALICE)
    expect(namespaces.all()).toHaveLength(1)
  })

  it('of everything ends all and starts the server’s clock anew', async () => {
    const { namespaces } = open('frozen')
    const signals = [namespaces.server, namespaces.of(ALICE), namespaces.of(BOB)].map(hold)
    advance(namespaces, 'server', 1_000)
    const first = namespaces.server
    namespaces.reset()
    expect(signals.map(signal => signal.reason?.why)).toEqual(['reset', 'reset', 'reset'])
    expect(namespaces.server).not.toBe(first)
    expect(namespaces.all()).toEqual([namespaces.server])
    expect(namespaces.server.clock.now()).toBe(EPOCH)
    expect(namespaces.of(ALICE).clock.now()).toBe(EPOCH)
  })

  it('of everything goes back to the mode the server was started with', () => {
    const { namespaces } = open('frozen')
    namespaces.server.clock.set({ mode: 'real', rate: 1 })
    namespaces.reset()
    expect(namespaces.server.clock.setting.mode).toBe('frozen')
  })
})

describe('close', () => {
  it('ends held requests, and says why, and lets go of all timers', async () => {
    const { namespaces, timebase } = open('real')
    const spaces = [namespaces.server, namespaces.of(ALICE), namespaces.of(BOB)]
    const watch = new Watch()
    const waits = spaces.map(space => watch.over(space.clock.rest(START + 1_000, hold(space))))
    expect(timebase.armed).toBe(3)
    namespaces.close()
    await turn()
    expect(waits.map(wait => wait.reason)).toEqual(Array(3).fill(expect.objectContaining({ why: 'shutdown' })))
    expect(timebase.armed).toBe(0)
  })
})

describe('standing at an instant', () => {
  it('starts everything over, with every clock there and still', () => {
    const { namespaces, timebase } = open('real')
    const held = hold(namespaces.of(ALICE))
    const before = namespaces.server
    namespaces.standAt(EPOCH + 7)
    expect(held.aborted).toBe(true)
    expect(before.clock.closedFor).toBeDefined()
    timebase.pass(1_000)
    for (const { key, clock } of [namespaces.server, namespaces.of(ALICE)]) {
      expect(clock.now(), key).toBe(EPOCH + 7)
      expect(clock.setting).toEqual({ mode: 'frozen', rate: 1 })
    }
    expect(namespaces.server.key).toBe('')
  })
})

describe('a restart', () => {
  it.each([
    ['of everybody', undefined, [true, true]],
    ['of one', ALICE, [true, false]],
  ])('%s ends held requests and starts the streams over; clocks go on', (_, key, ended) => {
    const { namespaces, timebase } = open('real')
    const both = [ALICE, BOB].map(name => namespaces.of(name))
    const signals = both.map(hold)
    const first = both.map(namespace => namespaces.nextTraceId(namespace))
    namespaces.restart(key)
    timebase.pass(1_000)
    expect(signals.map(signal => signal.aborted)).toEqual(ended)
    expect(signals[0]?.reason).toMatchObject({ why: 'reset' })
    const next = both.map(namespace => namespaces.nextTraceId(namespace))
    expect(next.map((id, at) => id === first[at])).toEqual(ended)
    expect([ALICE, BOB].map(name => namespaces.of(name))).toEqual(both)
    expect(both.map(({ clock }) => clock.now())).toEqual([START + 1_000, START + 1_000])
  })
})

describe('resetting clocks', () => {
  const frozen = { mode: 'frozen', rate: 1 } as const

  it.each([
    ['all', undefined, ['real', 'real', 'real']],
    ['one', ALICE, ['frozen', 'frozen', 'frozen']],
  ])('of %s has them run as the server’s again, which goes on as it was started', (_, key, modes) => {
    const { namespaces } = open('real')
    const all = [namespaces.server, namespaces.of(ALICE), namespaces.of(BOB)]
    for (const { clock } of all) clock.set(frozen)
    for (const namespace of all) namespace.follows = false
    namespaces.resetClocks(key)
    expect(all.map(({ clock }) => clock.setting.mode)).toEqual(modes)
    expect(all.map(({ follows }) => follows)).toEqual(key === undefined ? [true, true, true] : [false, true, false])
  })

  it('never takes one back, and brings those behind up to the server’s', () => {
    const { namespaces } = open('frozen')
    const [alice, bob] = [namespaces.of(ALICE), namespaces.of(BOB)]
    alice.clock.moveTo(EPOCH + 9)
    namespaces.server.clock.moveTo(EPOCH + 5)
    namespaces.resetClocks()
    expect([namespaces.server, alice, bob].map(({ clock }) => clock.now())).toEqual([EPOCH + 5, EPOCH + 9, EPOCH + 5])
  })
})
