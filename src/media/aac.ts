import { BitWriter } from './bits.ts'

/**
 * AAC LC, mono, of frames that are silent or hold a single spectral line. Clauses and tables are those of
 * ISO/IEC 14496-3:2009.
 */

/** Samples a second, which the tables here are for. */
export const SAMPLE_RATE = 48_000

/** Samples a frame brings. The window spans two frames: a frame sounds from its own time on into the next one's. */
export const FRAME_SAMPLES = 1024

/** First line of each scale factor band at 48 kHz, long windows, as far as used (table 4.129), and where the last ends. */
const BANDS = [0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 56, 64, 72, 80, 88, 96] as const

/**
 * `lineFrame` holds one of the spectral lines from 4 up to but not including this one. In the first band, below 4, the
 * section of empty bands before the line's own would have no length, which decoders need not expect.
 *
 * Line k lies at (k + 0.5) · 23.4375 Hz. With a sign that changes from frame to frame it sounds half a line beside that.
 */
export const LINES = 96

/** Codebook 1 (table 4.A.2) where one of four values is not 0: `[place][sign]`, all five bits long. */
const LONE_VALUE = [
  { plus: 0x10, minus: 0x11 },
  { plus: 0x13, minus: 0x17 },
  { plus: 0x16, minus: 0x15 },
  { plus: 0x14, minus: 0x12 },
] as const

/** Scale of a value of 1, in steps of a quarter of 6.02 dB around 100: a tone at a quarter of full scale. */
const LOUDNESS = 192

/** AudioSpecificConfig() (§1.6.2.1). */
export function audioSpecificConfig(): Uint8Array {
  const bits = new BitWriter()
  bits.u(5, 2) // audioObjectType: AAC LC
  bits.u(4, 3) // samplingFrequencyIndex: 48000
  bits.u(4, 1) // channelConfiguration: mono
  bits.u(1, 0) // frameLengthFlag: 1024 samples
  bits.u(1, 0) // dependsOnCoreCoder
  bits.u(1, 0) // extensionFlag
  return bits.zeroPadded()
}

/** A frame without sound. */
export function silentFrame(): Uint8Array {
  const bits = new BitWriter()
  beginFrame(bits, 0, 0)
  return endFrame(bits)
}

/** A frame whose spectrum is one line of value ±1. */
export function lineFrame(line: number, sign: 1 | -1): Uint8Array {
  const band = BANDS.findLastIndex(first => first <= line)
  const first = BANDS[band] as number
  const end = BANDS[band + 1] as number
  const bits = new BitWriter()
  beginFrame(bits, LOUDNESS, band + 1)
  // section_data() (§4.4.2.7)
  bits.u(4, 0) // sect_cb: ZERO_HCB
  bits.u(5, band) // sect_len_incr
  bits.u(4, 1) // sect_cb
  bits.u(5, 1) // sect_len_incr
  // scale_factor_data(): the first of a frame is global_gain itself
  bits.u(1, 0) // hcod_sf: no difference
  bits.u(1, 0) // pulse_data_present
  bits.u(1, 0) // tns_data_present
  bits.u(1, 0) // gain_control_data_present
  // spectral_data(): four values a code
  for (let at = first; at < end; at += 4) {
    const code = LONE_VALUE[line - at]
    if (code === undefined) bits.u(1, 0)
    else bits.u(5, sign > 0 ? code.plus : code.minus)
  }
  return endFrame(bits)
}

/** raw_data_block() (§4.4.2.1) with one single_channel_element(), up to the section data; without bands, past it. */
function beginFrame(bits: BitWriter, globalGain: number, maxSfb: number): void {
  bits.u(3, 0) // id_syn_ele: ID_SCE
  bits.u(4, 0) // element_instance_tag
  bits.u(8, globalGain)
  // ics_info()
  bits.u(1, 0) // ics_reserved_bit
  bits.u(2, 0) // window_sequence: ONLY_LONG_SEQUENCE
  bits.u(1, 0) // window_shape: sine
  bits.u(6, maxSfb)
  bits.u(1, 0) // predictor_data_present
  if (maxSfb === 0) bits.u(3, 0) // pulse_data_present, tns_data_present, gain_control_data_present
}

function endFrame(bits: BitWriter): Uint8Array {
  bits.u(3, 7) // id_syn_ele: ID_END
  return bits.zeroPadded()
}
