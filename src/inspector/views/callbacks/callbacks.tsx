import type { PostOutcome } from '../../../callbacks/attempt.ts'
import type { ScheduledView } from '../../../control/callbacks.ts'
import type { CallbackEntry } from '../../../journal/entries.ts'
import { queryOf } from '../../api.ts'
import { nowOf } from '../../clocks.ts'
import { useEntries } from '../../entries.ts'
import { countText, relativeText, timeText } from '../../format.ts'
import { useLive } from '../../live.ts'
import { hrefTo, route, setQuery } from '../../route.ts'
import { Badge } from '../../ui/badge.tsx'
import { Problem } from '../../ui/command.tsx'
import { Empty } from '../../ui/empty.tsx'
import { EntryTable } from '../../ui/entry-table.tsx'
import { Choice, TextField } from '../../ui/field.tsx'
import { Newest } from '../../ui/newest.tsx'
import { Split } from '../../ui/split.tsx'
import { Said } from '../../ui/text.tsx'
import { TokenChoice } from '../../ui/token-choice.tsx'
import { AttemptDetail } from './attempt.tsx'

const HEADS = [
  ['outcome'],
  ['time'],
  ['attempt', 'number spare'],
  ['status', 'number spare'],
  ['task', 'mono spare'],
  ['address'],
] as const

const FILTERS = ['namespace', 'outcome', 'task'] as const

/** What may come of an attempt. */
const OUTCOMES = [
  'delivered',
  'bad-status',
  'timeout',
  'connection-error',
  'bad-answer',
  'refused-address',
  'invalid-url',
  'invalid-headers',
  'lost',
  'aborted',
] as const satisfies readonly (PostOutcome | 'lost')[]

/** Callbacks: those to come, and every attempt. */
export function CallbacksView() {
  const { id, query } = route.value
  const filters = Object.fromEntries(FILTERS.map(name => [name, query.get(name) ?? undefined]))
  const { outcome, ...scope } = filters
  const entries = useEntries<CallbackEntry>('callback', filters)
  const { value } = useLive<{ scheduled: ScheduledView[]; due: number }>(
    `v1/callbacks${queryOf({ ...scope, limit: 0, due: MOST_SCHEDULED })}`,
  )
  const isEmpty = value && entries.isLoaded && entries.total + value.due === 0
  return (
    <Split
      label="Callbacks"
      tools={
        <>
          <Choice
            label="Outcome"
            isLabelHidden
            value={outcome ?? ''}
            onChange={chosen => setQuery({ outcome: chosen })}
            options={[['', 'any outcome'], ...OUTCOMES.map(name => [name, name] as const)]}
          />
          <TokenChoice
            value={scope['namespace'] ?? ''}
            onChange={chosen => setQuery({ namespace: chosen })}
            any="any token"
          />
          <TextField
            label="Id of a task"
            isLabelHidden
            type="search"
            placeholder="Id of a task"
            value={scope['task'] ?? ''}
            onChange={text => setQuery({ task: text.trim() }, true)}
          />
          <a href={hrefTo('inbox')}>Built-in inboxes</a>
          <span class="dim" role="status">
            {countText(entries.total, 'attempt')}, {(value?.due ?? 0).toLocaleString('en')} to come
          </span>
          <Newest of={entries} />
        </>
      }
      list={
        isEmpty ? (
          <NoCallbacks isFiltered={FILTERS.some(name => query.has(name))} />
        ) : (
          <div class="callbacks-list">
            <Scheduled items={value?.scheduled ?? []} due={value?.due ?? 0} />
            <EntryTable
              label="Attempts, newest first"
              kind="callbacks"
              heads={HEADS}
              openId={id}
              entries={entries}
              cellsOf={cellsOf}
            />
            <Problem text={entries.problem} />
          </div>
        )
      }
      detail={id !== undefined && <AttemptDetail key={id} id={id} />}
    />
  )
}

function cellsOf(entry: CallbackEntry) {
  return [
    <Badge key="outcome" state={entry.outcome} tone={entry.outcome === 'delivered' ? 'good' : 'bad'} />,
    timeText(entry.at),
    String(entry.attempt),
    String(entry.status ?? '–'),
    entry.taskId.slice(0, 8),
    <Said key="url" text={entry.url} most={120} />,
  ]
}

/** Shown of what is to come; the view of time has all of it. */
const MOST_SCHEDULED = 5

function Scheduled({ items, due }: { items: readonly ScheduledView[]; due: number }) {
  if (items.length === 0) return null
  return (
    <ul class="scheduled">
      {items.map(({ id, at, url, namespace, taskId, attempt }) => (
        <li key={id}>
          <Badge state="scheduled" /> <time>{relativeText(at, nowOf(namespace))}</time>
          {attempt > 1 && <span class="dim">attempt {attempt}</span>}
          <a href={hrefTo('tasks', taskId)}>task {taskId.slice(0, 8)}</a> <Said text={url} most={80} />
        </li>
      ))}
      {due > items.length && (
        <li>
          <a href={hrefTo('time')}>{(due - items.length).toLocaleString('en')} more</a>
        </li>
      )}
    </ul>
  )
}

function NoCallbacks({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) {
    return (
      <Empty title="No attempt is like that">
        <p>
          <a href="#/callbacks">Show all attempts</a>
        </p>
      </Empty>
    )
  }
  return (
    <Empty title="No callbacks yet">
      <p>
        Give a create a <code>callback_url</code>. Without a receiver of your own, use an inbox of this server: any name
        will do.
      </p>
      <p>
        <code>{`${location.origin}/_mockling/inbox/mine`}</code>
      </p>
    </Empty>
  )
}
