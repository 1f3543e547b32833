import { type EntryFilter, matches } from './conditions.ts'
import type { Entry } from './entries.ts'
import type { Dropped } from './journal.ts'
import { type NearMiss, nearMisses } from './near-misses.ts'
import { conditionText, droppedText, filterText, lineOf, rows } from './wording.ts'

/** How many entries are expected to match. At least one if nothing is said. */
export interface Expectation {
  readonly atLeast?: number
  readonly atMost?: number
  readonly exactly?: number
}

/** What a check came to. */
export interface Verdict {
  readonly passed: boolean
  /** Entries that match. */
  readonly count: number
  /** Places of those that match, oldest first. */
  readonly matching: readonly number[]
  /** What came nearest, if too few match. */
  readonly nearMisses: readonly NearMiss[]
  /** The whole of it for people, so that no second run is needed. */
  readonly text: string
}

/** What entries are looked at, and what of them is gone already. */
export interface Looked {
  readonly entries: readonly Entry[]
  readonly dropped?: Readonly<Dropped>
}

/** Entries listed in a text at most. */
const MOST_LISTED = 10

/** Checks how many entries match. */
export function verify(looked: Looked, filter: EntryFilter, expectation: Expectation = {}): Verdict {
  const { exactly } = expectation
  const atLeast = exactly ?? expectation.atLeast ?? (expectation.atMost === undefined ? 1 : 0)
  const atMost = exactly ?? expectation.atMost ?? Number.POSITIVE_INFINITY
  const found = looked.entries.filter(entry => matches(entry, filter))
  const count = found.length
  const near = count < atLeast ? nearMisses(looked.entries, filter) : []
  const passed = count >= atLeast && count <= atMost
  const head = passed
    ? `✓ ${expectedText(atLeast, atMost)}: ${count} found`
    : `✗ expected ${expectedText(atLeast, atMost)}, found ${count}`
  const text = [
    head,
    ...rows([['wanted', [filterText(filter)]], ...(passed ? [] : details(looked, found, near))]),
  ].join('\n')
  return { passed, count, matching: found.map(({ seq }) => seq), nearMisses: near, text }
}

type Row = readonly [label: string, lines: readonly string[]]

function details(looked: Looked, found: readonly Entry[], near: readonly NearMiss[]): Row[] {
  const more = found.length > MOST_LISTED ? [`and ${found.length - MOST_LISTED} more`] : []
  return [
    ...(found.length > 0 ? [['found', [...found.slice(0, MOST_LISTED).map(lineOf), ...more]] as const] : []),
    ...nearRows(near),
    lookedRow(looked),
  ]
}

/** The nearest entries, each with what does not hold. */
export function nearRows(near: readonly NearMiss[]): Row[] {
  if (near.length === 0) return []
  return [
    ['nearest', near.flatMap(({ entry, failed }) => [lineOf(entry), ...failed.map(one => `  ${conditionText(one)}`)])],
  ]
}

/** How much was looked at. */
export function lookedRow({ entries, dropped }: Looked): Row {
  const [first, last] = [entries[0], entries.at(-1)]
  const span = first && last ? `, #${first.seq} to #${last.seq}` : ''
  return ['looked at', [`${entriesText(entries.length)}${span}`, ...(dropped ? droppedText(dropped) : [])]]
}

function expectedText(atLeast: number, atMost: number): string {
  if (atLeast === atMost) return `exactly ${entriesText(atLeast)}`
  if (atMost === Number.POSITIVE_INFINITY) return `at least ${entriesText(atLeast)}`
  return atLeast === 0 ? `at most ${entriesText(atMost)}` : `${atLeast} to ${entriesText(atMost)}`
}

function entriesText(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`
}
