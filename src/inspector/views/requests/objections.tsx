import type { Complaint } from '../../../contract/rules/objection.ts'
import { Badge } from '../../ui/badge.tsx'
import { Said } from '../../ui/text.tsx'

/** What is wrong with a body, each with where that was read. */
export function Objections({ of }: { of: readonly (Complaint & { readonly nearest?: { readonly says: string } })[] }) {
  return (
    <ol class="events">
      {of.map(({ rule, field, message, source, grade, knownIn, nearest }) => (
        <li key={`${rule} ${field}`} class="complaint">
          <div class="event-head">
            <Badge state={rule} tone="bad" />
            <strong>{field}</strong>
          </div>
          <p>
            <Said text={message} most={1000} />
          </p>
          {nearest && (
            <p>
              Nearest change that is accepted: <Said text={nearest.says} most={1000} />
            </p>
          )}
          {knownIn && knownIn.length > 0 && <p>Known in {knownIn.join(', ')}.</p>}
          <p class="dim">
            {source} ({grade})
          </p>
        </li>
      ))}
    </ol>
  )
}
