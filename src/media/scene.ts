import { Label, Timecode } from './captions.ts'
import { type Palette, paletteOf } from './palette.ts'
import { type Colour, Picture } from './picture.ts'

/** Emblem modules to a side; the right half mirrors the left. */
const EMBLEM = 7
/** Squares of the second hand. */
const BEATS = 10

/** What a scene shows. */
export interface SceneSpec {
  readonly width: number
  readonly height: number
  readonly fps: number
  readonly frames: number
  readonly label: readonly string[]
}

/**
 * What a clip shows, in cells of 4x4 pixels: a background shaded from one colour to another and an emblem, both from
 * the seed; the label at the top; at the bottom the time and number of the frame, a square that steps on every second,
 * and a bar that fills from the first frame to the last.
 *
 * Whatever moves is at the bottom, because everything below the first change has to be coded anew in each IDR picture.
 */
export class Scene {
  readonly picture: Picture
  /** Cells that are seen. The picture may be wider and higher, up to the next whole macroblock. */
  readonly #width: number
  readonly #height: number
  /** A length that looks alike at all sizes: a 45th of the short side. Even, as chroma is shared by 2x2 cells. */
  readonly #unit: number
  readonly #fps: number
  readonly #frames: number
  readonly #timecode: Timecode
  /** Cells of the bar that are bright; `undefined` before the first drawing. */
  #filled: number | undefined
  /** The square that is bright. */
  #lit = -1
  readonly #palette: Palette

  /** `seed` is at least 16 bytes that look random. */
  constructor({ width, height, fps, frames, label }: SceneSpec, seed: Uint8Array) {
    this.picture = new Picture(Math.ceil(width / 16), Math.ceil(height / 16))
    // Cells at the border that are seen in part only are left to the background.
    this.#width = Math.floor(width / 4)
    this.#height = Math.floor(height / 4)
    this.#unit = 2 * Math.max(1, Math.round(Math.min(this.#width, this.#height) / 90))
    this.#fps = fps
    this.#frames = frames

    // The lower hue is 45 to 135 degrees away.
    this.#palette = paletteOf(byte(seed, 0) * 256 + byte(seed, 1), 8192 + byte(seed, 2) * 64)
    this.#shade()

    const size = { width: this.#width, height: this.#height }
    const labelBottom = new Label(size, label).draw(this.picture)
    this.#timecode = new Timecode(size, this.#height - 4 * this.#unit, { fps, frames })
    this.#timecode.drawPanel(this.picture)
    this.#emblem(seed.subarray(3), labelBottom, this.#timecode.top)
  }

  /** Draws frame number `frame`, counted from 0, whatever was drawn before. */
  draw(frame: number): void {
    this.#timecode.draw(this.picture, frame)
    const unit = this.#unit
    const barTop = this.#height - unit
    const belowBottom = 4 * this.picture.planes.mbHeight - barTop
    if (this.#filled === undefined) {
      this.picture.fill(0, barTop, 4 * this.picture.planes.mbWidth, belowBottom, this.#palette.dark)
      for (let i = 0; i < BEATS; i++) this.#beat(i, this.#palette.dark)
    }

    const beat = Math.floor(frame / this.#fps) % BEATS
    if (beat !== this.#lit) {
      this.#beat(this.#lit, this.#palette.dark)
      this.#beat(beat, this.#palette.bright)
      this.#lit = beat
    }

    const played = this.#frames === 1 ? 1 : frame / (this.#frames - 1)
    const filled = 2 * Math.round((played * this.#width) / 2)
    const from = this.#filled ?? 0
    this.picture.fill(from, barTop, filled - from, belowBottom, this.#palette.bright)
    this.picture.fill(filled, barTop, from - filled, belowBottom, this.#palette.dark)
    this.#filled = filled
  }

  /** A square of the second hand. */
  #beat(index: number, colour: Colour): void {
    const unit = this.#unit
    this.picture.fill((2 * index + 1) * unit, this.#height - 3 * unit, unit, unit, colour)
  }

  #shade(): void {
    const { mbWidth, mbHeight } = this.picture.planes
    const { top, bottom } = this.#palette
    for (let row = 0; row < 4 * mbHeight; row++) {
      const share = Math.min(1, row / this.#height)
      this.picture.fill(0, row, 4 * mbWidth, 1, {
        y: Math.round(top.y + (bottom.y - top.y) * share),
        cb: Math.round(top.cb + (bottom.cb - top.cb) * share),
        cr: Math.round(top.cr + (bottom.cr - top.cr) * share),
      })
    }
  }

  /** In the middle of the rows from `above` up to `below`, as large as fits there and at most half of the short side. */
  #emblem(seed: Uint8Array, above: number, below: number): void {
    const room = Math.min(0.5 * Math.min(this.#width, this.#height), 0.8 * (below - above))
    const module = 2 * Math.floor(room / (2 * EMBLEM))
    const left = 4 * Math.round((this.#width - EMBLEM * module) / 8)
    const top = 4 * Math.round((above + below - EMBLEM * module) / 8)
    for (let row = 0; row < EMBLEM; row++) {
      for (let column = 0; column < EMBLEM; column++) {
        const mirrored = Math.min(column, EMBLEM - 1 - column)
        const set = (byte(seed, row) >> mirrored) & 1
        if (set === 1)
          this.picture.fill(left + column * module, top + row * module, module, module, this.#palette.bright)
      }
    }
  }
}

function byte(seed: Uint8Array, index: number): number {
  return seed[index] as number
}
