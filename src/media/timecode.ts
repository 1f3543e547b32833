import { INKS, marginOf, PANEL, type Size, scaleOf } from './captions.ts'
import { GLYPH_HEIGHT } from './font.ts'
import type { Picture } from './picture.ts'
import { drawLine, LINE_HEIGHT, widthOf } from './text.ts'

/** Over what was there before. */
const OPAQUE = { ...INKS, paper: PANEL }

/** The running line: minutes, seconds and milliseconds at which the frame is shown, its number and how many there are. */
export class Timecode {
  /** The row where its panel begins. */
  readonly top: number
  /** Whether there is room for it. */
  readonly isThere: boolean
  /** Whether there is room for frame numbers as well. */
  readonly hasNumbers: boolean
  readonly #textTop: number
  readonly #left: number
  readonly #scale: number
  readonly #fps: number
  readonly #frames: number
  /** What stands there, so that only other characters are drawn. */
  #shown = ''

  /** Above the row `bottom`, and equally far from it as from the panel's top; the panel goes on to the picture's end. */
  constructor(size: Size, bottom: number, { fps, frames }: { fps: number; frames: number }) {
    const scale = scaleOf(size)
    this.#scale = scale
    this.#left = marginOf(size)
    this.#fps = fps
    this.#frames = frames
    const fits = (text: string) => widthOf(text) * scale <= size.width - 2 * this.#left
    this.isThere = fits(this.#text(0, false)) && bottom > 4 * LINE_HEIGHT * scale
    this.hasNumbers = this.isThere && fits(this.#text(0, true))
    const height = GLYPH_HEIGHT * scale
    // On a row of macroblocks: a digit then touches no more of them than it must.
    this.#textTop = 4 * Math.floor((bottom - 3 * scale - height) / 4)
    const space = bottom - this.#textTop - height
    // Even, as chroma is shared by 2x2 cells.
    this.top = this.isThere ? 2 * Math.floor((this.#textTop - space) / 2) : bottom - 2
  }

  drawPanel(picture: Picture): void {
    picture.fill(0, this.top, 4 * picture.planes.mbWidth, 4 * picture.planes.mbHeight - this.top, PANEL)
  }

  draw(picture: Picture, frame: number): void {
    if (!this.isThere) return
    const text = this.#text(frame, this.hasNumbers)
    const scale = this.#scale
    for (const [i, character] of Array.from(text).entries()) {
      if (this.#shown[i] === character) continue
      drawLine(picture, this.#left + 6 * i * scale, this.#textTop, scale, character, OPAQUE)
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
