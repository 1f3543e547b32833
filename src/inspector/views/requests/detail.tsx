import type { RequestEntry } from '../../../journal/entries.ts'
import { useEntry } from '../../entries.ts'
import { instantText } from '../../format.ts'
import { hrefTo } from '../../route.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { Problem } from '../../ui/command.tsx'
import { Close, Detail } from '../../ui/split.tsx'
import { Body, Headers, Said } from '../../ui/text.tsx'
import { Objections } from './objections.tsx'

/** One request with its answer. */
export function RequestDetail({ id }: { id: string }) {
  const { entry, problem } = useEntry<RequestEntry>('request', id)
  if (!entry) {
    return (
      <Detail label="Request">
        <Close />
        <Problem text={problem} />
      </Detail>
    )
  }
  const { method, path, query, status, at, taskId, outcome, ignored = [], objections = [], durationMs } = entry
  return (
    <Detail label={`Request ${entry.seq}`}>
      <header>
        <Status status={status} />
        <h2>
          <Said text={`${method} ${path}${query === undefined ? '' : `?${query}`}`} most={2000} />
        </h2>
        <Close />
      </header>
      <div class="event-head">
        <time>{instantText(at)}</time>
        {durationMs !== undefined && <span class="dim">answered in {durationMs.toFixed(1)} real ms</span>}
        {entry.hungUp && <Badge state="caller hung up" tone="bad" />}
        {entry.isCut && <Badge state="broken off on purpose" tone="bad" />}
        {taskId !== undefined && <a href={hrefTo('tasks', taskId)}>Task {taskId.slice(0, 8)}</a>}
      </div>
      {outcome !== undefined && objections.length === 0 && (
        <p class="dim">
          Outcome: <Said text={outcome} />
          {entry.rules && entry.rules.length > 0 && `, by ${entry.rules.join(', ')}`}
        </p>
      )}
      {objections.length > 0 && (
        <section>
          <h3>Objections; the first one answered</h3>
          <Objections of={objections} />
        </section>
      )}
      {ignored.length > 0 && (
        <p class="problem">
          Given and not used: <Said text={ignored.join(', ')} most={2000} />
        </p>
      )}
      <section>
        <h3>Request</h3>
        <Headers of={pairsOf(entry.rawHeaders)} label="Request headers" />
        {entry.requestBody !== undefined && (
          <Body of={entry.requestBody} label="Request body" whole={entry.requestCut} />
        )}
      </section>
      <section>
        <h3>Answer</h3>
        <Headers of={Object.entries(entry.responseHeaders ?? {})} label="Answer headers" />
        {entry.responseBody !== undefined && (
          <Body of={entry.responseBody} label="Answer body" whole={entry.responseCut} />
        )}
      </section>
    </Detail>
  )
}

/** Names and values in turn, two by two. */
function pairsOf(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []))
}
