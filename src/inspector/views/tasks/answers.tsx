import type { RequestEntry } from '../../../journal/entries.ts'
import { countText, instantText } from '../../format.ts'
import { hrefTo } from '../../route.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { Body } from '../../ui/text.tsx'

/** Answers shown; the earlier ones are in the list of requests. */
export const MOST_ANSWERS = 20

interface AnswersProps {
  /** The newest about the task, oldest first. */
  readonly requests: readonly RequestEntry[]
  /** How many there are. */
  readonly count: number
  readonly id: string
}

/** What was answered to the create, and to polls, as it was sent. Newest first. */
export function Answers({ requests, count, id }: AnswersProps) {
  if (requests.length === 0) return null
  return (
    <section>
      <h3>Answers as sent</h3>
      <ol class="events">
        {requests.toReversed().map(entry => (
          <li key={entry.seq}>
            <div class="event-head">
              <Status status={entry.status} />
              <a href={hrefTo('requests', String(entry.seq))}>
                {entry.accepted && entry.taskId === id ? 'Create' : 'Poll'}
              </a>
              <time>{instantText(entry.answeredAt ?? entry.at)}</time>
              {entry.hungUp && <Badge state="caller hung up" tone="bad" />}
              {entry.isCut && <Badge state="broken off on purpose" tone="bad" />}
            </div>
            {entry.responseBody !== undefined && (
              <Body of={entry.responseBody} label={`Answer ${entry.seq}`} whole={entry.responseCut} />
            )}
          </li>
        ))}
      </ol>
      {count > requests.length && (
        <p>
          <a href={hrefTo('requests', undefined, new URLSearchParams({ task: id }))}>
            {countText(count - requests.length, 'earlier request')} about it
          </a>
        </p>
      )}
    </section>
  )
}
