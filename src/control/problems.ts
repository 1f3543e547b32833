import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { allowedBy } from './allowed.ts'
import { Refused } from './refused.ts'

/** The media type of our errors (RFC 9457). */
export const PROBLEM_TYPE = 'application/problem+json'

/** What a refusal of this door looks like. */
export const Problem = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('The reason, for a person.'),
  })
  .meta({ id: 'Problem', description: 'An error of this door (RFC 9457).' })

/** Answers with an error in our own words. */
export function problem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  const title = status < 500 ? 'The command was refused' : 'The command failed'
  return reply
    .code(status)
    .header('content-type', PROBLEM_TYPE)
    .send(JSON.stringify({ type: 'about:blank', title, status, detail } satisfies z.infer<typeof Problem>))
}

/** What was given does not fit its schema. The message names each field, its value and what is allowed. */
export class BadInput extends Error {
  constructor(error: z.ZodError, given: unknown, schema?: z.ZodType, whole = 'body') {
    super(error.issues.map(issue => sentenceOf(issue, given, schema, whole)).join('; '), { cause: error })
  }
}

/** Reads what was given by its schema. The whole of it is called `whole`. */
export function read<Schema extends z.ZodType>(schema: Schema, given: unknown, whole?: string): z.output<Schema> {
  const parsed = schema.safeParse(given, { error: allowedBy })
  if (parsed.success) return parsed.data
  throw new BadInput(parsed.error, given, schema, whole)
}

function sentenceOf(issue: z.core.$ZodIssue, given: unknown, schema: z.ZodType | undefined, whole: string): string {
  const place = issue.path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
    const there = known.length === 0 ? '' : `; there are ${known.join(', ')}`
    return issue.keys.map(key => `${[...issue.path, key].join('.')}: there is no such field${there}`).join('; ')
  }
  if (place === '') return `${whole}: ${allowed(issue.message)}`
  const value = issue.path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown>)?.[step], given)
  if (value === undefined) return `${place} is missing; ${allowed(issue.message)}`
  return `${place}: ${shown(value)} is not allowed; ${allowed(issue.message)}`
}

/** Settings say what is allowed as a noun, other fields as what must hold. */
function allowed(message: string): string {
  return message.startsWith('must ') ? `it ${message}` : `it must be ${message}`
}

/** A value as an error text shows it. */
function shown(value: unknown): string {
  const text = written(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // What lies too deep can be read, but not written.
    return 'this'
  }
}

/** Bodies are read as JSON text; an empty one counts as none. */
export function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text.length === 0) return done(null, undefined)
    try {
      done(null, JSON.parse(text as string))
    } catch (cause) {
      done(new Refused(`the body is no JSON: ${(cause as Error).message}`))
    }
  })
}

/** Turns whatever was thrown into a reply. `onDefect` is told of what is our fault. */
export function thrownProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  onDefect: (error: unknown) => void,
): FastifyReply {
  if (thrown instanceof BadInput) return problem(reply, 400, thrown.message)
  if (thrown instanceof z.ZodError) return problem(reply, 400, new BadInput(thrown, request.body).message)
  if (thrown instanceof Refused) return problem(reply, thrown.status, thrown.message)
  const status = thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500
  if (status === 500) onDefect(thrown)
  if (thrown instanceof Error && 'headers' in thrown) reply.headers(thrown.headers as Record<string, string>)
  if (status === 413) return problem(reply, 413, `a body may hold ${request.routeOptions.bodyLimit} bytes at most`)
  if (status === 415) {
    const type = request.headers['content-type']
    return problem(
      reply,
      415,
      `a body must be application/json, ${type ? `not ${type}` : 'and this one names no type'}`,
    )
  }
  return problem(reply, status, thrown instanceof Error ? thrown.message : String(thrown))
}
