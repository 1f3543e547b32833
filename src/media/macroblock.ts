import type { BitWriter } from './bits.ts'
import { residualBlock } from './cavlc.ts'
import { CHROMA_DC, CHROMA_HORIZONTAL, CHROMA_VERTICAL, Chroma, type ChromaMode } from './chroma.ts'
import { Luma } from './luma.ts'
import type { Planes } from './picture.ts'

/**
 * Codes macroblocks as Intra_16x16 with DC levels only, and keeps the pictures a decoder would have.
 *
 * The DC level of a 4x4 block lifts all its samples alike, and vertical, horizontal and DC prediction (not plane) carry
 * flat cells into flat cells. So one number per cell is the whole truth, and arithmetic on them is the decoder's own.
 */
export class MacroblockCoder {
  /** What a decoder holds after everything written so far. */
  readonly decoded: Planes
  readonly #mbWidth: number
  readonly #luma: Luma
  readonly #cb: Chroma
  readonly #cr: Chroma

  constructor(wanted: Planes, decoded: Planes) {
    const { mbWidth } = wanted
    this.decoded = decoded
    this.#mbWidth = mbWidth
    this.#luma = new Luma(wanted.y, decoded.y, mbWidth)
    this.#cb = new Chroma(wanted.cb, decoded.cb, mbWidth)
    this.#cr = new Chroma(wanted.cr, decoded.cr, mbWidth)
  }

  /** macroblock_layer() (H.264 §7.3.5) at `address`. `firstIntraType` is 0 in an I slice, 5 in a P slice (table 7-13). */
  write(bits: BitWriter, address: number, firstIntraType: 0 | 5): void {
    const mbX = address % this.#mbWidth
    const mbY = (address - mbX) / this.#mbWidth
    const lumaMode = this.#luma.predict(mbX, mbY)
    const chromaMode = this.#predictChroma(mbX, mbY)
    const luma = this.#luma.code(mbX, mbY)
    const cb = this.#cb.code(mbX, mbY)
    const cr = this.#cr.code(mbX, mbY)
    const chroma = cb || cr ? 1 : 0 // CodedBlockPatternChroma: DC levels or nothing

    bits.ue(firstIntraType + 1 + lumaMode + 4 * chroma) // mb_type I_16x16_<mode>_<chroma>_0 (table 7-11)
    bits.ue(chromaMode) // intra_chroma_pred_mode
    bits.ue(0) // mb_qp_delta
    if (luma) residualBlock(bits, this.#luma.levels, 16)
    else bits.u(1, 1) // coeff_token of an empty block
    if (chroma === 1) {
      residualBlock(bits, this.#cb.levels, 4)
      residualBlock(bits, this.#cr.levels, 4)
    }
  }

  /** Intra chroma prediction, one mode for both planes: the nearest, and of equally near ones the shortest to write. */
  #predictChroma(mbX: number, mbY: number): ChromaMode {
    const mean = this.#chromaDistance(mbX, mbY, CHROMA_DC)
    if (mean === 0) return CHROMA_DC
    const horizontal = mbX > 0 ? this.#chromaDistance(mbX, mbY, CHROMA_HORIZONTAL) : Infinity
    if (horizontal === 0) return CHROMA_HORIZONTAL
    const vertical = mbY > 0 ? this.#chromaDistance(mbX, mbY, CHROMA_VERTICAL) : Infinity
    if (vertical < horizontal && vertical < mean) return CHROMA_VERTICAL
    const best = horizontal < mean ? CHROMA_HORIZONTAL : CHROMA_DC
    this.#chromaDistance(mbX, mbY, best) // once more, to leave its prediction behind
    return best
  }

  #chromaDistance(mbX: number, mbY: number, mode: ChromaMode): number {
    return this.#cb.distance(mbX, mbY, mode) + this.#cr.distance(mbX, mbY, mode)
  }
}
