import { BitWriter, nalUnit } from './bits.ts'
import { MacroblockCoder } from './macroblock.ts'
import { LOG2_MAX_FRAME_NUM } from './parameter-sets.ts'
import { emptyPlanes, type Picture, type Planes } from './picture.ts'

/** slice_type (H.264 table 7-6). */
const P_SLICE = 0
const I_SLICE = 2

/**
 * Turns a picture, as it stands at each call, into the next coded picture of a stream: one slice, one NAL unit.
 *
 * The first call must be `idr()`, and no two calls of `idr()` may be adjacent. What did not change since the last call
 * is skipped in `p()`, so an idle frame is a dozen bytes.
 */
export class SliceCoder {
  readonly #picture: Picture
  readonly #macroblocks: MacroblockCoder
  /** The payload of the last IDR picture, still open. */
  readonly #idrBits = new BitWriter()
  /** That of the last predicted picture; kept for its room. */
  readonly #pBits = new BitWriter()
  /** Where each macroblock row starts in it, and after the last row where the payload ends. */
  readonly #rowStarts: number[] = []
  /** The topmost macroblock row that changed since the last IDR picture. */
  #firstChangedRow = 0
  #frameNum = 0

  constructor(picture: Picture) {
    const { mbWidth, mbHeight } = picture.planes
    this.#picture = picture
    this.#macroblocks = new MacroblockCoder(picture.planes, emptyPlanes(mbWidth, mbHeight))
  }

  /** The picture that a decoder shows after everything coded so far. It changes with the next call. */
  get decoded(): Planes {
    return this.#macroblocks.decoded
  }

  /**
   * An instantaneous decoding refresh picture: decoding can start here.
   *
   * A macroblock depends on those above and to its left only, so rows above the first change since the last IDR picture
   * keep their bits, and the decoded picture still holds their samples. The slice header stays as well: idr_pic_id has
   * to differ between adjacent IDR pictures only (§7.4.3).
   */
  idr(): Uint8Array {
    this.#noteChanged()
    const { mbWidth, mbHeight } = this.#picture.planes
    const bits = this.#idrBits
    const row = this.#firstChangedRow
    if (row === 0) {
      bits.rewind(0)
      sliceHeader(bits, I_SLICE, 0)
    } else bits.rewind(this.#rowStarts[row] as number)

    for (let mbY = row; mbY < mbHeight; mbY++) {
      this.#rowStarts[mbY] = bits.position
      for (let mbX = 0; mbX < mbWidth; mbX++) this.#macroblocks.write(bits, mbY * mbWidth + mbX, 0)
    }
    this.#rowStarts[mbHeight] = bits.position

    this.#firstChangedRow = mbHeight
    this.#frameNum = 0
    return nalUnit(3, 5, bits.rbsp())
  }

  /** A predicted picture: changed macroblocks coded anew, all others P_Skip, which with zero vectors means a copy. */
  p(): Uint8Array {
    this.#frameNum = (this.#frameNum + 1) % 2 ** LOG2_MAX_FRAME_NUM
    const bits = this.#pBits
    bits.rewind(0)
    sliceHeader(bits, P_SLICE, this.#frameNum)

    // slice_data() (§7.3.4)
    let next = 0
    for (const address of this.#noteChanged()) {
      bits.ue(address - next) // mb_skip_run
      this.#macroblocks.write(bits, address, 5)
      next = address + 1
    }
    const { mbWidth, mbHeight } = this.#picture.planes
    const skipped = mbWidth * mbHeight - next
    if (skipped > 0) bits.ue(skipped) // mb_skip_run; after a last macroblock that is coded there is none
    return nalUnit(2, 1, bits.rbsp())
  }

  #noteChanged(): readonly number[] {
    const changed = this.#picture.takeChanged()
    const [topmost] = changed
    if (topmost !== undefined) {
      this.#firstChangedRow = Math.min(this.#firstChangedRow, Math.floor(topmost / this.#picture.planes.mbWidth))
    }
    return changed
  }
}

/** slice_header() (§7.3.3) of a picture that later ones refer to. */
function sliceHeader(bits: BitWriter, sliceType: typeof P_SLICE | typeof I_SLICE, frameNum: number): void {
  bits.ue(0) // first_mb_in_slice
  bits.ue(sliceType)
  bits.ue(0) // pic_parameter_set_id
  bits.u(LOG2_MAX_FRAME_NUM, frameNum)
  if (sliceType === I_SLICE) {
    bits.ue(0) // idr_pic_id
    bits.u(1, 0) // no_output_of_prior_pics_flag
    bits.u(1, 0) // long_term_reference_flag
  } else {
    bits.u(1, 0) // num_ref_idx_active_override_flag
    bits.u(1, 0) // ref_pic_list_modification_flag_l0
    bits.u(1, 0) // adaptive_ref_pic_marking_mode_flag
  }
  bits.se(0) // slice_qp_delta
  bits.ue(1) // disable_deblocking_filter_idc: off, so that what is coded is what is shown
}
