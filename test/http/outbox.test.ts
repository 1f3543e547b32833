import { describe, expect, it } from 'vitest'
import { Outbox } from '../../src/http/outbox.ts'

/** An outbox, and what has gone out of it. */
function start() {
  const outbox = new Outbox()
  const out: string[] = []
  const ready = (name: string, then = () => {}) => ({
    write: () => {
      out.push(name)
      then()
    },
  })
  return { outbox, out, ready }
}

describe('an outbox', () => {
  it('keeps answers until the turn is over, and lets them go in their order', async () => {
    const { outbox, out, ready } = start()
    outbox.add(ready('a'))
    await Promise.resolve()
    outbox.add(ready('b'))
    expect(out).toEqual([])
    await new Promise(setImmediate)
    expect(out).toEqual(['a', 'b'])
  })

  it('keeps for the next turn what gets ready while others go', async () => {
    const { outbox, out, ready } = start()
    outbox.add(ready('a', () => outbox.add(ready('c'))))
    outbox.add(ready('b'))
    await new Promise(setImmediate)
    expect(out).toEqual(['a', 'b'])
    await new Promise(setImmediate)
    expect(out).toEqual(['a', 'b', 'c'])
  })

  it('lets all go at once when told to, and once only', async () => {
    const { outbox, out, ready } = start()
    outbox.add(ready('a'))
    outbox.send()
    expect(out).toEqual(['a'])
    await new Promise(setImmediate)
    expect(out).toEqual(['a'])
  })
})
