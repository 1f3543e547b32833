import { z } from 'zod'
import type { Entry, EntryFilter } from '../journal/journal.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { whole } from './fields.ts'
import { Scope } from './scope.ts'
import { JournalEntry } from './shapes.ts'

const tag = 'journal'

const Filter = {
  ...Scope,
  kind: z.enum(['request', 'download', 'callback']).optional(),
  task: z.string().optional().describe('Id of a task.'),
  path: z.string().optional().describe('Path of a request, or URL of a callback.'),
  status: whole(599, 'Status of the answer.').optional(),
  outcome: z.string().optional(),
  after: whole(Number.MAX_SAFE_INTEGER, 'Only entries after this place.').optional(),
}

const Query = z.strictObject({
  ...Filter,
  limit: whole(10_000, 'At most so many, the newest. Default 1000.').default(1000),
})

/** Shows what happened. */
export function journalCommands(control: Control): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/journal',
      tag,
      summary: 'List what happened, oldest first',
      query: Query,
      response: z.strictObject({
        items: z.array(JournalEntry),
        count: z.int().describe('How many match in all.'),
        dropped: z.int().describe('How many entries had to go to make room.'),
      }),
      run: ({ query }) => {
        const filter = filterOf(control, query)
        const items = control.journal.list(filter, query.limit).map(shown)
        return { items, count: control.journal.count(filter), dropped: control.journal.dropped.entries }
      },
    }),
    command({
      method: 'GET',
      url: '/v1/journal/count',
      tag,
      summary: 'Count what happened',
      query: Query,
      response: z.strictObject({ count: z.int() }),
      run: ({ query }) => ({ count: control.journal.count(filterOf(control, query)) }),
    }),
  ]
}

function filterOf(control: Control, query: z.infer<typeof Query>): EntryFilter {
  const scope = control.scopeOf(query)
  return {
    ...(scope !== 'server' && { namespace: scope.namespace }),
    ...(query.kind !== undefined && { kind: query.kind }),
    ...(query.task !== undefined && { taskId: query.task }),
    ...(query.path !== undefined && { path: query.path }),
    ...(query.status !== undefined && { status: query.status }),
    ...(query.outcome !== undefined && { outcome: query.outcome }),
    ...(query.after !== undefined && { after: query.after }),
  }
}

/** An entry as shown: namespaces by their first digits only. */
export function shown<E extends Entry>(entry: E): E {
  return { ...entry, namespace: entry.namespace.slice(0, 8) }
}
