import { describe, expect, it } from 'vitest'
import { Turns } from '../../src/callbacks/turns.ts'
import { turn } from '../simulation/fake-timebase.ts'

/** Takes a turn and notes when it begins. */
function taking(turns: Turns) {
  const begun: string[] = []
  return { begun, take: (...names: string[]) => turns.take(names, () => begun.push(names.join(' '))) }
}

describe('turns', () => {
  it('are given to so many of a name, and then in the order of asking', async () => {
    const { begun, take } = taking(new Turns([2, 100]))
    const ends = ['1', '2', '3', '4'].map(which => take('a', which))
    expect(begun).toEqual(['a 1', 'a 2'])
    ends[1]?.()
    ends[1]?.()
    await turn()
    expect(begun).toEqual(['a 1', 'a 2', 'a 3'])
    ends[0]?.()
    await turn()
    expect(begun.at(-1)).toBe('a 4')
  })

  it('of one name are no matter of another’s, but for what they share', async () => {
    const { begun, take } = taking(new Turns([2, 3]))
    for (let n = 0; n < 10; n++) take('slow', 'all')
    const end = take('quick', 'all')
    expect(begun).toEqual(['slow all', 'slow all', 'quick all'])
    take('other', 'all')
    take('other', 'elsewhere')
    expect(begun.slice(3)).toEqual(['other elsewhere'])
    end()
    await turn()
    expect(begun.slice(4)).toEqual(['other all'])
  })

  it('are everybody’s from when they are opened, in the order of asking', () => {
    const turns = new Turns([1, 2])
    const { begun, take } = taking(turns)
    for (const which of ['x', 'y', 'z']) take('a', which)
    for (const name of ['b', 'c']) take(name, 'x')
    take('a', 'given up')()
    expect(begun).toEqual(['a x', 'b x'])
    turns.open()
    expect(begun.slice(2).toSorted()).toEqual(['a y', 'a z', 'c x'])
    for (let n = 0; n < 5; n++) take('a', 'x')
    expect(begun).toHaveLength(10)
  })

  it('are opened for who has just been handed one, too', async () => {
    const turns = new Turns([1])
    const { begun, take } = taking(turns)
    const end = take('a')
    take('a')
    end()
    turns.open()
    expect(begun).toEqual(['a', 'a'])
    await turn()
    expect(begun).toEqual(['a', 'a'])
  })

  it('pass over who has given up, also when it was just his turn', async () => {
    const { begun, take } = taking(new Turns([1]))
    const [first, second, third] = [take('a'), take('a'), take('a')]
    second()
    first()
    third()
    await turn()
    expect(begun).toEqual(['a'])
    take('a')
    expect(begun).toEqual(['a', 'a'])
  })

  it('go through a crowd of 100,000 of whom each is done at once', async () => {
    const turns = new Turns([1, 1])
    let done = 0
    const last = new Promise<void>(resolve => {
      for (let n = 0; n < 100_000; n++) {
        const end: () => void = turns.take(['a', 'b'], () => {
          // Not known yet where it begins at once.
          void Promise.resolve().then(() => end())
          if (++done === 100_000) resolve()
        })
      }
    })
    await last
    expect(done).toBe(100_000)
  })
})
