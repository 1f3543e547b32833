import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { read } from './problems.ts'

type Fields = z.ZodObject<z.ZodRawShape>

/** An answer that is no JSON. */
export interface OtherAnswer {
  readonly type: string
  readonly description: string
}

/** What every command says of itself. The OpenAPI document is made from this. */
export interface Documented {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below `/_mockling`; parameters as `:name`. */
  readonly url: string
  /** The heading it stands under. */
  readonly tag: string
  /** What it does, as one line without a full stop. */
  readonly summary: string
  readonly description?: string
  /** Every parameter of `url`. */
  readonly params?: Fields
  /** Fields of the query, all as text. Others are refused. */
  readonly query?: Fields
  /** The JSON body. Others are refused; without one, any body but `{}` is. An absent body is `{}`. */
  readonly body?: z.ZodType
  /** Its media type. Default `application/json`. */
  readonly bodyType?: string
  /** The JSON that is answered; `null`: nothing is. */
  readonly response: z.ZodType | OtherAnswer | null
  /** The status of success. Default 200, or 204 if nothing is answered. */
  readonly status?: 200 | 201
  /** Refusals beside 400 (bad input), 401 and 403 (who commands): their reasons by status. */
  readonly refusals?: Readonly<Partial<Record<404 | 409 | 503, string>>>
  /** Answers without the key, to whoever asks. */
  readonly isOpen?: true
  /** Answers these without the key, but only where the door would be opened to them with it. */
  readonly isKeyless?: (request: FastifyRequest) => boolean
  /** Takes the key as a bearer token, too, for tools that send nothing else. */
  readonly takesBearer?: true
  /** It has a say in how a run goes on, beyond moving its clocks: it is kept, so that the run can be had again. */
  readonly isTaped?: true
  /** It changes what all replicas go by, and is answered once they do. */
  readonly isShared?: true
  /** Bytes a body may hold. Default 1 MiB. */
  readonly bodyLimit?: number
}

/** What a command was given, checked. */
export interface Given<Params, Query, Body> {
  readonly params: Params
  readonly query: Query
  readonly body: Body
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

const NOTHING = z.strictObject({})
type Nothing = typeof NOTHING

interface Spec<Params, Query, Body, Response> extends Documented {
  readonly params?: Params & Fields
  readonly query?: Query & Fields
  readonly body?: Body & z.ZodType
  readonly response: (Response & z.ZodType) | OtherAnswer | null
  readonly run: (
    given: Given<z.output<Params>, z.output<Query>, z.output<Body>>,
  ) => Ran<Response> | Promise<Ran<Response>>
}

/** What a command answers with: its response, nothing, or the reply when it has answered itself. */
type Ran<Response> = z.output<Response> | FastifyReply | undefined

/** A route of the control door. */
export interface Command extends Documented {
  /** `around`, if given, has it done. */
  handle(request: FastifyRequest, reply: FastifyReply, around?: Around): Promise<unknown>
}

/** Has a command done at the right moment, which is before it is answered. */
export type Around = <T>(act: () => Promise<T>) => Promise<T>

/**
 * One route with its description. Input that does not fit is refused before `run`, which answers with the JSON of the
 * response, or with the reply itself when it has answered otherwise.
 *
 * @example
 * command({
 *   method: 'GET', url: '/v1/tasks/:id', tag: 'tasks', summary: 'Show a task',
 *   params: z.strictObject({ id: z.string() }), response: TaskView, refusals: { 404: 'There is no such task.' },
 *   run: ({ params }) => control.task(params.id),
 * })
 */
export function command<
  Params extends Fields = Nothing,
  Query extends Fields = Nothing,
  Body extends z.ZodType = Nothing,
  Response extends z.ZodType = z.ZodNever,
>({ run, ...documented }: Spec<Params, Query, Body, Response>): Command {
  const { params = NOTHING, query = NOTHING, body = NOTHING, method } = documented
  return {
    ...documented,
    handle: async (request, reply, around = act => act()) => {
      const given = {
        params: read(params, request.params) as z.output<Params>,
        query: read(query, request.query) as z.output<Query>,
        body: (method === 'GET' ? undefined : read(body, request.body ?? {})) as z.output<Body>,
        request,
        reply,
      }
      const answer = await around(async () => run(given))
      if (answer === reply || reply.sent) return reply
      return reply.code(documented.status ?? (documented.response === null ? 204 : 200)).send(answer)
    },
  }
}

/** Keeps a command that is given. The function returned takes it back: it was refused. */
export type Keep = (request: FastifyRequest) => () => void

/** Where several replicas are one simulator: has commands done that change what all go by, and those that don't. */
export interface Sharing {
  readonly share: Around
  readonly follow: Around
}

/** How commands are routed. */
export interface Routing {
  readonly keep?: Keep
  readonly sharing?: Sharing | undefined
}

/** Routes the commands. */
export function addCommands(
  app: FastifyInstance,
  commands: readonly Command[],
  { keep = () => () => {}, sharing }: Routing = {},
): void {
  for (const { method, url, tag, handle, isOpen, isKeyless, takesBearer, isTaped, isShared, bodyLimit } of commands) {
    // What this very process is and how it fares is known here.
    const around = tag === 'self' || isOpen ? undefined : isShared ? sharing?.share : sharing?.follow
    const plain: Command['handle'] = (request, reply) => handle(request, reply, around)
    const taped: Command['handle'] = async (request, reply) => {
      const takeBack = keep(request)
      try {
        return await handle(request, reply, around)
      } catch (refusal) {
        takeBack()
        throw refusal
      }
    }
    const handler = isTaped ? taped : plain
    const config = { isOpen: isOpen === true, takesBearer: takesBearer === true, ...(isKeyless && { isKeyless }) }
    app.route({ method, url, handler, ...(bodyLimit && { bodyLimit }), config })
  }
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without the key, to whoever asks. */
    isOpen?: boolean
    /** Answers these without the key. */
    isKeyless?: (request: FastifyRequest) => boolean
    /** Takes the key as a bearer token, too. */
    takesBearer?: boolean
  }
}
