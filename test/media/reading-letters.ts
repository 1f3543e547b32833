import { glyphsOf } from '../../src/media/font.ts'
import type { Planes } from '../../src/media/picture.ts'

/** Luma of letters, and of plates. */
export const INK = 226
export const PLATE = [176, 60]

/** How letters lie in a picture: where a line starts, in cells, and how many of them a pixel of the font has. */
interface Line {
  readonly left: number
  readonly top: number
  readonly scale: number
}

const letters = new Map(
  Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i))
    .concat('…')
    .map(letter => {
      const { top, rows, width } = glyphsOf(letter)[0] ?? { top: 0, rows: [], width: 0 }
      const pixels = [...Array(top).fill(0), ...rows].map(row => row << (8 - width))
      return [[...pixels, ...Array(9 - pixels.length).fill(0)].join(), letter] as const
    }),
)

/** Reads a line of ASCII off a picture, up to its end or the first character that is something else. */
export function lineAt({ y, mbWidth }: Planes, { left, top, scale }: Line): string {
  const isSet = (x: number, row: number) => y[(top + row * scale) * 4 * mbWidth + left + x * scale] === INK
  let line = ''
  for (let x = 0; left + (x + 5) * scale <= 4 * mbWidth; ) {
    const rows = (width: number) =>
      Array.from({ length: 9 }, (_, row) =>
        Array.from({ length: 8 }, (_, i) => (i < width && isSet(x + i, row) ? 128 >> i : 0)).reduce((a, b) => a | b),
      ).join()
    const letter = letters.get(rows(5)) ?? letters.get(rows(8))
    if (letter === undefined) break
    line += letter
    x += letter === '…' ? 9 : 6
  }
  return line.trimEnd()
}
