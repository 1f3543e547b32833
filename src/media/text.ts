import { clustersOf } from './clusters.ts'
import { DESCENT, GLYPH_HEIGHT, type Glyph, glyphsOf } from './font.ts'
import type { Colour, Picture } from './picture.ts'

/** Pixels of the font between two characters. */
const GAP = 1

/** Width of a space with its gap. */
const SPACE = 6

/** Pixels of the font from one line's top to the next one's. */
export const LINE_HEIGHT = GLYPH_HEIGHT + DESCENT + 1

const ELLIPSIS = '…'

/**
 * Breaks texts into lines that are at most `width` pixels of the font wide, at spaces where there are any; each text
 * begins a line of its own. What does not fit into `most` lines is left out before the last one, and dots say so.
 */
export function wrapped(texts: readonly string[], width: number, most: number): string[] {
  const lines: string[] = []
  for (const text of texts) {
    for (const line of linesOf(text, width)) {
      if (lines.length >= most) return cut(lines.slice(0, Math.max(0, most)), texts, width)
      lines.push(line)
    }
  }
  return lines
}

/** The last of several lines gives way to how the texts end. */
function cut(lines: readonly string[], texts: readonly string[], width: number): string[] {
  if (lines.length < 2) return lines.map(line => shortened(line, width))
  const last = texts.findLast(text => /\S/.test(text)) as string
  return [...lines.slice(0, -2), shortened(lines.at(-2) as string, width), endOf(last, width)]
}

/** Made as they are asked for: of a long text only the first lines are. */
function* linesOf(text: string, width: number): Generator<string> {
  let line = ''
  let used = 0
  for (const word of wordsOf(text)) {
    const advance = advanceOf(word)
    const isRoom = used + SPACE + advance - GAP <= width
    if (line !== '' && isRoom) {
      line += ` ${word}`
      used += SPACE + advance
      continue
    }
    if (line !== '') yield line
    line = ''
    used = 0
    for (const piece of advance - GAP <= width ? [word] : piecesOf(word, width)) {
      const more = advanceOf(piece)
      if (line !== '' && used + more - GAP > width) {
        yield line
        line = ''
        used = 0
      }
      line += piece
      used += more
    }
  }
  if (line !== '') yield line
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

/** What a word wider than a line breaks into, such as a sentence of Chinese: what makes one character stays together. */
function* piecesOf(word: string, width: number): Generator<string> {
  for (const cluster of clustersOf(word)) {
    if (widthOf(cluster) <= width) yield cluster
    else yield* cluster
  }
}

function shortened(line: string, width: number): string {
  const pieces = Array.from(clustersOf(line))
  let used = advanceOf(line) + widthOf(ELLIPSIS)
  while (pieces.length > 0 && used > width) used -= advanceOf(pieces.pop() as string)
  return pieces.join('').replace(/[\s.]+$/, '') + ELLIPSIS
}

/** As much of the end of a text as fits into a line: whole words, unless the last one is wider. */
function endOf(text: string, width: number): string {
  const words = wordsOf(text)
  const whole = lastOf(words, ' ', width)
  return whole === '' ? lastOf(Array.from(piecesOf(words.at(-1) as string, width)), '', width) : whole
}

function lastOf(parts: readonly string[], between: string, width: number): string {
  let from = parts.length
  for (let room = width + advanceOf(between); from > 0; from--) {
    room -= advanceOf(parts[from - 1] as string) + advanceOf(between)
    if (room < -GAP) break
  }
  return parts.slice(from).join(between)
}

/** Width of a line in pixels of the font. */
export function widthOf(line: string): number {
  return advanceOf(line) - GAP
}

/** Width with the gap behind it. */
function advanceOf(text: string): number {
  let advance = 0
  for (const { width } of glyphsIn(text)) advance += width + GAP
  return advance
}

function glyphsIn(text: string): readonly Glyph[] {
  if (text.length === 1) return glyphsOf(text) // the digits that run
  const glyphs: Glyph[] = []
  for (const cluster of clustersOf(text)) {
    for (const glyph of glyphsOf(cluster)) glyphs.push(glyph)
  }
  return glyphs
}

/** Colours of letters. */
export interface Inks {
  readonly letter: Colour
  /** Behind letters; `undefined`: what is there stays. */
  readonly paper?: Colour
  readonly plate: { readonly letter: Colour; readonly paper: Colour }
}

/**
 * Draws a line with its top left corner at a cell, each pixel of the font `scale` cells wide and high.
 *
 * With `paper` the pixels of the glyphs that are not set are painted as well: over another glyph, this changes nothing
 * that both have in common, where wiping it first would touch all of it.
 */
export function drawLine(picture: Picture, left: number, top: number, scale: number, line: string, inks: Inks): void {
  let x = left
  for (const { width, top: above, rows, isPlate } of glyphsIn(line)) {
    const { letter, paper } = isPlate ? inks.plate : inks
    for (let y = 0; y < rows.length; y++) {
      const row = rows[y] as number
      const at = top + (above + y) * scale
      // Pixels alike are painted in one go.
      for (let from = 0, to = 0; from < width; from = to) {
        const isSet = isSetAt(row, width, from)
        while (to < width && isSetAt(row, width, to) === isSet) to++
        const colour = isSet ? letter : paper
        if (colour) picture.fill(x + from * scale, at, (to - from) * scale, scale, colour)
      }
    }
    x += (width + GAP) * scale
  }
}

function isSetAt(row: number, width: number, column: number): boolean {
  return ((row >> (width - 1 - column)) & 1) === 1
}
