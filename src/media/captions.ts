import { GLYPH_HEIGHT } from './font.ts'
import type { Picture } from './picture.ts'
import { drawLine, type Inks, LINE_HEIGHT, widthOf, wrapped } from './text.ts'

// Panel and letters differ in luma alone, so a letter has no fringe of colour wherever it lies in its 2x2 cells.
const grey = (y: number) => ({ y, cb: 128, cr: 128 })
/** What texts are written on. */
export const PANEL = grey(24)
const INKS: Inks = { letter: grey(226), plate: { letter: grey(176), paper: grey(60) } }
/** Over what was there before. */
const OPAQUE: Inks = { ...INKS, paper: PANEL }

/** Fewer characters in a line than this are no text any more. */
const LEAST_CHARACTERS = 8

/** In cells. */
interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Cells to a pixel of the font: letters are a 25th to a 15th of the short side high, from 720 pixels on.
 *
 * Powers of two, so that pixels do not straddle macroblocks: the timecode is most of what there is to code.
 */
function scaleOf({ width, height }: Size): number {
  const short = Math.min(width, height)
  return short >= 480 ? 4 : short >= 250 ? 2 : 1
}

/** The texts at the top, on a panel that takes up to three fifths of the picture. */
export class Label {
  readonly #scale: number
  readonly #margin: number
  readonly #width: number
  readonly #lines: readonly string[]

  constructor(size: Size, texts: readonly string[]) {
    this.#scale = scaleOf(size)
    this.#margin = 4 * this.#scale
    this.#width = size.width
    const room = Math.floor((size.width - 2 * this.#margin) / this.#scale)
    const most = Math.floor((0.6 * size.height - this.#margin) / (LINE_HEIGHT * this.#scale))
    this.#lines = room < LEAST_CHARACTERS * 6 ? [] : wrapped(texts, room, most)
  }

  /** Answers the row below it. */
  draw(picture: Picture): number {
    if (this.#lines.length === 0) return 0
    const pitch = LINE_HEIGHT * this.#scale
    const bottom = 4 * Math.ceil((2 * this.#margin + this.#lines.length * pitch - 2 * this.#scale) / 4)
    picture.fill(0, 0, this.#width + 4, bottom, PANEL)
    this.#lines.forEach((line, i) => {
      drawLine(picture, this.#margin, this.#margin + i * pitch, this.#scale, line, INKS)
    })
    return bottom
  }
}

/** The running line: minutes, seconds and milliseconds at which the frame is shown, its number and how many there are. */
export class Timecode {
  /** The row where its panel begins. */
  readonly top: number
  readonly #bottom: number
  readonly #scale: number
  readonly #width: number
  readonly #fps: number
  readonly #frames: number
  readonly #hasNumbers: boolean
  /** What stands there, so that only other characters are drawn. */
  #shown = ''

  /** Above the row `bottom`; the panel goes on to the end of the picture. Left out where there is no room. */
  constructor(size: Size, bottom: number, { fps, frames }: { fps: number; frames: number }) {
    this.#scale = scaleOf(size)
    this.#width = size.width
    this.#fps = fps
    this.#frames = frames
    const room = size.width - 8 * this.#scale
    const fits = (text: string) => widthOf(text) * this.#scale <= room
    this.#hasNumbers = fits(this.#text(0, true))
    const isThere = fits(this.#text(0, false)) && bottom > 4 * LINE_HEIGHT * this.#scale
    this.#bottom = bottom
    // On a row of macroblocks: a letter then touches no more of them than it must.
    this.top = isThere ? 4 * Math.floor((bottom - (GLYPH_HEIGHT + 4) * this.#scale) / 4) : bottom
  }

  drawPanel(picture: Picture): void {
    picture.fill(0, this.top, 4 * picture.planes.mbWidth, 4 * picture.planes.mbHeight - this.top, PANEL)
  }

  draw(picture: Picture, frame: number): void {
    if (this.top === this.#bottom) return
    const text = this.#text(frame, this.#hasNumbers)
    const scale = this.#scale
    const y = this.top + 4 * Math.ceil((2 * scale) / 4)
    for (const [i, character] of Array.from(text).entries()) {
      if (this.#shown[i] === character) continue
      const x = 4 * scale + 6 * i * scale
      drawLine(picture, x, y, scale, character, OPAQUE)
    }
    this.#shown = text
  }

  /** Every frame's text is equally long. */
  #text(frame: number, hasNumbers: boolean): string {
    const ms = Math.floor((frame * 1000) / this.#fps)
    const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
    const time = `${two(ms / 60_000)}:${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`
    if (!hasNumbers) return time
    const number = String(frame + 1).padStart(String(this.#frames).length, ' ')
    return `${time}  ${number}/${this.#frames}`
  }
}
