import { modelsOf, rowsOf } from '../capabilities.ts'
import { absent, given, implies, type JsonSchema, merge, oneOf } from './schema.ts'
import { type Condition, field, forModels, isUsed, modelAmong, type Where } from './where.ts'

/* The rules of rules/materials.ts as JSON Schema. */

/**
 * Something other than what `String.prototype.trim` takes away. Spelled out, since regular expressions of other
 * languages mean something else by `\S`.
 */
export const NOT_BLANK = '[^\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff]'

const words = (name: string): JsonSchema => given(name, 'string', { pattern: NOT_BLANK })

/** A condition on the bodies of one action alone. */
function only(action: Where['action'], schema: JsonSchema): Condition {
  return where => (where.action === action ? [schema] : [])
}

export const promptIsGivenToMake = only('text2video', words('prompt'))

export const promptIsGivenToExtend = only('extend', words('prompt'))

export const startFrameIsGiven = only('image2video', given('start_image_url', 'string'))

export const videoIdIsGiven = only('extend', words('video_id'))

export const modelExtends: Condition = ({ action, revision }) =>
  action === 'extend'
    ? [
        modelAmong(
          revision,
          modelsOf(revision).filter(name => rowsOf(revision, name)?.get('std')?.actions.includes(action)),
        ),
      ]
    : []

export const v1ExtendsPlainly: Condition = where =>
  where.action === 'extend'
    ? forModels(where, model => model === 'kling-v1', absent('negative_prompt', 'cfg_scale'))
    : []

export const referencesAreForO1: Condition = where =>
  ['element_list', 'video_list']
    .filter(name => isUsed(where, name))
    .map(name => implies(given(name, 'array'), modelAmong(where.revision, ['kling-video-o1'])))

/** One reference video with its URL, words that are known; elements with their ids. */
export const referencesAreSound: Condition = where => [
  ...field(where, 'video_list', {
    minItems: 1,
    maxItems: 1,
    items: {
      required: ['video_url'],
      properties: {
        video_url: { type: 'string', minLength: 1 },
        refer_type: oneOf(['base', 'feature']),
        keep_original_sound: oneOf(['yes', 'no']),
      },
    },
  }),
  ...field(where, 'element_list', {
    minItems: 1,
    items: { required: ['element_id'], properties: { element_id: { type: ['string', 'integer'], minLength: 1 } } },
  }),
]

export const baseVideoExcludesFrames: Condition = where => {
  if (where.action !== 'image2video') return []
  const feature: JsonSchema = { required: ['refer_type'], properties: { refer_type: { enum: ['feature'] } } }
  return [
    implies(
      { anyOf: framesOf(where).map(frame => given(frame, 'string')) },
      { properties: { video_list: { items: feature } } },
    ),
  ]
}

/** One condition for each number of frames, with a reference video and without. */
export const referencesAreFew: Condition = where => {
  if (!isUsed(where, 'element_list')) return []
  const frames = framesOf(where).map(frame => given(frame, 'string'))
  const kinds = [[], ...frames.map(frame => [frame]), ...(frames.length > 1 ? [frames] : [])]
  return kinds.flatMap(kind => [atMost(7 - kind.length, kind), atMost(4 - kind.length, [...kind, VIDEO_IS_GIVEN])])
}

const VIDEO_IS_GIVEN = given('video_list', 'array', { minItems: 1 })

/** At most so many elements beside what is given. */
function atMost(elements: number, beside: readonly JsonSchema[]): JsonSchema {
  const bound: JsonSchema = { properties: { element_list: { maxItems: elements } } }
  return beside.length === 0 ? bound : implies(beside.reduce(merge), bound)
}

/** The fields for frames that count. */
function framesOf(where: Where): string[] {
  return ['start_image_url', 'end_image_url'].filter(name => isUsed(where, name))
}
