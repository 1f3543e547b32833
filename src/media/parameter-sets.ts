import { BitWriter, nalUnit } from './bits.ts'

/** What a sequence looks like, in luma samples and frames per second. */
export interface VideoFormat {
  /** Even. */
  readonly width: number
  /** Even. */
  readonly height: number
  readonly fps: number
}

/** profile_idc and its constraint flags: Constrained Baseline (H.264 §A.2.1.1), which every decoder plays. */
export const PROFILE_IDC = 66
export const CONSTRAINT_SETS = 0b1100_0000

/** The quantiser of every macroblock. Its step is below one grey level, and the largest DC level is 1020. */
const QP = 16

/** frame_num counts modulo 2 to this power; more than the 60 frames from one IDR picture to the next. */
export const LOG2_MAX_FRAME_NUM = 8

/** level_idc, MaxMBPS (macroblocks per second) and MaxFS (macroblocks per picture) of table A-1. */
const LEVELS = [
  [10, 1_485, 99],
  [11, 3_000, 396],
  [12, 6_000, 396],
  [13, 11_880, 396],
  [21, 19_800, 792],
  [22, 20_250, 1_620],
  [30, 40_500, 1_620],
  [31, 108_000, 3_600],
  [32, 216_000, 5_120],
  [40, 245_760, 8_192],
  [42, 522_240, 8_704],
  [50, 589_824, 22_080],
  [51, 983_040, 36_864],
  [52, 2_073_600, 36_864],
  [60, 4_177_920, 139_264],
] as const

/** The lowest level whose limits on rate, area and side (§A.3.1: at most the root of 8 MaxFS) the format keeps. */
export function levelIdc({ width, height, fps }: VideoFormat): number {
  const mbWidth = Math.ceil(width / 16)
  const mbHeight = Math.ceil(height / 16)
  const longSide = Math.max(mbWidth, mbHeight)
  const area = mbWidth * mbHeight
  const level = LEVELS.find(
    ([, maxMbps, maxFs]) => area * fps <= maxMbps && area <= maxFs && longSide * longSide <= 8 * maxFs,
  )
  if (level === undefined) throw new RangeError(`no H.264 level holds ${width}x${height} at ${fps} frames per second`)
  return level[0]
}

/** Sequence parameter set (§7.3.2.1.1), as a NAL unit. */
export function seqParameterSet(format: VideoFormat): Uint8Array {
  const mbWidth = Math.ceil(format.width / 16)
  const mbHeight = Math.ceil(format.height / 16)
  const cropRight = (mbWidth * 16 - format.width) / 2
  const cropBottom = (mbHeight * 16 - format.height) / 2
  const cropped = cropRight > 0 || cropBottom > 0

  const bits = new BitWriter()
  bits.u(8, PROFILE_IDC)
  bits.u(8, CONSTRAINT_SETS) // constraint_set0..5_flag, reserved_zero_2bits
  bits.u(8, levelIdc(format))
  bits.ue(0) // seq_parameter_set_id
  bits.ue(LOG2_MAX_FRAME_NUM - 4) // log2_max_frame_num_minus4
  bits.ue(2) // pic_order_cnt_type: output order is decoding order
  bits.ue(1) // max_num_ref_frames
  bits.u(1, 0) // gaps_in_frame_num_value_allowed_flag
  bits.ue(mbWidth - 1) // pic_width_in_mbs_minus1
  bits.ue(mbHeight - 1) // pic_height_in_map_units_minus1
  bits.u(1, 1) // frame_mbs_only_flag
  bits.u(1, 1) // direct_8x8_inference_flag
  bits.u(1, cropped ? 1 : 0) // frame_cropping_flag
  if (cropped) {
    bits.ue(0) // frame_crop_left_offset
    bits.ue(cropRight) // frame_crop_right_offset, in chroma samples
    bits.ue(0) // frame_crop_top_offset
    bits.ue(cropBottom) // frame_crop_bottom_offset
  }
  bits.u(1, 1) // vui_parameters_present_flag
  vuiParameters(bits, format.fps)
  return nalUnit(3, 7, bits.rbsp())
}

/** Video usability information (§E.1.1): square pixels, BT.709, fixed frame rate, no reordering. */
function vuiParameters(bits: BitWriter, fps: number): void {
  bits.u(1, 1) // aspect_ratio_info_present_flag
  bits.u(8, 1) // aspect_ratio_idc: 1:1
  bits.u(1, 0) // overscan_info_present_flag
  bits.u(1, 1) // video_signal_type_present_flag
  bits.u(3, 5) // video_format: unspecified
  bits.u(1, 0) // video_full_range_flag
  bits.u(1, 1) // colour_description_present_flag
  bits.u(8, 1) // colour_primaries: BT.709
  bits.u(8, 1) // transfer_characteristics: BT.709
  bits.u(8, 1) // matrix_coefficients: BT.709
  bits.u(1, 0) // chroma_loc_info_present_flag
  bits.u(1, 1) // timing_info_present_flag
  bits.u(16, 0) // num_units_in_tick, upper half
  bits.u(16, 1) // num_units_in_tick, lower half
  bits.u(16, 0) // time_scale, upper half
  bits.u(16, 2 * fps) // time_scale, lower half: a tick is a field, a frame lasts two
  bits.u(1, 1) // fixed_frame_rate_flag
  bits.u(1, 0) // nal_hrd_parameters_present_flag
  bits.u(1, 0) // vcl_hrd_parameters_present_flag
  bits.u(1, 0) // pic_struct_present_flag
  bits.u(1, 1) // bitstream_restriction_flag
  bits.u(1, 1) // motion_vectors_over_pic_boundaries_flag
  bits.ue(0) // max_bytes_per_pic_denom: no limit stated
  bits.ue(0) // max_bits_per_mb_denom: no limit stated
  bits.ue(0) // log2_max_mv_length_horizontal: all vectors are zero
  bits.ue(0) // log2_max_mv_length_vertical
  bits.ue(0) // max_num_reorder_frames
  bits.ue(1) // max_dec_frame_buffering
}

/** Picture parameter set (§7.3.2.2), as a NAL unit. */
export function picParameterSet(): Uint8Array {
  const bits = new BitWriter()
  bits.ue(0) // pic_parameter_set_id
  bits.ue(0) // seq_parameter_set_id
  bits.u(1, 0) // entropy_coding_mode_flag: CAVLC
  bits.u(1, 0) // bottom_field_pic_order_in_frame_present_flag
  bits.ue(0) // num_slice_groups_minus1
  bits.ue(0) // num_ref_idx_l0_default_active_minus1
  bits.ue(0) // num_ref_idx_l1_default_active_minus1
  bits.u(1, 0) // weighted_pred_flag
  bits.u(2, 0) // weighted_bipred_idc
  bits.se(QP - 26) // pic_init_qp_minus26
  bits.se(0) // pic_init_qs_minus26
  bits.se(0) // chroma_qp_index_offset
  bits.u(1, 1) // deblocking_filter_control_present_flag
  bits.u(1, 0) // constrained_intra_pred_flag
  bits.u(1, 0) // redundant_pic_cnt_present_flag
  return nalUnit(3, 8, bits.rbsp())
}
