import { useState } from 'preact/hooks'
import type { InboxAnswer, Message } from '../../../control/inboxes.ts'
import { part, queryOf, send } from '../../api.ts'
import { countText, instantText, visible } from '../../format.ts'
import { useLive } from '../../live.ts'
import { hrefTo, route } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { CommandButton, Problem } from '../../ui/command.tsx'
import { Empty } from '../../ui/empty.tsx'
import { TextField } from '../../ui/field.tsx'
import { Body, Headers, Said } from '../../ui/text.tsx'

interface Inbox {
  readonly name: string
  readonly count: number
  readonly answer: InboxAnswer
}

/** The receivers that are built in, and what came to them. */
export function InboxView() {
  const { id } = route.value
  const { value, problem } = useLive<{ items: Inbox[] }>('v1/inbox')
  const open = value?.items.find(({ name }) => id === undefined || name === id)
  return (
    <div class="page">
      <Problem text={problem} />
      {value && value.items.length > 0 && (
        <nav class="tools" aria-label="Inboxes">
          {value.items.map(({ name, count }) => (
            <a
              key={name}
              class="tab"
              href={hrefTo('inbox', name)}
              {...(name === open?.name && { 'aria-current': 'true' as const })}
            >
              <Said text={name} most={60} /> ({count})
            </a>
          ))}
        </nav>
      )}
      {value && !open && (
        <Empty
          title={id === undefined ? 'Nothing came to an inbox yet' : `Nothing came to the inbox ${visible(id)} yet`}
        >
          <p>
            Any name of letters, digits, _ . and - is an inbox. Give this as a callback_url, or post to it yourself:
          </p>
          <p>
            <code>{addressOf(id ?? 'mine')}</code>
          </p>
        </Empty>
      )}
      {open && (
        <>
          <Answering key={open.name} inbox={open} />
          <Messages key={`messages ${open.name}`} name={open.name} count={open.count} />
        </>
      )}
    </div>
  )
}

function addressOf(name: string): string {
  return `${location.origin}/_mockling/inbox/${part(name)}`
}

function Answering({ inbox: { name, answer } }: { inbox: Inbox }) {
  const [status, setStatus] = useState(String(answer.status))
  const [delay, setDelay] = useState(String(answer.delay))
  const [next, setNext] = useState(String(answer.next ?? ''))
  const change = { status: Number(status), delay: Number(delay), ...(next !== '' && { next: Number(next) }) }
  return (
    <section class="panel" aria-label="How it answers">
      <p>
        <code>{addressOf(name)}</code> answers {answer.drop ? 'nothing' : answer.status}
        {answer.delay > 0 && ` after ${answer.delay} s`}
        {answer.next !== undefined && `, the next ${countText(answer.next, 'time')}`}.
      </p>
      <div class="tools">
        <TextField label="Status" type="number" value={status} onChange={setStatus} />
        <TextField label="after seconds" type="number" value={delay} onChange={setDelay} />
        <TextField label="so many times" type="number" placeholder="always" value={next} onChange={setNext} />
        <CommandButton act={() => send('PUT', `v1/inbox/${part(name)}/answer`, change)}>Answer so</CommandButton>
        <CommandButton act={() => send('DELETE', `v1/inbox/${part(name)}`)}>Forget what came</CommandButton>
      </div>
    </section>
  )
}

/** Messages that more are shown by. */
const PART = 20

function Messages({ name, count }: { name: string; count: number }) {
  const [most, setMost] = useState(PART)
  const { value } = useLive<{ items: Message[] }>(`v1/inbox/${part(name)}${queryOf({ limit: most })}`)
  if (!value) return null
  if (value.items.length === 0) return <Empty title="Nothing is in it" />
  return (
    <>
      <ol class="events">
        {value.items.toReversed().map(({ seq, at, method, query, headers, body, encoding, taskId }) => (
          <li key={seq}>
            <div class="event-head">
              <strong>{method}</strong>
              <time>{instantText(at)}</time>
              {query !== '' && <Said text={`?${query}`} />}
              {encoding === 'base64' && <Badge state="Base64: no text" />}
              {taskId !== undefined && <a href={hrefTo('tasks', taskId)}>task {taskId.slice(0, 8)}</a>}
            </div>
            <Headers of={Object.entries(headers)} label="Headers" />
            <Body of={body} label={`Message ${seq}`} />
          </li>
        ))}
      </ol>
      {count > value.items.length && (
        <p>
          <button type="button" onClick={() => setMost(most + PART)}>
            Show {Math.min(PART, count - value.items.length)} more
          </button>{' '}
          <span class="dim">of {countText(count - value.items.length, 'earlier message')}</span>
        </p>
      )}
    </>
  )
}
