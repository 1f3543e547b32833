import { z } from 'zod'
import type { AttemptReport } from '../callbacks/dispatcher.ts'
import type { CallbackEntry } from '../journal/journal.ts'
import type { CallbackView, ScheduledView } from './callbacks.ts'
import { type Command, command } from './command.ts'
import type { Control } from './control.ts'
import { whole } from './fields.ts'
import { Scope } from './scope.ts'
import { of } from './shapes.ts'

const tag = 'callbacks'

const CallbackId = z.strictObject({
  id: z.string().min(1).describe('The task’s id, a dot, and the number of the callback among the task’s, from 1.'),
})

const ShownScheduled = of<ScheduledView>(
  z
    .strictObject({
      id: z.string(),
      namespace: z.string().describe('First eight digits of it.'),
      taskId: z.string(),
      url: z.string(),
      at: z.number().describe('When it is due, in Unix milliseconds.'),
      attempt: z.int().describe('Which attempt it will be, from 1.'),
    })
    .meta({ id: 'ScheduledCallback', description: 'A callback that waits to be due.' }),
)

const attempt = {
  at: z.number().describe('When it was sent, in Unix milliseconds.'),
  namespace: z.string().describe('First eight digits of it.'),
  taskId: z.string(),
  callbackId: z.string(),
  attempt: z.int().describe('From 1.'),
  resend: z.literal(true).optional().describe('It was sent by a command.'),
  url: z.string(),
  requestHeaders: z.record(z.string(), z.string()),
  requestBody: z.string(),
  outcome: z.string().describe('`delivered`, or why not.'),
}

const ShownAttempt = of<AttemptReport>(
  z.looseObject(attempt).meta({ id: 'CallbackAttempt', description: 'One try to deliver a callback, as it ended.' }),
)

const Recorded = of<CallbackEntry>(
  z.looseObject({ kind: z.literal('callback'), seq: z.int(), ...attempt }).meta({
    id: 'CallbackEntry',
    description: 'One try to deliver a callback, in the journal.',
  }),
)

const ShownCallback = of<CallbackView>(
  z
    .strictObject({
      id: z.string(),
      namespace: z.string().describe('First eight digits of it.'),
      taskId: z.string(),
      url: z.string().nullable(),
      state: z
        .enum(['scheduled', 'delivered', 'lost', 'failed', 'cancelled', 'open'])
        .describe('By its last attempt, unless it waits for one or was cancelled; open: none of these yet.'),
      at: z.number().nullable().describe('When it is due next, in Unix milliseconds.'),
      attempts: z.array(Recorded).describe('Oldest first.'),
    })
    .meta({ id: 'Callback', description: 'One of a task’s callbacks.' }),
)

const Edit = {
  url: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).optional(),
  headers: z
    .record(z.string().min(1), z.string().nullable())
    .optional()
    .describe('Added to the others; null takes one away.'),
  body: z.unknown().optional().describe('Text goes as it is, anything else as JSON.'),
}

const UNSENT = 'Nothing was sent yet, and the task is not settled or asked for no callback.'
const ABSENT = 'There is no such callback.'

/** Shows callbacks, sends them again, and cancels them. */
export function callbackCommands(control: Control): Command[] {
  const { callbacks } = control
  return [
    command({
      method: 'GET',
      url: '/v1/callbacks',
      tag,
      summary: 'List callbacks: those that are due later, and attempts so far',
      query: z.strictObject({
        ...Scope,
        task: z.string().min(1).optional().describe('Id of a task.'),
        limit: whole(10_000, 'At most so many attempts, the newest. Default 100.').default(100),
        due: whole(1_000_000, 'At most so many that are due later, the earliest. Default all.').optional(),
      }),
      response: z.strictObject({
        scheduled: z.array(ShownScheduled).describe('The earliest first.'),
        due: z.int().describe('How many are due later in all.'),
        attempts: z.array(Recorded).describe('Oldest first.'),
      }),
      run: ({ query }) => callbacks.list(control.scopeOf(query), query),
    }),
    command({
      method: 'POST',
      url: '/v1/callbacks',
      isTaped: true,
      tag,
      summary: 'Send a task’s callback by hand, now and once',
      description: 'To the address the task asked for, or to another.',
      body: z.strictObject({ task: z.string().min(1).describe('Id of the task.'), ...Edit }),
      response: ShownAttempt,
      refusals: { 404: 'There is no such task.', 409: UNSENT },
      run: ({ body: { task, ...edit } }) => callbacks.send(task, edit),
    }),
    command({
      method: 'GET',
      url: '/v1/callbacks/:id',
      tag,
      summary: 'Show one callback with its attempts',
      params: CallbackId,
      response: ShownCallback,
      refusals: { 404: ABSENT },
      run: ({ params }) => callbacks.show(params.id),
    }),
    command({
      method: 'POST',
      url: '/v1/callbacks/:id/redeliver',
      isTaped: true,
      tag,
      summary: 'Send what was sent last once more, now',
      params: CallbackId,
      response: ShownAttempt,
      refusals: { 404: ABSENT, 409: UNSENT },
      run: ({ params }) => callbacks.redeliver(params.id),
    }),
    command({
      method: 'POST',
      url: '/v1/callbacks/:id/resend',
      isTaped: true,
      tag,
      summary: 'Send it once more with another address, other headers or another body',
      params: CallbackId,
      body: z.strictObject(Edit),
      response: ShownAttempt,
      refusals: { 404: ABSENT, 409: UNSENT },
      run: ({ params, body }) => callbacks.resend(params.id, body),
    }),
    command({
      method: 'DELETE',
      url: '/v1/callbacks/:id',
      isTaped: true,
      tag,
      summary: 'Cancel a callback that waits to be due',
      params: CallbackId,
      response: ShownCallback,
      refusals: { 404: ABSENT, 409: 'It is not scheduled.' },
      run: ({ params }) => callbacks.cancel(params.id),
    }),
  ]
}
