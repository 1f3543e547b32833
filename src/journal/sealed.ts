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
