import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31'
import { z } from 'zod'
import { type Action, createVideoBody, retrieveTaskBody, retrieveTasksBody } from '../contract/bodies.ts'
import { type BodyParts, bodyParts } from '../contract/body-parts.ts'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import {
  ErrorBody,
  ErrorPart,
  GatewayErrorBody,
  PendingSnapshot,
  TaskAccepted,
  taskRecordIn,
  UnknownTask,
  videoResultIn,
} from '../contract/wire.ts'

/** Everything that stands under `components.schemas`. */
export type SchemaName =
  | 'CreateVideo'
  | 'TextToVideo'
  | 'ImageToVideo'
  | 'ExtendVideo'
  | keyof BodyParts
  | 'TaskQuery'
  | 'RetrieveTask'
  | 'RetrieveTasks'
  | 'VideoResult'
  | 'TaskAccepted'
  | 'TaskRecord'
  | 'TaskBatch'
  | 'UnknownTask'
  | 'PendingSnapshot'
  | 'ErrorPart'
  | 'ErrorBody'
  | 'GatewayErrorBody'

/** A reference to one of the document's schemas. */
export function ref(name: SchemaName): ReferenceObject {
  return { $ref: `#/components/schemas/${name}` }
}

/** The variants of a create, by the action that tells them apart. */
export const CREATE_VARIANTS = {
  text2video: 'TextToVideo',
  image2video: 'ImageToVideo',
  extend: 'ExtendVideo',
} as const satisfies Record<Action, SchemaName>

/** The body of `POST /kling/videos`: one of the variants, as its action says. */
const CREATE_VIDEO: SchemaObject = {
  description: 'What is asked for; action says which of the forms it has.',
  oneOf: Object.values(CREATE_VARIANTS).map(ref),
  discriminator: {
    propertyName: 'action',
    mapping: Object.fromEntries(Object.entries(CREATE_VARIANTS).map(([action, name]) => [action, ref(name).$ref])),
  },
}

/** The body of `POST /kling/tasks`. */
const TASK_QUERY: SchemaObject = {
  description: 'Which task is asked for, or which tasks.',
  oneOf: [ref('RetrieveTask'), ref('RetrieveTasks')],
}

/** The shapes on the wire as JSON Schema, under the names the document refers to them by. */
export function schemasOf(revision: Revision): Partial<Record<SchemaName, SchemaObject>> {
  const record = taskRecordIn(revision)
  const parts = bodyParts()
  const requests = jsonSchemas('input', {
    TextToVideo: createVideoBody(revision, 'text2video', parts),
    ImageToVideo: createVideoBody(revision, 'image2video', parts),
    ExtendVideo: createVideoBody(revision, 'extend', parts),
    RetrieveTask: retrieveTaskBody(),
    RetrieveTasks: retrieveTasksBody(),
    ...parts,
  })
  const answers = jsonSchemas('output', {
    VideoResult: videoResultIn(revision),
    TaskAccepted,
    TaskRecord: record,
    TaskBatch: z.strictObject({
      items: z.array(record).describe('The records found, newest first.'),
      count: z.int().min(0).describe('With ids, how many were found; with filters, how many match on all pages.'),
    }),
    UnknownTask,
    PendingSnapshot,
    ErrorPart,
    ErrorBody,
    ...(!REVISION_FACTS[revision].gatewaySaysSuccess && { GatewayErrorBody }),
  })
  const schemas = { CreateVideo: CREATE_VIDEO, TaskQuery: TASK_QUERY, ...requests, ...answers }
  return withoutUnused(schemas, Object.keys(parts))
}

/** Without those of `names` that no schema refers to: not every revision takes them. */
function withoutUnused(schemas: Partial<Record<SchemaName, SchemaObject>>, names: readonly string[]) {
  const text = JSON.stringify(schemas)
  const isUsed = (name: string) => !names.includes(name) || text.includes(`"${ref(name as SchemaName).$ref}"`)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => isUsed(name)))
}

/** The schemas with the objects within bodies written out where they are referred to, for a document that alters them. */
export function writtenOut(schemas: object = {}): object {
  const parts = Object.keys(bodyParts())
  const write = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(write)
    if (typeof value !== 'object' || value === null) return value
    const { $ref, ...beside } = value as ReferenceObject
    const name = $ref?.split('/').at(-1) ?? ''
    if (parts.includes(name)) return { ...(write(schemas[name as keyof typeof schemas]) as object), ...beside }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, write(inner)]))
  }
  const others = Object.entries(schemas).filter(([name]) => !parts.includes(name))
  return write(Object.fromEntries(others)) as object
}

function jsonSchemas<Name extends SchemaName>(
  io: 'input' | 'output',
  shapes: Readonly<Partial<Record<Name, z.ZodType>>>,
): Record<Name, SchemaObject> {
  const registry = z.registry<{ id: string }>()
  for (const [name, shape] of Object.entries(shapes as Record<string, z.ZodType>)) registry.add(shape, { id: name })
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: name => ref(name as SchemaName).$ref,
    override: ({ jsonSchema }) => tidy(jsonSchema),
  })
  for (const schema of Object.values(schemas)) {
    delete schema.$schema
    delete schema.$id
  }
  return schemas as Record<Name, SchemaObject>
}

/**
 * Leaves out what Zod adds and nobody says: the bounds of a JavaScript integer, and a pattern beside `format: uuid`. The
 * rest says the same in words that generators of clients understand:
 *
 * - a boolean that is always true: some make an enum of strings of a boolean with `const` (openapi-generator 7.25);
 * - a number is a double: some take half of one, which has no room for Unix seconds (oapi-codegen 2.8);
 * - numbers to choose from are integers if they are whole.
 */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.format === 'uuid') delete schema.pattern
  if (typeof schema.const === 'boolean') {
    schema.not = { const: !schema.const }
    delete schema.const
  }
  if (schema.type !== 'number') return
  if (schema.enum?.every(Number.isInteger)) schema.type = 'integer'
  else schema.format = 'double'
}
