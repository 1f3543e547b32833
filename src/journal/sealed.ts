import type { EntryFilter } from './conditions.ts'
import type { Entry } from './entries.ts'

/**
 * A complete entry that nobody has read yet, with what the journal has to know of it before: of entries that other replicas tell,
 * most make room for newer ones unread.
 */
export interface Sealed extends Pick<Entry, 'kind' | 'seq' | 'namespace'> {
  readonly accepted: true | undefined
  /** What it takes of the journal's memory. */
  readonly bytes: number
  /** The entry, if it is one. */
  open(): Entry | undefined
}

/** Whether it can be read as it is. */
export function isOpen(entry: Entry | Sealed): entry is Entry {
  return typeof (entry as Partial<Sealed>).open !== 'function'
}

/** Whether it is known without reading what matches. */
export function isToldBySeals({ kind: _, namespace: __, after: ___, before: ____, ...rest }: EntryFilter): boolean {
  return Object.values(rest).every(wanted => wanted === undefined)
}

/** Whether it is worth the reading. */
export function mayMatch(
  { seq, kind, namespace }: Sealed,
  { after = 0, before = Number.POSITIVE_INFINITY, ...wanted }: EntryFilter,
) {
  if (seq <= after || seq >= before) return false
  return (wanted.kind ?? kind) === kind && (wanted.namespace ?? namespace) === namespace
}
