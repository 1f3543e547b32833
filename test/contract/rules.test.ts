import { describe, expect, it } from 'vitest'
import { GRADES } from '../../src/contract/evidence.ts'
import { REVISIONS, type Revision } from '../../src/contract/revisions.ts'
import type { Strictness } from '../../src/contract/rules/objection.ts'
import { UPSTREAM_RULES } from '../../src/contract/rules/upstream.ts'
import { mostElements } from '../../src/contract/rules/voices.ts'
import { RULES, rulesOf } from '../../src/contract/rules.ts'

const FIRST = ['R1', 'R2', 'R41', 'R14', 'R25', 'R22']

/**
 * The rules that each revision adds to those that hold in all of them (contract §5), in the order in which they answer:
 * action, model, mode, duration and the other words, then by number.
 */
const IN_FORCE: Readonly<Record<Revision, readonly string[]>> = {
  '2026-03': [
    ...FIRST,
    ...['R28', 'R3', 'R4', 'R5', 'R6', 'R7', 'R13', 'R23', 'R24', 'R26', 'R29', 'R33', 'R40', 'R42', 'R43', 'R47'],
  ],
  '2026-05': [
    ...FIRST,
    ...['R28', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R10', 'R12', 'R16', 'R17', 'R18', 'R19', 'R20', 'R23', 'R24'],
    ...['R26', 'R29', 'R33', 'R40', 'R42', 'R43', 'R47'],
  ],
  '2026-08': [
    ...FIRST,
    ...['R28', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10', 'R11', 'R12', 'R15', 'R16', 'R17', 'R18', 'R19', 'R20'],
    ...['R21', 'R23', 'R24', 'R27', 'R29', 'R30', 'R31', 'R32', 'R33', 'R34', 'R35', 'R40', 'R42', 'R43', 'R47'],
  ],
  '2026-10': [
    ...FIRST,
    ...['R28', 'R38', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'R10', 'R11', 'R12', 'R15', 'R16', 'R17', 'R18', 'R19'],
    ...['R20', 'R21', 'R23', 'R24', 'R27', 'R29', 'R30', 'R31', 'R32', 'R33', 'R34', 'R36', 'R37', 'R39', 'R40', 'R42'],
    ...['R43', 'R47'],
  ],
}

/** How many rules of one number a revision has: one for each field or list that it speaks of. */
const SEVERAL: readonly [id: string, counts: readonly [march: number, may: number, august: number, october: number]][] =
  [
    ['R3', [1, 1, 2, 2]],
    ['R8', [0, 2, 2, 2]],
    ['R9', [0, 0, 2, 2]],
    ['R22', [2, 2, 2, 2]],
    ['R26', [2, 2, 0, 0]],
    ['R27', [0, 0, 2, 2]],
    ['R28', [4, 4, 6, 7]],
    ['R31', [0, 0, 3, 3]],
    ['R36', [0, 0, 0, 3]],
    ['R37', [0, 0, 0, 3]],
    ['R38', [0, 0, 0, 9]],
    ['R39', [0, 0, 0, 3]],
    ['R40', [4, 4, 5, 5]],
  ]

const numbersOf = (revision: Revision, strictness: Strictness) => [
  ...new Set(rulesOf(revision, strictness).map(({ id }) => id)),
]

describe('the rules in force', () => {
  it.each(REVISIONS)('are those of the contract, in their order: %s', revision => {
    expect(numbersOf(revision, 'documented')).toEqual(IN_FORCE[revision])
  })

  it.each(REVISIONS)(
    'are, under strictness upstream, the model vendor’s own as well, after the others: %s',
    revision => {
      const own = revision === '2026-03' ? ['U1', 'U3', 'U4'] : ['U1', 'U2', 'U3', 'U4']
      expect(numbersOf(revision, 'upstream')).toEqual([...IN_FORCE[revision], ...own])
    },
  )

  it.each(SEVERAL)('hold several of the number %s where it speaks of several fields', (id, counts) => {
    expect(REVISIONS.map(revision => rulesOf(revision, 'documented').filter(rule => rule.id === id).length)).toEqual(
      counts,
    )
  })

  it('are the same ones when they are asked for again', () => {
    for (const revision of REVISIONS) expect(rulesOf(revision, 'documented')).toBe(rulesOf(revision, 'documented'))
  })
})

describe('every rule', () => {
  it.each(RULES.map(rule => [rule.id, rule.says, rule] as const))(
    'says what should be true, and where that was read: %s, %s',
    (_, says, rule) => {
      expect(says).not.toBe('')
      expect(rule.source).toMatch(/^(?:guide|gateway|kling|mockling)\b/)
      expect(GRADES).toContain(rule.grade)
      expect(rule.revisions).not.toEqual([])
    },
  )

  it('says something of its own', () => {
    expect(new Set(RULES.map(({ says }) => says)).size).toBe(RULES.length)
  })

  it('of the model vendor is the model vendor’s', () => {
    expect(UPSTREAM_RULES.map(({ id, grade, strictness }) => [id, grade, strictness])).toEqual(
      ['U1', 'U2', 'U3', 'U4'].map(id => [id, 'kling', 'upstream']),
    )
    expect(RULES.filter(rule => rule.strictness === 'upstream')).toEqual(UPSTREAM_RULES)
  })
})

it('limits elements from October on', () => {
  expect(REVISIONS.map(mostElements)).toEqual([undefined, undefined, undefined, 3])
})
