import { describe, expect, it } from 'vitest'
import { validate } from '../../src/contract/rules.ts'
import { nameOf } from './matrix-oracle.ts'
import { type Disagreement, report } from './matrix-report.ts'
import { bodyOf, breaches, EXTRAS, linesOf, MODELS, type Revision, type Row, rowsOf } from './vendor-oracle.ts'

/** 3 actions, 3 modes, 7 durations, 4 frames, 3 audio, 2 camera, 9 extras. */
const ROWS_PER_MODEL = 3 * 3 * 7 * 4 * 3 * 2 * EXTRAS.length

/** Every objection must be the expected one, in the expected order; the text where one is known. */
function compare(row: Row, revision: Revision): Disagreement | undefined {
  const expected = breaches(row, revision)
  const got = validate(bodyOf(row), revision, 'documented').map(({ rule, message }) => `${rule}: ${message}`)
  const isUnknown = expected[0]?.startsWith('R2:')
  const wanted = isUnknown ? expected : [...expected]
  const given = isUnknown ? got.slice(0, 1) : got
  const agree =
    wanted.length === given.length &&
    wanted.every((text, at) => (text.includes(':') ? given[at] === text : given[at]?.startsWith(`${text}: `)))
  if (agree) return undefined
  return { row: `${nameOf(row)} with ${row.extra}`, expected: wanted.join(' · ') || 'accepted', got: given.join(' · ') }
}

describe('the vendor’s matrix, as text', () => {
  it('holds nine models in August and ten in October', () => {
    const models = (revision: Revision) => new Set(linesOf(revision).flatMap(line => line.models))
    expect(models('2026-08').size).toBe(9)
    expect([...models('2026-10')].filter(model => !models('2026-08').has(model))).toEqual(['kling-v3-turbo'])
    expect(models('2026-08').has('kling-video-o1')).toBe(false)
  })
})

describe.each(['2026-08', '2026-10'] as const)('revision %s', revision => {
  it.each(MODELS)('answers every combination for %s as the vendor’s documents say', model => {
    const disagreements: Disagreement[] = []
    let count = 0
    for (const row of rowsOf(model)) {
      count += 1
      const disagreement = compare(row, revision)
      if (disagreement) disagreements.push(disagreement)
    }
    expect(report(count, disagreements)).toBe('')
    expect(count).toBe(ROWS_PER_MODEL)
  })

  it('accepts often enough, and refuses for one reason alone often enough', () => {
    const reasons = MODELS.flatMap(model => [...rowsOf(model)].map(row => breaches(row, revision).length))
    expect(reasons.filter(count => count === 0).length).toBeGreaterThan(1_000)
    expect(reasons.filter(count => count === 1).length).toBeGreaterThan(5_000)
  })
})
