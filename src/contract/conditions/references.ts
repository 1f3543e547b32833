import { modelsTaking, takes } from '../capabilities.ts'
import { FRAME_TYPES } from '../materials.ts'
import { MOST_ELEMENTS } from '../rules/voices.ts'
import { TUNING } from './materials.ts'
import { absent, given, implies, type JsonSchema, merge, oneOf } from './schema.ts'
import { type Condition, field, forModels, isMaking, isUsed, modeAmong, taken, type Where } from './where.ts'

/* The rules of rules/references.ts as JSON Schema. */

export const referencesAreForO1: Condition = where => [taken(where, 'element_list'), taken(where, 'video_list')]

export const referencesAreOffered: Condition = where => [taken(where, 'image_list'), taken(where, 'video_list')]

/** One reference video with its URL, words that are known; items with what they need. */
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
  ...field(where, 'element_list', someWith('element_id', { type: ['string', 'integer'], minLength: 1 })),
  ...field(where, 'image_list', someWith('image_url', { type: 'string', minLength: 1 })),
  ...field(where, 'image_list', { items: { properties: { type: oneOf(FRAME_TYPES) } } }),
  ...field(where, 'voice_list', someWith('voice_id', { type: ['string', 'integer'], minLength: 1 })),
]

/** At least one item, each with one member. */
function someWith(member: string, schema: JsonSchema): JsonSchema {
  return { minItems: 1, items: { required: [member], properties: { [member]: schema } } }
}

const FEATURED: JsonSchema = {
  properties: {
    video_list: { items: { required: ['refer_type'], properties: { refer_type: { enum: ['feature'] } } } },
  },
}

/** With image2video there always is a first frame (R5). */
export const baseVideoExcludesFrames: Condition = where => {
  if (where.action === 'image2video') return [FEATURED]
  return isMaking(where) && isUsed(where, 'image_list') ? [implies(listed(...FRAME_TYPES), FEATURED)] : []
}

/** `image_list` holds a frame of one of these types. */
function listed(...types: readonly string[]): JsonSchema {
  return given('image_list', 'array', { contains: frame(...types) })
}

function frame(...types: readonly string[]): JsonSchema {
  return { required: ['type'], properties: { type: { enum: types } } }
}

/** R27 leaves no reference to extend. */
export const referenceVideoIsSilent: Condition = where =>
  isMaking(where) ? [implies(given('video_list', 'array'), { properties: { generate_audio: oneOf([false]) } })] : []

export const referencesGoUntuned: Condition = where => {
  const { revision, action } = where
  const plain = absent(...TUNING, 'camera_control')
  if (!isMaking(where)) return []
  return [
    ...forModels(
      where,
      (row, model) => takes(revision, model, 'image_list') && row.untunedActions?.includes(action),
      plain,
    ),
    ...['image_list', 'video_list'].map(list => implies(given(list, 'array'), plain)),
  ]
}

export const referencesAreNot4k: Condition = where =>
  isMaking(where) ? [implies(modeAmong(where.revision, ['4k']), absent('image_list', 'video_list'))] : []

/** With image2video there always is a first frame (R5); an extend takes no references. */
export const referencesAreFew: Condition = where => {
  if (!isMaking(where)) return []
  const video = given('video_list', 'array', { minItems: 1 })
  const [frames, kinds] = where.action === 'image2video' ? [1, [[], [given('end_image_url', 'string')]]] : [0, [[]]]
  return kinds.flatMap(kind => [
    ...atMost(where, 7 - frames - kind.length, kind),
    ...atMost(where, 4 - frames - kind.length, [...kind, video]),
  ])
}

/** At most so many images and elements together beside what is given: for each number of elements, so many images. */
function atMost(where: Where, references: number, beside: readonly JsonSchema[]): JsonSchema[] {
  const lists = (['image_list', 'element_list'] as const).filter(
    list => isUsed(where, list) && modelsTaking(where.revision, list).length > 0,
  )
  const alone = { properties: Object.fromEntries(lists.map(list => [list, { maxItems: references }])) }
  const elements =
    lists.length < 2 ? [] : Array.from({ length: Math.min(references, MOST_ELEMENTS) }, (_, at) => at + 1)
  return [
    ifAll(beside, alone),
    ...elements.map(count =>
      ifAll([...beside, given('element_list', 'array', { minItems: count })], {
        properties: { image_list: { maxItems: references - count } },
      }),
    ),
  ]
}

function ifAll(conditions: readonly JsonSchema[], consequence: JsonSchema): JsonSchema {
  return conditions.length === 0 ? consequence : implies(conditions.reduce(merge), consequence)
}

/** With image2video the first frame is `start_image_url` (R5), so that it can't be in the list too. */
export const framesAreSingle: Condition = where => {
  if (!isMaking(where)) return []
  const atMostOne = (type: string): JsonSchema => ({
    properties: { image_list: { allOf: [{ contains: frame(type), minContains: 0, maxContains: 1 }] } },
  })
  if (where.action === 'text2video') {
    return [...FRAME_TYPES.map(atMostOne), implies(listed('end_frame'), listed('first_frame'))]
  }
  const types = (...words: readonly string[]): JsonSchema => ({
    properties: { image_list: { items: { properties: { type: oneOf(words) } } } },
  })
  return [types('end_frame'), atMostOne('end_frame'), implies(given('end_image_url', 'string'), types())]
}

export const elementsAreClosed: Condition = () => [absent('element_list')]
