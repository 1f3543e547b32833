import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Entry, EntryFilter } from '../journal/journal.ts'
import { parseIsoTime } from '../simulation/timebase.ts'
import { type AccessOptions, objectionTo } from './access.ts'
import { type Control, Refused, short } from './control.ts'
import { ruleRoutes } from './rule-routes.ts'
import type { RuleDesk } from './rules.ts'
import { Scope, ScopeQuery } from './scope.ts'

/** What this process is, for health and version. */
export interface Identity {
  readonly name: 'mockling'
  readonly version: string
  readonly revision: string
  readonly seed: number
}

export interface ControlRoutesOptions {
  readonly control: Control
  readonly rules: RuleDesk
  readonly identity: Identity
  readonly access: AccessOptions
}

const Instant = z
  .union([z.number(), z.string().transform(text => parseIsoTime(text) ?? Number.NaN)])
  .pipe(z.number('must be Unix milliseconds or an ISO 8601 time').min(0))

const ClockChange = z.strictObject({
  ...Scope,
  mode: z.enum(['real', 'scaled', 'frozen', 'auto-skip']),
  rate: z.number().positive().max(1_000_000).optional().describe('Only with mode scaled.'),
  at: Instant.optional(),
})

const Advance = z.strictObject({
  ...Scope,
  ms: z.number().min(0).optional(),
  seconds: z.number().min(0).optional(),
  to: Instant.optional(),
})

const Reset = z.strictObject(Scope)

/** Whole numbers in a query come as text. */
function whole(most: number) {
  return z
    .string()
    .regex(/^\d{1,15}$/, `must be a whole number up to ${most}`)
    .transform(Number)
    .pipe(z.number().max(most))
}

const Page = z.strictObject({ ...Scope, limit: whole(1000).default(100), offset: whole(1e9).default(0) })

const JournalQuery = z.strictObject({
  ...Scope,
  kind: z.enum(['request', 'download', 'callback']).optional(),
  task: z.string().optional(),
  path: z.string().optional(),
  status: whole(599).optional(),
  outcome: z.string().optional(),
  after: whole(Number.MAX_SAFE_INTEGER).optional(),
  limit: whole(10_000).default(1000),
})

/** Our own door: commands in our own words, errors as problem+json (RFC 9457). */
export async function controlRoutes(app: FastifyInstance, options: ControlRoutesOptions): Promise<void> {
  const { control, rules, identity, access } = options
  const health = () => ({ status: 'ok', ...identity })

  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    if (request.routeOptions.url?.endsWith('/health')) return
    const objection = objectionTo(request, access)
    if (objection) return problem(reply, objection.status, objection.detail)
  })
  app.setErrorHandler((thrown, _request, reply) => {
    if (thrown instanceof z.ZodError) return problem(reply, 400, sentenceOf(thrown))
    if (thrown instanceof Refused) return problem(reply, thrown.status, thrown.message)
    const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500
    return problem(reply, status, thrown instanceof Error ? thrown.message : String(thrown))
  })
  app.setNotFoundHandler((request, reply) =>
    problem(
      reply,
      404,
      `there is no ${request.method} ${request.url.split('?')[0]}; GET /_mockling lists what there is`,
    ),
  )

  app.get('/', async () => ({ ...identity, links: LINKS }))
  app.get('/health', async () => health())
  app.get('/version', async () => identity)

  app.get('/v1/clock', async request => control.clock(control.scopeOf(ScopeQuery.parse(request.query))))
  app.put('/v1/clock', async request => {
    const change = ClockChange.parse(request.body)
    if (change.rate !== undefined && change.mode !== 'scaled') throw new Refused('rate goes with mode scaled only')
    return control.setClock(control.scopeOf(change), change)
  })
  app.post('/v1/clock/advance', async request => {
    const advance = Advance.parse(request.body)
    return control.advance(control.scopeOf(advance), stretchOf(advance))
  })

  app.get('/v1/tasks', async request => {
    const query = Page.parse(request.query)
    return control.tasks(control.scopeOf(query), { limit: query.limit, offset: query.offset })
  })
  app.get<{ Params: { id: string } }>('/v1/tasks/:id', async request => control.task(request.params.id))

  app.get('/v1/account', async request => {
    const scope = control.scopeOf(ScopeQuery.parse(request.query))
    if (scope === 'server') throw new Refused('name a token or a namespace')
    return control.account(scope.namespace)
  })

  app.get('/v1/journal', async request => {
    const query = JournalQuery.parse(request.query)
    const filter = filterOf(control, query)
    const items = control.journal.list(filter, query.limit).map(shown)
    return { items, count: control.journal.count(filter), dropped: control.journal.dropped }
  })
  app.get('/v1/journal/count', async request => ({
    count: control.journal.count(filterOf(control, JournalQuery.parse(request.query))),
  }))

  ruleRoutes(app, control, rules)

  app.post('/v1/reset', async request => {
    await control.reset(control.scopeOf(Reset.parse(request.body ?? {})))
    return { reset: true }
  })
}

const LINKS = [
  'GET /_mockling/health',
  'GET /_mockling/version',
  'GET /_mockling/v1/clock?token=',
  'PUT /_mockling/v1/clock {"mode": "real" | "scaled" | "frozen" | "auto-skip", "rate", "at", "token"}',
  'POST /_mockling/v1/clock/advance {"ms" | "seconds" | "to", "token"}',
  'GET /_mockling/v1/tasks?token=&limit=&offset=',
  'GET /_mockling/v1/tasks/{id}',
  'GET /_mockling/v1/account?token=',
  'GET /_mockling/v1/journal?kind=&token=&task=&path=&status=&outcome=&after=&limit=',
  'GET /_mockling/v1/journal/count?…',
  'GET /_mockling/v1/outcomes',
  'GET, POST, DELETE /_mockling/v1/rules {"effects", "when", "next", "every", "probability", "from", "until", "in", "for", "token"}',
  'DELETE /_mockling/v1/rules/{id}',
  'GET, POST, DELETE /_mockling/v1/faults {"effects", "operation": "create" | "tasks" | "download", …}',
  'DELETE /_mockling/v1/faults/{id}',
  'GET, POST /_mockling/v1/timelines {"name", "events": [{"at", "for", "outcome" | "fault", …}], "token"}',
  'DELETE /_mockling/v1/timelines/{name}',
  'POST /_mockling/v1/reset {"token"}',
]

function stretchOf({ ms, seconds, to }: z.infer<typeof Advance>): { ms: number } | { to: number } {
  const given = [ms, seconds, to].filter(value => value !== undefined)
  if (given.length !== 1) throw new Refused('give exactly one of ms, seconds and to')
  return to === undefined ? { ms: ms ?? (seconds ?? 0) * 1000 } : { to }
}

function filterOf(control: Control, query: z.infer<typeof JournalQuery>): EntryFilter {
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
function shown(entry: Entry): object {
  return { ...entry, namespace: short(entry.namespace) }
}

function problem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  const title = status < 500 ? 'The command was refused' : 'The command failed'
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title, status, detail }))
}

/** Answers a URL of this door that can't be decoded; `undefined` for any other. */
export function refuseBadUrl(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (!request.url.startsWith('/_mockling')) return undefined
  return problem(reply, 400, 'the path holds a percent sign that begins no escape')
}

/** Every objection of a schema, each with its field. */
function sentenceOf(error: z.ZodError): string {
  return error.issues.map(issue => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')
}

/** `GET` and `POST /health`: clients force asynchronous mode with it as a callback address (gateway §1.3). */
export async function healthRoutes(app: FastifyInstance, identity: Identity): Promise<void> {
  // Whatever is posted, as a callback or by hand, is of no interest.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume()
    payload.once('end', () => done(null))
  })
  app.route({
    method: ['GET', 'POST'],
    url: '/health',
    handler: async (_request: FastifyRequest) => ({ status: 'ok', ...identity }),
  })
}
