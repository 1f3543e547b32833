import type { RequestEntry } from '../../../journal/entries.ts'
import { instantText } from '../../format.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { Body } from '../../ui/text.tsx'

/** Answers shown; the earlier ones are in the list of requests. */
const MOST_SHOWN = 20

/** What was answered to the create, and to polls, as it was sent. Newest first. */
export function Answers({ requests, id }: { requests: readonly RequestEntry[]; id: string }) {
  if (requests.length === 0) return null
  return (
    <section>
      <h3>Answers as sent</h3>
      <ol class="events">
        {requests
          .slice(-MOST_SHOWN)
          .reverse()
          .map(entry => (
            <li key={entry.seq}>
              <div class="event-head">
                <Status status={entry.status} />
                <strong>{entry.accepted && entry.taskId === id ? 'Create' : 'Poll'}</strong>
                <time>{instantText(entry.answeredAt ?? entry.at)}</time>
                {entry.hungUp && <Badge state="caller hung up" tone="bad" />}
                {entry.isCut && <Badge state="broken off on purpose" tone="bad" />}
              </div>
              {entry.responseBody !== undefined && <Body of={entry.responseBody} label={`Answer ${entry.seq}`} />}
            </li>
          ))}
      </ol>
    </section>
  )
}
