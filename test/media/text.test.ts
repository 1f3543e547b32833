import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { glyphOf } from '../../src/media/font.ts'
import { Picture } from '../../src/media/picture.ts'
import { drawLine, widthOf, wrapped } from '../../src/media/text.ts'

const codes = (text: string) => Array.from(text, character => character.codePointAt(0) ?? 0)
const printable = Array.from({ length: 95 }, (_, i) => 0x20 + i)

describe('the font', () => {
  it('draws each printable character of ASCII in its own way', () => {
    const drawings = printable.map(code => glyphOf(code).rows.join())
    expect(new Set(drawings).size).toBe(95)
    for (const code of printable) {
      expect(glyphOf(code).width).toBe(5)
      for (const row of glyphOf(code).rows) expect(row).toBeLessThan(32)
    }
  })

  it('draws any other character as a plate with its number', () => {
    const rows = glyphOf(0x4e2d).rows.map(row => row.toString(2).replaceAll('1', '#').replaceAll('0', '.'))
    expect(rows).toEqual([
      '#################',
      '#.#.#...#..##..##',
      '#.#.#.#####.#.#.#',
      '#...#..###.##.#.#',
      '###.#.###.###.#.#',
      '###.#...#...#..##',
      '#################',
    ])
  })

  it('gives numbers of five and six digits the room they need', () => {
    expect([0x07, 0x20ac, 0x1f600, 0x10fffd].map(code => glyphOf(code).width)).toEqual([17, 17, 21, 25])
  })

  it('tells any two characters apart', () => {
    const code = fc.integer({ min: 0, max: 0x10ffff })
    fc.assert(
      fc.property(code, code, (one, other) => {
        fc.pre(one !== other)
        expect(glyphOf(one)).not.toEqual(glyphOf(other))
      }),
    )
  })
})

describe('wrapped', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.lorem({ maxCount: 60 }),
  )
  const width = fc.integer({ min: 48, max: 400 })

  it('never makes a line wider than asked, nor more lines', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 4 }), width, fc.integer({ min: -3, max: 12 }), (texts, most, lines) => {
        const result = wrapped(texts, most, lines)
        expect(result.length).toBeLessThanOrEqual(Math.max(0, lines))
        for (const line of result) expect(widthOf(line)).toBeLessThanOrEqual(most)
      }),
    )
  })

  it('loses nothing but spaces where there is room for all', () => {
    fc.assert(
      fc.property(text, width, (any, most) => {
        const all = wrapped([any], most, Infinity)
        expect(all.join('').replaceAll(/\s/g, '')).toBe(
          codes(any.replaceAll(/\s/g, ''))
            .map(c => String.fromCodePoint(c))
            .join(''),
        )
      }),
    )
  })

  it.each([
    [['a white mug', 'on a table'], 60, 9, ['a white', 'mug', 'on a table']],
    [['one two three four five'], 60, 2, ['one two', 'three f...']],
    [['', '  \n ', 'x'], 60, 9, ['x']],
    [['x'.repeat(25)], 60, 2, ['x'.repeat(10), `${'x'.repeat(7)}...`]],
    [['一只白色的'], 60, 9, ['一只白', '色的']],
    [[], 60, 9, []],
  ])('breaks %j', (texts, most, lines, expected) => {
    expect(wrapped(texts, most, lines)).toEqual(expected)
  })
})

describe('drawLine', () => {
  it('over another character with paper shows what it shows on an empty sheet', () => {
    const ink = { y: 235, cb: 128, cr: 128 }
    const paper = { y: 16, cb: 128, cr: 128 }
    const digit = fc.constantFrom(...'0123456789:/. ')
    fc.assert(
      fc.property(digit, digit, fc.integer({ min: 1, max: 3 }), (one, other, scale) => {
        const [used, fresh] = [new Picture(5, 6), new Picture(5, 6)]
        for (const picture of [used, fresh]) picture.fill(0, 0, 20, 24, paper)
        drawLine(used, 1, 1, scale, one, ink, paper)
        drawLine(used, 1, 1, scale, other, ink, paper)
        drawLine(fresh, 1, 1, scale, other, ink)
        expect(used.planes).toEqual(fresh.planes)
      }),
    )
  })
})
