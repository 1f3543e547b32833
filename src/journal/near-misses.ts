import { type Condition, conditionsOf, type EntryFilter } from './conditions.ts'
import type { Entry } from './entries.ts'

/** An entry that a filter was almost about. */
export interface NearMiss {
  readonly entry: Entry
  /** Parts of the filter that hold for it. */
  readonly held: number
  /** The others, at least one. */
  readonly failed: readonly Condition[]
}

/** Parts that say where and when to look, not for what: to share them alone is not to be near. */
const SCOPE: ReadonlySet<string> = new Set(['namespace', 'from', 'to', 'after'])

/** Parts that say what happened at all: another request altogether is not near, however much else it shares. */
const NATURE: ReadonlySet<string> = new Set(['kind', 'operation', 'method', 'path'])

/**
 * Entries that come nearest to the filter without matching: first those that are what it is about, of them those for
 * which most of its parts hold, of equally near ones the newest first. Entries of another namespace than the filter's only if its own has none.
 */
export function nearMisses(entries: readonly Entry[], filter: EntryFilter, limit = 3): NearMiss[] {
  const near = entries.flatMap(entry => missOf(entry, filter))
  const own = near.filter(({ failed }) => failed.every(({ name }) => name !== 'namespace'))
  return (own.length > 0 ? own : near)
    .sort((a, b) => strangeness(a) - strangeness(b) || b.held - a.held || b.entry.seq - a.entry.seq)
    .slice(0, limit)
}

/** None if the entry matches, or has nothing in common with what is looked for. */
function missOf(entry: Entry, filter: EntryFilter): NearMiss[] {
  const conditions = conditionsOf(entry, filter)
  const failed = conditions.filter(({ holds }) => !holds)
  const wanted = conditions.filter(({ name }) => !SCOPE.has(name))
  const isNear = failed.length > 0 && (wanted.length === 0 || wanted.some(({ holds }) => holds))
  return isNear ? [{ entry, held: conditions.length - failed.length, failed }] : []
}

function strangeness({ failed }: NearMiss): number {
  return failed.filter(({ name }) => NATURE.has(name)).length
}
