import { describe, expect, it } from 'vitest'
import * as structure from '../../src/media/boxes.ts'
import { createClip } from '../../src/media/clip.ts'
import * as tables from '../../src/media/sample-boxes.ts'

const boxes = { ...structure, ...tables }

const part = Uint8Array.of(1, 2, 3)

/** Every box, with arguments it may get. */
const ONE_OF_EACH: Readonly<Record<string, Uint8Array>> = {
  ftyp: boxes.ftyp('isom', 512, ['isom', 'mp41']),
  moov: boxes.moov(part),
  mvhd: boxes.mvhd(48_000, 244_800, 2),
  trak: boxes.trak(part, part),
  tkhd: boxes.tkhd(1, 244_800, 0, 1280, 720),
  edts: boxes.edts(244_800),
  mdia: boxes.mdia(part),
  mdhd: boxes.mdhd(48_000, 244_800),
  hdlr: boxes.hdlr('vide', 'VideoHandler'),
  minf: boxes.minf(part),
  vmhd: boxes.vmhd(),
  smhd: boxes.smhd(),
  dinf: boxes.dinf(),
  stbl: boxes.stbl(part),
  stsd: boxes.stsd(part),
  avc1: boxes.avc1(1280, 720, part),
  avcC: boxes.avcC(31, part, part),
  pasp: boxes.pasp(),
  colr: boxes.colr(),
  mp4a: boxes.mp4a(1, 48_000, part),
  esds: boxes.esds(2_000, part),
  stts: boxes.stts([{ count: 153, delta: 1600 }]),
  stss: boxes.stss([1, 61, 121]),
  stsc: boxes.stsc([{ firstChunk: 1, samplesPerChunk: 30 }]),
  stsz: boxes.stsz([5, 6, 7]),
  stco: boxes.stco([4096]),
  udta: boxes.udta(part),
  meta: boxes.meta(boxes.tag('©nam', 'a title')),
}

/** Lengths the standard lays down for boxes without a variable part. */
const FIXED_LENGTHS: Readonly<Record<string, number>> = {
  mvhd: 108,
  tkhd: 92,
  mdhd: 32,
  vmhd: 20,
  smhd: 16,
  edts: 36,
  pasp: 16,
  colr: 19,
}

const typeOf = (bytes: Uint8Array) => Buffer.from(bytes.subarray(4, 8)).toString('latin1')
const lengthOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)

describe('boxes', () => {
  it.each(Object.entries(ONE_OF_EACH))('%s states its own name and length', (name, bytes) => {
    expect(typeOf(bytes)).toBe(name)
    expect(lengthOf(bytes)).toBe(bytes.length)
  })

  it('are all in this list', () => {
    const helpers = ['tag', 'mdatHeader']
    expect(Object.keys(ONE_OF_EACH).sort()).toEqual(
      Object.keys(boxes)
        .filter(name => !helpers.includes(name))
        .sort(),
    )
  })

  it.each(Object.entries(FIXED_LENGTHS))('%s has the %i bytes of the standard', (name, length) => {
    expect(ONE_OF_EACH[name]).toHaveLength(length)
  })

  it('follow each other through a whole file without gap or rest', () => {
    const clip = createClip({ id: 'a', width: 64, height: 64, fps: 24, frames: 49, audio: false, label: ['b'] })
    const file = clip.read(0, clip.size)
    const found: string[] = []
    for (let at = 0; at < file.length; at += lengthOf(file.subarray(at))) found.push(typeOf(file.subarray(at)))
    expect(found).toEqual(['ftyp', 'moov', 'mdat'])
  })
})
