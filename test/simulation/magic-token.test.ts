import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/contract/errors.ts'
import { magicCodeOf } from '../../src/simulation/magic-token.ts'

describe('the magic token', () => {
  it.each(ERROR_CODES)('stands for its code whatever stands before the dot: %s', code => {
    expect(magicCodeOf(`w7.mockling-${code}`)).toBe(code)
    expect(magicCodeOf(`.mockling-${code}`)).toBe(code)
    expect(magicCodeOf(`a.mockling-nonsense.mockling-${code}`)).toBe(code)
  })

  it.each([
    'any',
    'mockling-used_up',
    'w7.mockling-',
    'w7.mockling-nonsense',
    'w7.mockling-used_up ',
    'w7.mockling-used_up.x',
    'w7.MOCKLING-used_up',
    'w7.mockling-constructor',
  ])('is an ordinary one otherwise: "%s"', token => {
    expect(magicCodeOf(token)).toBeUndefined()
  })
})
