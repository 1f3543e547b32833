/**
 * Boxes of the ISO base media file format. A box is a function with the box's own four letters; clauses are those of
 * ISO/IEC 14496-12:2015 unless another document is named. All times of creation are 0: one clip, one file.
 */

import { box, fullBox } from './box.ts'
import { concat, latin1, u16, u32, zeros } from './bytes.ts'

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

/** Track Header Box (§8.3.2); `duration` in the movie's timescale. A track of sound has a volume and no sides. */
export function tkhd(trackId: number, duration: number, volume: 0 | 1, width: number, height: number): Uint8Array {
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
    u16(volume * 0x100), // 8.8
    u16(0), // reserved
    UNITY_MATRIX,
    u32(width * 0x1_0000), // 16.16
    u32(height * 0x1_0000), // 16.16
  )
}

/** Edit Box (§8.6.5) with an Edit List Box (§8.6.6) of one edit: `duration` of the movie's units from the very start. */
export function edts(duration: number): Uint8Array {
  const elst = fullBox(
    'elst',
    0,
    0,
    u32(1), // entry_count
    u32(duration), // segment_duration
    u32(0), // media_time
    u16(1), // media_rate_integer
    u16(0), // media_rate_fraction
  )
  return box('edts', elst)
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

/** Sound Media Header Box (§12.2.2). */
export function smhd(): Uint8Array {
  return fullBox(
    'smhd',
    0,
    0,
    u16(0), // balance: in the middle
    u16(0), // reserved
  )
}

/** Data Information Box (§8.7.1) with a Data Reference Box (§8.7.2) that says: in this very file. */
export function dinf(): Uint8Array {
  const url = fullBox('url ', 0, 1) // the media data is in the same file
  return box('dinf', fullBox('dref', 0, 0, u32(1), url))
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
