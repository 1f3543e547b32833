import { z } from 'zod'
import { type EntryFilter, STATUS_CLASSES, type StatusClass } from '../journal/conditions.ts'
import { OPERATIONS } from '../journal/reading.ts'
import { parseIsoTime } from '../simulation/timebase.ts'
import { Instant, whole } from './fields.ts'

/** Bodies to look for lie no deeper than this. */
const DEEPEST = 50

const words = {
  kind: z.enum(['request', 'download', 'callback']).optional(),
  operation: z
    .enum(OPERATIONS)
    .optional()
    .describe('create is POST /kling/videos and the other endpoints that make tasks, tasks is POST /kling/tasks.'),
  task: z.string().optional().describe('Id of a task: made by it, of it, or asking for it.'),
  path: z.string().optional().describe('Path of a request, or URL of a callback.'),
  method: z.string().optional(),
  outcome: z.string().optional().describe('What was chosen for a create, or came of a callback.'),
  code: z.string().optional().describe('Of the error that was answered.'),
}

const STATUS_TEXT = 'must be a status such as 404, or a class such as 4xx'

const BODY_TEXT = 'What the JSON that was sent must contain; it may contain more.'

const Body = z
  .record(z.string(), z.unknown())
  .refine(body => depthOf(body) <= DEEPEST, `must not be deeper than ${DEEPEST}`)

/** Which entries are meant, in JSON. Each part given must hold. */
export const Match = z
  .strictObject({
    ...words,
    status: z.union([z.int().min(100).max(599), z.enum(STATUS_CLASSES)], STATUS_TEXT).optional(),
    from: Instant.optional().describe('Begun at or after this instant.'),
    to: Instant.optional().describe('Begun at or before this instant.'),
    after: z.int().min(0).optional().describe('Only entries after this place.'),
    before: z.int().min(0).optional().describe('Only entries before this place.'),
    body: Body.optional().describe(BODY_TEXT),
  })
  .meta({ id: 'EntryFilter', description: 'Which entries are meant. Each part given must hold.' })

const INSTANT_TEXT = 'must be Unix milliseconds or an ISO 8601 time with its zone'

/** An instant in a query. */
export function instantIn(description: string) {
  return z
    .string()
    .transform(text => (/^\d+$/.test(text) ? Number(text) : (parseIsoTime(text) ?? Number.NaN)))
    .pipe(z.number(INSTANT_TEXT))
    .meta({ description: `${description} Unix milliseconds, or ISO 8601 with its zone.`, wire: { type: 'string' } })
    .optional()
}

/** A part of the journal, in a query. */
export const Span = {
  from: instantIn('Begun at or after this instant.'),
  to: instantIn('Begun at or before this instant.'),
  after: whole(Number.MAX_SAFE_INTEGER, 'Only entries after this place.').optional(),
}

/** The same as `Match` in a query, where everything is text. */
export const MatchQuery = {
  ...words,
  ...Span,
  before: whole(Number.MAX_SAFE_INTEGER, 'Only entries before this place.').optional(),
  status: z
    .string()
    .regex(/^[1-5](?:\d\d|xx)$/, STATUS_TEXT)
    .transform(text => (text.endsWith('xx') ? (text as StatusClass) : Number(text)))
    .meta({ description: 'A status such as 404, or a class such as 4xx.', wire: { type: 'string' } })
    .optional(),
  body: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'must be a JSON object' })
        return z.NEVER
      }
    })
    .pipe(Body)
    .meta({ description: `${BODY_TEXT} A JSON object.`, wire: { type: 'string' } })
    .optional(),
}

/** A filter as it came in, of the namespace if one is meant. */
export function filterOf(
  { task, ...rest }: Omit<z.output<typeof Match>, 'status'> & { status?: number | StatusClass | undefined },
  namespace: string | undefined,
): EntryFilter {
  const all = { ...rest, taskId: task, namespace }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function depthOf(value: unknown, most = DEEPEST + 1): number {
  if (typeof value !== 'object' || value === null || most === 0) return 0
  return 1 + Math.max(0, ...Object.values(value).map(item => depthOf(item, most - 1)))
}
