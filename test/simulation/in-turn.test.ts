import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../../src/simulation/clock.ts'
import { inTurn } from '../../src/simulation/travel.ts'
import { FakeTimebase, START, turn } from './fake-timebase.ts'

function start() {
  return { clock: new VirtualClock({ mode: 'frozen', rate: 1, startAt: START, timebase: new FakeTimebase() }) }
}

describe('commands to one clock', () => {
  it('are carried out one after another', async () => {
    const { clock } = start()
    const log: string[] = []
    const command = (name: string) =>
      inTurn([clock], async () => {
        log.push(`${name} begins`)
        await turn()
        log.push(`${name} ends`)
      })
    await Promise.all([command('one'), command('two')])
    expect(log).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
  })

  it('go on after one that failed', async () => {
    const { clock } = start()
    const failing = inTurn([clock], async () => {
      await turn()
      throw new Error('no')
    })
    const next = inTurn([clock], () => 'yes')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })

  it('are carried out at once when none is under way, also after others', async () => {
    const { clock } = start()
    const done: string[] = []
    void inTurn([clock], () => done.push('first'))
    void inTurn([clock], () => done.push('second'))
    expect(done).toEqual(['first', 'second'])
    await inTurn([clock], () => turn())
    void inTurn([clock], () => done.push('third'))
    expect(done).toEqual(['first', 'second', 'third'])
  })

  it('wait for one that waited itself', async () => {
    const { clock } = start()
    const log: string[] = []
    const ends: (() => void)[] = []
    const command = (name: string) =>
      inTurn([clock], () => {
        log.push(name)
        return new Promise<void>(resolve => ends.push(resolve))
      })
    const [first, second] = [command('first'), command('second')]
    ends[0]?.()
    await first
    await turn()
    const third = command('third')
    await turn()
    expect(log).toEqual(['first', 'second'])
    ends[1]?.()
    await second
    await turn()
    ends[2]?.()
    await third
    expect(log).toEqual(['first', 'second', 'third'])
  })

  it('wait for no command to another clock', async () => {
    const { clock: a } = start()
    const { clock: b } = start()
    let end = () => {}
    const long = inTurn([a], () => new Promise<void>(resolve => (end = resolve)))
    expect(await inTurn([b], () => 'at once')).toBe('at once')
    end()
    await long
  })

  it('wait for all of the clocks they are for', async () => {
    const { clock: a } = start()
    const { clock: b } = start()
    const log: string[] = []
    const first = inTurn([a], async () => {
      await turn()
      log.push('first')
    })
    const second = inTurn([a, b], () => void log.push('second'))
    const third = inTurn([b], () => void log.push('third'))
    await Promise.all([first, second, third])
    expect(log).toEqual(['first', 'second', 'third'])
  })
})
