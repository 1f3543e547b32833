/**
 * Boxes of the sample table (ISO/IEC 14496-12:2015 §8.5): how samples are coded, how long they last, where they lie.
 */

import { box, fullBox } from './box.ts'
import { concat, latin1, u8, u16, u32, zeros } from './bytes.ts'
import { CONSTRAINT_SETS, PROFILE_IDC } from './parameter-sets.ts'

/** Sample Table Box (§8.5.1). */
export function stbl(...parts: readonly Uint8Array[]): Uint8Array {
  return box('stbl', ...parts)
}

/** Sample Description Box (§8.5.2) with one entry. */
export function stsd(entry: Uint8Array): Uint8Array {
  return fullBox('stsd', 0, 0, u32(1), entry)
}

/** AVC sample entry (ISO/IEC 14496-15 §5.4.2.1), a VisualSampleEntry (§12.1.3). */
export function avc1(width: number, height: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(
    'avc1',
    zeros(6), // reserved
    u16(1), // data_reference_index
    zeros(2 + 2 + 12), // pre_defined, reserved, pre_defined
    u16(width),
    u16(height),
    u32(0x0048_0000), // horizresolution: 72 dpi
    u32(0x0048_0000), // vertresolution: 72 dpi
    u32(0), // reserved
    u16(1), // frame_count: one frame a sample
    zeros(32), // compressorname
    u16(0x0018), // depth: colour, no alpha
    u16(0xffff), // pre_defined
    ...parts,
  )
}

/** AVC Configuration Box with its decoder configuration record (ISO/IEC 14496-15 §5.3.3.1.2). */
export function avcC(levelIdc: number, seqParameterSet: Uint8Array, picParameterSet: Uint8Array): Uint8Array {
  return box(
    'avcC',
    u8(1), // configurationVersion
    u8(PROFILE_IDC), // AVCProfileIndication
    u8(CONSTRAINT_SETS), // profile_compatibility
    u8(levelIdc), // AVCLevelIndication
    u8(0b1111_1111), // reserved, lengthSizeMinusOne: lengths of four bytes
    u8(0b1110_0001), // reserved, numOfSequenceParameterSets: one
    u16(seqParameterSet.length),
    seqParameterSet,
    u8(1), // numOfPictureParameterSets
    u16(picParameterSet.length),
    picParameterSet,
  )
}

/** Pixel Aspect Ratio Box (§12.1.4): square. */
export function pasp(): Uint8Array {
  return box(
    'pasp',
    u32(1), // hSpacing
    u32(1), // vSpacing
  )
}

/** Colour Information Box (§12.1.5): BT.709, limited range. */
export function colr(): Uint8Array {
  return box(
    'colr',
    latin1('nclx'), // colour_type
    u16(1), // colour_primaries
    u16(1), // transfer_characteristics
    u16(1), // matrix_coefficients
    u8(0), // full_range_flag, reserved
  )
}

/** MP4 audio sample entry (ISO/IEC 14496-14 §5.6.1), an AudioSampleEntry (§12.2.3). */
export function mp4a(channels: number, sampleRate: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(
    'mp4a',
    zeros(6), // reserved
    u16(1), // data_reference_index
    zeros(8), // reserved
    u16(channels), // channelcount
    u16(16), // samplesize
    zeros(2 + 2), // pre_defined, reserved
    u32(sampleRate * 0x1_0000), // 16.16
    ...parts,
  )
}

/** Elementary Stream Descriptor Box (ISO/IEC 14496-14 §5.6.1) of AAC (descriptors: ISO/IEC 14496-1 §7.2.6). */
export function esds(bitRate: number, audioSpecificConfig: Uint8Array): Uint8Array {
  const decoderSpecificInfo = descriptor(5, audioSpecificConfig)
  const decoderConfig = descriptor(
    4,
    u8(0x40), // objectTypeIndication: ISO/IEC 14496-3
    u8(0b0001_0101), // streamType: audio; upStream, reserved
    u8(0), // bufferSizeDB, upper byte
    u16(768), // bufferSizeDB, lower bytes: 6144 bits, the most a frame may have
    u32(bitRate), // maxBitrate
    u32(bitRate), // avgBitrate
    decoderSpecificInfo,
  )
  const slConfig = descriptor(6, u8(2)) // predefined: as MP4 files use it
  const esDescriptor = descriptor(
    3,
    u16(0), // ES_ID: the track's
    u8(0), // no flags, streamPriority 0
    decoderConfig,
    slConfig,
  )
  return fullBox('esds', 0, 0, esDescriptor)
}

/** A tag, the size of what follows (below 128: one byte), and that. */
function descriptor(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concat(...parts)
  return concat(u8(tag), u8(body.length), body)
}

/** Samples in a row that last equally long, in units of the media's timescale. */
export interface TimeRun {
  readonly count: number
  readonly delta: number
}

/** Decoding Time to Sample Box (§8.6.1.2). */
export function stts(runs: readonly TimeRun[]): Uint8Array {
  // An entry is sample_count, sample_delta.
  return fullBox('stts', 0, 0, u32(runs.length), ...runs.map(run => u32(run.count, run.delta)))
}

/** Sync Sample Box (§8.6.2): numbers, from 1, of the samples where decoding can start. */
export function stss(sampleNumbers: readonly number[]): Uint8Array {
  return fullBox('stss', 0, 0, u32(sampleNumbers.length), u32(...sampleNumbers))
}

/** Chunks in a row that hold equally many samples; `firstChunk` counts from 1. */
export interface ChunkRun {
  readonly firstChunk: number
  readonly samplesPerChunk: number
}

/** Sample To Chunk Box (§8.7.4). */
export function stsc(runs: readonly ChunkRun[]): Uint8Array {
  // The last field of a run is sample_description_index.
  return fullBox('stsc', 0, 0, u32(runs.length), ...runs.map(run => u32(run.firstChunk, run.samplesPerChunk, 1)))
}

/** Sample Size Box (§8.7.3.2), sizes in bytes. */
export function stsz(sizes: readonly number[]): Uint8Array {
  return fullBox(
    'stsz',
    0,
    0,
    u32(0), // sample_size: they differ
    u32(sizes.length), // sample_count
    u32(...sizes), // entry_size
  )
}

/** Chunk Offset Box (§8.7.5), offsets in bytes from the start of the file. */
export function stco(offsets: readonly number[]): Uint8Array {
  return fullBox('stco', 0, 0, u32(offsets.length), u32(...offsets))
}
