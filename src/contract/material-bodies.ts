import { z } from 'zod'
import type { BodyParts } from './body-parts.ts'
import type { Material } from './capabilities.ts'
import { says } from './describing.ts'
import { offers, refused, sentence } from './offers.ts'
import type { Revision } from './revisions.ts'
import { MOST_SHOTS, SHOT_TYPES } from './rules/shots.ts'
import { MOST_VOICES, mostElements } from './rules/voices.ts'

/* As in bodies.ts, for what a create may bring along beside words and frames. */

/** Fields that hold materials, as `revision` would read them. */
export function materialFields(revision: Revision, parts: BodyParts): Readonly<Record<string, z.ZodType>> {
  const offered = (material: Material) => {
    const models = offers(revision, row => (row.takes?.includes(material) ? row.seconds : []))
    return sentence('Taken by', models) || 'Closed: no model takes it.'
  }
  const most = mostElements(revision)
  const ids = most === undefined ? '' : `: 1 to ${most}, by ids of the platform`
  const apart = { R9: 'with extend', R31: 'beside negative_prompt, cfg_scale and camera_control' }
  return {
    element_list: says(
      z
        .array(parts.Element)
        .min(1)
        .max(most ?? 7),
      `Subjects to show${ids}. ${offered('element_list')} Frames, images and elements together are at most 7, at most 4 with a reference video. ${refused(revision, { R36: 'beside voice_list' })}`,
      'guide A and B, element_list; counts gateway §3.2',
    ),
    video_list: says(
      z.array(parts.ReferenceVideo).length(1),
      `The reference video: exactly one. ${offered('video_list')} ${refused(revision, { ...apart, R30: 'beside generate_audio' })}`,
      'guide A and B, video_list; count gateway §3.2',
    ),
    image_list: says(
      z.array(parts.ReferenceImage).min(1).max(7),
      `Images to take after, or frames. ${offered('image_list')} The prompt has to cite what is no frame, as in <<<image_1>>>; frames come first in the numbering. ${refused(revision, apart)}`,
      'gateway §2 image_list; citations gateway §2',
      'vendor',
    ),
    voice_list: says(
      z.array(parts.Voice).min(1).max(MOST_VOICES),
      `Voices to speak with, for videos with generate_audio. ${offered('voice_list')} The prompt has to cite each, as in <<<voice_1>>>.`,
      'gateway §3.2 R37',
      'vendor',
    ),
    multi_shot: says(
      z.boolean().default(false),
      `Whether there are several shots. Default false. ${offered('multi_shot')}`,
      'gateway §3.2 R38',
      'vendor',
    ),
    shot_type: says(
      z.enum(SHOT_TYPES),
      'customize takes its words from multi_prompt, intelligence from prompt. Required with multi_shot, ignored without.',
      'gateway §3.2 R38',
      'vendor',
    ),
    multi_prompt: says(
      z.array(parts.Shot).min(1).max(MOST_SHOTS),
      'The shots of customize, in their order. Their durations sum to duration.',
      'gateway §2 multi_prompt',
      'vendor',
    ),
  }
}
