import type { Entry } from '../../journal/entries.ts'
import type { Entries } from '../entries.ts'

/** Leads back to where new entries come in. */
export function Newest({ of: { isHeld, release } }: { of: Pick<Entries<Entry>, 'isHeld' | 'release'> }) {
  if (!isHeld) return null
  return (
    <button type="button" class="small" onClick={release}>
      Back to the newest
    </button>
  )
}
