import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Places } from '../../src/simulation/places.ts'

describe('places', () => {
  it('are given out from 1, one after another', () => {
    const places = new Places()
    expect(places.newest).toBe(0)
    expect([places.next(), places.next(), places.next(), places.newest]).toEqual([1, 2, 3, 3])
  })

  it('are higher than any that was heard of, which may come late', () => {
    const places = new Places()
    places.heard(10)
    places.heard(4)
    expect([places.newest, places.next()]).toEqual([10, 11])
  })

  it('go on after the one that is named', () => {
    const places = new Places()
    places.continueAfter(41)
    expect(places.next()).toBe(42)
    places.continueAfter(5)
    expect([places.newest, places.next()]).toEqual([5, 6])
  })

  it.each([
    [0, [100, 200, 300]],
    [7, [7, 107, 207]],
    [99, [99, 199, 299]],
    [107, [7, 107, 207]],
  ])('are of one residue where several give them out: %d', (residue, given) => {
    const places = new Places({ step: 100, residue })
    expect([places.next(), places.next(), places.next()]).toEqual(given)
  })

  it.each([
    [306, 307],
    [307, 407],
    [308, 407],
  ])('keep their residue after %d', (heard, next) => {
    const places = new Places({ step: 100, residue: 7 })
    places.heard(heard)
    expect(places.next()).toBe(next)
  })

  it('are never the same, and each is higher than what its giver had heard, whoever hears of what', () => {
    const turns = fc.array(fc.record({ giver: fc.nat(3), hearers: fc.subarray([0, 1, 2, 3]) }), { maxLength: 50 })
    fc.assert(
      fc.property(turns, all => {
        const givers = [2, 0, 3, 1].map(residue => new Places({ step: 4, residue }))
        const given = new Set<number>()
        for (const { giver, hearers } of all) {
          const places = givers[giver] as Places
          const before = places.newest
          const place = places.next()
          expect(place).toBeGreaterThan(before)
          expect(place).toBeLessThanOrEqual(before + 4)
          given.add(place)
          for (const hearer of hearers) givers[hearer]?.heard(place)
        }
        expect(given.size).toBe(all.length)
      }),
    )
  })

  it('take no notice of one that is so high that no other could be told from it', () => {
    const places = new Places()
    places.heard(2 ** 52 + 1)
    places.heard(Number.MAX_SAFE_INTEGER)
    places.heard(Number.NaN)
    expect(places.newest).toBe(0)
    places.heard(2 ** 52)
    expect([places.next(), places.next()]).toEqual([2 ** 52 + 1, 2 ** 52 + 2])
  })

  it('go on in another series when they are told to, above all before', () => {
    const places = new Places({ step: 100, residue: 1 })
    expect([places.next(), places.next()]).toEqual([1, 101])
    places.renumber(103)
    expect([places.next(), places.next()]).toEqual([103, 203])
    places.renumber(2)
    expect(places.next()).toBe(302)
  })
})
