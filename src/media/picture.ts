/** A colour as BT.709 limited-range samples: luma 16..235, chroma 16..240 around 128. */
export interface Colour {
  readonly y: number
  readonly cb: number
  readonly cr: number
}

/**
 * The samples of a 4:2:0 picture that is flat by cells: a cell is 4x4 luma samples, and 2x2 cells share their chroma.
 *
 * One byte per cell, row by row. A macroblock is 4x4 cells of luma and 2x2 of each chroma.
 */
export interface Planes {
  readonly mbWidth: number
  readonly mbHeight: number
  /** `4 * mbWidth` a row. */
  readonly y: Uint8Array
  /** `2 * mbWidth` a row. */
  readonly cb: Uint8Array
  readonly cr: Uint8Array
}

/** Planes of zeros. */
export function emptyPlanes(mbWidth: number, mbHeight: number): Planes {
  const chroma = 4 * mbWidth * mbHeight
  return {
    mbWidth,
    mbHeight,
    y: new Uint8Array(4 * chroma),
    cb: new Uint8Array(chroma),
    cr: new Uint8Array(chroma),
  }
}

/** A picture to draw on, which remembers the macroblocks whose samples changed since they were last asked for. */
export class Picture {
  readonly planes: Planes
  readonly #changed: Uint8Array
  #addresses: number[] = []

  constructor(mbWidth: number, mbHeight: number) {
    this.planes = emptyPlanes(mbWidth, mbHeight)
    this.#changed = new Uint8Array(mbWidth * mbHeight)
  }

  /**
   * Fills a rectangle of cells; what lies outside the picture is left out.
   *
   * Chroma follows the cell at the top left of each 2x2, so a rectangle with an odd side shares a fringe of colour.
   */
  fill(left: number, top: number, width: number, height: number, colour: Colour): void {
    const { mbWidth, mbHeight, y, cb, cr } = this.planes
    const x0 = Math.max(left, 0)
    const y0 = Math.max(top, 0)
    const x1 = Math.min(left + width, 4 * mbWidth)
    const y1 = Math.min(top + height, 4 * mbHeight)
    this.#paint(y, 2, x0, y0, x1, y1, colour.y)
    this.#paint(cb, 1, (x0 + 1) >> 1, (y0 + 1) >> 1, (x1 + 1) >> 1, (y1 + 1) >> 1, colour.cb)
    this.#paint(cr, 1, (x0 + 1) >> 1, (y0 + 1) >> 1, (x1 + 1) >> 1, (y1 + 1) >> 1, colour.cr)
  }

  /** Addresses of the changed macroblocks, ascending; the next call starts anew. */
  takeChanged(): readonly number[] {
    const addresses = this.#addresses.sort((a, b) => a - b)
    for (const address of addresses) this.#changed[address] = 0
    this.#addresses = []
    return addresses
  }

  /** Sets samples from (x0, y0) up to (x1, y1) of a plane with `1 << log2` of them along the side of a macroblock. */
  #paint(plane: Uint8Array, log2: 1 | 2, x0: number, y0: number, x1: number, y1: number, value: number): void {
    const { mbWidth } = this.planes
    for (let row = y0; row < y1; row++) {
      const start = row * (mbWidth << log2)
      const addresses = (row >> log2) * mbWidth
      for (let column = x0; column < x1; column++) {
        if (plane[start + column] === value) continue
        plane[start + column] = value
        const address = addresses + (column >> log2)
        if (this.#changed[address] !== 0) continue
        this.#changed[address] = 1
        this.#addresses.push(address)
      }
    }
  }
}
