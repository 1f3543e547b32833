import type { Evidence } from '../evidence.ts'
import { CAMERA_AXES, type CreateVideo } from '../request.ts'
import { REVISIONS, since } from '../revisions.ts'
import { type Rule, setting, without } from './objection.ts'

const MAP: Evidence = { source: 'kling §3.1 and §3.2', grade: 'kling' }
const NO_CAMERA = {
  field: 'camera_control',
  message: 'Camera control is not supported by the current model',
  text: { source: 'kling §4.3', grade: 'kling' },
  nearest: () => without('camera_control'),
} as const

function rule(id: string, says: string, check: Rule['check'], evidence: Evidence = MAP): Rule {
  return { id, says, check, ...evidence, revisions: REVISIONS, strictness: 'upstream' }
}

/** What only the model vendor refuses. In force under strictness `upstream`. */
export const UPSTREAM_RULES: readonly Rule[] = [
  rule('U1', 'camera_control on kling-v1 is for text2video in std', ({ camera, model, action, mode }) =>
    camera && model === 'kling-v1' && !(action === 'text2video' && mode === 'std') ? NO_CAMERA : undefined,
  ),
  {
    ...rule(
      'U2',
      'an end frame on kling-v2-6 is for silent videos',
      ({ model, mode, seconds, endImageUrl, generateAudio }) =>
        model === 'kling-v2-6' && endImageUrl !== undefined && generateAudio
          ? {
              field: 'generate_audio',
              message: `model/mode/duration(${model}/${mode}/${seconds}) is not supported with image_tail`,
              text: { source: 'kling §4.3, form', grade: 'inferred' },
              nearest: () => setting('generate_audio', false),
            }
          : undefined,
    ),
    revisions: since('2026-05'),
  },
  rule('U3', 'kling-v3 takes no camera_control', ({ camera, model }) =>
    camera && model === 'kling-v3' ? NO_CAMERA : undefined,
  ),
  rule(
    'U4',
    'simple camera movement has exactly one value that is not zero',
    ({ camera }) => {
      if (camera?.type !== 'simple' || !camera.config || moves(camera.config).length === 1) return
      const [axis = 'zoom'] = moves(camera.config)
      const amount = camera.config[axis] || 0.5
      return {
        field: 'camera_control',
        message: 'camera_control.config must have exactly one value other than 0',
        text: { source: 'mockling', grade: 'chosen' },
        nearest: () => setting('camera_control', { type: 'simple', config: { [axis]: amount } }),
      }
    },
    { source: 'kling §4.1', grade: 'kling' },
  ),
]

function moves(config: NonNullable<NonNullable<CreateVideo['camera']>['config']>): string[] {
  return CAMERA_AXES.filter(axis => (config[axis] ?? 0) !== 0)
}
