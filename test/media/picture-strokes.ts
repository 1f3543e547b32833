import fc from 'fast-check'
import type { Picture } from '../../src/media/picture.ts'

const sample = fc.oneof(fc.nat(255), fc.constantFrom(0, 16, 128, 255))

/** Something to draw on a picture: a rectangle, or samples that have nothing to do with each other. */
export type Stroke = (picture: Picture) => void

const fill = fc
  .record({
    left: fc.nat(24),
    top: fc.nat(24),
    width: fc.integer({ min: 1, max: 25 }),
    height: fc.integer({ min: 1, max: 25 }),
    colour: fc.record({ y: sample, cb: sample, cr: sample }),
  })
  .map(
    ({ left, top, width, height, colour }): Stroke =>
      picture =>
        picture.fill(left, top, width, height, colour),
  )

/** A square of 6x6 cells: the hardest thing to code. */
const noise = fc
  .record({ left: fc.nat(24), top: fc.nat(24), luma: fc.uint8Array({ minLength: 36, maxLength: 36 }) })
  .map(
    ({ left, top, luma }): Stroke =>
      picture => {
        for (const [i, y] of luma.entries()) {
          picture.fill(left + (i % 6), top + Math.floor(i / 6), 1, 1, { y, cb: 255 - y, cr: (7 * y) % 256 })
        }
      },
  )

/** What to draw before each of up to 12 frames. */
export const frames = fc.array(fc.array(fc.oneof(fill, noise), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
