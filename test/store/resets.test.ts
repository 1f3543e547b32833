import { expect, it } from 'vitest'
import { Resets } from '../../src/store/resets.ts'

it('tells what came before a reset of a namespace, or of everything, from what came after', () => {
  const resets = new Resets()
  const [first, other] = [resets.generation('a'), resets.generation('b')]
  resets.add('a')
  expect(resets.generation('a')).not.toBe(first)
  expect(resets.generation('b')).toBe(other)
  const second = resets.generation('a')
  resets.add()
  expect(resets.generation('a')).not.toBe(second)
  expect(resets.generation('b')).not.toBe(other)
})

it('goes on where another has left off', () => {
  const [one, two] = [new Resets(), new Resets()]
  for (const namespace of ['a', 'b', undefined, 'a']) one.add(namespace)
  two.restore(one.counts)
  for (const namespace of ['a', 'b', 'c']) expect(two.generation(namespace)).toBe(one.generation(namespace))
})

it('keeps no more than the last ten thousand namespaces', () => {
  const resets = new Resets()
  for (let n = 0; n < 10_500; n++) resets.add(`token ${n}`)
  resets.add('token 700')
  resets.add('token 10500')
  expect(resets.counts.of).toHaveLength(10_000)
  expect(resets.generation('token 700')).toBe(2)
  expect(resets.generation('token 500')).toBe(0)
})
