import { describe, expect, it } from 'vitest'
import type { ClockMode } from '../../src/simulation/clock.ts'
import { type ClockKeeper, type Kept, Namespaces } from '../../src/simulation/namespaces.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'
import { ALICE, BOB } from './sample.ts'

const EPOCH = 1_000_000_000_000

/** What outlives a process: clocks, and how many processes there were. */
class Keeper implements ClockKeeper {
  readonly clocks = new Map<string, Kept>()
  starts = 0
  /** How often something was noted. */
  notes = 0

  keepClock(key: string, stand: Omit<Kept, 'least'> | undefined): void {
    this.notes++
    if (stand) this.clocks.set(key, { ...stand, least: stand.at })
    else this.clocks.delete(key)
  }
}

function open(mode: ClockMode, keeper = new Keeper(), timebase = new FakeTimebase()) {
  const epoch = mode === 'frozen' || mode === 'auto-skip' ? EPOCH : undefined
  const setting = { mode, rate: 1 }
  const namespaces = new Namespaces({ seed: 1, setting, quietMs: 5, epoch, timebase, keeper })
  return { keeper, timebase, namespaces }
}

/** The process ends, and another begins `ms` later. */
function again({ namespaces, keeper, timebase }: ReturnType<typeof open>, ms: number, mode: ClockMode = 'frozen') {
  namespaces.close()
  timebase.stall(ms)
  keeper.starts++
  return open(mode, keeper, timebase)
}

describe('clocks from one process to the next', () => {
  it('stand where they were left when they stand, though the process is started otherwise', () => {
    const first = open('frozen')
    first.namespaces.keep(first.namespaces.of(ALICE))
    first.namespaces.server.clock.moveTo(EPOCH + 10)
    for (const { clock } of first.namespaces.commanded({ namespace: ALICE })) clock.moveTo(EPOCH + 30)
    const { namespaces, timebase } = again(first, 1_000, 'real')
    timebase.pass(1_000)
    expect([namespaces.server, namespaces.of(ALICE)].map(({ clock }) => clock.now() - EPOCH)).toEqual([10, 30])
    expect(namespaces.server.clock.setting).toEqual({ mode: 'frozen', rate: 1 })
    expect(namespaces.find(ALICE)).toMatchObject({ follows: false, isKept: true })
    expect(namespaces.server).toMatchObject({ follows: true, isKept: false })
  })

  it('go on by the machine’s time when they run', () => {
    const first = open('real')
    first.namespaces.server.clock.set({ mode: 'scaled', rate: 10 })
    first.timebase.pass(5)
    const { namespaces, timebase } = again(first, 100)
    expect(namespaces.server.clock.now()).toBe(START + 1_050)
    timebase.pass(1)
    expect(namespaces.server.clock.now()).toBe(START + 1_060)
  })

  it('show nothing earlier than before, though the machine’s time has gone back', () => {
    const first = open('real')
    first.timebase.pass(500)
    const { namespaces } = again(first, -1_000)
    expect(namespaces.server.clock.now()).toBe(START + 500)
  })

  it('show nothing earlier than what was noted last, whatever they were set to', () => {
    const keeper = new Keeper()
    keeper.clocks.set('', { mode: 'frozen', rate: 1, at: EPOCH, real: START, follows: true, least: EPOCH + 40 })
    expect(open('frozen', keeper).namespaces.server.clock.now()).toBe(EPOCH + 40)
  })

  it('are found among all, each once', () => {
    const first = open('frozen')
    for (const key of [ALICE, BOB]) first.namespaces.keep(first.namespaces.of(key))
    const { namespaces } = again(first, 0)
    expect(namespaces.all().map(({ key }) => key)).toEqual(['', ALICE, BOB])
  })

  it('are those of namespaces something was accepted for, and the server’s', () => {
    const first = open('frozen')
    first.namespaces.of(BOB).clock.moveTo(EPOCH + 10)
    first.namespaces.of(ALICE).clock.moveTo(EPOCH + 20)
    first.namespaces.keep(first.namespaces.of(ALICE))
    const { namespaces } = again(first, 0)
    expect([ALICE, BOB].map(key => namespaces.find(key)?.clock.now())).toEqual([EPOCH + 20, undefined])
  })

  it('give no trace id out again', () => {
    const first = open('frozen')
    const ids = ({ namespaces }: ReturnType<typeof open>) =>
      [ALICE, '', ALICE].map(key => namespaces.nextTraceId(namespaces.of(key)))
    const before = ids(first)
    const second = again(first, 0)
    const middle = ids(second)
    expect(new Set([...before, ...middle, ...ids(again(second, 0))]).size).toBe(9)
  })
})

describe('what is noted of a clock', () => {
  it('is where it stands as soon as it has been moved', async () => {
    const { namespaces, keeper, timebase } = open('auto-skip')
    const alice = namespaces.of(ALICE)
    namespaces.keep(alice)
    timebase.pass(10)
    const noted: unknown[] = []
    void alice.clock.until(EPOCH + 50).then(() => noted.push(keeper.clocks.get(ALICE)))
    timebase.pass(5)
    await turn()
    const stand = { mode: 'auto-skip', rate: 1, at: EPOCH + 50, real: START + 15, follows: true, least: EPOCH + 50 }
    expect(noted).toEqual([stand])
  })

  it('is that it follows the server’s no longer, before it is moved', () => {
    const { namespaces, keeper } = open('frozen')
    namespaces.keep(namespaces.of(ALICE))
    expect(keeper.clocks.get(ALICE)?.follows).toBe(true)
    namespaces.commanded({ namespace: ALICE })
    expect(keeper.clocks.get(ALICE)?.follows).toBe(false)
  })

  it('is no more than there is to note', () => {
    const { namespaces, keeper } = open('frozen')
    namespaces.keep(namespaces.of(ALICE))
    namespaces.commanded({ namespace: ALICE })
    const { notes } = keeper
    namespaces.keep(namespaces.of(ALICE))
    namespaces.commanded({ namespace: ALICE })
    namespaces.of(BOB).clock.moveTo(EPOCH + 10)
    namespaces.reset(BOB)
    expect(keeper.notes).toBe(notes)
  })

  it('is the server’s from the start', () => {
    const { keeper } = open('frozen')
    const stand = { mode: 'frozen', rate: 1, at: EPOCH, real: START, follows: true, least: EPOCH }
    expect([...keeper.clocks]).toEqual([['', stand]])
  })

  it('is what it shows when the process ends', () => {
    const { namespaces, keeper, timebase } = open('real')
    timebase.pass(500)
    namespaces.close()
    expect(keeper.clocks.get('')).toMatchObject({ at: START + 500, real: START + 500, least: START + 500 })
  })

  it('is forgotten with a reset, and what the old one does after that changes nothing', () => {
    const { namespaces, keeper } = open('frozen')
    for (const key of [ALICE, BOB]) namespaces.keep(namespaces.of(key))
    const { clock } = namespaces.of(ALICE)
    namespaces.reset(ALICE)
    namespaces.keep(namespaces.of(ALICE))
    clock.moveTo(EPOCH + 10)
    expect([...keeper.clocks.keys()].toSorted()).toEqual(['', ALICE, BOB].toSorted())
    expect(keeper.clocks.get(ALICE)?.at).toBe(EPOCH)
    namespaces.server.clock.moveTo(EPOCH + 10)
    namespaces.reset()
    expect([...keeper.clocks].map(([key, { at }]) => [key, at])).toEqual([['', EPOCH]])
  })

  it('is where all stand from now on, if they were told to stand at an instant', () => {
    const { namespaces, keeper } = open('real')
    namespaces.keep(namespaces.of(ALICE))
    namespaces.standAt(EPOCH)
    expect([...keeper.clocks].map(([key, { mode, at }]) => [key, mode, at])).toEqual([['', 'frozen', EPOCH]])
  })
})
