import { describe, expect, it } from 'vitest'
import { TurnEnd } from '../../src/simulation/turn-end.ts'

/** The end of a turn, and what is written at it. */
function start() {
  const turnEnd = new TurnEnd()
  const out: string[] = []
  const ready = (name: string, then = () => {}) => ({
    write: () => {
      out.push(name)
      then()
    },
  })
  return { turnEnd, out, ready }
}

describe('the end of a turn', () => {
  it('is when all is written that got ready in it, in its order', async () => {
    const { turnEnd, out, ready } = start()
    turnEnd.add(ready('a'))
    await Promise.resolve()
    turnEnd.add(ready('b'))
    expect(out).toEqual([])
    await new Promise(setImmediate)
    expect(out).toEqual(['a', 'b'])
  })

  it('leaves to the next what gets ready meanwhile', async () => {
    const { turnEnd, out, ready } = start()
    turnEnd.add(ready('a', () => turnEnd.add(ready('c'))))
    turnEnd.add(ready('b'))
    await new Promise(setImmediate)
    expect(out).toEqual(['a', 'b'])
    await new Promise(setImmediate)
    expect(out).toEqual(['a', 'b', 'c'])
  })

  it('may be now, and nothing is written twice', async () => {
    const { turnEnd, out, ready } = start()
    turnEnd.add(ready('a'))
    turnEnd.write()
    expect(out).toEqual(['a'])
    await new Promise(setImmediate)
    expect(out).toEqual(['a'])
  })
})
