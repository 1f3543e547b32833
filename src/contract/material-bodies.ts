import { z } from 'zod'
import { type Material, modelsTaking } from './capabilities.ts'
import type { Grade } from './evidence.ts'
import { FRAME_TYPES } from './materials.ts'
import { sentence } from './offers.ts'
import type { Revision } from './revisions.ts'
import { LONGEST_SHOT_PROMPT, LONGEST_SHOT_SECONDS, MOST_SHOTS, SHOT_TYPES } from './rules/shots.ts'
import { MOST_ELEMENTS, MOST_VOICES } from './rules/voices.ts'

/* As in bodies.ts, for what a create may bring along beside words and frames. */

/** Adds what the field is and where that was read. */
export function says<T extends z.ZodType>(schema: T, text: string, source: string, grade: Grade = 'guide'): T {
  return schema.describe(`${text.replace(/ {2,}/g, ' ').trim()} Source: ${source} (${grade}).`)
}

/** `z.enum` wants to know that there is one. */
export function words(list: readonly string[]): [string, ...string[]] {
  const [first, ...rest] = list
  if (first === undefined) throw new Error('an enum needs a word')
  return [first, ...rest]
}

/** Fields that hold materials, as `revision` would read them. */
export function materialFields(revision: Revision): Readonly<Record<string, z.ZodType>> {
  const offered = (material: Material) => {
    const models = modelsTaking(revision, material)
    return models.length > 0 ? sentence('Taken by', models) : 'Closed: no model takes it.'
  }
  const mostElements = modelsTaking(revision, 'voice_list').length > 0 ? MOST_ELEMENTS : 7
  return {
    element_list: says(
      z.array(element()).min(1).max(mostElements),
      `Subjects to show. ${offered('element_list')} Frames, images and elements together are at most 7, at most 4 with a reference video.`,
      'guide A and B, element_list; counts gateway §3.2',
    ),
    video_list: says(
      z.array(referenceVideo()).length(1),
      `The reference video: exactly one. ${offered('video_list')}`,
      'guide A and B, video_list; count gateway §3.2',
    ),
    image_list: says(
      z.array(referenceImage()).min(1).max(7),
      `Images to take after, or frames. ${offered('image_list')} The prompt has to cite what is no frame, as in <<<image_1>>>; frames come first in the numbering.`,
      'gateway §2 image_list; citations gateway §2',
      'vendor',
    ),
    voice_list: says(
      z.array(voice()).min(1).max(MOST_VOICES),
      `Voices to speak with. ${offered('voice_list')} The prompt has to cite each, as in <<<voice_1>>>.`,
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
      z.array(shot()).min(1).max(MOST_SHOTS),
      'The shots of customize, in their order. Their durations sum to duration.',
      'gateway §2 multi_prompt',
      'vendor',
    ),
  }
}

function element() {
  return z.object({
    element_id: says(
      z.union([z.string().min(1), z.int()]),
      'Id of the subject. Required.',
      'gateway §2 element_list',
      'vendor',
    ),
  })
}

function referenceVideo() {
  return z.object({
    video_url: says(z.url(), 'Where the video is: an http or https URL. Required.', 'gateway §2 video_list', 'vendor'),
    refer_type: says(
      z.enum(['base', 'feature']).default('base'),
      'base: the video to be changed, without start and end frames. feature: a video to take after. Default base.',
      'gateway §2 video_list',
      'vendor',
    ),
    keep_original_sound: says(
      z.enum(['yes', 'no']).optional(),
      'Whether the reference video’s sound is kept.',
      'gateway §2 video_list',
      'vendor',
    ),
  })
}

function referenceImage() {
  return z.object({
    image_url: says(z.url(), 'Where the image is: an http or https URL. Required.', 'gateway §2 image_list', 'vendor'),
    type: says(
      z.enum(FRAME_TYPES).optional(),
      'Makes a frame of the image. Without it, a reference.',
      'gateway §2 image_list',
      'vendor',
    ),
  })
}

function voice() {
  return z.object({
    voice_id: says(
      z.union([z.string().min(1), z.int()]),
      'Id of the voice. Required.',
      'gateway §2 voice_list',
      'vendor',
    ),
  })
}

function shot() {
  const part = <T extends z.ZodType>(schema: T, text: string) => says(schema, text, 'gateway §2 multi_prompt', 'vendor')
  return z.object({
    index: part(z.int().min(1).max(MOST_SHOTS), 'Place of the shot, from 1. Required.'),
    prompt: part(z.string().min(1).max(LONGEST_SHOT_PROMPT), 'What to show. Required.'),
    duration: part(z.int().min(1).max(LONGEST_SHOT_SECONDS), 'Length in whole seconds. Required.'),
  })
}
