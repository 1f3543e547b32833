import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KINDS } from '../../src/faults/catalogue.ts'
import { magicWordIn, outcomeFrom } from '../../src/faults/outcomes.ts'
import { BadEffect, effectFrom, effectsOf, optionsOf, textOf } from '../../src/faults/text.ts'
import { camel, givenOf } from './arbitraries.ts'

const NAMES = KINDS.map(({ name }) => name)

describe('an effect', () => {
  it.each(NAMES)('is printed as it is read, whatever its options: %s', name => {
    fc.assert(
      fc.property(givenOf(name), given => {
        const effect = effectFrom(given)
        const text = textOf([effect])
        expect(effectsOf(text)).toEqual([effect])
        expect(text).toMatch(/^[\x20-\x7e]+$/)
        // It may stand in a prompt too.
        if (text.length <= 1000) expect(effectsOf(magicWordIn(`a mug [[mockling:${text}]] b`) ?? '')).toEqual([effect])
        // Shortest: printing what was read changes nothing.
        expect(textOf(effectsOf(text))).toBe(text)
      }),
    )
  })

  it.each(NAMES)('is the same as text and as data, with and without its defaults: %s', name => {
    const kind = KINDS.find(known => known.name === name) as (typeof KINDS)[number]
    const options = optionsOf(kind)
    fc.assert(
      fc.property(givenOf(name), given => {
        const written = options.flatMap(option => {
          const value = given[camel(option.name)]
          return value === undefined ? [] : [`${option.name.toUpperCase()}=${JSON.stringify(value)}`]
        })
        // Numbers are numbers, in quotes or not.
        expect(effectsOf([name.toUpperCase(), ...written].join('   '))).toEqual([effectFrom(given)])
      }),
    )
    const required = givenOf(name).map(given =>
      Object.fromEntries(
        Object.entries(given).filter(
          ([key]) => key === 'name' || options.some(option => camel(option.name) === key && option.isRequired),
        ),
      ),
    )
    fc.assert(
      fc.property(required, given => {
        const { options: filled } = effectFrom(given as { name: string })
        for (const option of options) {
          if (option.default !== undefined) expect(filled[camel(option.name)]).toBe(option.default)
          else if (!option.isRequired) expect(filled).not.toHaveProperty(camel(option.name))
        }
      }),
    )
  })

  it('is one of several, in any order', () => {
    const several = fc.subarray(NAMES, { minLength: 1, maxLength: 6 }).chain(names => fc.tuple(...names.map(givenOf)))
    fc.assert(
      fc.property(several, given => {
        const effects = given.map(effectFrom)
        expect(effectsOf(textOf(effects))).toEqual(effects)
      }),
    )
  })
})

describe('text that is garbage', () => {
  const word = fc.oneof(
    fc.constantFrom(
      ...NAMES,
      ',',
      '=',
      '"',
      '""',
      '\\',
      'after=',
      '=5',
      'gap=1e999',
      'times=-3',
      '[[',
      ']]',
      '{}',
      'null',
    ),
    fc.constantFrom('__proto__=1', 'constructor', 'message="', 'message=a"b"', 'code=api_error', '\ud800', '\0', '\n'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const garbage = fc
    .array(word, { maxLength: 12 })
    .chain(words => fc.constantFrom(' ', ', ', '', '\t').map(by => words.join(by)))

  it('is read, or refused with a sentence of bounded length, and nothing else is thrown', () => {
    fc.assert(
      fc.property(garbage, text => {
        try {
          const { text: printed } = outcomeFrom(effectsOf(text), new Set())
          expect(outcomeFrom(effectsOf(printed), new Set()).text).toBe(printed)
        } catch (error) {
          expect(error).toBeInstanceOf(BadEffect)
          expect((error as Error).message).not.toBe('')
          expect((error as Error).message.length).toBeLessThan(1500)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused as data too', () => {
    const data = fc
      .record({ name: fc.oneof(fc.constantFrom(...NAMES), fc.string()) })
      .chain(({ name }) =>
        fc
          .dictionary(
            fc.oneof(fc.string(), fc.constantFrom('code', 'seconds', 'times', 'gap', 'bytes', 'type')),
            fc.anything(),
          )
          .map(options => ({ ...options, name })),
      )
    fc.assert(
      fc.property(data, given => {
        try {
          const effect = effectFrom(given)
          expect(effectsOf(textOf([effect]))).toEqual([effect])
        } catch (error) {
          expect(error).toBeInstanceOf(BadEffect)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused in time, however long', () => {
    for (const text of [
      '"'.repeat(16_000),
      '"a" '.repeat(4_000),
      ','.repeat(16_000),
      'fail '.repeat(3_000),
      '\\"'.repeat(8_000),
    ]) {
      const begun = performance.now()
      expect(() => effectsOf(text)).toThrow(BadEffect)
      expect(performance.now() - begun).toBeLessThan(200)
    }
  })

  it.each([
    ['fail', 'fail: code is missing; it must be one of forbidden, api_error, timeout, moderation,'],
    ['fail used_up', 'fail: code may not be "used_up"; it must be one of forbidden, api_error,'],
    ['fail api_error soon=3', 'fail: there is no option soon; it is written fail <code> [after=<seconds>]'],
    ['fail api_error timeout', 'fail: code is given twice; it is written fail <code>'],
    ['fail api_error after=3 AFTER=4', 'fail: after is given twice'],
    ['fail api_error __proto__=1', 'fail: there is no option __proto__'],
    ['fail api_error constructor=1', 'fail: there is no option constructor'],
    ['fail api_error after=-1', 'fail: after may not be "-1"; it must be a number of seconds from 0 to 31536000'],
    ['fail api_error after=1e9', 'fail: after may not be "1e9"; it must be a number of seconds from 0 to 31536000'],
    ['fail api_error after=', 'fail: after may not be ""; it must be a number of seconds'],
    ['fail api_error message=', 'fail: message may not be ""; it must be text of 1 to 500 printable characters'],
    ['fail api_error message="a\\u0007"', 'it must be text of 1 to 500 printable characters'],
    [
      'fail api_error status=204',
      'fail: status may not be "204"; it must be a status from 200 to 599 whose answers have',
    ],
    ['refuse used_up status=200', 'refuse: status may not be "200"; it must be a status from 400 to 599'],
    [
      'refuse used_up retry-after=1.5',
      'refuse: retry-after may not be "1.5"; it must be a whole number from 0 to 86400',
    ],
    ['answer-type "text/plain\\r\\nx: y"', 'answer-type: type may not be'],
    ['answer-type größe', 'it must be a media type, such as text/plain'],
    ['callback-doubled 1', 'callback-doubled: times may not be "1"; it must be a whole number from 2 to 100'],
    ['callback-signed secret', 'it must be whsec_ and the key in Base64, 24 to 64 bytes of it'],
    ['callback-signed whsec_c2hvcnQ=', 'it must be whsec_ and the key in Base64, 24 to 64 bytes of it'],
    ['callback-contradicted 0', 'it must be a number of seconds from 0.001 to 31536000'],
    ['stall 5', "stall: '5' is no option=value; it is written stall"],
    ['fail api_error message="a', 'a quote is never closed'],
    ['fail api_error message=a"b"', 'quotes go round a whole value, as in JSON: message="one, two"; not a"b"'],
    ['fail api_error message="\\x"', 'quotes go round a whole value'],
    ['stall,', 'an outcome or fault is missing; known are succeed, fail'],
    [',stall', 'an outcome or fault is missing'],
    ['stall,,progress', 'an outcome or fault is missing'],
    ['stal', "there is no outcome or fault 'stal'; did you mean stall? known are"],
    ['x'.repeat(300), `there is no outcome or fault '${'x'.repeat(100)}…'; known are`],
  ])('is refused with what is wrong and what is allowed: %s', (text, says) => {
    expect(() => effectsOf(text)).toThrow(says)
  })

  it.each([
    [
      { name: 'fail', code: 'api_error', after: -1 },
      'fail: after may not be -1; it must be a number of seconds from 0',
    ],
    [{ name: 'fail', code: 'api_error', after: null }, 'fail: after may not be null'],
    [{ name: 'fail', code: 'api_error', after: Number.NaN }, 'fail: after may not be null; it must be a number'],
    [{ name: 'fail', code: ['api_error'] }, 'fail: code may not be ["api_error"]; it must be one of'],
    [{ name: 'refuse', code: 'used_up', 'retry-after': 3, retryAfter: 3 }, 'refuse: retry-after is given twice'],
    [{ name: 'stall', for: 3 }, 'stall: there is no option for; it is written stall'],
    [{ name: '' }, 'an outcome or fault is missing'],
  ])('is refused as data: %j', (given, says) => {
    expect(() => effectFrom(given)).toThrow(says)
  })
})

describe('what people write', () => {
  it.each([
    ['fail api_error after=30, callback-doubled gap=2', 'fail api_error after=30, callback-doubled gap=2'],
    ['  FAIL\tModeration ,Callback-Doubled   GAP=2.0 ', 'fail moderation, callback-doubled gap=2'],
    ['refuse used_up retryAfter=3', 'refuse used_up retry-after=3'],
    ['refuse used_up retry_after=3', 'refuse used_up retry-after=3'],
    ['refuse code=used_up retry-after="3"', 'refuse used_up retry-after=3'],
    ['refuse retry-after=3 used_up', 'refuse used_up retry-after=3'],
    ['fail api_error message="one, two"', 'fail api_error message="one, two"'],
    ['fail api_error message=one', 'fail api_error message=one'],
    ['fail api_error message="one"', 'fail api_error message=one'],
    ['answer-type text/html;charset=x', 'answer-type "text/html;charset=x"'],
    ['answer-late 0.0004', 'answer-late 0'],
    ['answer-late 1.23456', 'answer-late 1.235'],
    ['answer-late 00012.5000', 'answer-late 12.5'],
    ['unknown-state "a]]b"', 'unknown-state "a\\u005d\\u005db"'],
    [
      'callback-signed whsec_bW9ja2xpbmctdGVzdC1zZWNyZXQtMjQtYnl0ZXM=',
      'callback-signed "whsec_bW9ja2xpbmctdGVzdC1zZWNyZXQtMjQtYnl0ZXM="',
    ],
  ])('is understood: %s', (text, printed) => {
    expect(textOf(effectsOf(text))).toBe(printed)
  })
})
