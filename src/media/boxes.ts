/**
 * Boxes of the ISO base media file format. A box is a function with the box's own four letters; clauses are those of
 * ISO/IEC 14496-12:2015 unless another document is named. All times of creation are 0: one clip, one file.
 */

import { concat, latin1, u8, u16, u32, zeros } from './bytes.ts'
import { CONSTRAINT_SETS, PROFILE_IDC } from './parameter-sets.ts'

/** Box (§4.2): its size, its type, its parts. */
function box(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8)
  return concat(u32(size), latin1(type), ...parts)
}

/** FullBox (§4.2): a box that begins with a version and 24 flags. */
function fullBox(type: string, version: number, flags: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return box(type, u32((version << 24) | flags), ...parts)
}

/** File Type Box (§4.3). */
export function ftyp(majorBrand: string, minorVersion: number, compatibleBrands: readonly string[]): Uint8Array {
  return box('ftyp', latin1(majorBrand), u32(minorVersion), ...compatibleBrands.map(latin1))
}

/** Movie Box (§8.2.1). */
export function moov(...parts: readonly Uint8Array[]): Uint8Array {
  return box('moov', ...parts)
}

/** Movie Header Box (§8.2.2). */
export function mvhd(timescale: number, duration: number, nextTrackId: number): Uint8Array {
  return fullBox(
    'mvhd',
    0,
    0,
    u32(0), // creation_time
    u32(0), // modification_time
    u32(timescale),
    u32(duration),
    u32(0x0001_0000), // rate: 1.0
    u16(0x0100), // volume: full
    zeros(2 + 8), // reserved
    UNITY_MATRIX,
    zeros(24), // pre_defined
    u32(nextTrackId),
  )
}

/** Track Box (§8.3.1). */
export function trak(...parts: readonly Uint8Array[]): Uint8Array {
  return box('trak', ...parts)
}

/** Track Header Box (§8.3.2) of a visual track; `duration` in the movie's timescale. */
export function tkhd(trackId: number, duration: number, width: number, height: number): Uint8Array {
  return fullBox(
    'tkhd',
    0,
    3, // track_enabled, track_in_movie
    u32(0), // creation_time
    u32(0), // modification_time
    u32(trackId),
    u32(0), // reserved
    u32(duration),
    zeros(8), // reserved
    u16(0), // layer
    u16(0), // alternate_group
    u16(0), // volume: none, a visual track
    u16(0), // reserved
    UNITY_MATRIX,
    u32(width * 0x1_0000), // 16.16
    u32(height * 0x1_0000), // 16.16
  )
}

/** Media Box (§8.4.1). */
export function mdia(...parts: readonly Uint8Array[]): Uint8Array {
  return box('mdia', ...parts)
}

/** Media Header Box (§8.4.2). */
export function mdhd(timescale: number, duration: number): Uint8Array {
  return fullBox(
    'mdhd',
    0,
    0,
    u32(0), // creation_time
    u32(0), // modification_time
    u32(timescale),
    u32(duration),
    u16(0x55c4), // language: und
    u16(0), // pre_defined
  )
}

/** Handler Reference Box (§8.4.3). `reserved` is 0, but for the handler of iTunes tags. */
export function hdlr(handlerType: string, name: string, reserved: Uint8Array = zeros(12)): Uint8Array {
  return fullBox(
    'hdlr',
    0,
    0,
    u32(0), // pre_defined
    latin1(handlerType),
    reserved,
    latin1(name),
    zeros(1), // end of name
  )
}

/** Media Information Box (§8.4.4). */
export function minf(...parts: readonly Uint8Array[]): Uint8Array {
  return box('minf', ...parts)
}

/** Video Media Header Box (§12.1.2). */
export function vmhd(): Uint8Array {
  return fullBox(
    'vmhd',
    0,
    1,
    u16(0), // graphicsmode: copy
    zeros(6), // opcolor
  )
}

/** Data Information Box (§8.7.1) with a Data Reference Box (§8.7.2) that says: in this very file. */
export function dinf(): Uint8Array {
  const url = fullBox('url ', 0, 1) // the media data is in the same file
  return box('dinf', fullBox('dref', 0, 0, u32(1), url))
}

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

/** Decoding Time to Sample Box (§8.6.1.2): `count` samples, each lasting `delta` timescale units. */
export function stts(count: number, delta: number): Uint8Array {
  return fullBox(
    'stts',
    0,
    0,
    u32(1), // entry_count: all samples last equally long
    u32(count), // sample_count
    u32(delta), // sample_delta
  )
}

/** Sync Sample Box (§8.6.2): numbers, from 1, of the samples where decoding can start. */
export function stss(sampleNumbers: readonly number[]): Uint8Array {
  return fullBox('stss', 0, 0, u32(sampleNumbers.length), u32(...sampleNumbers))
}

/** Sample To Chunk Box (§8.7.4): runs of chunks that hold equally many samples; `firstChunk` counts from 1. */
export function stsc(runs: readonly { readonly firstChunk: number; readonly samplesPerChunk: number }[]): Uint8Array {
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

/** User Data Box (§8.10.1). */
export function udta(...parts: readonly Uint8Array[]): Uint8Array {
  return box('udta', ...parts)
}

/** Meta Box (§8.11.1) of tags as iTunes writes them and every player reads them; the standard has none of its own. */
export function meta(...tags: readonly Uint8Array[]): Uint8Array {
  const appl = concat(latin1('appl'), zeros(8)) // manufacturer, where the standard reserves; some readers want it
  return fullBox('meta', 0, 0, hdlr('mdir', '', appl), box('ilst', ...tags))
}

/** A tag with text: `©nam` is the title, `©cmt` a comment. */
export function tag(type: '©nam' | '©cmt', text: string): Uint8Array {
  const data = box(
    'data',
    u32(1), // type indicator: UTF-8
    u32(0), // locale
    new TextEncoder().encode(text),
  )
  return box(type, data)
}

/** Media Data Box (§8.1.1), the header only: `size` bytes of samples follow. */
export function mdatHeader(size: number): Uint8Array {
  return concat(u32(8 + size), latin1('mdat'))
}

/** The matrix of tkhd and mvhd that leaves the picture as it is: rows (a b u), (c d v), (x y w); u, v, w are 2.30. */
const UNITY_MATRIX = u32(0x0001_0000, 0, 0, 0, 0x0001_0000, 0, 0, 0, 0x4000_0000)
