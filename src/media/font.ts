import { isInvisible } from './clusters.ts'
import { ABOVE, ASCII, BELOW, DESCENDING, type Drawing, drawn, HEX, named, SIGNS } from './drawings.ts'

/** Pixels of one character. */
export interface Glyph extends Drawing {
  /** Where its first row is; 0 is the top of capital letters, accents are above. */
  readonly top: number
  /** A character's number instead of its picture. */
  readonly isPlate?: true
}

/** Height of glyphs that do not reach below the line. */
export const GLYPH_HEIGHT = 7

/** How far the others do. */
export const DESCENT = 2

/** How far accents reach above capital letters, into the line before. */
const ASCENT = 2

const letters: ReadonlyMap<string, Glyph> = new Map(
  drawn(ASCII).map((drawing, i) => {
    const letter = String.fromCharCode(0x20 + i)
    return [letter, { ...drawing, top: DESCENDING.includes(letter) ? DESCENT : 0 }]
  }),
)
const signs: ReadonlyMap<string, Glyph> = new Map(
  Array.from(named(SIGNS), ([sign, drawing]) => [sign, { ...drawing, top: 0 }]),
)
const above: ReadonlyMap<string, Drawing> = named(ABOVE)
const below: ReadonlyMap<string, Drawing> = named(BELOW)
const hex: readonly Drawing[] = drawn(HEX)

/** What was asked for before, up to a thousand. */
const known = new Map<string, readonly Glyph[]>()

/** The glyphs of a character and what belongs to it: its picture, or else each visible part's picture or number. */
export function glyphsOf(cluster: string): readonly Glyph[] {
  const seen = known.get(cluster)
  if (seen) return seen
  const glyphs = pictured(cluster) ?? Array.from(cluster).flatMap(part => pictured(part) ?? numbered(part))
  if (known.size < 1000 && cluster.length < 20) known.set(cluster, glyphs)
  return glyphs
}

function pictured(cluster: string): Glyph[] | undefined {
  const glyph = letters.get(cluster) ?? signs.get(cluster) ?? accented(cluster)
  return glyph && [glyph]
}

function numbered(part: string): Glyph[] {
  return isInvisible(part.codePointAt(0) as number) ? [] : [plate(part)]
}

/** Into which letter and accent a letter comes apart is laid down for good: no version of Unicode changes a picture. */
function accented(character: string): Glyph | undefined {
  const [letter = '', mark = '', ...more] = Array.from(character.normalize('NFD'))
  const base = letters.get(letter)
  if (base === undefined || !/[a-z]/i.test(letter) || mark === '' || more.length > 0) return undefined
  const name = numberOf(mark)
  const tail = below.get(name)
  if (tail) return combined(base, { ...tail, top: GLYPH_HEIGHT })
  const hat = above.get(name)
  return hat && hatted('ij'.includes(letter) ? { ...base, rows: base.rows.with(0, 0) } : base, hat)
}

/** A row is left free above small letters. Above capitals there are two rows in all, and a ring closes on the letter. */
function hatted(base: Glyph, hat: Drawing): Glyph {
  const rows = hat.rows.filter(row => row !== 0)
  const letterTop = base.top + base.rows.findIndex(row => row !== 0)
  const top = Math.max(-ASCENT, letterTop - 1 - rows.length)
  return combined(base, { ...hat, rows: rows.slice(0, letterTop - top), top })
}

/** One over the other. */
function combined(one: Glyph, other: Glyph): Glyph {
  const top = Math.min(one.top, other.top)
  const bottom = Math.max(one.top + one.rows.length, other.top + other.rows.length)
  const rows = Array.from(
    { length: bottom - top },
    (_, i) => (one.rows[top + i - one.top] ?? 0) | (other.rows[top + i - other.top] ?? 0),
  )
  return { width: one.width, top, rows }
}

/** A plate with the number on it: readable and never mistaken. */
function plate(character: string): Glyph {
  const digits = Array.from(numberOf(character), digit => hex[Number.parseInt(digit, 16)] as Drawing)
  const row = (at: number) => digits.reduce((bits, digit) => (bits << 4) | ((digit.rows[at] as number) << 1), 0)
  return { width: 1 + 4 * digits.length, top: 0, rows: [0, row(0), row(1), row(2), row(3), row(4), 0], isPlate: true }
}

/** The code point in hexadecimal, at least four digits, as the charts of Unicode have it. */
function numberOf(character: string): string {
  return (character.codePointAt(0) as number).toString(16).padStart(4, '0')
}
