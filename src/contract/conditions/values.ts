import { SHARE_AS_TEXT } from '../bodies.ts'
import { rowsOf } from '../capabilities.ts'
import { CAMERA_AXES } from '../request.ts'
import { REVISION_FACTS, type Revision } from '../revisions.ts'
import { ASPECT_RATIOS, LONGEST_NEGATIVE_PROMPT, LONGEST_PROMPT, LONGEST_TIMEOUT_SECONDS } from '../rules/values.ts'
import { HTTP_URL } from './http-url.ts'
import { type JsonSchema, oneOf, typed } from './schema.ts'
import { unlessSaidInShots } from './shots.ts'
import { type Condition, durationAmong, field, forModels, modelAmong, modelsFor, type Where } from './where.ts'

/* The rules of rules/values.ts as JSON Schema, and R44. */

export const typesAreRight: Condition = ({ revision }) => {
  const types = typesIn(revision)
  const fields = [...REVISION_FACTS[revision].fields].map(name => {
    const type = types[name]
    if (!type) throw new Error(`conditions/values.ts knows no JSON type of ${name}, which revision ${revision} reads`)
    return [name, type] as const
  })
  return [{ type: 'object', properties: Object.fromEntries(fields) }]
}

/** The JSON type of every field of any revision. */
function typesIn(revision: Revision): Readonly<Record<string, JsonSchema>> {
  const text = typed('string')
  const axes = Object.fromEntries(CAMERA_AXES.map(axis => [axis, typed('number')]))
  return {
    action: { type: 'string' },
    model: text,
    mode: text,
    prompt: text,
    duration: typed('number'),
    start_image_url: text,
    end_image_url: text,
    aspect_ratio: text,
    cfg_scale: REVISION_FACTS[revision].takesStrings ? typed('number', 'string') : typed('number'),
    camera_control: {
      ...typed('object'),
      properties: { type: text, config: { ...typed('object'), properties: axes } },
    },
    negative_prompt: text,
    generate_audio: typed('boolean'),
    element_list: listOf({ element_id: typed('string', 'integer') }),
    video_list: listOf({ video_url: text, refer_type: text, keep_original_sound: text }),
    image_list: listOf({ image_url: text, type: text }),
    voice_list: listOf({ voice_id: typed('string', 'integer') }),
    multi_shot: typed('boolean'),
    shot_type: text,
    multi_prompt: listOf({ index: typed('number'), prompt: text, duration: typed('number') }),
    video_id: text,
    callback_url: text,
    async: typed('boolean'),
    timeout: typed('number'),
  }
}

function listOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { ...typed('array'), items: { type: 'object', properties } }
}

export const actionIsKnown: Condition = ({ action }) => [
  { required: ['action'], properties: { action: { enum: [action] } } },
]

export const modelIsKnown: Condition = where => [modelAmong(where.revision, modelsFor(where))]

export const modeIsKnown: Condition = ({ revision }) => [
  { properties: { mode: oneOf(REVISION_FACTS[revision].modes) } },
]

export const durationIsOffered: Condition = where => {
  const { revision } = where
  const spans = new Map<string, readonly number[]>()
  for (const model of modelsFor(where)) {
    const seconds = rowsOf(revision, model)?.get('std')?.seconds ?? []
    spans.set(seconds.join(), seconds)
  }
  const everything = [...new Set([...spans.values()].flat())].sort((a, b) => a - b)
  return [
    durationAmong(revision, everything),
    ...[...spans.values()]
      .filter(span => span.length < everything.length)
      .flatMap(span => forModels(where, row => row.seconds.join() === span.join(), durationAmong(revision, span))),
  ]
}

/** `R15`: said by R14 too, of every model. */
export const o1LastsFive: Condition = where =>
  forModels(where, (_, model) => model === 'kling-o1', durationAmong(where.revision, [5]))

export const aspectRatioIsKnown: Condition = where => field(where, 'aspect_ratio', oneOf(ASPECT_RATIOS))

export const cfgScaleIsInRange: Condition = where =>
  field(where, 'cfg_scale', {
    minimum: 0,
    maximum: 1,
    ...(REVISION_FACTS[where.revision].takesStrings && { pattern: SHARE_AS_TEXT.source }),
  })

export const negativePromptFits: Condition = where =>
  field(where, 'negative_prompt', { maxLength: LONGEST_NEGATIVE_PROMPT })

export const promptFits: Condition = where =>
  field(where, 'prompt', { maxLength: LONGEST_PROMPT }).map(schema => unlessSaidInShots(where, schema))

export const timeoutIsWhole: Condition = where =>
  field(where, 'timeout', { type: ['integer', 'null'], minimum: 0, maximum: LONGEST_TIMEOUT_SECONDS })

export const urlsAreHttp: Condition = where => [
  ...['callback_url', 'start_image_url', 'end_image_url'].flatMap(name => urlIn(where, name)),
  ...field(where, 'video_list', { items: { properties: { video_url: { pattern: HTTP_URL } } } }),
  ...field(where, 'image_list', { items: { properties: { image_url: { pattern: HTTP_URL } } } }),
]

function urlIn(where: Where, name: string): readonly JsonSchema[] {
  return field(where, name, { pattern: HTTP_URL })
}
