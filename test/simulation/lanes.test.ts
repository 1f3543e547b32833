import { expect, it } from 'vitest'
import { Lanes } from '../../src/simulation/lanes.ts'
import { turn } from './fake-timebase.ts'

/** Something that begins, which is noted, and goes on until it is ended. */
function open() {
  const lanes = new Lanes()
  const begun: string[] = []
  const ends = new Map<string, { done: () => void; failed: (reason: unknown) => void }>()
  const begin = (what: string, lane = 'lane') =>
    lanes.inTurn(lane, () => {
      begun.push(what)
      return new Promise<string>((resolve, reject) => {
        ends.set(what, { done: () => resolve(what), failed: reject })
      })
    })
  return { begin, begun, end: (what: string) => ends.get(what)?.done(), fail: (what: string) => ends.get(what)?.failed }
}

it('begins at once what has nothing before it, and answers what came of it', async () => {
  const { begin, begun, end } = open()
  const first = begin('first')
  expect(begun).toEqual(['first'])
  end('first')
  expect(await first).toBe('first')
  await turn()
  void begin('second')
  expect(begun).toEqual(['first', 'second'])
})

it('does one after another, in their order, also those that come while others wait', async () => {
  const { begin, begun, end } = open()
  void begin('first')
  void begin('second')
  await turn()
  expect(begun).toEqual(['first'])
  end('first')
  await turn()
  void begin('third')
  await turn()
  expect(begun).toEqual(['first', 'second'])
  end('second')
  await turn()
  expect(begun).toEqual(['first', 'second', 'third'])
})

it('goes on after what failed, and says so to whoever asked for that', async () => {
  const { begin, begun, end, fail } = open()
  const first = begin('first')
  const second = begin('second')
  fail('first')?.('no')
  await expect(first).rejects.toBe('no')
  await turn()
  expect(begun).toEqual(['first', 'second'])
  end('second')
  expect(await second).toBe('second')
})

it('lets nothing wait for what has another name', () => {
  const { begin, begun } = open()
  void begin('left', 'one')
  void begin('right', 'other')
  expect(begun).toEqual(['left', 'right'])
})
