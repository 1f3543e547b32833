import { rowsOf } from '../capabilities.ts'
import { CAMERA_AXES } from '../request.ts'
import { REVISION_FACTS } from '../revisions.ts'
import { O1 } from '../rules/features.ts'
import { CAMERA_TYPES } from '../rules/values.ts'
import { absent, given, implies, oneOf } from './schema.ts'
import { type Condition, durationAmong, field, forModels, isUsed, modeAmong, offered, type Where } from './where.ts'

/* The rules of rules/features.ts as JSON Schema. */

export const fourKIsOffered: Condition = where => {
  const { revision } = where
  const modes = REVISION_FACTS[revision].modes.filter(mode => mode !== '4k')
  return forModels(where, (_, model) => !rowsOf(revision, model)?.has('4k'), modeAmong(revision, modes))
}

export const fourKExcludesCamera: Condition = where =>
  takesCamera(where) ? [implies(modeAmong(where.revision, ['4k']), absent('camera_control'))] : []

export const endFrameGoesWithStart: Condition = where => {
  if (!isUsed(where, 'end_image_url')) return []
  if (where.action !== 'image2video') return [absent('end_image_url')]
  return [implies(given('end_image_url', 'string'), given('start_image_url', 'string'))]
}

export const endFrameIsOffered: Condition = where =>
  where.action === 'image2video'
    ? [offered(where, given('end_image_url', 'string'), absent('end_image_url'), row => row.endFrame)]
    : []

export const endFrameIsFiveSeconds: Condition = where =>
  where.action === 'image2video' ? [implies(given('end_image_url', 'string'), durationAmong(where.revision, [5]))] : []

export const audioIsOffered: Condition = where => [
  offered(
    where,
    given('generate_audio', 'boolean', { enum: [true] }),
    { properties: { generate_audio: oneOf([false]) } },
    row => (row.audio ? row.seconds : []),
  ),
]

export const cameraIsOffered: Condition = where =>
  takesCamera(where)
    ? [offered(where, given('camera_control', 'object'), absent('camera_control'), row => row.camera)]
    : []

export const cameraLeavesFramesAlone: Condition = where =>
  where.action === 'image2video' ? [absent('camera_control')] : []

/** Whether R21 leaves anything to say of it. */
function takesCamera(where: Where): boolean {
  const { action, revision } = where
  return isUsed(where, 'camera_control') && (action !== 'image2video' || REVISION_FACTS[revision].movesFrames)
}

/** Two rules: the type is known, and each value is in range. */
export const cameraIsSound: Condition = where =>
  field(where, 'camera_control', {
    required: ['type'],
    properties: {
      type: { enum: CAMERA_TYPES },
      config: { properties: Object.fromEntries(CAMERA_AXES.map(axis => [axis, { minimum: -1, maximum: 1 }])) },
    },
  })

export const cameraConfigGoesWithSimple: Condition = where =>
  field(
    where,
    'camera_control',
    implies({ properties: { type: { enum: ['simple'] } } }, given('config', 'object'), absent('config')),
  )

/** `R18`: said by R16 too, of every model. */
export const o1IsStdOrPro: Condition = where =>
  forModels(where, (_, model) => O1.has(model), { properties: { mode: oneOf(['std', 'pro']) } })
