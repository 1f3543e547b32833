import { capabilityOf, rowsOf } from '../capabilities.ts'
import { CHOSEN, type Evidence, SDK } from '../evidence.ts'
import { CAMERA_AXES, type CreateVideo } from '../request.ts'
import { REVISION_FACTS, REVISIONS, since } from '../revisions.ts'
import { type Change, type Finding, quoted, type Rule, setting, without } from './objection.ts'
import { CAMERA_TYPES, MODE_TEXT, nearestNumber } from './values.ts'

const FROM_2026_05 = since('2026-05')
const KLING: Evidence = { source: 'kling §4.3', grade: 'kling' }

const IMAGE_TAIL: Evidence = { source: 'kling §4.3; guide B, Model Capability Matrix', grade: 'kling' }
/** The vendor's text for a camera movement the model doesn't offer. */
const NO_CAMERA = 'Camera control is not supported by the current model'

export const fourKIsOffered: Rule = {
  id: 'R16',
  says: 'mode 4k is for the models that list it',
  source: 'guide B, mode',
  grade: 'guide',
  revisions: FROM_2026_05,
  check({ mode, model, revision }) {
    if (mode !== '4k' || !rowsOf(revision, model) || capabilityOf(revision, model, '4k')) return
    return {
      field: 'mode',
      message: `4k mode is not supported by the current model: ${model}`,
      text: KLING,
      nearest: () => setting('mode', 'pro'),
    }
  },
}

export const fourKExcludesCamera: Rule = {
  id: 'R17',
  says: 'mode 4k takes no camera_control',
  source: 'guide B, mode',
  grade: 'guide',
  revisions: FROM_2026_05,
  check({ mode, camera }) {
    if (mode !== '4k' || camera === undefined) return
    return { field: 'camera_control', message: NO_CAMERA, text: KLING, nearest: () => without('camera_control') }
  },
}

/** o1 before and after it was renamed. */
export const O1: ReadonlySet<string> = new Set(['kling-video-o1', 'kling-o1'])

/** Never the answer: R16 says the same of all models and comes first. Kept, since the sources list it apart. */
export const o1IsStdOrPro: Rule = {
  id: 'R18',
  says: 'kling-video-o1, later kling-o1, has the modes std and pro',
  source: 'guide B, Model Capability Matrix',
  grade: 'guide',
  revisions: FROM_2026_05,
  check({ mode, model }) {
    if (mode !== '4k' || !O1.has(model)) return
    return {
      field: 'mode',
      message: 'kling-o1 supports only std and pro modes',
      text: SDK,
      nearest: () => setting('mode', 'pro'),
    }
  },
}

export const endFrameGoesWithStart: Rule = {
  id: 'R10',
  says: 'end_image_url needs image2video and start_image_url',
  source: 'guide B, end_image_url',
  grade: 'guide',
  revisions: FROM_2026_05,
  check({ action, endImageUrl, startImageUrl, mistyped }) {
    if (endImageUrl === undefined || action === undefined) return
    const nearest = () => without('end_image_url')
    if (action === 'image2video') {
      if (startImageUrl !== undefined || mistyped.includes('start_image_url')) return
      return { field: 'end_image_url', message: 'start_image_url is required with end_image_url', text: SDK, nearest }
    }
    if (action !== 'text2video' && action !== 'extend') return
    return {
      field: 'end_image_url',
      message: `end_image_url is not supported for ${action}.`,
      text: action === 'text2video' ? { source: 'kling §3.2 (NEX PR #578)', grade: 'vendor' } : CHOSEN,
      nearest,
    }
  },
}

export const endFrameIsOffered: Rule = {
  id: 'R12',
  says: 'end_image_url is for the model, mode and duration that list it',
  source: 'guide B, Model Capability Matrix',
  grade: 'guide',
  revisions: FROM_2026_05,
  check(request) {
    const { endImageUrl, model, mode, seconds, revision } = request
    if (endImageUrl === undefined || request.action !== 'image2video') return
    const rows = rowsOf(revision, model)
    if (!rows || !isMode(request)) return
    if (rows.get(mode)?.endFrame.includes(seconds)) return
    return {
      field: 'end_image_url',
      message: rows.get('std')?.oneMode
        ? 'Image tail is not supported by the current model'
        : `model/mode/duration(${model}/${mode}/${seconds}) is not supported with image_tail`,
      text: IMAGE_TAIL,
      nearest: () => nearestWith('endFrame', request) ?? without('end_image_url'),
    }
  },
}

/** Whether the mode is one of the revision's: of any other nothing can be said but that (R41). */
function isMode({ mode, revision }: Pick<CreateVideo, 'mode' | 'revision'>): boolean {
  return REVISION_FACTS[revision].modes.includes(mode)
}

/** The nearest duration, or else mode, at which the same model offers a feature without losing another. */
function nearestWith(feature: 'endFrame' | 'camera', request: CreateVideo): Change | undefined {
  const { model, mode, seconds, revision } = request
  const durations = capabilityOf(revision, model, mode)?.[feature] ?? []
  if (durations.length > 0) return setting('duration', nearestNumber(seconds, durations))
  const modes = REVISION_FACTS[revision].modes
  const other = modes.find(candidate => capabilityOf(revision, model, candidate)?.[feature].includes(seconds))
  return other === undefined ? undefined : setting('mode', other)
}

export const endFrameIsFiveSeconds: Rule = {
  id: 'R13',
  says: 'a request with end_image_url lasts 5 s',
  source: 'gateway §3.2 R13 (OA-1)',
  grade: 'vendor',
  revisions: ['2026-03'],
  check({ endImageUrl, action, model, mode, seconds }) {
    if (endImageUrl === undefined || action !== 'image2video' || seconds === 5) return
    return {
      field: 'end_image_url',
      message: `model/mode/duration(${model}/${mode}/${seconds}) is not supported with image_tail`,
      text: { source: 'kling §4.3, form', grade: 'inferred' },
      nearest: () => setting('duration', 5),
    }
  },
}

export const audioIsOffered: Rule = {
  id: 'R19',
  says: 'generate_audio is for the model and mode that list it',
  source: 'guide B, generate_audio',
  grade: 'guide',
  revisions: FROM_2026_05,
  check({ generateAudio, model, mode, revision }) {
    if (!generateAudio) return
    const rows = rowsOf(revision, model)
    if (!rows || !isMode({ mode, revision }) || rows.get(mode)?.audio) return
    const able = [...rows].find(([, row]) => row.audio)?.[0]
    return {
      field: 'generate_audio',
      ...audioText(mode, able),
      nearest: () => (able ? setting('mode', able) : without('generate_audio')),
    }
  },
}

function audioText(mode: string, able: string | undefined): Pick<Finding, 'message' | 'text'> {
  if (able) return { message: `mode value '${mode}' is invalid`, text: MODE_TEXT }
  return { message: 'generate_audio requires a V3 model or kling-v2-6 pro mode', text: SDK }
}

export const cameraIsOffered: Rule = {
  id: 'R20',
  says: 'camera_control is for the model, mode and duration that list it',
  source: 'guide B, Model Capability Matrix',
  grade: 'guide',
  revisions: FROM_2026_05,
  check(request) {
    const { camera, model, mode, seconds, revision } = request
    if (camera === undefined) return
    const rows = rowsOf(revision, model)
    if (!rows || !isMode(request) || rows.get(mode)?.camera.includes(seconds)) return
    if (isMovedFrame(request)) return
    return {
      field: 'camera_control',
      message: NO_CAMERA,
      text: KLING,
      nearest: () => nearestWith('camera', request) ?? without('camera_control'),
    }
  },
}

/** Whether R21 objects: then R20 has nothing to add. */
function isMovedFrame({ camera, action, revision }: CreateVideo): boolean {
  return camera !== undefined && action === 'image2video' && !REVISION_FACTS[revision].movesFrames
}

export const cameraLeavesFramesAlone: Rule = {
  id: 'R21',
  says: 'image2video takes no camera_control, whatever the model',
  source: 'gateway §3.2 R21 (NX)',
  grade: 'vendor',
  revisions: REVISIONS.filter(revision => !REVISION_FACTS[revision].movesFrames),
  check(request) {
    if (!isMovedFrame(request)) return
    return {
      field: 'camera_control',
      message: 'camera_control is not supported for image2video.',
      text: { source: 'kling §3.2 (NEX PR #653)', grade: 'vendor' },
      nearest: () => without('camera_control'),
    }
  },
}

export const cameraTypeIsKnown: Rule = {
  id: 'R22',
  says: 'camera_control.type is one of the five',
  source: 'gateway §2 camera_control',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ camera }) {
    if (camera === undefined || CAMERA_TYPES.some(known => known === camera.type)) return
    return {
      field: 'camera_control',
      message:
        camera.type === undefined
          ? 'camera_control.type is required'
          : `camera_control.type value '${quoted(camera.type)}' is invalid`,
      text: CHOSEN,
      nearest: () => cameraChange('simple', camera.config ?? { zoom: 0.5 }),
    }
  },
}

export const cameraConfigIsInRange: Rule = {
  id: 'R22',
  says: 'each value of camera_control.config is from -1 to 1',
  source: 'gateway §2 camera_control',
  grade: 'vendor',
  revisions: REVISIONS,
  check({ camera }) {
    if (!camera?.config) return
    const { type, config } = camera
    const wrong = CAMERA_AXES.find(axis => Math.abs(config[axis] ?? 0) > 1)
    if (!wrong) return
    const bound = (config[wrong] ?? 0) > 0 ? 'less than or equal to 1' : 'greater than or equal to -1'
    return {
      field: 'camera_control',
      message: `cameraControl.config.${wrong}: must be ${bound}`,
      text: { source: 'kling §4.1, by analogy', grade: 'chosen' },
      nearest: () => cameraChange(type, clamped(config)),
    }
  },
}

export const cameraConfigGoesWithSimple: Rule = {
  id: 'R43',
  says: 'camera_control.config is given with simple, and with simple only',
  source: 'kling §4.1',
  grade: 'kling',
  revisions: REVISIONS,
  check({ camera }) {
    if (camera === undefined || !CAMERA_TYPES.some(known => known === camera.type)) return
    const isSimple = camera.type === 'simple'
    if (isSimple === (camera.config !== undefined)) return
    return {
      field: 'camera_control',
      message: isSimple
        ? 'camera_control.config is required for type simple'
        : `camera_control.config is not supported for type ${camera.type}`,
      text: CHOSEN,
      nearest: () => cameraChange(camera.type, isSimple ? { zoom: 0.5 } : undefined),
    }
  },
}

function cameraChange(type: string | undefined, config: Readonly<Record<string, number>> | undefined): Change {
  return setting('camera_control', { type, ...(config && { config }) })
}

function clamped(config: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(config).map(([axis, amount]) => [axis, Math.max(-1, Math.min(1, amount))] as const),
  )
}
