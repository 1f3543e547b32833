import type { ReferenceObject, SchemaObject } from 'openapi3-ts/oas31'
import { z } from 'zod'
import { type Action, createVideoBody, retrieveTaskBody, retrieveTasksBody } from '../contract/bodies.ts'
import { type BodyParts, bodyParts } from '../contract/body-parts.ts'
import { sourced } from '../contract/describing.ts'
import { type LipSyncMode, lipSyncBody, motionBody, talkingPhotoBody } from '../contract/other-bodies.ts'
import type { Revision } from '../contract/revisions.ts'
import {
  ErrorBody,
  ErrorPart,
  GatewayErrorBody,
  PendingSnapshot,
  TalkingPhotoResult,
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
  | 'CreateMotion'
  | 'CreateLipSync'
  | 'LipSyncFromText'
  | 'LipSyncFromAudio'
  | 'CreateTalkingPhoto'
  | keyof BodyParts
  | 'TaskQuery'
  | 'RetrieveTask'
  | 'RetrieveTasks'
  | 'VideoResult'
  | 'TalkingPhotoResult'
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
const CREATE_VIDEO = toldApart('action', CREATE_VARIANTS)

/** The variants of a lip-sync, by the mode that tells them apart. */
export const LIP_SYNC_VARIANTS = {
  text2video: 'LipSyncFromText',
  audio2video: 'LipSyncFromAudio',
} as const satisfies Record<LipSyncMode, SchemaName>

/** The body of `POST /kling/lip-sync`: one of the variants, as its mode says. */
const CREATE_LIP_SYNC = toldApart('mode', LIP_SYNC_VARIANTS)

/** One of some variants, by a field. */
function toldApart(propertyName: string, variants: Readonly<Record<string, SchemaName>>): SchemaObject {
  return {
    description: `What is asked for; ${propertyName} says which of the forms it has.`,
    oneOf: Object.values(variants).map(ref),
    discriminator: {
      propertyName,
      mapping: Object.fromEntries(Object.entries(variants).map(([value, name]) => [value, ref(name).$ref])),
    },
  }
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
    CreateMotion: motionBody(revision),
    LipSyncFromText: lipSyncBody('text2video'),
    LipSyncFromAudio: lipSyncBody('audio2video'),
    CreateTalkingPhoto: talkingPhotoBody(revision),
    RetrieveTask: retrieveTaskBody(),
    RetrieveTasks: retrieveTasksBody(),
    ...parts,
  })
  const answers = jsonSchemas('output', {
    VideoResult: videoResultIn(revision),
    TalkingPhotoResult,
    TaskAccepted,
    TaskRecord: record,
    TaskBatch: z
      .strictObject({
        items: z.array(record).describe(sourced('The records found, newest first.', 'gateway §5', 'vendor')),
        count: z
          .int()
          .min(0)
          .describe(
            sourced(
              'With ids, how many were found; with filters, how many match on all pages.',
              'gateway §5',
              'vendor',
            ),
          ),
      })
      .describe('Some of the tasks.'),
    UnknownTask,
    PendingSnapshot,
    ErrorPart,
    ErrorBody,
    GatewayErrorBody,
  })
  return { CreateVideo: CREATE_VIDEO, CreateLipSync: CREATE_LIP_SYNC, TaskQuery: TASK_QUERY, ...requests, ...answers }
}

/** Those of the schemas that `root` leads to, by any number of references: not every revision uses all. */
export function reachedFrom<Schemas extends object>(root: object, schemas: Schemas): Partial<Schemas> {
  const reached = new Set<string>()
  const follow = (value: unknown) => {
    for (const [, name = ''] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (reached.has(name)) continue
      reached.add(name)
      follow(schemas[name as keyof Schemas])
    }
  }
  follow(root)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => reached.has(name))) as Partial<Schemas>
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
