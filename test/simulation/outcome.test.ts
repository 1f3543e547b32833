import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERRORS } from '../../src/contract/errors.ts'
import {
  chooseOutcome,
  magicCodeOf,
  magicWordIn,
  OUTCOME_NAMES,
  outcomeNamed,
  outcomeOfToken,
  SUCCEED,
} from '../../src/simulation/outcome.ts'

describe('outcomes', () => {
  it('are success, a failure for each code of the service behind the gateway, and a refusal for every code', () => {
    const failures = OUTCOME_NAMES.filter(name => name.startsWith('fail '))
    const refusals = OUTCOME_NAMES.filter(name => name.startsWith('refuse '))
    expect(failures.toSorted()).toEqual(['fail api_error', 'fail forbidden', 'fail timeout'])
    expect(refusals.toSorted()).toEqual(ERROR_CODES.map(code => `refuse ${code}`).toSorted())
    expect(OUTCOME_NAMES).toHaveLength(1 + failures.length + refusals.length)
    for (const name of failures) expect(ERRORS[name.slice(5) as keyof typeof ERRORS].layer).toBe('worker')
  })

  it('are found by their own names', () => {
    for (const name of OUTCOME_NAMES) expect(outcomeNamed(name)?.name).toBe(name)
    expect(outcomeNamed('succeed')).toEqual(SUCCEED)
    expect(outcomeNamed('fail api_error')).toEqual({ kind: 'fail', name: 'fail api_error', code: 'api_error' })
    expect(outcomeNamed('refuse used_up')).toEqual({ kind: 'refuse', name: 'refuse used_up', code: 'used_up' })
  })

  it('are found whatever the case and the number of spaces', () => {
    expect(outcomeNamed('  FAIL \t api_ERROR ')?.name).toBe('fail api_error')
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
    expect(outcomeNamed(name)).toBeUndefined()
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
    expect(outcomeOfToken('api_error').name).toBe('fail api_error')
    expect(outcomeOfToken('timeout').name).toBe('fail timeout')
    expect(outcomeOfToken('forbidden').name).toBe('fail forbidden')
    expect(outcomeOfToken('bad_request').name).toBe('refuse bad_request')
    expect(outcomeOfToken('no_api').name).toBe('refuse no_api')
    for (const code of ERROR_CODES) expect(outcomeOfToken(code)).toMatchObject({ code })
  })
})

describe('the choice', () => {
  it('goes to the header, then the prompt, then the token, then success', () => {
    const prompt = 'a mug [[mockling:fail timeout]]'
    const chosen = (...given: Parameters<typeof chooseOutcome>) => {
      const choice = chooseOutcome(...given)
      return 'outcome' in choice ? choice.outcome.name : choice
    }
    expect(chosen('fail forbidden', prompt, 'api_error')).toBe('fail forbidden')
    expect(chosen(undefined, prompt, 'api_error')).toBe('fail timeout')
    expect(chosen(undefined, 'a mug', 'api_error')).toBe('fail api_error')
    expect(chosen(undefined, undefined, undefined)).toBe('succeed')
    expect(chosen('succeed', prompt, 'api_error')).toBe('succeed')
  })

  it('says which name is unknown and where it stood', () => {
    expect(chooseOutcome('fail nicely', undefined, undefined)).toEqual({
      unknown: 'fail nicely',
      where: 'the header x-mockling-outcome',
    })
    expect(chooseOutcome(undefined, '[[mockling:fail nicely]]', 'api_error')).toEqual({
      unknown: 'fail nicely',
      where: 'the prompt’s magic word',
    })
  })

  it('does not fall back to a weaker word when the stronger one is unknown', () => {
    expect(chooseOutcome('', '[[mockling:succeed]]', undefined)).toHaveProperty('unknown', '')
  })
})
