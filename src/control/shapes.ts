import { z } from 'zod'
import { TASK_TYPES } from '../contract/endpoints.ts'
import type { Entry } from '../journal/journal.ts'
import { CLOCK_MODES } from '../simulation/clock-setting.ts'
import type { Task } from '../simulation/task.ts'

/** What this door answers with. Every instant is in Unix milliseconds. */

/** The schema of a type that is declared elsewhere. That answers fit it is held by tests. */
export function of<T>(schema: z.ZodType): z.ZodType<T> {
  return schema as z.ZodType<T>
}

const instant = () => z.number().describe('Unix milliseconds.')

const Json = z.record(z.string(), z.unknown())

/** What this process is, for health and version. */
export const Identity = z
  .strictObject({
    name: z.literal('mockling'),
    version: z.string(),
    revision: z.string().describe('The dated reading of the contract it imitates.'),
    seed: z.int(),
  })
  .meta({ id: 'Identity' })
export type Identity = z.infer<typeof Identity>

/** A clock as shown. Instants in Unix milliseconds, and once more as text for people. */
export const ClockState = z
  .strictObject({
    scope: z.string().describe('`server`, or the first eight digits of the namespace.'),
    mode: z.enum(CLOCK_MODES),
    rate: z.number().describe('Virtual milliseconds for each real one; 1 unless scaled.'),
    now: instant(),
    time: z.string().describe('The same as ISO 8601.'),
    follows: z.boolean().describe('Whether commands to the server’s clock move this one.'),
    waiting: z.int().describe('How many wait on it: held requests and due callbacks.'),
    next: z.number().nullable().describe('The earliest instant awaited.'),
  })
  .meta({ id: 'ClockState', description: 'A clock.' })
export type ClockState = z.infer<typeof ClockState>

const LogEntry = z
  .looseObject({
    seq: z.int().describe('Place in the log, from 1.'),
    command: z.enum(['set', 'advance', 'next-event', 'until-settled']),
    scope: z.string().describe('`server`, or the first eight digits of the namespace.'),
    from: z.number().describe('What the clock showed before.'),
    to: z.number().exactOptional().describe('What it showed afterwards; absent while the command is carried out.'),
    journalSeq: z.int().describe('The journal’s newest entry at that moment.'),
  })
  .meta({ id: 'ClockLogEntry', description: 'A command to a clock, with what was asked for.' })

export const ClockLogPage = z.strictObject({
  items: z.array(LogEntry).describe('Oldest first.'),
  dropped: z.int().describe('How many had to go to make room.'),
})

/** A task as shown at this door: the plan, not the upstream's record. */
export interface TaskView {
  readonly id: string
  readonly namespace: string
  readonly state: string
  /** The endpoint that made it. */
  readonly type: Task['type']
  readonly action: string
  readonly model: string
  readonly mode: string
  readonly outcome: string
  readonly credits: number
  readonly createdAt: number
  readonly settlesAt: number | null
  /** When a control command last replaced its future. */
  readonly reroutedAt: number | null
  readonly steps: Task['steps']
  readonly deliveries: Task['deliveries']
  readonly video: Task['video']
  readonly request: Task['request']
}

export const TaskView = of<TaskView>(
  z
    .strictObject({
      id: z.string(),
      namespace: z.string().describe('First eight digits of it.'),
      state: z.string().describe('`accepted`, `processing`, `succeed` or `failed`.'),
      type: z.enum(TASK_TYPES).describe('The endpoint that made it.'),
      action: z.string().describe('Where an endpoint has no actions, its type.'),
      model: z.string(),
      mode: z.string(),
      outcome: z.string().describe('What was chosen for it at the create.'),
      credits: z.number().describe('Billed if it succeeds.'),
      createdAt: instant(),
      settlesAt: z.number().nullable().describe('Unix milliseconds; null if it never does.'),
      reroutedAt: z.number().nullable().describe('When a command last replaced its future.'),
      steps: z.array(z.looseObject({ at: instant(), state: z.string() })).describe('Its plan, in order.'),
      deliveries: z.array(z.looseObject({ url: z.string(), at: instant() })).describe('Its callbacks, as planned.'),
      video: z.looseObject({ id: z.string(), path: z.string() }),
      request: Json.describe('The create’s body as sent.'),
    })
    .meta({ id: 'Task', description: 'A task, as planned.' }),
)

export const TaskPage = z.strictObject({
  items: z.array(TaskView).describe('Newest first.'),
  total: z.int().describe('How many match in all.'),
})

export const Account = z
  .strictObject({
    namespace: z.string(),
    charged: z.number().describe('Credits billed for tasks that succeeded.'),
    reserved: z.number().describe('Prices of tasks that are not settled yet.'),
    balance: z.number().nullable().describe('Credits to begin with; null: unlimited.'),
    left: z.number().nullable(),
  })
  .meta({ id: 'Account' })

/** An entry of the journal; what it holds depends on `kind`. */
export const JournalEntry = of<Entry>(
  z
    .looseObject({
      kind: z.enum(['request', 'download', 'callback']),
      seq: z.int(),
      at: z.number(),
      namespace: z.string().describe('First eight digits of it.'),
    })
    .meta({ id: 'JournalEntry', description: 'Something that happened.' }),
)
