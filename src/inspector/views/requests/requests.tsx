import type { RequestEntry } from '../../../journal/entries.ts'
import { type Entries, useEntries } from '../../entries.ts'
import { countText, timeText } from '../../format.ts'
import { route, setQuery } from '../../route.ts'
import { Status } from '../../ui/badge.tsx'
import { Problem } from '../../ui/command.tsx'
import { Empty } from '../../ui/empty.tsx'
import { EntryTable } from '../../ui/entry-table.tsx'
import { Choice, TextField } from '../../ui/field.tsx'
import { Newest } from '../../ui/newest.tsx'
import { Split } from '../../ui/split.tsx'
import { Said } from '../../ui/text.tsx'
import { TokenChoice } from '../../ui/token-choice.tsx'
import { RequestDetail } from './detail.tsx'

const HEADS = [
  ['status'],
  ['time'],
  ['path'],
  ['task', 'mono spare'],
  ['code', 'spare'],
  ['real ms', 'number spare'],
  ['token', 'mono spare'],
] as const

const FILTERS = ['operation', 'status', 'code', 'namespace', 'task'] as const

/** What clients asked for and were answered, refusals included. */
export function RequestsView() {
  const { id, query } = route.value
  const filters = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? undefined]))
  const entries = useEntries<RequestEntry>('request', filters)
  return (
    <Split
      label="Requests"
      tools={<RequestFilters entries={entries} />}
      list={
        entries.isLoaded && entries.total === 0 ? (
          <Empty title="No requests">
            <p>
              {FILTERS.some(name => query.has(name)) ? (
                <a href="#/requests">Show all requests</a>
              ) : (
                'Whatever clients ask for shows up here, with what they were answered and why.'
              )}
            </p>
          </Empty>
        ) : (
          <>
            <EntryTable
              label="Requests, newest first"
              kind="requests"
              heads={HEADS}
              openId={id}
              entries={entries}
              cellsOf={cellsOf}
            />
            <Problem text={entries.problem} />
          </>
        )
      }
      detail={id !== undefined && <RequestDetail key={id} id={id} />}
    />
  )
}

function cellsOf(entry: RequestEntry) {
  return [
    <Status key="status" status={entry.status} />,
    timeText(entry.at),
    <>
      <Said text={`${entry.method} ${entry.path}`} most={80} />
      {entry.message !== undefined && (
        <span class="dim reason">
          <Said text={entry.message} most={160} />
        </span>
      )}
    </>,
    entry.taskId?.slice(0, 8) ?? '',
    entry.code ?? '',
    entry.durationMs?.toFixed(1) ?? '',
    entry.namespace || '–',
  ]
}

function RequestFilters({ entries }: { entries: Entries<RequestEntry> }) {
  const { query } = route.value
  const set = (name: string) => (chosen: string) => setQuery({ [name]: chosen })
  return (
    <>
      <Choice
        label="Operation"
        isLabelHidden
        value={query.get('operation') ?? ''}
        onChange={set('operation')}
        options={[
          ['', 'any operation'],
          ['create', 'creates'],
          ['tasks', 'polls'],
        ]}
      />
      <Choice
        label="Status"
        isLabelHidden
        value={query.get('status') ?? ''}
        onChange={set('status')}
        options={[
          ['', 'any status'],
          ['2xx', '2xx'],
          ['4xx', '4xx'],
          ['5xx', '5xx'],
        ]}
      />
      <TokenChoice value={query.get('namespace') ?? ''} onChange={set('namespace')} any="any token" />
      <TextField
        label="Id of a task"
        isLabelHidden
        type="search"
        placeholder="Id of a task"
        value={query.get('task') ?? ''}
        onChange={text => setQuery({ task: text.trim() }, true)}
      />
      <span class="dim" role="status">
        {countText(entries.total, 'request')}
      </span>
      <Newest of={entries} />
    </>
  )
}
