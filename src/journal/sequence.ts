import { type EntryFilter, matches } from './conditions.ts'
import type { Entry } from './entries.ts'
import { type NearMiss, nearMisses } from './near-misses.ts'
import { type Looked, lookedRow, nearRows } from './verify.ts'
import { filterText, lineOf, rows } from './wording.ts'

/** What a check of an order came to. */
export interface SequenceVerdict {
  readonly passed: boolean
  /** Places of the entries that match, one for each step up to the first that nothing matches. */
  readonly matching: readonly number[]
  /** The first step that nothing matches in its turn, from 1; `null` if every one is matched. */
  readonly missing: number | null
  /** Places of entries that match that step, but come too early. */
  readonly early: readonly number[]
  /** What came nearest to it among the entries whose turn it was. */
  readonly nearMisses: readonly NearMiss[]
  readonly text: string
}

/**
 * Checks that entries match the steps in this order; others may lie between. Their order is the journal's: a request
 * stands where it began, a callback where it was sent.
 */
export function verifySequence(looked: Looked, steps: readonly EntryFilter[]): SequenceVerdict {
  const found: Entry[] = []
  let from = 0
  for (const step of steps) {
    const at = looked.entries.findIndex((entry, index) => index >= from && matches(entry, step))
    if (at === -1) break
    found.push(looked.entries[at] as Entry)
    from = at + 1
  }
  const step = steps[found.length]
  const earlier = step
    ? looked.entries.slice(0, from).filter(entry => matches(entry, step) && !found.includes(entry))
    : []
  const near = step ? nearMisses(looked.entries.slice(from), step) : []
  return {
    passed: step === undefined,
    matching: found.map(({ seq }) => seq),
    missing: step === undefined ? null : found.length + 1,
    early: earlier.map(({ seq }) => seq),
    nearMisses: near,
    text: textOf(looked, steps, found, earlier, near),
  }
}

function textOf(
  looked: Looked,
  steps: readonly EntryFilter[],
  found: readonly Entry[],
  earlier: readonly Entry[],
  near: readonly NearMiss[],
): string {
  const numbered = steps.map((step, index) => {
    const entry = found[index]
    const end = entry ? lineOf(entry) : index === found.length ? 'nothing, in its turn' : '(not looked for)'
    return [`step ${index + 1}`, [filterText(step), `  ${end}`]] as const
  })
  if (found.length === steps.length) return [`✓ all ${steps.length} steps, in this order`, ...rows(numbered)].join('\n')
  const last = found.at(-1)
  const where = last ? ` after #${last.seq}` : ''
  return [
    `✗ step ${found.length + 1} of ${steps.length} matches nothing${where}`,
    ...rows([
      ...numbered,
      ...(earlier.length > 0 ? [['too early', earlier.map(lineOf)] as const] : []),
      ...nearRows(near),
      lookedRow(looked),
    ]),
  ].join('\n')
}
