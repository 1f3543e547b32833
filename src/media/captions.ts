import type { Inks } from './text.ts'

// Panel and letters differ in luma alone, so a letter has no fringe of colour wherever it lies in its 2x2 cells.
const grey = (y: number) => ({ y, cb: 128, cr: 128 })

/** What texts are written on. */
export const PANEL = grey(24)

export const INKS: Inks = { letter: grey(226), plate: { letter: grey(176), paper: grey(60) } }

/** In cells. */
export interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Cells to a pixel of the font: from 720 pixels on, letters are a 26th to a 39th of the short side high.
 *
 * Powers of two, so that pixels do not straddle macroblocks: three cells for one at 2160, and clips are twice as large.
 */
export function scaleOf({ width, height }: Size): number {
  const short = Math.min(width, height)
  return short >= 720 ? 4 : short >= 360 ? 2 : 1
}

/** Cells between the border and what is written; even. */
export function marginOf(size: Size): number {
  return Math.min(4 * scaleOf(size), 2 * Math.ceil(size.width / 16))
}
