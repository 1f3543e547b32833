import { describe, expect, it } from 'vitest'
import { ERROR_CODES, ERRORS } from '../../src/contract/errors.ts'
import { KINDS } from '../../src/faults/catalogue.ts'
import {
  chosenByHeader,
  chosenByMagic,
  magicWordIn,
  outcomeLines,
  outcomeOf,
  outcomeOfToken,
  SUCCEED,
} from '../../src/faults/outcomes.ts'
import { BadEffect } from '../../src/faults/text.ts'

const NONE: ReadonlySet<string> = new Set()

describe('outcomes', () => {
  it('are success, a failure for each code of the service behind the gateway, and a refusal for every code', () => {
    const failing = ERROR_CODES.filter(code => isThere(`fail ${code}`))
    expect(failing.toSorted()).toEqual(['api_error', 'forbidden', 'timeout'])
    for (const code of failing) expect(ERRORS[code].layer).toBe('worker')
    for (const code of ERROR_CODES) expect(outcomeOf(`refuse ${code}`, NONE).text).toBe(`refuse ${code}`)
  })

  it('are found by their own names, and echoed by them', () => {
    expect(outcomeOf('succeed', NONE)).toEqual(SUCCEED)
    expect(outcomeOf('fail api_error', NONE)).toEqual({
      text: 'fail api_error',
      effects: [{ name: 'fail', options: { code: 'api_error' } }],
    })
    expect(outcomeOf('refuse used_up', NONE).effects).toEqual([{ name: 'refuse', options: { code: 'used_up' } }])
  })

  it('are found whatever the case and the number of spaces', () => {
    expect(outcomeOf('  FAIL \t api_ERROR ', NONE).text).toBe('fail api_error')
    expect(outcomeOf('Refuse Too_Many_Requests  RETRY-AFTER=3', NONE).text).toBe(
      'refuse too_many_requests retry-after=3',
    )
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
  ])('are not found by another name: "%s"', text => {
    expect(() => outcomeOf(text, NONE)).toThrow(BadEffect)
  })

  it('say that one is unknown, which one was meant, and which ones there are', () => {
    expect(() => outcomeOf('answr-late 5', NONE)).toThrow(
      /^there is no outcome or fault 'answr-late'; did you mean answer-late\? known are succeed, fail, .*, media-cut$/,
    )
    expect(() => outcomeOf('explode', NONE)).toThrow(/^there is no outcome or fault 'explode'; known are succeed, fail/)
  })

  it('are put into the order of application, and success is not named beside others', () => {
    expect(outcomeOf('callback-doubled, answer-late 3, succeed', NONE).text).toBe('answer-late 3, callback-doubled')
    expect(outcomeOf('callback-doubled gap=0 2', NONE).text).toBe('callback-doubled')
    expect(outcomeOf('callback-doubled gap=4 3', NONE).text).toBe('callback-doubled 3 gap=4')
  })

  it('name clips that are there only', () => {
    expect(outcomeOf('succeed cat', new Set(['cat', 'dog'])).text).toBe('succeed cat')
    expect(() => outcomeOf('succeed cow', new Set(['cat', 'dog']))).toThrow(
      "succeed: there is no clip 'cow'; --clip names cat, dog",
    )
    expect(() => outcomeOf('succeed cow', NONE)).toThrow("succeed: there is no clip 'cow'; --clip names none")
  })

  it.each([
    ['fail api_error, fail timeout', 'fail is given twice'],
    ['refuse used_up, callback-doubled', 'callback-doubled can never happen beside refuse: no callback comes'],
    ['retired-model, media-cut', 'media-cut can never happen beside retired-model: no byte of the file is sent'],
    ['refuse used_up, retired-model', 'refuse and retired-model contradict each other: both decide the refusal'],
    ['refuse used_up, progress', 'progress can never happen beside refuse: no task is made'],
    ['stall, fail api_error', 'fail can never happen beside stall: the task never settles'],
    ['stall, callback-lost', 'callback-lost can never happen beside stall: no callback comes'],
    ['stall, unknown-state', 'unknown-state can never happen beside stall: there is no video'],
    ['fail api_error, media-slow', 'media-slow can never happen beside fail: no byte of the file is sent'],
    ['fail api_error, numeric-duration', 'numeric-duration can never happen beside fail: there is no video'],
    ['fail api_error, callback-contradicted', 'callback-contradicted can never happen beside fail: there is no video'],
    ['fail api_error after=30, takes 5', 'fail and takes contradict each other: both decide when the task settles'],
    ['takes 5, callback-early', 'takes and callback-early contradict each other: both decide when the task settles'],
    ['callback-lost, callback-doubled', 'callback-doubled can never happen beside callback-lost: no callback comes'],
    ['callback-signed, callback-forged', 'contradict each other: both decide the signature'],
    ['answer-dropped, answer-reset', 'answer-reset can never happen beside answer-dropped: no answer comes'],
    ['answer-error used_up, answer-html', 'contradict each other: both decide what the answer says'],
    ['no-video-url, media-cut', 'media-cut can never happen beside no-video-url: no byte of the file is sent'],
    ['media-missing, media-type', 'media-type can never happen beside media-missing: nobody gets to the file'],
    ['media-empty, media-cut', 'media-cut can never happen beside media-empty: no byte of the file is sent'],
  ])('that can’t be together are refused: %s', (text, reason) => {
    expect(() => outcomeOf(text, NONE)).toThrow(reason)
  })

  it.each([
    'fail api_error, callback-doubled, no-success, extra-fields',
    'fail api_error after=30, answer-late 2',
    'stall, progress, answer-late 3',
    'refuse too_many_requests retry-after=3, answer-late 1, answer-slow',
    'takes 30, callback-late 5, callback-unseen, callback-signed',
    'callback-early, fail timeout',
    'answer-html, answer-type application/json, answer-truncated',
    'media-slow, media-cut, media-type text/html, media-no-range, media-truncated',
  ])('that can be together are: %s', text => {
    expect(outcomeOf(text, NONE).effects).toHaveLength(text.split(', ').length)
  })
})

describe('the list of outcomes', () => {
  it('has all of them, each with a sentence, how it is written and its options', () => {
    const lines = outcomeLines()
    expect(lines.map(({ name }) => name)).toEqual(KINDS.map(({ name }) => name))
    for (const { name, usage, summary, operations, options } of lines) {
      expect(usage.split(' ')[0]).toBe(name)
      expect(summary, name).toMatch(/^[A-Z/d].*\.$/)
      expect(operations, name).not.toEqual([])
      for (const option of options) expect(option.allowed, `${name} ${option.name}`).toMatch(/\w/)
    }
    expect(lines.find(({ name }) => name === 'refuse')).toMatchObject({
      usage: 'refuse <code> [message=<text>] [status=<status>] [retry-after=<seconds>]',
      operations: ['create', 'tasks'],
    })
    expect(lines.find(({ name }) => name === 'callback-doubled')).toMatchObject({
      usage: 'callback-doubled [<times>] [gap=<seconds>]',
      options: [
        { name: 'times', isArgument: true, isRequired: false, default: 2, allowed: 'a whole number from 2 to 100' },
        { name: 'gap', isArgument: false, isRequired: false, default: 0 },
      ],
    })
  })
})

describe('the magic word', () => {
  it.each([
    ['a mug [[mockling:fail api_error]] on a table', 'fail api_error'],
    ['[[MOCKLING:Fail Timeout]]', 'Fail Timeout'],
    ['[[mockling:first]] [[mockling:second]]', 'first, second'],
    ['[[mockling:]]', ''],
    ['[[ [[mockling:succeed]]', 'succeed'],
  ])('is read from "%s"', (prompt, word) => {
    expect(magicWordIn(prompt)).toBe(word)
  })

  it.each([undefined, '', 'a mug', '[[other:fail]]', '[mockling:fail api_error]', 'mockling:fail'])(
    'is not read from %j',
    prompt => {
      expect(magicWordIn(prompt)).toBeUndefined()
    },
  )

  it.each([
    '[[mockling:fail api_error]',
    'a mug [[mockling:fail api_error',
    '[[mockling:succeed]] [[mockling:fail',
    `[[mockling:${'x'.repeat(1001)}]]`,
  ])('is refused without its end: %j', prompt => {
    expect(() => magicWordIn(prompt)).toThrow(/^\[\[mockling:.{0,50} is not closed by \]\]$/)
  })

  it('is looked for in linear time, since prompts may be as long as a body', () => {
    const prompt = '[[mockling:'.repeat(5_000)
    const begun = performance.now()
    expect(() => magicWordIn(prompt)).toThrow('is not closed')
    // Linear is a fraction of a millisecond, quadratic half a second (and a minute for the longest body).
    expect(performance.now() - begun).toBeLessThan(100)
  })
})

describe('the magic token', () => {
  it('fails the task where a task can fail with the code, and refuses otherwise', () => {
    expect(outcomeOfToken('api_error').text).toBe('fail api_error')
    expect(outcomeOfToken('timeout').text).toBe('fail timeout')
    expect(outcomeOfToken('forbidden').text).toBe('fail forbidden')
    expect(outcomeOfToken('bad_request').text).toBe('refuse bad_request')
    expect(outcomeOfToken('no_api').text).toBe('refuse no_api')
    for (const code of ERROR_CODES) expect(outcomeOfToken(code).effects).toMatchObject([{ options: { code } }])
  })
})

describe('the choice without rules', () => {
  const chosen = (header: string | undefined, ...magic: Parameters<typeof chosenByMagic>) => {
    const choice = chosenByHeader(header, NONE) ?? chosenByMagic(...magic)
    return choice && 'outcome' in choice ? choice.outcome.text : choice
  }

  it('goes to the header, then the prompt, then the token', () => {
    const prompt = 'a mug [[mockling:fail timeout]]'
    expect(chosen('fail forbidden', prompt, 'api_error', NONE)).toBe('fail forbidden')
    expect(chosen(undefined, prompt, 'api_error', NONE)).toBe('fail timeout')
    expect(chosen(undefined, 'a mug', 'api_error', NONE)).toBe('fail api_error')
    expect(chosen(undefined, undefined, undefined, NONE)).toBeUndefined()
    expect(chosen('succeed', prompt, 'api_error', NONE)).toBe('succeed')
  })

  it('says what is wrong and where it stood', () => {
    expect(chosen('fail nicely', undefined, undefined, NONE)).toEqual({
      problem:
        'the header x-mockling-outcome: fail: code may not be "nicely"; it must be one of forbidden, api_error, timeout, moderation, image-size, unreachable',
    })
    expect(chosen(undefined, '[[mockling:fail nicely]]', 'api_error', NONE)).toEqual({
      problem: expect.stringContaining('the prompt’s magic word: fail: code may not be "nicely"'),
    })
    expect(chosen(undefined, 'a [[mockling:stall', 'api_error', NONE)).toEqual({
      problem: 'the prompt’s magic word: [[mockling:stall is not closed by ]]',
    })
  })

  it('does not fall back to a weaker word when the stronger one is unknown', () => {
    expect(chosen('', '[[mockling:succeed]]', undefined, NONE)).toHaveProperty('problem')
  })
})

function isThere(text: string): boolean {
  try {
    outcomeOf(text, NONE)
    return true
  } catch {
    return false
  }
}
