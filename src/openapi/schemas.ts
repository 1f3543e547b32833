import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31'
import { z } from 'zod'
import { type Action, createVideoBody, retrieveTaskBody, retrieveTasksBody } from '../contract/bodies.ts'
import { REVISION_FACTS, type Revision } from '../contract/revisions.ts'
import {
  ErrorBody,
  GatewayErrorBody,
  PendingSnapshot,
  TaskAccepted,
  taskRecordIn,
  videoResultIn,
} from '../contract/wire.ts'

/** Everything that stands under `components.schemas`. */
export type SchemaName =
  | 'CreateVideo'
  | 'TextToVideo'
  | 'ImageToVideo'
  | 'ExtendVideo'
  | 'RetrieveTask'
  | 'RetrieveTasks'
  | 'VideoResult'
  | 'TaskAccepted'
  | 'TaskRecord'
  | 'TaskBatch'
  | 'UnknownTask'
  | 'PendingSnapshot'
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

/** The shapes on the wire as JSON Schema, under the names the document refers to them by. */
export function schemasOf(revision: Revision): Partial<Record<SchemaName, SchemaObject>> {
  const record = taskRecordIn(revision)
  const requests = jsonSchemas('input', {
    TextToVideo: createVideoBody(revision, 'text2video'),
    ImageToVideo: createVideoBody(revision, 'image2video'),
    ExtendVideo: createVideoBody(revision, 'extend'),
    RetrieveTask: retrieveTaskBody(),
    RetrieveTasks: retrieveTasksBody(),
  })
  const answers = jsonSchemas('output', {
    VideoResult: videoResultIn(revision),
    TaskAccepted,
    TaskRecord: record,
    TaskBatch: z.strictObject({
      items: z.array(record).describe('The records found, newest first.'),
      count: z.int().min(0).describe('With ids, how many were found; with filters, how many match on all pages.'),
    }),
    UnknownTask: z.strictObject({}).describe('The answer to an id that is not known: an empty object.'),
    PendingSnapshot,
    ErrorBody,
    ...(!REVISION_FACTS[revision].gatewaySaysSuccess && { GatewayErrorBody }),
  })
  return { CreateVideo: CREATE_VIDEO, ...requests, ...answers }
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

/** Leaves out what Zod adds and nobody says: the bounds of a JavaScript integer, and a pattern beside `format: uuid`. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.format === 'uuid') delete schema.pattern
}
