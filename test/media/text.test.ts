import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clustersOf } from '../../src/media/clusters.ts'
import { Picture } from '../../src/media/picture.ts'
import { drawLine, widthOf, wrapped } from '../../src/media/text.ts'

const withoutSpaces = (text: string) => text.replaceAll(/\s/g, '')

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
        expect(withoutSpaces(wrapped([any], most, Infinity).join(''))).toBe(withoutSpaces(any))
      }),
    )
  })

  it('shows how a text begins and ends where there is not, and that something is left out', () => {
    const long = fc.oneof(
      fc.lorem({ mode: 'sentences', maxCount: 30 }),
      fc.string({ unit: 'binary', minLength: 60, maxLength: 400 }),
    )
    fc.assert(
      fc.property(long, width, fc.integer({ min: 2, max: 6 }), (any, most, lines) => {
        const all = wrapped([any], most, Infinity)
        fc.pre(all.length > lines)
        const result = wrapped([any], most, lines)
        expect(result).toHaveLength(lines)
        expect(result.slice(0, -2)).toEqual(all.slice(0, lines - 2))

        const [cut = '', end = ''] = result.slice(-2)
        expect(cut.endsWith('…')).toBe(true)
        expect(all[lines - 2]?.startsWith(cut.slice(0, -1))).toBe(true)
        expect(end).not.toBe('')
        expect(withoutSpaces(any).endsWith(withoutSpaces(end))).toBe(true)
        const shown = withoutSpaces(result.slice(0, -1).join('')).length - 1 + withoutSpaces(end).length
        expect(shown).toBeLessThan(withoutSpaces(any).length)
      }),
    )
  })

  it('breaks no emoji apart that fits into a line', () => {
    const emoji = fc.constantFrom(...'👨‍👩‍👧 👨🏿‍🚀 🇩🇪 👍🏽 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿 7️⃣ ☕'.split(' '))
    fc.assert(
      fc.property(fc.array(emoji, { maxLength: 40 }), fc.integer({ min: 65, max: 300 }), (emojis, most) => {
        const lines = wrapped([emojis.join('')], most, Infinity)
        expect(lines.flatMap(line => [...clustersOf(line)])).toEqual(emojis)
      }),
    )
  })

  it.each([
    [['a white mug', 'on a table'], 60, 9, ['a white', 'mug', 'on a table']],
    [['one two three four five'], 60, 2, ['one two…', 'four five']],
    [['one two three four five'], 60, 1, ['one two…']],
    [['Stop. Go on. And on. And on.'], 60, 2, ['Stop. Go…', 'And on.']],
    [['one', 'two', 'three', 'four'], 60, 3, ['one', 'two…', 'four']],
    [['one two three', ' '], 48, 1, ['one tw…']],
    [['', '  \n ', 'x'], 60, 9, ['x']],
    [['x'.repeat(25)], 60, 2, [`${'x'.repeat(8)}…`, 'x'.repeat(10)]],
    [['一只白色的'], 60, 9, ['一只白', '色的']],
    [['一只白色的陶瓷咖啡杯'], 60, 2, ['一只…', '咖啡杯']],
    [['Crème brûlée — “hot”'], 60, 9, ['Crème', 'brûlée —', '“hot”']],
    [[], 60, 9, []],
  ])('breaks %j', (texts, most, lines, expected) => {
    expect(wrapped(texts, most, lines)).toEqual(expected)
  })
})

describe('drawLine', () => {
  const grey = (y: number) => ({ y, cb: 128, cr: 128 })
  const inks = { letter: grey(235), plate: { letter: grey(160), paper: grey(60) } }

  it('over another character with paper shows what it shows on an empty sheet', () => {
    const paper = grey(16)
    const digit = fc.constantFrom(...'0123456789:/. ')
    fc.assert(
      fc.property(digit, digit, fc.integer({ min: 1, max: 3 }), (one, other, scale) => {
        const [used, fresh] = [new Picture(5, 6), new Picture(5, 6)]
        for (const picture of [used, fresh]) picture.fill(0, 0, 20, 24, paper)
        drawLine(used, 1, 1, scale, one, { ...inks, paper })
        drawLine(used, 1, 1, scale, other, { ...inks, paper })
        drawLine(fresh, 1, 1, scale, other, inks)
        expect(used.planes).toEqual(fresh.planes)
      }),
    )
  })

  it('draws plates in colours of their own, on all they cover', () => {
    const picture = new Picture(5, 3)
    drawLine(picture, 1, 1, 1, '中', inks)
    const { y } = picture.planes
    const at = (row: number) => Array.from(y.subarray(20 * row, 20 * row + 20))
    expect(at(0)).toEqual(Array(20).fill(0))
    expect(at(1)).toEqual([0, ...Array(17).fill(60), 0, 0])
    expect(new Set(y)).toEqual(new Set([0, 60, 160]))
  })
})
