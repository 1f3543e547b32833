import { expect, it } from 'vitest'
import { madeUpAccount, madeUpPrompt } from '../../src/simulation/made-up.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

it('makes the same account up whoever else asks meanwhile', async () => {
  const names = ['a', 'b', 'c']
  const together = await Promise.all([...names, ...names].map(name => madeUpAccount(1, `together ${name}`)))
  expect(together.slice(0, 3)).toEqual(together.slice(3))
  const mixed = await Promise.all([madeUpPrompt(1, 1), madeUpPrompt(1, 2), madeUpPrompt(1, 1)])
  expect(mixed[0]).toBe(mixed[2])
  expect(mixed[0]).not.toBe(mixed[1])
})

it('makes an account of three ids up, others for another seed or namespace', async () => {
  const accounts = await Promise.all([madeUpAccount(1, 'a'), madeUpAccount(1, 'b'), madeUpAccount(2, 'a')])
  const ids = accounts.flatMap(({ applicationId, userId, credentialId }) => [applicationId, userId, credentialId])
  for (const id of ids) expect(id).toMatch(UUID)
  expect(new Set(ids).size).toBe(9)
})

it('makes a prompt of one sentence up, another for another seed', async () => {
  const prompt = await madeUpPrompt(1, 1)
  expect(prompt).toMatch(/^A \w.+ \w.+ on a \w+ table in .+, \w+ turning\.$/)
  expect(await madeUpPrompt(2, 1)).not.toBe(prompt)
})
