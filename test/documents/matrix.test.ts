import { describe, expect, it } from 'vitest'
import { printMatrix } from '../../src/cli/matrix.ts'
import { LIP_SYNC } from '../../src/contract/creates/lip-sync.ts'
import { MOTION } from '../../src/contract/creates/motion.ts'
import { TALKING_PHOTO } from '../../src/contract/creates/talking-photo.ts'
import { GRADES } from '../../src/contract/evidence.ts'
import { DEFAULT_REVISION, REVISION_FACTS, REVISIONS } from '../../src/contract/revisions.ts'
import { RULES } from '../../src/contract/rules.ts'
import { block, read, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/matrix.md'

describe(DOCUMENT, () => {
  it('shows the matrix of each revision as it is', () => {
    const sections = REVISIONS.map(revision => {
      const { title, source, grade } = REVISION_FACTS[revision]
      const isDefault = revision === DEFAULT_REVISION ? ', the default' : ''
      const about = `${title} (${grade}: ${source})`
      return `## Revision ${revision}${isDefault}\n\n${about}.\n\n${printMatrix(revision, 'markdown')}`
    })
    const expected = sections.join('\n\n')
    expect(block(DOCUMENT, 'matrix', expected)).toBe(expected)
  })

  it('shows every rule, with where it was read', () => {
    const rules = [...RULES, ...MOTION.rules, ...LIP_SYNC.rules, ...TALKING_PHOTO.rules]
    const rows = [...new Set(rules)].map(({ id, says, revisions, strictness, grade, source }) => [
      id,
      says,
      revisions.length === REVISIONS.length ? 'all' : revisions.join(', '),
      strictness ?? '',
      grade,
      source,
    ])
    const expected = table(['rule', 'what should be true', 'revisions', 'only under', 'grade', 'source'], rows)
    expect(block(DOCUMENT, 'rules', expected)).toBe(expected)
  })

  it('says what each grade means', () => {
    const named = [...read(DOCUMENT).matchAll(/^\| `(\w+)` \| /gm)].map(([, grade]) => grade)
    expect(named).toEqual([...GRADES])
  })
})
