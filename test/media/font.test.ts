import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Glyph, glyphsOf } from '../../src/media/font.ts'

const characters = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i))
const printable = characters(0x20, 0x7e)

const glyphOf = (character: string) => glyphsOf(character)[0] as Glyph

/** Places of the pixels that are set, as `row/column` from the left, over the lines -2 to 8. */
function pixelsOf({ width, top, rows }: Glyph): Set<string> {
  const places = rows.flatMap((row, y) =>
    Array.from({ length: width }, (_, x) => ((row >> (width - 1 - x)) & 1 ? `${top + y}/${x}` : '')),
  )
  return new Set(places.filter(place => place !== ''))
}

const within = (some: Set<string>, all: Set<string>) => Array.from(some).every(place => all.has(place))

describe('the font', () => {
  it('draws each printable character of ASCII in its own way, five pixels wide', () => {
    expect(new Set(printable.map(character => JSON.stringify(glyphsOf(character)))).size).toBe(95)
    expect(new Set(printable.map(character => glyphOf(character).width))).toEqual(new Set([5]))
  })

  it('draws all that Latin-1 shows, and the signs that typographers put in its place', () => {
    const softHyphen = '\u00ad'
    const latin = characters(0xa1, 0xff).filter(character => character !== softHyphen)
    const plates = [...latin, ...'‘’‚“”„–—…•‹›€™ŒœŁł'].filter(character => glyphOf(character).isPlate)
    expect(plates).toEqual([])
  })

  it('stays within the line, but for accents in the two rows above', () => {
    const rows = characters(0x20, 0x17f).flatMap(character =>
      Array.from(pixelsOf(glyphOf(character)), place => Number.parseInt(place, 10)),
    )
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([-2, 8])
  })

  it('draws an accent beside its letter, whether they are one character or two', () => {
    const letter = fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghklmnopqrstuvwxyz')
    const accent = fc.constantFrom(...'\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0327\u0328')
    fc.assert(
      fc.property(letter, accent, (base, mark) => {
        const glyphs = glyphsOf(base + mark)
        expect(glyphs).toHaveLength(1)
        const [whole, bare] = [pixelsOf(glyphOf(base + mark)), pixelsOf(glyphOf(base))]
        expect(within(bare, whole)).toBe(true)
        expect(whole.size).toBeGreaterThan(bare.size)
        const composed = (base + mark).normalize('NFC')
        if (composed.length === 1) expect(glyphsOf(composed)).toEqual(glyphs)
      }),
    )
  })

  it('takes the dot off an i or j with an accent', () => {
    const dotless = pixelsOf(glyphOf('ı'))
    expect(within(dotless, pixelsOf(glyphOf('í')))).toBe(true)
    expect(within(pixelsOf(glyphOf('i')), pixelsOf(glyphOf('ï')))).toBe(false)
    expect(within(pixelsOf(glyphOf('i')), pixelsOf(glyphOf('į')))).toBe(true)
  })

  it('draws any other character as a plate with its number', () => {
    const glyph = glyphOf('中')
    const rows = glyph.rows.map(row =>
      row.toString(2).padStart(glyph.width, '0').replaceAll('1', '#').replaceAll('0', '.'),
    )
    expect(glyph.isPlate).toBe(true)
    expect(rows).toEqual([
      '.................',
      '.#.#.###.##..##..',
      '.#.#.#.....#.#.#.',
      '.###.##...#..#.#.',
      '...#.#...#...#.#.',
      '...#.###.###.##..',
      '.................',
    ])
  })

  it('gives numbers of five and six digits the room they need', () => {
    expect(['\u0007', 'я', '😀', '\u{10fffd}'].map(character => glyphOf(character).width)).toEqual([17, 17, 21, 25])
  })

  it('tells all characters of the basic plane apart, but for those that are one letter', () => {
    const invisible = /[\u200d\ufe00-\ufe0f]/
    const seen = new Map<string, string>()
    for (const character of characters(0, 0xffff)) {
      if (invisible.test(character)) continue
      const key = JSON.stringify(glyphsOf(character))
      const twin = seen.get(key)
      if (twin !== undefined) expect(twin.normalize('NFD'), `${twin} ${character}`).toBe(character.normalize('NFD'))
      seen.set(key, character)
    }
    expect(seen.size).toBeGreaterThan(65_500)
  })

  it('shows of an emoji each part, but not what joins or selects them', () => {
    expect(glyphsOf('👨‍👩‍👧')).toEqual(['👨', '👩', '👧'].map(glyphOf))
    expect(glyphsOf('❤️')).toEqual([glyphOf('❤')])
    expect(glyphsOf('🏴󠁧󠁢󠁳󠁣󠁴󠁿')).toEqual([glyphOf('🏴')])
    expect(glyphsOf('👍🏽')).toEqual(['👍', '🏽'].map(glyphOf))
  })
})
