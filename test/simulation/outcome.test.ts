import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERRORS, type ErrorCode } from '../../src/contract/errors.ts'
import { isSuccess, magicCodeOf, magicWordIn, Outcomes, SUCCEED } from '../../src/simulation/outcome.ts'

const outcomes = new Outcomes()

describe('outcomes', () => {
  it('are success, a failure for each code of the service behind the gateway, and a refusal for every code', () => {
    const failures = outcomes.names.filter(name => name.startsWith('fail '))
    const refusals = outcomes.names.filter(name => name.startsWith('refuse '))
    expect(failures.toSorted()).toEqual(['fail api_error', 'fail forbidden', 'fail timeout'])
    expect(refusals.toSorted()).toEqual(ERROR_CODES.map(code => `refuse ${code}`).toSorted())
    expect(outcomes.names).toHaveLength(1 + failures.length + refusals.length)
    for (const name of failures) expect(ERRORS[name.slice(5) as keyof typeof ERRORS].layer).toBe('worker')
  })

  it('are found by their own names', () => {
    for (const name of outcomes.names) expect(outcomes.named(name)?.name).toBe(name)
    expect(outcomes.named('succeed')).toEqual(SUCCEED)
    expect(outcomes.named('fail api_error')).toEqual({ kind: 'fail', name: 'fail api_error', code: 'api_error' })
    expect(outcomes.named('refuse used_up')).toEqual({ kind: 'refuse', name: 'refuse used_up', code: 'used_up' })
  })

  it('are found whatever the case and the number of spaces', () => {
    expect(outcomes.named('  FAIL \t api_ERROR ')?.name).toBe('fail api_error')
  })

  it('are also the successes that were declared, and no others', () => {
    const own = new Outcomes(['succeed', 'succeed cat'])
    expect(own.names).toEqual(['succeed', 'succeed cat', ...outcomes.names.slice(1)])
    expect(own.named('Succeed  CAT')).toEqual({ kind: 'succeed', name: 'succeed cat' })
    expect(own.named('succeed dog')).toBeUndefined()
    expect(outcomes.named('succeed cat')).toBeUndefined()
  })

  it.each([
    '',
    ' ',
    'fail',
    'fail used_up',
    'fail bad_request',
    'refuse',
    'refuse everything',
    'constructor',
    '__proto__',
  ])('are not found by another name: "%s"', name => {
    expect(outcomes.named(name)).toBeUndefined()
  })

  it.each([
    ['succeed', true],
    ['succeed cat', true],
    [`succeed ${'a'.repeat(40)}`, true],
    ['succeed a-b_9', true],
    [`succeed ${'a'.repeat(41)}`, false],
    ['succeed ', false],
    ['succeed two words', false],
    ['succeed Cat', false],
    ['succeed süß', false],
    ['fail api_error', false],
    ['', false],
  ])('may be declared or not: "%s" %s', (name, expected) => {
    expect(isSuccess(name)).toBe(expected)
  })
})

describe('the magic word', () => {
  it.each([
    ['a mug [[mockling:fail api_error]] on a table', 'fail api_error'],
    ['[[MOCKLING:Fail Timeout]]', 'Fail Timeout'],
    ['[[mockling:first]] [[mockling:second]]', 'first'],
    ['[[mockling:]]', ''],
    ['[[ [[mockling:succeed]]', 'succeed'],
  ])('is read from "%s"', (prompt, word) => {
    expect(magicWordIn(prompt)).toBe(word)
  })

  it.each([
    undefined,
    '',
    'a mug',
    '[[other:fail]]',
    '[mockling:fail api_error]',
    '[[mockling:fail api_error]',
    'mockling:fail',
  ])('is not read from %j', prompt => {
    expect(magicWordIn(prompt)).toBeUndefined()
  })

  it('is looked for in linear time, since prompts may be as long as a body', () => {
    const prompt = '[[mockling:'.repeat(5_000)
    const begun = performance.now()
    expect(magicWordIn(prompt)).toBeUndefined()
    // Linear is a fraction of a millisecond, quadratic half a second (and a minute for the longest body).
    expect(performance.now() - begun).toBeLessThan(100)
  })
})

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

  it('fails the task where a task can fail with the code, and refuses otherwise', () => {
    const fated = (code: ErrorCode) => outcomes.choose(undefined, undefined, code)
    expect(fated('api_error')).toMatchObject({ outcome: { name: 'fail api_error' } })
    expect(fated('timeout')).toMatchObject({ outcome: { name: 'fail timeout' } })
    expect(fated('forbidden')).toMatchObject({ outcome: { name: 'fail forbidden' } })
    expect(fated('bad_request')).toMatchObject({ outcome: { name: 'refuse bad_request' } })
    expect(fated('no_api')).toMatchObject({ outcome: { name: 'refuse no_api' } })
    for (const code of ERROR_CODES) expect(fated(code)).toMatchObject({ outcome: { code } })
  })
})

describe('the choice', () => {
  it('goes to the header, then the prompt, then the token, then success', () => {
    const prompt = 'a mug [[mockling:fail timeout]]'
    const chosen = (...given: Parameters<Outcomes['choose']>) => {
      const choice = outcomes.choose(...given)
      return 'outcome' in choice ? choice.outcome.name : choice
    }
    expect(chosen('fail forbidden', prompt, 'api_error')).toBe('fail forbidden')
    expect(chosen(undefined, prompt, 'api_error')).toBe('fail timeout')
    expect(chosen(undefined, 'a mug', 'api_error')).toBe('fail api_error')
    expect(chosen(undefined, undefined, undefined)).toBe('succeed')
    expect(chosen('succeed', prompt, 'api_error')).toBe('succeed')
  })

  it('says which name is unknown and where it stood', () => {
    expect(outcomes.choose('fail nicely', undefined, undefined)).toEqual({
      unknown: 'fail nicely',
      where: 'the header x-mockling-outcome',
    })
    expect(outcomes.choose(undefined, '[[mockling:fail nicely]]', 'api_error')).toEqual({
      unknown: 'fail nicely',
      where: 'the prompt’s magic word',
    })
  })

  it('does not fall back to a weaker word when the stronger one is unknown', () => {
    expect(outcomes.choose('', '[[mockling:succeed]]', undefined)).toHaveProperty('unknown', '')
  })
})
