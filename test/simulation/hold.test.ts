import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/simulation/clock.ts'
import { Hold } from '../../src/simulation/hold.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'
import { Watch } from './watch.ts'

/** Somebody at work who rests until an instant, and what may end his rest. */
function open() {
  const clock = new VirtualClock({ mode: 'frozen', rate: 1, startAt: START, timebase: new FakeTimebase() })
  const hold = new Hold()
  const work = clock.work('open')
  const wait = new Watch().over(work.rest(START + 1_000, hold))
  return { clock, hold, wait, work }
}

describe('a hold', () => {
  it('ends the wait it is on, and says why', async () => {
    const { clock, hold, wait } = open()
    expect(hold.aborted).toBe(false)
    hold.abort('hang-up')
    await turn()
    expect(wait).toEqual({ state: 'rejected', reason: 'hang-up' })
    expect(hold).toMatchObject({ aborted: true, reason: 'hang-up' })
    expect([clock.waiting, clock.atWork]).toEqual([0, 1])
  })

  it('goes by the first reason it is given', async () => {
    const { clock, hold, wait } = open()
    hold.abort('hang-up')
    hold.abort('shutdown')
    await turn()
    expect([wait.reason, hold.reason, clock.atWork]).toEqual(['hang-up', 'hang-up', 1])
  })

  it('changes nothing of a wait that is over, and ends the next one', async () => {
    const { clock, hold, wait, work } = open()
    clock.moveTo(START + 1_000)
    const next = new Watch().over(work.rest(START + 2_000, hold))
    expect([clock.waiting, clock.atWork]).toEqual([1, 0])
    hold.abort('hang-up')
    await turn()
    expect([wait.state, next.state, clock.atWork]).toEqual(['woken', 'rejected', 1])
  })

  it('ends no wait that is over already', () => {
    const { clock, hold } = open()
    clock.moveTo(START + 1_000)
    hold.abort('hang-up')
    expect([clock.waiting, clock.atWork]).toEqual([0, 1])
  })

  it('lets nobody wait on it once it has ended one', async () => {
    const { hold, work } = open()
    hold.abort('hang-up')
    await expect(work.rest(START + 2_000, hold)).rejects.toBe('hang-up')
  })
})
