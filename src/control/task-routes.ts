import { z } from 'zod'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { Instant, Page } from './fields.ts'
import { Scope } from './scope.ts'
import { Account, TaskPage, TaskView } from './shapes.ts'
import { FAILURE_CODES } from './tasks.ts'

const tag = 'tasks'

export const TaskId = z.strictObject({ id: z.string().min(1).describe('Id of the task.') })

const Filter = z.strictObject({
  ...Scope,
  state: z
    .enum(['pending', 'accepted', 'processing', 'succeed', 'failed'])
    .optional()
    .describe('Only tasks in this state; pending: not settled yet.'),
  model: z.string().min(1).optional().describe('Only tasks of this model.'),
  mode: z.string().min(1).optional().describe('Only tasks of this mode.'),
  action: z.string().min(1).optional().describe('Only tasks of this action.'),
  outcome: z.string().min(1).optional().describe('Only tasks with this outcome, as the task shows it.'),
  id: z.string().min(1).max(100).optional().describe('Only tasks whose id begins so.'),
  order: z
    .enum(['newest', 'soonest'])
    .optional()
    .describe(
      'newest: by the instant of the create. soonest: by what happens to each next, on its own clock; those to which nothing happens last. Default newest.',
    ),
  ...Page,
})

const at = Instant.optional().describe('When, not before now. Without it, at once.')

export const Reroute = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('succeed'), at }),
  z.strictObject({
    to: z.literal('fail'),
    code: z.enum(FAILURE_CODES).default('api_error').describe('Default api_error.'),
    message: z.string().min(1).max(1000).optional().describe('Without it, the catalogue’s.'),
    at,
  }),
  z.strictObject({
    to: z.literal('settle').describe('It ends as planned, but at another instant.'),
    at: Instant.describe('When, not before now.'),
  }),
  z.strictObject({ to: z.literal('stall').describe('It never settles.') }),
])

/** Shows tasks and changes what becomes of them. */
export function taskCommands(control: Control): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/tasks',
      tag,
      summary: 'List tasks, newest or soonest first',
      description:
        'Of one namespace, or of all if none is named. The three tasks of the guides are in every namespace.',
      query: Filter,
      response: TaskPage,
      run: ({ query: { token: _, namespace: __, scope: ___, ...filter }, query }) =>
        control.tasks(control.scopeOf(query), defined(filter)),
    }),
    command({
      method: 'GET',
      url: '/v1/tasks/:id',
      tag,
      summary: 'Show one task, of whichever namespace',
      params: TaskId,
      response: TaskView,
      refusals: { 404: 'There is no such task.' },
      run: ({ params }) => control.task(params.id),
    }),
    command({
      method: 'POST',
      url: '/v1/tasks/:id/reroute',
      isTaped: true,
      tag,
      summary: 'Replace the future of a pending task',
      description:
        'Have it succeed, fail, settle at another instant or never settle. Held requests are answered and callbacks sent by the new plan.',
      params: TaskId,
      body: Reroute,
      response: TaskView,
      refusals: { 404: 'There is no such task.', 409: 'The task is settled, or the instant lies before now.' },
      run: ({ params, body }) => control.reroute(params.id, body),
    }),
    command({
      method: 'GET',
      url: '/v1/account',
      tag,
      summary: 'Show what a namespace has spent, in Credits',
      query: z.strictObject({ token: Scope.token, namespace: Scope.namespace }),
      response: Account,
      run: ({ query }) => control.account(control.namespaceOf(query)),
    }),
  ]
}

/** Without the fields that are `undefined`. */
function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
