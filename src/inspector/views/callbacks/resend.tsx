import { useState } from 'preact/hooks'
import type { CallbackEntry } from '../../../journal/entries.ts'
import { part, send } from '../../api.ts'
import { prettyJson } from '../../format.ts'
import { Problem, useCommand } from '../../ui/command.tsx'
import { TextArea, TextField } from '../../ui/field.tsx'
import { type Report, Sent } from './sent.tsx'

/** Headers that each post makes anew. */
const OWN = new Set(['host', 'connection', 'content-length', 'user-agent', 'authorization', 'x-mockling-post'])

/** Sends a callback once more, otherwise. */
export function Resend({ id, attempt }: { id: string; attempt: CallbackEntry }) {
  const before = Object.entries(attempt.requestHeaders).filter(([name]) => !OWN.has(name))
  const [url, setUrl] = useState(attempt.url)
  const [headers, setHeaders] = useState(before.map(([name, value]) => `${name}: ${value}`).join('\n'))
  const laidOut = prettyJson(attempt.requestBody)
  const [body, setBody] = useState(laidOut)
  const [report, setReport] = useState<Report | undefined>()
  const { isBusy, problem, run } = useCommand()
  const resend = () =>
    run(async () => {
      setReport(undefined)
      const given = headersIn(headers)
      const gone = before.filter(([name]) => !(name in given)).map(([name]) => [name, null] as const)
      // A signature is of the bytes: laying it out for reading is no edit.
      const sent = body === laidOut ? attempt.requestBody : body
      const edit = { url, headers: { ...Object.fromEntries(gone), ...given }, body: sent }
      setReport(await send<Report>('POST', `v1/callbacks/${part(id)}/resend`, edit))
    })
  return (
    <form
      class="panel"
      aria-label="Edit and resend"
      onSubmit={event => {
        event.preventDefault()
        void resend()
      }}
    >
      <TextField label="Address" isLong value={url} onChange={setUrl} />
      <TextArea label="Headers, one a line" value={headers} onChange={setHeaders} rows={3} />
      <TextArea label="Body" value={body} onChange={setBody} />
      <div class="tools">
        <button type="submit" class="primary" disabled={isBusy}>
          Send
        </button>
        <Sent report={report} />
      </div>
      <Problem text={problem} />
    </form>
  )
}

/** @throws Error naming the line that is no header */
function headersIn(text: string): Record<string, string> {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  return Object.fromEntries(
    lines.map(line => {
      const [, name, value] = /^\s*([^\s:]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error(`“${line}” is no header; write name: value`)
      return [name.toLowerCase(), value]
    }),
  )
}
