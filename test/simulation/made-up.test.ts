import { expect, it } from 'vitest'
import { madeUpAccount, madeUpPrompt } from '../../src/simulation/made-up.ts'

it('makes the same account up whoever else asks meanwhile', async () => {
  const names = ['a', 'b', 'c']
  const together = await Promise.all([...names, ...names].map(name => madeUpAccount(1, `together ${name}`)))
  expect(together.slice(0, 3)).toEqual(together.slice(3))
  const mixed = await Promise.all([madeUpPrompt(1, 1), madeUpPrompt(1, 2), madeUpPrompt(1, 1)])
  expect(mixed[0]).toBe(mixed[2])
  expect(mixed[0]).not.toBe(mixed[1])
})
