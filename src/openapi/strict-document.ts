import type { OpenAPIObject, OperationObject, ResponseObject, SchemaObject } from 'openapi3-ts/oas31'
import { LARGEST_PAGE, MOST_IDS } from '../contract/bodies.ts'
import { BEYOND_SCHEMA } from '../contract/conditions/beyond.ts'
import {
  OTHERS_BEYOND_SCHEMA,
  strictLipSync,
  strictMotion,
  strictTalkingPhoto,
} from '../contract/conditions/other-endpoints.ts'
import { given, type JsonSchema, oneOf, typed } from '../contract/conditions/schema.ts'
import { strictBody } from '../contract/conditions.ts'
import type { Revision } from '../contract/revisions.ts'
import { linksWithBodies } from './create-operation.ts'
import { openApiDocument } from './document.ts'
import { CREATE_VARIANTS, LIP_SYNC_VARIANTS, reachedFrom, type SchemaName, writtenOut } from './schemas.ts'

/**
 * The contract of one revision with every rule in it: a validator of JSON Schema 2020-12 accepts a request body if the
 * API does, but for what `x-mockling-beyond-schema` lists. It says nothing of what is the simulator's alone.
 *
 * For validators and test generators. Clients are better made from `openApiDocument`, whose types are plain.
 */
export function strictDocument(revision: Revision, serverUrl?: string): OpenAPIObject {
  const { info, paths, components, ...rest } = openApiDocument(revision, serverUrl)
  const strictPaths = Object.fromEntries(
    Object.entries(paths ?? {}).map(([path, { post }]) => [path, { post: bare(post as OperationObject) }]),
  )
  const loose = writtenOut(components?.schemas) as Readonly<Record<SchemaName, SchemaObject>>
  return {
    ...rest,
    info: { ...info, title: `${info.title} ${revision}, strict`, description: `${DESCRIPTION}\n\n${info.description}` },
    paths: strictPaths,
    components: {
      ...components,
      schemas: reachedFrom(strictPaths, {
        ...loose,
        ...createVariants(revision, loose),
        ...otherBodies(revision, loose),
        RetrieveTask: described(RETRIEVE_TASK, loose.RetrieveTask),
        RetrieveTasks: described(RETRIEVE_TASKS, loose.RetrieveTasks),
      }),
    },
    'x-mockling-beyond-schema': [...BEYOND_SCHEMA, ...OTHERS_BEYOND_SCHEMA]
      .filter(({ revisions }) => revisions.includes(revision))
      .map(({ of, document, says }) => ({ of, document, says })),
  }
}

const DESCRIPTION = `\
The strict document: schemas of requests hold every rule, those between fields as conditions, and take null for an absent
field. What JSON Schema can't say is listed in \`x-mockling-beyond-schema\`.`

/** An operation without the simulator's own parameters, its links ready to be followed. */
function bare({ parameters: _, ...operation }: OperationObject): OperationObject {
  const answer = operation.responses?.['200'] as ResponseObject | undefined
  if (answer?.links === undefined) return operation
  const { links, ...rest } = answer
  return { ...operation, responses: { ...operation.responses, 200: { ...rest, links: linksWithBodies(links) } } }
}

function createVariants(revision: Revision, loose: Readonly<Record<SchemaName, SchemaObject>>) {
  return Object.fromEntries(
    Object.entries(CREATE_VARIANTS).map(([action, name]) => [
      name,
      described(strictBody(revision, action as keyof typeof CREATE_VARIANTS), loose[name], action),
    ]),
  )
}

/** The bodies of the endpoints beside `/kling/videos`. */
export function otherBodies(revision: Revision, loose: Readonly<Record<SchemaName, SchemaObject>>) {
  const lipSyncs = Object.entries(LIP_SYNC_VARIANTS).map(([mode, name]) => [
    name,
    described(strictLipSync(mode as keyof typeof LIP_SYNC_VARIANTS), loose[name], mode),
  ])
  return {
    CreateMotion: described(strictMotion(revision), loose.CreateMotion),
    ...Object.fromEntries(lipSyncs),
    CreateTalkingPhoto: described(strictTalkingPhoto(revision), loose.CreateTalkingPhoto),
  }
}

/** A strict schema with the descriptions and defaults of a loose one. */
function described(strict: JsonSchema, loose: SchemaObject | undefined, action?: string): SchemaObject {
  const plain = loose?.oneOf?.find(form => 'properties' in form) ?? loose ?? {}
  const { properties, items } = plain as SchemaObject
  return {
    ...(loose?.description && { description: loose.description }),
    ...(loose?.default !== undefined && allows(strict, loose.default) && { default: loose.default }),
    ...strict,
    ...(strict.properties && {
      properties: Object.fromEntries(
        Object.entries(strict.properties).map(([name, schema]) => [
          name,
          described(schema, (properties?.[name] ?? (action && unused(action))) as SchemaObject | undefined),
        ]),
      ),
    }),
    ...(strict.items && { items: described(strict.items, items as SchemaObject | undefined) }),
  } as SchemaObject
}

/** Whether a default is still one: another value may be asked for. */
function allows({ enum: words }: JsonSchema, standard: unknown): boolean {
  return words === undefined || words.includes(standard)
}

function unused(action: string): SchemaObject {
  return { description: `Ignored for ${action}: nothing is looked at but its JSON type.` }
}

const RETRIEVE_TASK: JsonSchema = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1 }, action: oneOf(['retrieve', 'generate']) },
}

const since = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER }

/** Filters that are looked at, by name. */
const FILTERS: Readonly<Record<string, readonly [type: string, more: JsonSchema]>> = {
  type: ['string', {}],
  limit: ['number', { minimum: 1, maximum: LARGEST_PAGE }],
  offset: ['number', since],
  created_at_min: ['number', since],
  created_at_max: ['number', since],
}

/** Filters that ask for a list, and are not looked at. */
const UNREAD = ['user_id', 'application_id']

const SOMETHING: JsonSchema = { type: ['string', 'number', 'boolean', 'array', 'object'], items: {} }

/** By ids, and then filters are not looked at; or by at least one filter. */
const RETRIEVE_TASKS: JsonSchema = {
  type: 'object',
  required: ['action'],
  properties: { action: { enum: ['retrieve_batch'] } },
  anyOf: [
    given('ids', 'array', { maxItems: MOST_IDS }),
    {
      properties: Object.fromEntries([
        ['ids', { type: 'null' }],
        ...Object.entries(FILTERS).map(([name, [type, more]]) => [name, { ...typed(type), ...more }]),
      ]),
      anyOf: [
        ...Object.entries(FILTERS).map(([name, [type]]) => given(name, type)),
        ...UNREAD.map(name => ({ required: [name], properties: { [name]: SOMETHING } })),
      ],
    },
  ],
}
