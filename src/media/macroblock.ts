import type { BitWriter } from './bits.ts'
import { residualBlock } from './cavlc.ts'
import type { Planes } from './picture.ts'

/** Intra16x16PredMode (H.264 table 8-4). */
const LUMA_VERTICAL = 0
const LUMA_HORIZONTAL = 1
const LUMA_DC = 2
/** intra_chroma_pred_mode (table 8-5). */
const CHROMA_DC = 0
const CHROMA_HORIZONTAL = 1
const CHROMA_VERTICAL = 2

/** Cell of a macroblock, row by row, for each place of the 4x4 zig-zag scan (table 8-2). */
const ZIGZAG = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15] as const

/**
 * Codes macroblocks as Intra_16x16 with DC levels only, and keeps the pictures a decoder would have.
 *
 * The DC level of a 4x4 block lifts all its samples alike, and vertical, horizontal and DC prediction (not plane) carry
 * flat cells into flat cells. So one number per cell is the whole truth, and arithmetic on them is the decoder's own.
 */
export class MacroblockCoder {
  readonly #wanted: Planes
  /** What a decoder holds after everything written so far. */
  readonly decoded: Planes
  readonly #luma = new Int32Array(16) // predicted samples
  readonly #residual = new Int32Array(16)
  readonly #lumaLevels = new Int32Array(16)
  readonly #cb = new Int32Array(4)
  readonly #cr = new Int32Array(4)
  readonly #cbLevels = new Int32Array(4)
  readonly #crLevels = new Int32Array(4)
  /** Whether what is predicted is what is wanted, which leaves nothing to transform. */
  #isLumaExact = false
  #isChromaExact = false

  constructor(wanted: Planes, decoded: Planes) {
    this.#wanted = wanted
    this.decoded = decoded
  }

  /** macroblock_layer() (§7.3.5) at `address`. `firstIntraType` is 0 in an I slice, 5 in a P slice (table 7-13). */
  write(bits: BitWriter, address: number, firstIntraType: 0 | 5): void {
    const { mbWidth } = this.#wanted
    const mbX = address % mbWidth
    const mbY = (address - mbX) / mbWidth
    const lumaMode = this.#predictLuma(mbX, mbY)
    const chromaMode = this.#predictChroma(mbX, mbY)
    const luma = this.#transformLuma(mbX, mbY)
    const cb = this.#transformChroma(mbX, mbY, this.#wanted.cb, this.decoded.cb, this.#cb, this.#cbLevels)
    const cr = this.#transformChroma(mbX, mbY, this.#wanted.cr, this.decoded.cr, this.#cr, this.#crLevels)
    const chroma = cb || cr ? 1 : 0 // CodedBlockPatternChroma: DC levels or nothing

    bits.ue(firstIntraType + 1 + lumaMode + 4 * chroma) // mb_type I_16x16_<mode>_<chroma>_0 (table 7-11)
    bits.ue(chromaMode) // intra_chroma_pred_mode
    bits.ue(0) // mb_qp_delta
    if (luma) residualBlock(bits, this.#lumaLevels, 16)
    else bits.u(1, 1) // coeff_token of an empty block
    if (chroma === 1) {
      residualBlock(bits, this.#cbLevels, 4)
      residualBlock(bits, this.#crLevels, 4)
    }
  }

  /** Intra_16x16 prediction (§8.3.3): puts the nearest of the modes at hand into `#luma`. */
  #predictLuma(mbX: number, mbY: number): number {
    const { y } = this.decoded
    const stride = 4 * this.#wanted.mbWidth
    const origin = 4 * mbY * stride + 4 * mbX
    const above = origin - stride
    const left = origin - 1

    this.#isLumaExact = true
    const horizontal = mbX > 0 ? this.#copyLuma(origin, left, 0, stride) : Infinity
    if (horizontal === 0) return LUMA_HORIZONTAL
    const vertical = mbY > 0 ? this.#copyLuma(origin, above, 1, 0) : Infinity
    if (vertical === 0) return LUMA_VERTICAL
    this.#isLumaExact = false

    let sum = 0
    if (mbX > 0) for (let i = 0; i < 4; i++) sum += sample(y, left + i * stride)
    if (mbY > 0) for (let i = 0; i < 4; i++) sum += sample(y, above + i)
    // The standard sums samples, four to a cell; the factors of four cancel.
    const dc = mbX > 0 && mbY > 0 ? (sum + 4) >> 3 : mbX > 0 || mbY > 0 ? (sum + 2) >> 2 : 128
    this.#luma.fill(dc)
    const mean = this.#lumaDistance(origin)
    if (mean < horizontal && mean < vertical) return LUMA_DC

    if (horizontal <= vertical) {
      this.#copyLuma(origin, left, 0, stride)
      return LUMA_HORIZONTAL
    }
    this.#copyLuma(origin, above, 1, 0)
    return LUMA_VERTICAL
  }

  /** Predicts the cells at `origin` from the decoded ones at `from`, by steps; answers how far off that is. */
  #copyLuma(origin: number, from: number, stepX: number, stepY: number): number {
    const { y } = this.decoded
    for (let i = 0; i < 16; i++) this.#luma[i] = sample(y, from + (i & 3) * stepX + (i >> 2) * stepY)
    return this.#lumaDistance(origin)
  }

  #lumaDistance(origin: number): number {
    const { y, mbWidth } = this.#wanted
    let distance = 0
    for (let i = 0; i < 16; i++) {
      distance += Math.abs(sample(y, origin + (i >> 2) * 4 * mbWidth + (i & 3)) - level(this.#luma, i))
    }
    return distance
  }

  /** Intra chroma prediction (§8.3.4), one mode for both planes: puts the nearest into `#cb` and `#cr`. */
  #predictChroma(mbX: number, mbY: number): number {
    this.#isChromaExact = true
    const mean = this.#chromaDistance(mbX, mbY, CHROMA_DC)
    if (mean === 0) return CHROMA_DC
    const horizontal = mbX > 0 ? this.#chromaDistance(mbX, mbY, CHROMA_HORIZONTAL) : Infinity
    if (horizontal === 0) return CHROMA_HORIZONTAL
    this.#isChromaExact = false
    const vertical = mbY > 0 ? this.#chromaDistance(mbX, mbY, CHROMA_VERTICAL) : Infinity
    if (vertical < horizontal && vertical < mean) return CHROMA_VERTICAL
    const best = horizontal < mean ? CHROMA_HORIZONTAL : CHROMA_DC
    this.#chromaDistance(mbX, mbY, best) // once more, to leave its prediction behind
    return best
  }

  /** Predicts both chroma planes by `mode` and answers how far off that is. */
  #chromaDistance(mbX: number, mbY: number, mode: number): number {
    const { cb, cr, mbWidth } = this.#wanted
    return (
      predictChromaPlane(this.decoded.cb, cb, mbWidth, mbX, mbY, mode, this.#cb) +
      predictChromaPlane(this.decoded.cr, cr, mbWidth, mbX, mbY, mode, this.#cr)
    )
  }

  /** Levels of the luma DC block, and what a decoder makes of them (§8.5.2, §8.5.10). Answers whether any is not 0. */
  #transformLuma(mbX: number, mbY: number): boolean {
    const { y: wanted, mbWidth } = this.#wanted
    const stride = 4 * mbWidth
    const origin = 4 * mbY * stride + 4 * mbX
    if (this.#isLumaExact) {
      for (let i = 0; i < 16; i++) this.decoded.y[origin + (i >> 2) * stride + (i & 3)] = level(this.#luma, i)
      return false
    }
    const residual = this.#residual
    let anyResidual = 0
    for (let i = 0; i < 16; i++) {
      const difference = sample(wanted, origin + (i >> 2) * stride + (i & 3)) - level(this.#luma, i)
      residual[i] = difference
      anyResidual |= difference
    }
    let anyLevel = 0
    if (anyResidual !== 0) {
      hadamard4x4(residual)
      for (let i = 0; i < 16; i++) anyLevel |= residual[i] = (level(residual, i) + 2) >> 2
      for (let i = 0; i < 16; i++) this.#lumaLevels[i] = level(residual, ZIGZAG[i] as number)
      hadamard4x4(residual)
    }
    // At QP 16 LevelScale is 256: dcY = (256 f + 8) >> 4, and the inverse transform of a lone DC is (dcY + 32) >> 6.
    for (let i = 0; i < 16; i++) {
      const lift = anyLevel === 0 ? 0 : (level(residual, i) + 2) >> 2
      this.decoded.y[origin + (i >> 2) * stride + (i & 3)] = clip(level(this.#luma, i) + lift)
    }
    return anyLevel !== 0
  }

  /** The same for the DC block of a chroma plane (§8.5.11). */
  #transformChroma(
    mbX: number,
    mbY: number,
    wanted: Uint8Array,
    decoded: Uint8Array,
    predicted: Int32Array,
    levels: Int32Array,
  ): boolean {
    const stride = 2 * this.#wanted.mbWidth
    const origin = 2 * mbY * stride + 2 * mbX
    if (this.#isChromaExact) {
      for (let i = 0; i < 4; i++) decoded[origin + (i >> 1) * stride + (i & 1)] = level(predicted, i)
      return false
    }
    const residual = this.#residual
    let anyResidual = 0
    for (let i = 0; i < 4; i++) {
      const difference = sample(wanted, origin + (i >> 1) * stride + (i & 1)) - level(predicted, i)
      residual[i] = difference
      anyResidual |= difference
    }
    let anyLevel = 0
    levels.fill(0)
    if (anyResidual !== 0) {
      hadamard2x2(residual)
      for (let i = 0; i < 4; i++) anyLevel |= levels[i] = residual[i] = (level(residual, i) + 1) >> 1
      hadamard2x2(residual)
    }
    // At QP 16: dcC = ((256 f) << 2) >> 5, then (dcC + 32) >> 6.
    for (let i = 0; i < 4; i++) {
      const lift = anyLevel === 0 ? 0 : (level(residual, i) + 1) >> 1
      decoded[origin + (i >> 1) * stride + (i & 1)] = clip(level(predicted, i) + lift)
    }
    return anyLevel !== 0
  }
}

/** Predicts the four blocks of a chroma plane from what is decoded around them; answers how far that is from `wanted`. */
function predictChromaPlane(
  decoded: Uint8Array,
  wanted: Uint8Array,
  mbWidth: number,
  mbX: number,
  mbY: number,
  mode: number,
  predicted: Int32Array,
): number {
  const stride = 2 * mbWidth
  const origin = 2 * mbY * stride + 2 * mbX
  let distance = 0
  for (let i = 0; i < 4; i++) {
    const row = i >> 1
    const column = i & 1
    const above = mbY > 0 ? sample(decoded, origin - stride + column) : -1
    const left = mbX > 0 ? sample(decoded, origin - 1 + row * stride) : -1
    let chroma = 128
    if (mode === CHROMA_VERTICAL) chroma = above
    else if (mode === CHROMA_HORIZONTAL) chroma = left
    // Blocks on the diagonal take the mean of both sides, the others the side they touch (§8.3.4.1 to 8.3.4.3).
    else if (above >= 0 && left >= 0) chroma = row === column ? (above + left + 1) >> 1 : row === 0 ? above : left
    else if (above >= 0 || left >= 0) chroma = Math.max(above, left)
    predicted[i] = chroma
    distance += Math.abs(sample(wanted, origin + row * stride + column) - chroma)
  }
  return distance
}

/** Both the forward and the inverse transform of a 4x4 DC block (§8.5.10), without scaling. */
function hadamard4x4(block: Int32Array): void {
  for (let i = 0; i < 16; i += 4) butterfly(block, i, 1)
  for (let i = 0; i < 4; i++) butterfly(block, i, 4)
}

function butterfly(block: Int32Array, first: number, step: number): void {
  const a = level(block, first)
  const b = level(block, first + step)
  const c = level(block, first + 2 * step)
  const d = level(block, first + 3 * step)
  block[first] = a + b + c + d
  block[first + step] = a + b - c - d
  block[first + 2 * step] = a - b - c + d
  block[first + 3 * step] = a - b + c - d
}

/** Both the forward and the inverse transform of a 2x2 DC block (§8.5.11.1), without scaling. */
function hadamard2x2(block: Int32Array): void {
  const a = level(block, 0)
  const b = level(block, 1)
  const c = level(block, 2)
  const d = level(block, 3)
  block[0] = a + b + c + d
  block[1] = a - b + c - d
  block[2] = a + b - c - d
  block[3] = a - b - c + d
}

// Two readers of elements known to be inside, one per kind of array. A single one for both would be slower: V8 keeps
// what it learns of a load with the function, and would check the kind each time.

function sample(plane: Uint8Array, index: number): number {
  return plane[index] as number
}

function level(block: Int32Array, index: number): number {
  return block[index] as number
}

function clip(value: number): number {
  return Math.max(0, Math.min(value, 255))
}
