import { describe, expect, it } from 'vitest'
import { Namespaces } from '../../src/simulation/namespaces.ts'
import { FakeTimebase, START } from './fake-timebase.ts'
import { ALICE, BOB } from './sample.ts'
import { Watch } from './watch.ts'

/** How many idle namespaces are kept, as `namespaces.ts` says. */
const MOST_IDLE = 20_000

function open() {
  const setting = { mode: 'frozen', rate: 1 } as const
  const namespaces = new Namespaces({ seed: 1, setting, quietMs: 5, epoch: START, timebase: new FakeTimebase() })
  return { namespaces }
}

describe('forgetting', () => {
  const use = (namespaces: Namespaces, count: number, prefix = 'idle') => {
    for (let index = 0; index < count; index++) namespaces.of(`${prefix} ${index}`)
  }

  it('drops idle namespaces, oldest first, and keeps their number bounded', () => {
    const { namespaces } = open()
    use(namespaces, MOST_IDLE)
    expect(namespaces.find('idle 0')).toBeDefined()
    use(namespaces, MOST_IDLE, 'more')
    expect(namespaces.find('idle 0')).toBeUndefined()
    expect(namespaces.find(`more ${MOST_IDLE - 1}`)).toBeDefined()
    expect(namespaces.all().length).toBeLessThanOrEqual(MOST_IDLE + 1)
  })

  it('never drops one that is kept, nor one somebody waits in', () => {
    const { namespaces } = open()
    const kept = namespaces.of(ALICE)
    kept.isKept = true
    const awaited = namespaces.of(BOB)
    new Watch().over(awaited.clock.until(START + 1_000))
    use(namespaces, MOST_IDLE)
    expect(namespaces.find(ALICE)).toBe(kept)
    expect(namespaces.find(BOB)).toBe(awaited)
  })

  it('never drops the one that is asked for just now, however many are kept', () => {
    const { namespaces } = open()
    for (let index = 0; index < MOST_IDLE; index++) namespaces.of(`kept ${index}`).isKept = true
    expect(namespaces.of(ALICE)).toBe(namespaces.of(ALICE))
    expect(namespaces.all()).toHaveLength(MOST_IDLE + 2)
  })

  it('drops no idle one before there are too many, however many are kept', () => {
    const { namespaces } = open()
    for (let index = 0; index < MOST_IDLE / 2; index++) namespaces.of(`kept ${index}`).isKept = true
    use(namespaces, MOST_IDLE / 2 + 10)
    expect(namespaces.find('idle 0')).toBeDefined()
  })

  it('drops the older half, and no more', () => {
    const { namespaces } = open()
    use(namespaces, MOST_IDLE + 1)
    expect(namespaces.find(`idle ${MOST_IDLE / 2}`)).toBeUndefined()
    expect(namespaces.find(`idle ${MOST_IDLE / 2 + 1}`)).toBeDefined()
  })
})
