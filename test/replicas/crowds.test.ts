import { describe, expect, it } from 'vitest'
import { Crowds, SHARE } from '../../src/replicas/crowds.ts'
import { FakeTimebase } from '../simulation/fake-timebase.ts'

const SLOW = 'http://slow.test/a'

/** An origin whose share is taken, and what became of those who came later, in their order. */
function crowded() {
  const timebase = new FakeTimebase()
  const crowds = new Crowds(timebase)
  const verdicts: (string | number)[] = []
  for (let n = 0; n < SHARE; n++) expect(crowds.enter(SLOW)).toBe('go')
  return {
    timebase,
    crowds,
    verdicts,
    come(count = 1, url = SLOW) {
      for (let n = 0; n < count; n++) void Promise.resolve(crowds.enter(url)).then(verdict => verdicts.push(verdict))
    },
    leave(count = 1) {
      for (let n = 0; n < count; n++) crowds.leave(SLOW)
    },
    settled: () => new Promise(resolve => setImmediate(resolve)),
  }
}

describe('an origin whose share is taken', () => {
  it('has others wait three seconds for it to make way, and then puts them off, one behind another', async () => {
    const { come, timebase, settled, verdicts } = crowded()
    come(3)
    timebase.pass(2999)
    await settled()
    expect(verdicts).toEqual([])
    timebase.pass(1)
    await settled()
    expect(verdicts).toEqual([1000, 1004, 1008])
  })

  it('lets the next one go, in order, when one leaves', async () => {
    const { come, leave, timebase, settled, verdicts } = crowded()
    come(3)
    leave(2)
    await settled()
    expect(verdicts).toEqual(['go', 'go'])
    timebase.pass(3000)
    await settled()
    expect(verdicts).toEqual(['go', 'go', 1000])
  })

  it('puts off at once what comes while it stands still, until it moves again', async () => {
    const { come, leave, timebase, settled, verdicts } = crowded()
    come()
    timebase.pass(3000)
    come()
    await settled()
    expect(verdicts).toEqual([1000, 1004])
    leave()
    come(2)
    await settled()
    expect(verdicts).toEqual([1000, 1004, 'go', 1008])
    leave(SHARE / 2 + 1)
    come(SHARE / 2 + 1)
    await settled()
    expect(verdicts.slice(4)).toEqual(Array.from({ length: SHARE / 2 + 1 }, () => 'go'))
  })

  it('has no limit while it answers fast, and has one again when it no longer does', async () => {
    const { come, leave, timebase, settled, verdicts } = crowded()
    come()
    leave(SHARE)
    come(3 * SHARE)
    await settled()
    const all = Array.from({ length: 3 * SHARE + 1 }, () => 'go')
    expect(verdicts).toEqual(all)
    timebase.pass(2000)
    come()
    await settled()
    expect(verdicts).toEqual(all)
  })

  it.each(['http://other.test/a', 'https://slow.test/a', 'http://slow.test:81/a', 'nonsense'])(
    'is nothing to %s',
    async url => {
      const { come, settled, verdicts } = crowded()
      come(1, url)
      await settled()
      expect(verdicts).toEqual(['go'])
    },
  )
})
