import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BitWriter, nalUnit } from '../../src/media/bits.ts'
import {
  CHROMA_DC_COEFF_TOKEN,
  CHROMA_DC_TOTAL_ZEROS,
  COEFF_TOKEN,
  RUN_BEFORE,
  residualBlock,
  TOTAL_ZEROS,
} from '../../src/media/cavlc.ts'
import { decode, withoutFfmpeg } from './ffmpeg.ts'
import { silentMovie } from './silent-movie.ts'

const text = (code: number) => (code & 0xffff).toString(2).padStart(code >>> 16, '0')

describe('code tables', () => {
  // A code that began like another could not be read; a slip of the pen in a table nearly always makes one.
  it.each([
    ['coeff_token', [COEFF_TOKEN.flat()]],
    ['coeff_token of chroma DC', [CHROMA_DC_COEFF_TOKEN.flat()]],
    ['total_zeros', TOTAL_ZEROS],
    ['total_zeros of chroma DC', CHROMA_DC_TOTAL_ZEROS],
    ['run_before', RUN_BEFORE],
  ])('%s can be told apart from their first bits', (_, sets) => {
    for (const set of sets) {
      const codes = set.map(text).sort()
      for (const [i, code] of codes.entries()) expect(codes[i + 1]?.startsWith(code) ?? false).toBe(false)
    }
  })

  it('have an entry for every count the syntax can ask for', () => {
    expect(COEFF_TOKEN.map(row => row.length)).toEqual([1, 2, 3, ...Array(14).fill(4)])
    expect(TOTAL_ZEROS.map(row => row.length)).toEqual([...Array(15).keys()].map(i => 16 - i))
    expect(CHROMA_DC_TOTAL_ZEROS.map(row => row.length)).toEqual([4, 3, 2])
    expect(RUN_BEFORE.map(row => row.length)).toEqual([2, 3, 4, 5, 6, 7, 15])
  })
})

/** Whole numbers from 0 up to but not including `below`, the same on every run. */
function dice(): (below: number) => number {
  let state = 1
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** `count` levels: `coefficients` of them not 0, `zeros` zeros somewhere below the last of these, `ones` at the end. */
function levelsOf(count: number, coefficients: number, zeros: number, ones: number, roll: (below: number) => number) {
  const levels = new Int32Array(count)
  const last = coefficients + zeros - 1
  const taken = new Set([last])
  // Drawn from the lower end half of the time, so that long runs of zeros come up as well.
  for (const reach = roll(2) === 0 ? last : coefficients; taken.size < coefficients; ) taken.add(roll(reach))
  const highestFirst = [...taken].sort((a, b) => b - a)
  for (const [i, at] of highestFirst.entries()) {
    const magnitude = i < ones ? 1 : i === ones ? 2 + roll(roll(8) === 0 ? 900 : 6) : 1 + roll(roll(4) === 0 ? 90 : 8)
    levels[at] = roll(2) === 0 ? magnitude : -magnitude
  }
  return levels
}

/** Blocks of 16 and of 4 levels in which every entry of every table is needed. */
function blocksOf(count: 4 | 16, roll: (below: number) => number): Int32Array[] {
  const blocks = [new Int32Array(count)]
  for (let coefficients = 1; coefficients <= count; coefficients++) {
    for (let zeros = 0; zeros <= count - coefficients; zeros++) {
      for (let ones = 0; ones <= Math.min(3, coefficients); ones++) {
        for (let i = 0; i < 5; i++) blocks.push(levelsOf(count, coefficients, zeros, ones, roll))
      }
    }
  }
  return blocks
}

/** One macroblock that is a picture, so everything is predicted as 128. Written here again, not by the coder's code. */
function pictureOf(luma: Int32Array, cb: Int32Array, cr: Int32Array, frame: number): Uint8Array {
  const bits = new BitWriter()
  bits.ue(0) // first_mb_in_slice
  bits.ue(frame === 0 ? 2 : 0) // slice_type: I, P
  bits.ue(0) // pic_parameter_set_id
  bits.u(8, frame % 256) // frame_num
  if (frame === 0) bits.ue(0) // idr_pic_id
  bits.u(frame === 0 ? 2 : 3, 0) // the flags of dec_ref_pic_marking() and, in P, of reference lists
  bits.se(0) // slice_qp_delta
  bits.ue(1) // disable_deblocking_filter_idc
  if (frame > 0) bits.ue(0) // mb_skip_run
  bits.ue((frame === 0 ? 0 : 5) + 7) // mb_type: I_16x16_2_1_0
  bits.ue(0) // intra_chroma_pred_mode: DC
  bits.se(0) // mb_qp_delta
  residualBlock(bits, luma, 16)
  residualBlock(bits, cb, 4)
  residualBlock(bits, cr, 4)
  return nalUnit(3, frame === 0 ? 5 : 1, bits.rbsp())
}

/** What each 4x4 block shows, straight from the matrices of §8.5.10 and §8.5.11.1 at QP 16. */
function shown(levels: Int32Array): number[] {
  const luma = levels.length === 16
  const size = luma ? 4 : 2
  const rows = luma ? ['++++', '++--', '+--+', '+-+-'] : ['++', '+-']
  const scan = luma ? [0, 1, 5, 6, 2, 4, 7, 12, 3, 8, 11, 13, 9, 10, 14, 15] : [0, 1, 2, 3] // places, cell by cell
  const sign = (row: number, column: number) => (rows[row]?.[column] === '+' ? 1 : -1)
  return scan.map((_, cell) => {
    let f = 0
    for (const [from, place] of scan.entries()) {
      const across = sign(cell % size, from % size)
      const down = sign(Math.floor(cell / size), Math.floor(from / size))
      f += across * down * (levels[place] ?? 0)
    }
    const dc = luma ? (f * 256 + 8) >> 4 : ((f * 256) << 2) >> 5
    return Math.min(255, Math.max(0, 128 + ((dc + 32) >> 6)))
  })
}

describe(`residualBlock, read by ffmpeg${withoutFfmpeg}`, () => {
  it.skipIf(withoutFfmpeg)('gives back the levels of every kind of block', { timeout: 60_000 }, () => {
    const roll = dice()
    const chroma = blocksOf(4, roll)
    const any = () => chroma[roll(chroma.length)] as Int32Array
    const pictures = blocksOf(16, roll).map((luma, i) => ({ luma, cb: chroma[i] ?? any(), cr: any() }))

    const folder = mkdtempSync(join(tmpdir(), 'mockling-cavlc-'))
    const file = join(folder, 'blocks.mp4')
    const format = { width: 16, height: 16, fps: 30 }
    const units = pictures.map(({ luma, cb, cr }, frame) => pictureOf(luma, cb, cr, frame))
    writeFileSync(file, silentMovie(format, units, Infinity))
    const { output, complaints } = decode(file)
    rmSync(folder, { recursive: true })

    expect(complaints).toBe('')
    expect(output).toHaveLength(pictures.length * 384)
    for (const [i, { luma, cb, cr }] of pictures.entries()) {
      const picture = output.subarray(i * 384, (i + 1) * 384)
      const cells = (from: number, side: number) =>
        Array.from({ length: side * side }, (_, cell) => {
          return picture[from + Math.floor(cell / side) * 4 * (4 * side) + (cell % side) * 4]
        })
      expect(cells(0, 4), `luma ${luma}`).toEqual(shown(luma))
      expect(cells(256, 2), `cb ${cb}`).toEqual(shown(cb))
      expect(cells(320, 2), `cr ${cr}`).toEqual(shown(cr))
    }
  })
})
