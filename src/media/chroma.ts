import { clip, hadamard2x2, level, sample } from './transform.ts'

/** intra_chroma_pred_mode (H.264 table 8-5). */
export const CHROMA_DC = 0
export const CHROMA_HORIZONTAL = 1
export const CHROMA_VERTICAL = 2
export type ChromaMode = typeof CHROMA_DC | typeof CHROMA_HORIZONTAL | typeof CHROMA_VERTICAL

/** One chroma plane of one macroblock after the other. Both planes share a mode, which the caller chooses. */
export class Chroma {
  /** DC levels in scan order, as `code` left them. */
  readonly levels = new Int32Array(4)
  readonly #wanted: Uint8Array
  readonly #decoded: Uint8Array
  /** Cells a row. */
  readonly #stride: number
  /** What `distance` last predicted. */
  readonly #predicted = new Int32Array(4)
  readonly #residual = new Int32Array(4)
  /** How far that is from what is wanted. */
  #distance = 0

  constructor(wanted: Uint8Array, decoded: Uint8Array, mbWidth: number) {
    this.#wanted = wanted
    this.#decoded = decoded
    this.#stride = 2 * mbWidth
  }

  /** Predicts the four blocks by `mode` (§8.3.4), which needs neighbours there; answers how far off that is. */
  distance(mbX: number, mbY: number, mode: ChromaMode): number {
    const origin = this.#origin(mbX, mbY)
    const predicted = this.#predicted
    if (mode === CHROMA_DC) this.#predictDc(origin, mbX > 0, mbY > 0)
    else {
      const horizontal = mode === CHROMA_HORIZONTAL
      const from = horizontal ? origin - 1 : origin - this.#stride
      const a = sample(this.#decoded, from)
      const b = sample(this.#decoded, horizontal ? from + this.#stride : from + 1)
      predicted[0] = a
      predicted[1] = horizontal ? a : b
      predicted[2] = horizontal ? b : a
      predicted[3] = b
    }
    this.#distance =
      Math.abs(sample(this.#wanted, origin) - level(predicted, 0)) +
      Math.abs(sample(this.#wanted, origin + 1) - level(predicted, 1)) +
      Math.abs(sample(this.#wanted, origin + this.#stride) - level(predicted, 2)) +
      Math.abs(sample(this.#wanted, origin + this.#stride + 1) - level(predicted, 3))
    return this.#distance
  }

  /** Blocks on the diagonal take the mean of both sides, the others the side they touch (§8.3.4.1 to 8.3.4.3). */
  #predictDc(origin: number, hasLeft: boolean, hasAbove: boolean): void {
    for (let i = 0; i < 4; i++) {
      const row = i >> 1
      const column = i & 1
      const left = hasLeft ? sample(this.#decoded, origin - 1 + row * this.#stride) : 128
      const above = hasAbove ? sample(this.#decoded, origin - this.#stride + column) : 128
      if (hasLeft && hasAbove) this.#predicted[i] = row === column ? (above + left + 1) >> 1 : row === 0 ? above : left
      else this.#predicted[i] = hasAbove ? above : left
    }
  }

  /** Levels of the DC block on top of the prediction, and what a decoder makes of them (§8.5.11). Whether any is not 0. */
  code(mbX: number, mbY: number): boolean {
    const origin = this.#origin(mbX, mbY)
    const isCoded = this.#distance !== 0 && this.#transform(origin)
    if (!isCoded) this.#setLevelsToZero()
    this.#decoded[origin] = this.#reconstructed(0, isCoded)
    this.#decoded[origin + 1] = this.#reconstructed(1, isCoded)
    this.#decoded[origin + this.#stride] = this.#reconstructed(2, isCoded)
    this.#decoded[origin + this.#stride + 1] = this.#reconstructed(3, isCoded)
    return isCoded
  }

  /** At QP 16: dcC = ((256 f) << 2) >> 5, then (dcC + 32) >> 6. */
  #reconstructed(i: number, isCoded: boolean): number {
    const predicted = level(this.#predicted, i)
    return isCoded ? clip(predicted + ((level(this.#residual, i) + 1) >> 1)) : predicted
  }

  /** One by one: `fill` costs more than all else that is done for a flat macroblock. */
  #setLevelsToZero(): void {
    this.levels[0] = 0
    this.levels[1] = 0
    this.levels[2] = 0
    this.levels[3] = 0
  }

  #transform(origin: number): boolean {
    const residual = this.#residual
    for (let i = 0; i < 4; i++) {
      const wanted = sample(this.#wanted, origin + (i >> 1) * this.#stride + (i & 1))
      residual[i] = wanted - level(this.#predicted, i)
    }
    hadamard2x2(residual)
    let anyLevel = 0
    for (let i = 0; i < 4; i++) anyLevel |= this.levels[i] = residual[i] = (level(residual, i) + 1) >> 1
    hadamard2x2(residual)
    return anyLevel !== 0
  }

  #origin(mbX: number, mbY: number): number {
    return 2 * mbY * this.#stride + 2 * mbX
  }
}
