import type { OpenAPIObject, OperationObject, ParameterObject, ResponseObject, SchemaObject } from 'openapi3-ts/oas31'
import { z } from 'zod'
import type { Documented, OtherAnswer } from '../control/command.ts'
import { openApiYaml } from './yaml.ts'

export interface ControlDocumentFacts {
  readonly version: string
  /** Scheme and host without a slash at the end. */
  readonly serverUrl: string
}

/** The control door as an OpenAPI 3.1 document, made from the schemas that its input is checked by. */
export function controlDocument(commands: readonly Documented[], facts: ControlDocumentFacts): OpenAPIObject {
  const schemas: Record<string, SchemaObject> = { Problem: PROBLEM }
  const paths: Record<string, Record<string, OperationObject>> = {}
  for (const command of commands) {
    const path = pathOf(command.url)
    paths[path] = { ...paths[path], [command.method.toLowerCase()]: operationOf(command, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'mockling control', version: facts.version, description: DESCRIPTION },
    servers: [{ url: `${facts.serverUrl}/_mockling`, description: 'This mockling.' }],
    security: [{ key: [] }, {}],
    tags: [...new Set(commands.map(({ tag }) => tag))].map(name => ({ name })),
    paths,
    components: {
      schemas,
      responses: Object.fromEntries(REFUSALS.map(([, name, reason]) => [name, problemOf(reason)])),
      securitySchemes: {
        key: {
          type: 'apiKey',
          in: 'header',
          name: 'x-mockling-key',
          description:
            'Printed at the start. Not needed where mockling listens on a loopback address and none was set.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'The same key, for tools that send nothing else.' },
      },
    },
  }
}

export function printControlDocument(
  commands: readonly Documented[],
  form: 'json' | 'yaml',
  facts: ControlDocumentFacts,
): string {
  const document = controlDocument(commands, facts)
  return form === 'json' ? `${JSON.stringify(document, null, 2)}\n` : openApiYaml(document)
}

const DESCRIPTION = `\
mockling’s own door: time, tasks, faults, callbacks, inboxes and the journal of a running simulator.

Instants are Unix milliseconds. A namespace is a bearer token; commands name it by \`token\`, or by \`namespace\`, the first
eight or more digits of the token’s SHA-256. Refusals are problem+json (RFC 9457) and give the reason in one sentence.`

const PROBLEM: SchemaObject = {
  type: 'object',
  description: 'An error of this door (RFC 9457).',
  properties: {
    type: { type: 'string', const: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'The reason, for a person.' },
  },
  required: ['type', 'title', 'status', 'detail'],
  additionalProperties: false,
}

/** What every command may be refused for: status, name in the document, reason. */
const REFUSALS = [
  [400, 'BadInput', 'A field is unknown or missing, or has a value that is not allowed.'],
  [401, 'NoKey', 'The key is missing or wrong.'],
  [403, 'WrongCaller', 'The caller is a page of another origin, or used a name that is not this server’s.'],
  [413, 'TooLarge', 'The body is too large.'],
  [415, 'WrongType', 'The body is not of the media type asked for.'],
  ['default', 'Failure', 'Any other failure.'],
] as const

/** Those that a command may be refused for. */
function refusalsOf(takesBody: boolean, isOpen: boolean): Record<string, { $ref: string }> {
  const without: readonly (number | string)[] = [...(takesBody ? [] : [413, 415]), ...(isOpen ? [401, 403] : [])]
  const met = REFUSALS.filter(([status]) => !without.includes(status))
  return Object.fromEntries(met.map(([status, name]) => [status, { $ref: `#/components/responses/${name}` }]))
}

function operationOf(command: Documented, schemas: Record<string, SchemaObject>): OperationObject {
  const { method, url, tag, summary, description, body, response, refusals = {}, isOpen } = command
  const status = command.status ?? (response === null ? 204 : 200)
  const takesBody = method !== 'GET' && body !== undefined
  return {
    operationId: operationIdOf(method, url),
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isOpen && { security: [{}] }),
    ...(command.takesBearer && { security: [{ key: [] }, { bearer: [] }, {}] }),
    parameters: [...parametersOf(command.params, 'path', schemas), ...parametersOf(command.query, 'query', schemas)],
    ...(takesBody && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { [command.bodyType ?? 'application/json']: { schema: schemaOf(body, 'input', schemas) } },
      },
    }),
    responses: {
      [status]: answerOf(response, schemas),
      ...Object.fromEntries(Object.entries(refusals).map(([code, reason]) => [code, problemOf(reason)])),
      ...refusalsOf(takesBody, isOpen === true),
    },
  }
}

function answerOf(response: Documented['response'], schemas: Record<string, SchemaObject>): ResponseObject {
  if (response === null) return { description: 'Done.' }
  if (isOther(response)) return { description: response.description, content: { [response.type]: {} } }
  return { description: 'Done.', content: { 'application/json': { schema: schemaOf(response, 'output', schemas) } } }
}

function isOther(response: z.ZodType | OtherAnswer): response is OtherAnswer {
  return !(response instanceof z.ZodType)
}

function problemOf(description: string): ResponseObject {
  return { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } }
}

function parametersOf(
  fields: Documented['query'],
  place: 'path' | 'query',
  schemas: Record<string, SchemaObject>,
): ParameterObject[] {
  return Object.entries(fields?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = schemaOf(field as z.ZodType, 'input', schemas)
    const required = place === 'path' || !(field as z.ZodType).safeParse(undefined).success
    return { name: name === '*' ? 'id' : name, in: place, required, ...(description && { description }), schema }
  })
}

/** The schema without the shapes it names, which are put among the document's own. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, SchemaObject>): SchemaObject {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => tidy(jsonSchema) })
  const hoisted = JSON.parse(JSON.stringify({ own, $defs }).replaceAll('"#/$defs/', '"#/components/schemas/'))
  Object.assign(schemas, hoisted.$defs)
  const { id } = (schema.meta() ?? {}) as { id?: string }
  if (id === undefined || '$ref' in hoisted.own) return hoisted.own
  schemas[id] = hoisted.own
  return { $ref: `#/components/schemas/${id}` } as SchemaObject
}

/** Leaves out the bounds of a JavaScript integer, which nobody says, and shows text as what it is text for. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  const wire = schema['wire'] as object | undefined
  if (wire) {
    const { description } = schema
    for (const key of Object.keys(schema)) delete schema[key]
    Object.assign(schema, { ...wire, ...(description !== undefined && { description }) })
  }
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  delete schema['id']
}

/** `/v1/tasks/:id` is `/v1/tasks/{id}`. */
function pathOf(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}').replace('*', '{id}')
}

/** `POST /v1/clock/advance` is `postClockAdvance`. */
function operationIdOf(method: string, url: string): string {
  const words = url
    .replace('/v1', '')
    .replace('*', 'one')
    .match(/[a-z]+/gi) ?? ['self']
  return method.toLowerCase() + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}
