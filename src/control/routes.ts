import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AccessOptions, objectionTo } from './access.ts'
import { callbackCommands } from './callback-routes.ts'
import { clockCommands } from './clock-routes.ts'
import { addCommands, type Command, command, type Documented, type Sharing } from './command.ts'
import { contractCommands } from './contract-routes.ts'
import type { Control } from './control.ts'
import { type Fares, healthCommands } from './health-routes.ts'
import { inboxCommands, inboxDoor, inboxPosting } from './inbox-routes.ts'
import { type JournalSurroundings, journalCommands } from './journal-routes.ts'
import { ledgerCommands } from './ledger-routes.ts'
import { namespaceCommands } from './namespace-routes.ts'
import { assetCommands, showPage, wantsPage } from './page-routes.ts'
import { problem, readJson, thrownProblem } from './problems.ts'
import { reportCommands } from './report-routes.ts'
import { ruleCommands } from './rule-routes.ts'
import type { RuleDesk } from './rules.ts'
import { settingsCommands } from './settings-routes.ts'
import { Identity } from './shapes.ts'
import { type StateDesk, stateCommands } from './state-routes.ts'
import { taskCommands } from './task-routes.ts'
import { trustCommands } from './trust-routes.ts'

export interface ControlRoutesOptions extends Pick<JournalSurroundings, 'timebase' | 'origin'> {
  readonly control: Control
  readonly rules: RuleDesk
  readonly state: StateDesk
  readonly identity: Identity
  readonly access: AccessOptions
  readonly fares: Fares
  /** What clients have to trust, in PEM, where a certificate was made. */
  readonly ca?: string | undefined
  /** The other replicas, where there are any. */
  readonly sharing?: Sharing | undefined
  /** Is told of defects of ours. */
  readonly onDefect: (error: unknown) => void
  /** Prints the OpenAPI document of the commands. */
  readonly print: (commands: readonly Documented[], form: 'json' | 'yaml', request: FastifyRequest) => Promise<string>
}

/** Every command of the door, in the order of its document. */
export function controlCommands(options: ControlRoutesOptions): Command[] {
  const { control, rules, identity, timebase, origin, fares } = options
  const { enter } = fares
  return [
    ...selfCommands(options),
    ...trustCommands(options.ca),
    ...clockCommands(control),
    ...namespaceCommands(control),
    ...taskCommands(control),
    ...ruleCommands(control, rules),
    ...callbackCommands(control),
    ...inboxCommands(control, enter),
    ...journalCommands(control, { timebase, origin, version: identity.version, enter }),
    ...ledgerCommands(control),
    ...contractCommands(control),
    ...reportCommands(control),
    ...settingsCommands(control),
    ...stateCommands(options.state),
  ]
}

/** Our own door: commands in our own words, errors as problem+json (RFC 9457). */
export async function controlRoutes(app: FastifyInstance, options: ControlRoutesOptions): Promise<void> {
  const { access } = options
  readJson(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { isOpen, isKeyless } = request.routeOptions.config
    if (isOpen) return
    const objection = objectionTo(request, access, isKeyless?.(request))
    if (objection) return problem(reply, objection.status, objection.detail)
  })
  app.setErrorHandler((thrown, request, reply) => thrownProblem(thrown, request, reply, options.onDefect))
  app.setNotFoundHandler((request, reply) =>
    problem(
      reply,
      404,
      `there is no ${request.method} ${request.url.split('?')[0]}; GET /_mockling lists what there is`,
    ),
  )
  addCommands(app, controlCommands(options), {
    keep: request => options.state.keep(request),
    sharing: options.sharing,
  })
  await app.register(async posting => inboxDoor(posting, options.control.inboxes))
}

/** What this process is, and what can be asked of it. */
function selfCommands(options: ControlRoutesOptions): Command[] {
  const tag = 'self'
  const { identity, control, print, fares } = options
  const documented = () => [...controlCommands(options), ...inboxPosting(control.inboxes)]
  const document = (form: 'json' | 'yaml', type: string) =>
    command({
      method: 'GET',
      url: `/openapi.${form}`,
      tag,
      summary: `This document, as ${form.toUpperCase()}`,
      response: { type, description: 'An OpenAPI 3.1 document.' },
      run: async ({ request, reply }) =>
        reply.header('content-type', `${type}; charset=utf-8`).send(await print(documented(), form, request)),
    })
  return [
    command({
      method: 'GET',
      url: '/',
      tag,
      summary: 'Show what this is, and every command; to browsers, the inspector',
      description: 'Whoever asks for text/html is shown the inspector, a page, without the key.',
      response: z.strictObject({ ...Identity.shape, links: z.array(z.string()) }),
      isKeyless: wantsPage,
      run: ({ request, reply }) => {
        reply.header('vary', 'accept')
        if (wantsPage(request)) return showPage(request, reply)
        return {
          ...identity,
          links: documented().map(({ method, url, summary }) => `${method} /_mockling${url}  ${summary}`),
        }
      },
    }),
    ...assetCommands(),
    ...healthCommands(identity, fares),
    command({
      method: 'GET',
      url: '/version',
      tag,
      summary: 'Show what this is',
      response: Identity,
      run: () => identity,
    }),
    document('json', 'application/json'),
    document('yaml', 'application/yaml'),
  ]
}

/** Answers a URL of this door that can't be decoded; `undefined` for any other. */
export function refuseBadUrl(request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
  if (!request.url.startsWith('/_mockling')) return undefined
  return problem(reply, 400, 'the path holds a percent sign that begins no escape')
}

/** `GET` and `POST /health`: clients force asynchronous mode with it as a callback address (gateway §1.3). */
export async function healthRoutes(
  app: FastifyInstance,
  identity: Identity,
  onDefect: (error: unknown) => void,
): Promise<void> {
  // Whatever is posted, as a callback or by hand, is of no interest.
  // A type that is malformed is refused all the same, in our words.
  app.setErrorHandler((thrown, request, reply) => thrownProblem(thrown, request, reply, onDefect))
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
