import { DESCENT, GLYPH_HEIGHT, type Glyph, glyphOf } from './font.ts'
import type { Colour, Picture } from './picture.ts'

/** Pixels of the font between two characters. */
const GAP = 1

/** Pixels of the font from one line's top to the next one's. */
export const LINE_HEIGHT = GLYPH_HEIGHT + DESCENT + 1

const ELLIPSIS = '...'

/**
 * Breaks texts into lines that are at most `width` pixels of the font wide, at spaces where there are any; each text
 * begins a line of its own. What does not fit into `most` lines is left out, and dots say so.
 */
export function wrapped(texts: readonly string[], width: number, most: number): string[] {
  const lines: string[] = []
  if (most < 1) return lines
  for (const text of texts) {
    for (const line of linesOf(text, width)) {
      if (lines.length === most) return [...lines.slice(0, -1), shortened(lines.at(-1) as string, width)]
      lines.push(line)
    }
  }
  return lines
}

/** Made as they are asked for: of a long text only the first lines are. */
function* linesOf(text: string, width: number): Generator<string> {
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (word === '') continue
    const longer = line === '' ? word : `${line} ${word}`
    if (fits(longer, width)) {
      line = longer
      continue
    }
    if (line !== '') yield line
    line = ''
    // A word wider than a line, such as a sentence of Chinese, breaks anywhere.
    for (const character of word) {
      if (line !== '' && !fits(line + character, width)) {
        yield line
        line = ''
      }
      line += character
    }
  }
  if (line !== '') yield line
}

function shortened(line: string, width: number): string {
  const characters = Array.from(line)
  while (characters.length > 0 && !fits(characters.join('') + ELLIPSIS, width)) characters.pop()
  return characters.join('').trimEnd() + ELLIPSIS
}

function fits(text: string, width: number): boolean {
  return widthOf(text) <= width
}

/** Width of a line in pixels of the font. */
export function widthOf(line: string): number {
  return glyphsOf(line).reduce((width, glyph) => width + glyph.width + GAP, 0) - GAP
}

/**
 * Draws a line with its top left corner at a cell, each pixel of the font `scale` cells wide and high.
 *
 * With `paper` the pixels of the glyphs that are not set are painted as well: over another glyph, this changes nothing
 * that both have in common, where wiping it first would touch all of it.
 */
export function drawLine(
  picture: Picture,
  left: number,
  top: number,
  scale: number,
  line: string,
  ink: Colour,
  paper?: Colour,
): void {
  let x = left
  for (const { width, rows } of glyphsOf(line)) {
    for (let y = 0; y < rows.length; y++) {
      const row = rows[y] as number
      // Pixels alike are painted in one go.
      for (let from = 0, to = 0; from < width; from = to) {
        const isSet = isSetAt(row, width, from)
        while (to < width && isSetAt(row, width, to) === isSet) to++
        const colour = isSet ? ink : paper
        if (colour) picture.fill(x + from * scale, top + y * scale, (to - from) * scale, scale, colour)
      }
    }
    x += (width + GAP) * scale
  }
}

function isSetAt(row: number, width: number, column: number): boolean {
  return ((row >> (width - 1 - column)) & 1) === 1
}

function glyphsOf(line: string): Glyph[] {
  const glyphs: Glyph[] = []
  for (const character of line) glyphs.push(glyphOf(character.codePointAt(0) as number))
  return glyphs
}
