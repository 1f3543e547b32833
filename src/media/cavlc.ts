import type { BitWriter } from './bits.ts'

/**
 * Context-adaptive variable-length coding of transform levels (H.264 §9.2), for blocks whose context is always the same.
 *
 * No macroblock here ever codes AC levels, so the neighbours of every block count as empty (§9.2.1) and nC is 0 for
 * luma DC and -1 for chroma DC. That leaves one column each of tables 9-5, and 9-7 to 9-10.
 */

/** A row of codes as the standard prints them, each as its length above bit 16 and its value below. */
function codes(...rows: readonly string[]): readonly (readonly number[])[] {
  return rows.map(row => row.split(' ').map(code => (code.length << 16) | Number.parseInt(code, 2)))
}

/** coeff_token for 0 <= nC < 2 (table 9-5): a row per TotalCoeff from 0, in it a code per TrailingOnes from 0. */
export const COEFF_TOKEN = codes(
  '1',
  '000101 01',
  '00000111 000100 001',
  '000000111 00000110 0000101 00011',
  '0000000111 000000110 00000101 000011',
  '00000000111 0000000110 000000101 0000100',
  '0000000001111 00000000110 0000000101 00000100',
  '0000000001011 0000000001110 00000000101 000000100',
  '0000000001000 0000000001010 0000000001101 0000000100',
  '00000000001111 00000000001110 0000000001001 00000000100',
  '00000000001011 00000000001010 00000000001101 0000000001100',
  '000000000001111 000000000001110 00000000001001 00000000001100',
  '000000000001011 000000000001010 000000000001101 00000000001000',
  '0000000000001111 000000000000001 000000000001001 000000000001100',
  '0000000000001011 0000000000001110 0000000000001101 000000000001000',
  '0000000000000111 0000000000001010 0000000000001001 0000000000001100',
  '0000000000000100 0000000000000110 0000000000000101 0000000000001000',
)

/** coeff_token for nC = -1 (table 9-5). */
export const CHROMA_DC_COEFF_TOKEN = codes(
  '01',
  '000111 1',
  '000100 000110 001',
  '000011 0000011 0000010 000101',
  '000010 00000011 00000010 0000000',
)

/** total_zeros (tables 9-7, 9-8): a row per tzVlcIndex from 1, in it a code per number of zeros from 0. */
export const TOTAL_ZEROS = codes(
  '1 011 010 0011 0010 00011 00010 000011 000010 0000011 0000010 00000011 00000010 000000011 000000010 000000001',
  '111 110 101 100 011 0101 0100 0011 0010 00011 00010 000011 000010 000001 000000',
  '0101 111 110 101 0100 0011 100 011 0010 00011 00010 000001 00001 000000',
  '00011 111 0101 0100 110 101 100 0011 011 0010 00010 00001 00000',
  '0101 0100 0011 111 110 101 100 011 0010 00001 0001 00000',
  '000001 00001 111 110 101 100 011 010 0001 001 000000',
  '000001 00001 101 100 011 11 010 0001 001 000000',
  '000001 0001 00001 011 11 10 010 001 000000',
  '000001 000000 0001 11 10 001 01 00001',
  '00001 00000 001 11 10 01 0001',
  '0000 0001 001 010 1 011',
  '0000 0001 01 1 001',
  '000 001 1 01',
  '00 01 1',
  '0 1',
)

/** total_zeros of chroma DC blocks in 4:2:0 (table 9-9 a). */
export const CHROMA_DC_TOTAL_ZEROS = codes('1 01 001 000', '1 01 00', '1 0')

/** run_before (table 9-10): a row per zerosLeft from 1 (the last for all above 6), in it a code per run from 0. */
export const RUN_BEFORE = codes(
  '1 0',
  '1 01 00',
  '11 10 01 00',
  '11 10 01 001 000',
  '11 10 011 010 001 000',
  '11 000 001 011 010 101 100',
  '111 110 101 100 011 010 001 0001 00001 000001 0000001 00000001 000000001 0000000001 00000000001',
)

/**
 * residual_block_cavlc() (§7.3.5.3.2) of the first `count` levels in scan order: 16 for luma DC, 4 for chroma DC.
 *
 * A level must lie within ±2000, what level_prefix 15 can carry; Baseline knows no longer prefix (§A.2.1).
 */
export function residualBlock(bits: BitWriter, levels: Int32Array, count: 4 | 16): void {
  let totalCoeff = 0
  let trailingOnes = 0
  let onlyOnes = true // since the last coefficient, reading backwards
  let last = -1
  for (let i = count - 1; i >= 0; i--) {
    const level = levels[i] as number
    if (level === 0) continue
    if (last < 0) last = i
    totalCoeff++
    if (onlyOnes && trailingOnes < 3 && (level === 1 || level === -1)) trailingOnes++
    else onlyOnes = false
  }

  const luma = count === 16
  write(bits, luma ? COEFF_TOKEN : CHROMA_DC_COEFF_TOKEN, totalCoeff, trailingOnes)
  if (totalCoeff === 0) return

  // Signs and levels, highest frequency first (§9.2.2).
  let suffixLength = totalCoeff > 10 && trailingOnes < 3 ? 1 : 0
  let seen = 0
  for (let i = last; i >= 0; i--) {
    const level = levels[i] as number
    if (level === 0) continue
    if (seen < trailingOnes)
      bits.u(1, level < 0 ? 1 : 0) // trailing_ones_sign_flag
    else {
      // After fewer than three trailing ones the first level cannot be ±1, so its codes start one lower.
      const skipped = seen === trailingOnes && trailingOnes < 3 ? 2 : 0
      levelCode(bits, (level > 0 ? 2 * level - 2 : -2 * level - 1) - skipped, suffixLength)
      if (suffixLength === 0) suffixLength = 1
      if (Math.abs(level) > 3 << (suffixLength - 1) && suffixLength < 6) suffixLength++
    }
    seen++
  }

  // Zeros below the last coefficient, then how they lie (§9.2.3).
  let zerosLeft = last + 1 - totalCoeff
  if (totalCoeff < count) write(bits, luma ? TOTAL_ZEROS : CHROMA_DC_TOTAL_ZEROS, totalCoeff - 1, zerosLeft)
  let run = 0
  for (let i = last - 1; i >= 0 && zerosLeft > 0; i--) {
    if (levels[i] === 0) {
      run++
      continue
    }
    write(bits, RUN_BEFORE, Math.min(zerosLeft, 7) - 1, run)
    zerosLeft -= run
    run = 0
  }
}

/** level_prefix and level_suffix of a levelCode (§9.2.2.1, read backwards). */
function levelCode(bits: BitWriter, code: number, suffixLength: number): void {
  if (suffixLength === 0 && code < 14) bits.u(code + 1, 1)
  else if (suffixLength === 0 && code < 30) {
    bits.u(15, 1)
    bits.u(4, code - 14)
  } else if (suffixLength > 0 && code < 15 << suffixLength) {
    bits.u((code >> suffixLength) + 1, 1)
    bits.u(suffixLength, code & ((1 << suffixLength) - 1))
  } else {
    bits.u(16, 1)
    bits.u(12, code - (suffixLength === 0 ? 30 : 15 << suffixLength))
  }
}

function write(bits: BitWriter, table: readonly (readonly number[])[], row: number, column: number): void {
  const code = table[row]?.[column] as number
  bits.u(code >>> 16, code & 0xffff)
}
