import { clip, hadamard4x4, level, sample } from './transform.ts'

/** Intra16x16PredMode (H.264 table 8-4). */
export const LUMA_VERTICAL = 0
export const LUMA_HORIZONTAL = 1
export const LUMA_DC = 2
export type LumaMode = typeof LUMA_VERTICAL | typeof LUMA_HORIZONTAL | typeof LUMA_DC

/** Cell of a macroblock, row by row, for each place of the 4x4 zig-zag scan (table 8-2). */
const ZIGZAG = Uint8Array.of(0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15)

/** The luma of one macroblock after the other: which prediction is nearest, what has to be coded on top of it. */
export class Luma {
  /** DC levels in scan order, as `code` left them. */
  readonly levels = new Int32Array(16)
  readonly #wanted: Uint8Array
  readonly #decoded: Uint8Array
  /** Cells a row. */
  readonly #stride: number
  /** Decoded cells beside and above the macroblock. */
  readonly #left = new Int32Array(4)
  readonly #above = new Int32Array(4)
  readonly #residual = new Int32Array(16)
  #dc = 0
  #mode: LumaMode = LUMA_DC
  /** Whether what is predicted is what is wanted, which leaves nothing to transform. */
  #isExact = false

  constructor(wanted: Uint8Array, decoded: Uint8Array, mbWidth: number) {
    this.#wanted = wanted
    this.#decoded = decoded
    this.#stride = 4 * mbWidth
  }

  /** Intra_16x16 prediction (§8.3.3): the mode that comes nearest to what is wanted. */
  predict(mbX: number, mbY: number): LumaMode {
    const origin = this.#origin(mbX, mbY)
    this.#isExact = mbX > 0 && this.#equalsLeft(origin)
    this.#mode = this.#isExact ? LUMA_HORIZONTAL : this.#nearest(origin, mbX > 0, mbY > 0)
    return this.#mode
  }

  /** Levels of the DC block, and what a decoder makes of them (§8.5.2, §8.5.10). Answers whether any is not 0. */
  code(mbX: number, mbY: number): boolean {
    const origin = this.#origin(mbX, mbY)
    if (this.#isExact) {
      this.#copyWanted(origin)
      return false
    }
    const isCoded = this.#transform(origin)
    this.#reconstruct(origin, isCoded)
    return isCoded
  }

  #origin(mbX: number, mbY: number): number {
    return 4 * mbY * this.#stride + 4 * mbX
  }

  /** Most macroblocks of a plain picture: a look at each cell is enough for them. */
  #equalsLeft(origin: number): boolean {
    const wanted = this.#wanted
    for (let row = 0, at = origin; row < 4; row++, at += this.#stride) {
      const left = sample(this.#decoded, at - 1)
      const isEqual =
        sample(wanted, at) === left &&
        sample(wanted, at + 1) === left &&
        sample(wanted, at + 2) === left &&
        sample(wanted, at + 3) === left
      if (!isEqual) return false
      this.#left[row] = left
    }
    return true
  }

  #nearest(origin: number, hasLeft: boolean, hasAbove: boolean): LumaMode {
    this.#readNeighbours(origin, hasLeft, hasAbove)
    const dc = this.#dc
    let horizontal = 0
    let vertical = 0
    let mean = 0
    for (let row = 0, at = origin; row < 4; row++, at += this.#stride) {
      const left = level(this.#left, row)
      for (let column = 0; column < 4; column++) {
        const wanted = sample(this.#wanted, at + column)
        horizontal += Math.abs(wanted - left)
        vertical += Math.abs(wanted - level(this.#above, column))
        mean += Math.abs(wanted - dc)
      }
    }
    if (!hasLeft) horizontal = Infinity
    if (!hasAbove) vertical = Infinity
    this.#isExact = vertical === 0
    if (mean < horizontal && mean < vertical) return LUMA_DC
    return horizontal <= vertical ? LUMA_HORIZONTAL : LUMA_VERTICAL
  }

  #readNeighbours(origin: number, hasLeft: boolean, hasAbove: boolean): void {
    const above = origin - this.#stride
    let sum = 0
    for (let i = 0; i < 4; i++) {
      if (hasLeft) sum += this.#left[i] = sample(this.#decoded, origin - 1 + i * this.#stride)
      if (hasAbove) sum += this.#above[i] = sample(this.#decoded, above + i)
    }
    // The standard sums samples, four to a cell; the factors of four cancel.
    this.#dc = hasLeft && hasAbove ? (sum + 4) >> 3 : hasLeft || hasAbove ? (sum + 2) >> 2 : 128
  }

  #copyWanted(origin: number): void {
    for (let row = 0, at = origin; row < 4; row++, at += this.#stride) {
      for (let column = 0; column < 4; column++) this.#decoded[at + column] = sample(this.#wanted, at + column)
    }
  }

  #predicted(row: number, column: number): number {
    if (this.#mode === LUMA_DC) return this.#dc
    return this.#mode === LUMA_HORIZONTAL ? level(this.#left, row) : level(this.#above, column)
  }

  #transform(origin: number): boolean {
    const residual = this.#residual
    let anyResidual = 0
    for (let row = 0, i = 0, at = origin; row < 4; row++, at += this.#stride) {
      for (let column = 0; column < 4; column++, i++) {
        anyResidual |= residual[i] = sample(this.#wanted, at + column) - this.#predicted(row, column)
      }
    }
    if (anyResidual === 0) return false
    hadamard4x4(residual)
    let anyLevel = 0
    for (let i = 0; i < 16; i++) anyLevel |= residual[i] = (level(residual, i) + 2) >> 2
    if (anyLevel === 0) return false
    for (let i = 0; i < 16; i++) this.levels[i] = level(residual, ZIGZAG[i] as number)
    hadamard4x4(residual)
    return true
  }

  /** At QP 16 LevelScale is 256: dcY = (256 f + 8) >> 4, and the inverse transform of a lone DC is (dcY + 32) >> 6. */
  #reconstruct(origin: number, isCoded: boolean): void {
    for (let row = 0, i = 0, at = origin; row < 4; row++, at += this.#stride) {
      for (let column = 0; column < 4; column++, i++) {
        const lift = isCoded ? (level(this.#residual, i) + 2) >> 2 : 0
        this.#decoded[at + column] = clip(this.#predicted(row, column) + lift)
      }
    }
  }
}
