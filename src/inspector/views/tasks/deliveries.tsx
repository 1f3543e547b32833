import type { ScheduledView } from '../../../control/callbacks.ts'
import type { CallbackEntry } from '../../../journal/entries.ts'
import { queryOf } from '../../api.ts'
import { countText, instantText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { hrefTo } from '../../route.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { Said } from '../../ui/text.tsx'

/** Attempts shown; the earlier ones are in the list of callbacks. */
const MOST_ATTEMPTS = 20

/** Callbacks of a task: those to come, and what came of attempts, newest first. */
export function Deliveries({ id }: { id: string }) {
  const { value } = useLive<{ scheduled: ScheduledView[] }>(`v1/callbacks${queryOf({ task: id, limit: 0 })}`)
  const { value: journal } = useLive<{ items: CallbackEntry[]; count: number }>(
    `v1/journal${queryOf({ kind: 'callback', task: id, limit: MOST_ATTEMPTS })}`,
  )
  const scheduled = value?.scheduled ?? []
  const { items: attempts, count } = journal ?? { items: [], count: 0 }
  if (scheduled.length + attempts.length === 0) return null
  return (
    <section>
      <h3>Callbacks</h3>
      <ol class="events">
        {scheduled.map(({ id: callback, at, url, attempt }) => (
          <li key={callback}>
            <div class="event-head">
              <Badge state="scheduled" />
              <time>{instantText(at)}</time>
              <span class="dim">attempt {attempt}</span>
            </div>
            <Said text={url} />
          </li>
        ))}
        {attempts.toReversed().map(attempt => (
          <li key={attempt.seq}>
            <div class="event-head">
              <Badge state={attempt.outcome} tone={attempt.outcome === 'delivered' ? 'good' : 'bad'} />
              {attempt.status !== undefined && <Status status={attempt.status} />}
              <time>{instantText(attempt.at)}</time>
              <span class="dim">attempt {attempt.attempt}</span>
              <a href={hrefTo('callbacks', String(attempt.seq))}>Headers, bodies, send again</a>
            </div>
            <Said text={attempt.url} />
          </li>
        ))}
      </ol>
      {count > attempts.length && (
        <p>
          <a href={hrefTo('callbacks', undefined, new URLSearchParams({ task: id }))}>
            {countText(count - attempts.length, 'earlier attempt')}
          </a>
        </p>
      )}
    </section>
  )
}
