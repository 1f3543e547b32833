import { useState } from 'preact/hooks'
import type { CallbackEntry } from '../../../journal/entries.ts'
import { part, queryOf, send } from '../../api.ts'
import { useEntry } from '../../entries.ts'
import { instantText, lengthText, timeText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { hrefTo } from '../../route.ts'
import { Badge, Status } from '../../ui/badge.tsx'
import { CommandButton, Problem } from '../../ui/command.tsx'
import { Choice } from '../../ui/field.tsx'
import { Close, Detail } from '../../ui/split.tsx'
import { Body, Headers, Said } from '../../ui/text.tsx'
import { Differences } from './differences.tsx'
import { Resend } from './resend.tsx'
import { type Report, Sent } from './sent.tsx'

/** One try to deliver a callback: what was sent, and what the receiver said. */
export function AttemptDetail({ id }: { id: string }) {
  const { entry: attempt, problem } = useEntry<CallbackEntry>('callback', id)
  const [isEditing, setEditing] = useState(false)
  const [report, setReport] = useState<Report | undefined>()
  if (!attempt) {
    return (
      <Detail label="Attempt">
        <Close />
        <Problem text={problem} />
      </Detail>
    )
  }
  const redeliver = async () => {
    setReport(undefined)
    setReport(await send<Report>('POST', `v1/callbacks/${part(attempt.callbackId ?? '')}/redeliver`))
  }
  const { outcome, url, at, endedAt, durationMs, callbackId, taskId } = attempt
  return (
    <Detail label={`Attempt ${attempt.seq}`}>
      <header>
        <Badge state={outcome} tone={outcome === 'delivered' ? 'good' : 'bad'} />
        <h2>
          <Said text={url} most={300} />
        </h2>
        <Close />
      </header>
      <div class="event-head">
        <time>{instantText(at)}</time>
        <span class="dim">
          attempt {attempt.attempt}, {lengthText(endedAt - at)} on its clock, {durationMs.toFixed(1)} real ms
        </span>
        {attempt.resend && <Badge state="sent by a command" />}
        <a href={hrefTo('tasks', taskId)}>Task {taskId.slice(0, 8)}</a>
      </div>
      {callbackId !== undefined && (
        <div class="tools">
          <CommandButton act={redeliver} kind="primary">
            Redeliver
          </CommandButton>
          <button type="button" aria-expanded={isEditing} onClick={() => setEditing(!isEditing)}>
            Edit and resend
          </button>
          <Sent report={report} />
        </div>
      )}
      {isEditing && callbackId !== undefined && <Resend id={callbackId} attempt={attempt} />}
      {attempt.error !== undefined && (
        <p class="problem">
          <Said text={attempt.error} most={1000} />
        </p>
      )}
      <section>
        <h3>Sent</h3>
        <Headers of={Object.entries(attempt.requestHeaders)} label="Headers sent" />
        <Body of={attempt.requestBody} label="Body sent" />
      </section>
      <section>
        <h3>The receiver’s answer</h3>
        <div class="event-head">
          <Status status={attempt.status} />
        </div>
        <Headers of={Object.entries(attempt.responseHeaders ?? {})} label="Headers of the answer" />
        {attempt.responseBody && <Body of={attempt.responseBody} label="Body of the answer" />}
        {attempt.truncated && <p class="dim">The receiver said more than this; the rest was not read.</p>}
      </section>
      <Compare attempt={attempt} />
    </Detail>
  )
}

/** Offered of other tasks' attempts, the newest. */
const MOST_OTHERS = 50

/** How often what could be chosen is asked for, at most. */
const OTHERS_MS = 2000

function Compare({ attempt }: { attempt: CallbackEntry }) {
  const [chosen, setChosen] = useState('')
  const found = (filter: Record<string, string | number>) =>
    `v1/journal${queryOf({ kind: 'callback', limit: MOST_OTHERS, ...filter })}`
  const asking = { least: OTHERS_MS }
  const own = useLive<{ items: CallbackEntry[] }>(found({ task: attempt.taskId, limit: 200 }), asking).value
  const all = useLive<{ items: CallbackEntry[] }>(found({}), asking).value
  const others = (all?.items ?? []).filter(({ taskId }) => taskId !== attempt.taskId)
  // Those of the same task first.
  const choices = [...(own?.items ?? []).toReversed(), ...others.toReversed()].filter(({ seq }) => seq !== attempt.seq)
  const other = choices.find(({ seq }) => String(seq) === chosen)
  if (choices.length === 0) return null
  return (
    <section>
      <h3>Compare</h3>
      <Choice
        label="With"
        value={chosen}
        onChange={setChosen}
        options={[
          ['', 'choose another attempt'],
          ...choices.map(
            ({ seq, at, outcome, taskId, attempt: number }) =>
              [String(seq), `${timeText(at)} ${outcome}, attempt ${number} of ${taskId.slice(0, 8)}`] as const,
          ),
        ]}
      />
      {other && <Differences before={other} after={attempt} />}
    </section>
  )
}
