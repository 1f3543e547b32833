import { INKS, marginOf, PANEL, type Size, scaleOf } from './captions.ts'
import type { Picture } from './picture.ts'
import { drawLine, LINE_HEIGHT, wrapped } from './text.ts'

/** Fewer characters in a line than this are no text any more. */
const LEAST_CHARACTERS = 8

/** Pixels of the font from the first part to the second. */
const BETWEEN = 5

/**
 * The texts at the top, on a panel that takes up to three fifths of the picture.
 *
 * An empty text parts a head of facts from a body, which stands a little apart, so neither passes for the other. Where
 * not all of it fits, facts share lines, and then the body is cut.
 */
export class Label {
  /** The row below its panel; 0 without one. */
  readonly bottom: number
  /** Whether there are texts, but no room for any. */
  readonly isLeftOut: boolean
  readonly #scale: number
  readonly #margin: number
  readonly #head: readonly string[]
  readonly #body: readonly string[]

  constructor(size: Size, texts: readonly string[]) {
    const scale = scaleOf(size)
    this.#scale = scale
    this.#margin = marginOf(size)
    const width = Math.floor((size.width - 2 * this.#margin) / scale)
    const height = Math.floor((0.6 * size.height - this.#margin) / scale)
    const most = width < LEAST_CHARACTERS * 6 ? 0 : Math.max(0, Math.floor(height / LINE_HEIGHT))
    const [head, body] = partsOf(texts)

    const rowsBelow = (lines: readonly string[]) =>
      Math.max(0, Math.floor((height - BETWEEN) / LINE_HEIGHT) - lines.length)
    // Lines that a part would take; one more than there are stands for any number.
    const needed = (part: readonly string[], rows: number) => wrapped(part, width, rows + 1).length
    const joined = [head.join(', ')]
    const rows = rowsBelow(wrapped(head, width, most))
    const isShort = needed(head, most) > most || needed(body, rows) > rows
    const sharesLines = isShort && needed(joined, most) < needed(head, most)
    this.#head = wrapped(sharesLines ? joined : head, width, most)
    this.#body = most === 0 ? [] : wrapped(body, width, rowsBelow(this.#head))

    this.isLeftOut = head.length > 0 && this.#head.length === 0
    const pixels = this.#bodyTop + LINE_HEIGHT * this.#body.length
    this.bottom = this.#head.length === 0 ? 0 : 4 * Math.ceil((2 * this.#margin + (pixels - 2) * scale) / 4)
  }

  /** Pixels of the font from the first line's top to the body. */
  get #bodyTop(): number {
    return LINE_HEIGHT * this.#head.length + (this.#body.length > 0 ? BETWEEN : 0)
  }

  draw(picture: Picture): void {
    picture.fill(0, 0, 4 * picture.planes.mbWidth, this.bottom, PANEL)
    this.#write(picture, this.#head, 0)
    this.#write(picture, this.#body, this.#bodyTop)
  }

  #write(picture: Picture, lines: readonly string[], top: number): void {
    for (const [i, line] of lines.entries()) {
      const y = this.#margin + (top + LINE_HEIGHT * i) * this.#scale
      drawLine(picture, this.#margin, y, this.#scale, line, INKS)
    }
  }
}

/** The texts before the first empty one, and all others; empty ones are left out. */
function partsOf(texts: readonly string[]): [head: string[], body: string[]] {
  const isEmpty = (text: string) => text.trim() === ''
  const start = texts.findIndex(text => !isEmpty(text))
  const end = texts.findIndex((text, i) => i > start && isEmpty(text))
  const filled = (part: readonly string[]) => part.filter(text => !isEmpty(text))
  return end < 0 ? [filled(texts), []] : [filled(texts.slice(0, end)), filled(texts.slice(end))]
}
