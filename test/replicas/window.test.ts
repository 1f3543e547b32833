import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Window } from '../../src/replicas/window.ts'

it('has so many of the newest items as hold enough, and not one more', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (least, counts) => {
        const window = new Window(least)
        for (const count of counts) window.add(count)
        const held = (items: number) => counts.slice(counts.length - items).reduce((sum, count) => sum + count, 0)
        if (held(counts.length) < least) {
          expect(window.length).toBe(least)
          return
        }
        expect(held(window.length)).toBeGreaterThanOrEqual(least)
        expect(held(window.length - 1)).toBeLessThan(least)
      },
    ),
  )
})
