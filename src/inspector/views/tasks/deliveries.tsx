import type { ScheduledView } from '../../../control/callbacks.ts'
import type { CallbackEntry } from '../../../journal/entries.ts'
import { queryOf } from '../../api.ts'
import { instantText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { hrefTo } from '../../route.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { Said } from '../../ui/text.tsx'

/** Callbacks of a task: those to come, and what came of attempts. */
export function Deliveries({ id }: { id: string }) {
  const { value } = useLive<{ scheduled: ScheduledView[]; attempts: CallbackEntry[] }>(
    `v1/callbacks${queryOf({ task: id })}`,
  )
  if (!value || value.scheduled.length + value.attempts.length === 0) return null
  return (
    <section>
      <h3>Callbacks</h3>
      <ol class="events">
        {value.attempts.map(attempt => (
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
        {value.scheduled.map(({ id: callback, at, url, attempt }) => (
          <li key={callback}>
            <div class="event-head">
              <Badge state="scheduled" />
              <time>{instantText(at)}</time>
              <span class="dim">attempt {attempt}</span>
            </div>
            <Said text={url} />
          </li>
        ))}
      </ol>
    </section>
  )
}
