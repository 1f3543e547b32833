import { useState } from 'preact/hooks'
import type { TimelineView } from '../../../control/rules.ts'
import { part, queryOf, send } from '../../api.ts'
import { nowOf } from '../../clocks.ts'
import { relativeText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { CommandButton } from '../../ui/command.tsx'
import { TextArea } from '../../ui/field.tsx'
import { Said } from '../../ui/text.tsx'

const EXAMPLE = `{
  "name": "bad-quarter",
  "events": [
    { "at": "0s", "fault": "answer-late 3", "for": "5m" },
    { "at": "5m", "outcome": "fail api_error", "for": "10m" }
  ]
}`

/** Incidents: dated changes, started and ended as one. */
export function Timelines() {
  const [text, setText] = useState(EXAMPLE)
  const { value } = useLive<{ items: TimelineView[] }>('v1/timelines')
  return (
    <section class="panel" aria-label="Timelines">
      <h2>Timelines</h2>
      <ul class="events">
        {value?.items.map(({ name, namespace, rules }) => (
          <li key={`${name} ${namespace}`}>
            <div class="event-head">
              <strong>
                <Said text={name} />
              </strong>
              <span class="dim">{namespace ?? 'all tokens'}</span>
              <CommandButton
                act={() =>
                  send('DELETE', `v1/timelines/${part(name)}${queryOf({ namespace: namespace ?? undefined })}`)
                }
                kind="small"
              >
                End
              </CommandButton>
            </div>
            <ol>
              {rules.map(({ id, text: effects, from, until, fired }) => (
                <li key={id}>
                  <code>
                    <Said text={effects} />
                  </code>{' '}
                  {from !== undefined && relativeText(from, nowOf(namespace ?? undefined))}
                  {until !== undefined && `, until ${relativeText(until, nowOf(namespace ?? undefined))}`}; fired{' '}
                  {fired}
                </li>
              ))}
            </ol>
          </li>
        ))}
      </ul>
      <details>
        <summary>Start one</summary>
        <TextArea label="Timeline, as JSON" value={text} onChange={setText} />
        <CommandButton act={async () => send('POST', 'v1/timelines', JSON.parse(text))}>Start</CommandButton>
      </details>
    </section>
  )
}
