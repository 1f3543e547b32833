import { marginOf, type Size } from './captions.ts'
import { Label } from './label.ts'
import { type Palette, paletteOf } from './palette.ts'
import { type Colour, Picture } from './picture.ts'
import { Timecode } from './timecode.ts'

/** Emblem modules to a side; the right half mirrors the left. */
const EMBLEM = 7
/** Squares of the second hand, where there is room for so many. */
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
  readonly #size: Size
  readonly #unit: number
  /** Where texts and squares start. */
  readonly #left: number
  /** How many squares there are. */
  readonly #beats: number
  readonly #fps: number
  readonly #frames: number
  readonly #timecode: Timecode
  /** Cells of the bar that are bright; `undefined` before the first drawing. */
  #filled: number | undefined
  /** The square that is bright. */
  #lit: number | undefined
  readonly #palette: Palette

  /** `seed` is at least 16 bytes that look random. */
  constructor(spec: SceneSpec, seed: Uint8Array) {
    const { size, unit, label, timecode } = arranged(spec)
    this.picture = new Picture(Math.ceil(spec.width / 16), Math.ceil(spec.height / 16))
    this.#size = size
    this.#unit = unit
    this.#left = marginOf(size)
    this.#beats = Math.max(1, Math.min(BEATS, Math.floor((size.width - this.#left) / (2 * unit))))
    this.#fps = spec.fps
    this.#frames = spec.frames
    this.#timecode = timecode
    // The lower hue is 45 to 135 degrees away.
    this.#palette = paletteOf(byte(seed, 0) * 256 + byte(seed, 1), 8192 + byte(seed, 2) * 64)

    this.#shade()
    label.draw(this.picture)
    timecode.drawPanel(this.picture)
    this.#emblem(seed.subarray(3), label.bottom, timecode.top)
  }

  /** Draws frame number `frame`, counted from 0, whatever was drawn before. */
  draw(frame: number): void {
    this.#timecode.draw(this.picture, frame)
    const { bright, dark } = this.#palette
    const barTop = this.#size.height - this.#unit
    const belowBottom = 4 * this.picture.planes.mbHeight - barTop
    if (this.#filled === undefined) {
      this.picture.fill(0, barTop, 4 * this.picture.planes.mbWidth, belowBottom, dark)
      for (let i = 0; i < this.#beats; i++) this.#beat(i, dark)
    }

    const beat = Math.floor(frame / this.#fps) % this.#beats
    if (beat !== this.#lit) {
      if (this.#lit !== undefined) this.#beat(this.#lit, dark)
      this.#beat(beat, bright)
      this.#lit = beat
    }

    const played = this.#frames === 1 ? 1 : frame / (this.#frames - 1)
    const filled = 2 * Math.round((played * this.#size.width) / 2)
    const from = this.#filled ?? 0
    this.picture.fill(from, barTop, filled - from, belowBottom, bright)
    this.picture.fill(filled, barTop, from - filled, belowBottom, dark)
    this.#filled = filled
  }

  /** A square of the second hand. */
  #beat(index: number, colour: Colour): void {
    const unit = this.#unit
    this.picture.fill(this.#left + 2 * index * unit, this.#size.height - 3 * unit, unit, unit, colour)
  }

  #shade(): void {
    const { mbWidth, mbHeight } = this.picture.planes
    const { top, bottom } = this.#palette
    for (let row = 0; row < 4 * mbHeight; row++) {
      const share = Math.min(1, row / this.#size.height)
      this.picture.fill(0, row, 4 * mbWidth, 1, {
        y: Math.round(top.y + (bottom.y - top.y) * share),
        cb: Math.round(top.cb + (bottom.cb - top.cb) * share),
        cr: Math.round(top.cr + (bottom.cr - top.cr) * share),
      })
    }
  }

  /** In the middle of the rows from `above` up to `below`, as large as fits there and at most half of the short side. */
  #emblem(seed: Uint8Array, above: number, below: number): void {
    const { width, height } = this.#size
    const room = Math.min(0.5 * Math.min(width, height), 0.8 * (below - above))
    const module = 2 * Math.floor(room / (2 * EMBLEM))
    const left = 2 * Math.round((width - EMBLEM * module) / 4)
    const top = 2 * Math.round((above + below - EMBLEM * module) / 4)
    for (let row = 0; row < EMBLEM; row++) {
      for (let column = 0; column < EMBLEM; column++) {
        const mirrored = Math.min(column, EMBLEM - 1 - column)
        const set = (byte(seed, row) >> mirrored) & 1
        if (set === 0) continue
        this.picture.fill(left + column * module, top + row * module, module, module, this.#palette.bright)
      }
    }
  }
}

/** What there is no room for: `the label`, `the time`, `the frame number`. */
export function leftOut(spec: SceneSpec): string[] {
  const { label, timecode } = arranged(spec)
  const ofLabel = label.isLeftOut ? ['the label'] : []
  const ofTime = timecode.isThere ? ['the frame number'] : ['the time']
  return timecode.hasNumbers ? ofLabel : [...ofLabel, ...ofTime]
}

/** Where everything is. */
function arranged({ width, height, fps, frames, label }: SceneSpec) {
  // Cells at the border that are seen in part only are left to the background, as is a row that shares its colour.
  const size = { width: Math.floor(width / 4), height: 2 * Math.floor(height / 8) }
  // A length that looks alike at all sizes: a 45th of the short side. Even, as chroma is shared by 2x2 cells.
  const unit = 2 * Math.max(1, Math.round(Math.min(size.width, size.height) / 90))
  const timecode = new Timecode(size, size.height - 3 * unit, { fps, frames })
  return { size, unit, label: new Label(size, label), timecode }
}

function byte(seed: Uint8Array, index: number): number {
  return seed[index] as number
}
