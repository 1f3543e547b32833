import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Picture, type Planes } from '../../src/media/picture.ts'
import { SliceCoder } from '../../src/media/slices.ts'
import { frames } from './picture-strokes.ts'

/** The largest difference between two pictures, in grey levels. */
function distance(one: Planes, other: Planes): number {
  let largest = 0
  for (const plane of ['y', 'cb', 'cr'] as const) {
    for (const [i, sample] of one[plane].entries()) {
      largest = Math.max(largest, Math.abs(sample - (other[plane][i] ?? 0)))
    }
  }
  return largest
}

describe('SliceCoder', () => {
  it('shows what was drawn, to within two grey levels', () => {
    fc.assert(
      fc.property(frames, all => {
        const picture = new Picture(6, 6)
        const coder = new SliceCoder(picture)
        for (const [i, strokes] of all.entries()) {
          for (const draw of strokes) draw(picture)
          i === 0 ? coder.idr() : coder.p()
          expect(distance(coder.decoded, picture.planes)).toBeLessThanOrEqual(2)
        }
      }),
    )
  })

  it('codes an IDR picture as if it were the first, whatever it keeps from the one before', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 2, max: 5 }), (all, keyInterval) => {
        const picture = new Picture(6, 6)
        const coder = new SliceCoder(picture)
        for (const [i, strokes] of all.entries()) {
          for (const draw of strokes) draw(picture)
          if (i % keyInterval > 0) {
            coder.p()
            continue
          }
          const copy = new Picture(6, 6)
          for (const plane of ['y', 'cb', 'cr'] as const) copy.planes[plane].set(picture.planes[plane])
          const first = new SliceCoder(copy)
          expect(coder.idr()).toEqual(first.idr())
          expect(coder.decoded).toEqual(first.decoded)
        }
      }),
    )
  })

  it('says in a dozen bytes that nothing moved', () => {
    const coder = new SliceCoder(new Picture(240, 135))
    coder.idr()
    expect(coder.p().length).toBeLessThanOrEqual(12)
  })
})
