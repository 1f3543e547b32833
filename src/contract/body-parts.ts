import { z } from 'zod'
import { says } from './describing.ts'
import { FRAME_TYPES } from './materials.ts'
import { CAMERA_AXES } from './request.ts'
import { LONGEST_SHOT_PROMPT, LONGEST_SHOT_SECONDS, MOST_SHOTS } from './rules/shots.ts'
import { CAMERA_TYPES, LONGEST_TIMEOUT_SECONDS } from './rules/values.ts'

/* Objects within bodies. Documents name them, so that what is generated from those has one type for each. */

export type BodyParts = ReturnType<typeof bodyParts>

/** One of each, made anew by each call: a document knows a shape again by its identity. */
export function bodyParts() {
  return {
    CameraControl: cameraControl().describe('A movement of the camera.'),
    Element: element().describe('A subject to show.'),
    ReferenceVideo: referenceVideo().describe('A video to be changed, or to take after.'),
    ReferenceImage: referenceImage().describe('An image to take after, or a frame.'),
    Voice: voice().describe('A voice to speak with.'),
    Shot: shot().describe('One of several shots.'),
  }
}

/** How a create is to be answered: the same fields for every endpoint. */
export function answeringFields() {
  return {
    callback_url: says(
      z.url(),
      'Where the result is posted as JSON: an http or https URL. With it the answer comes at once and holds task_id alone.',
      'guide A, Asynchronous Callback',
    ),
    async: says(
      z.boolean().default(false),
      'Whether to answer at once with task_id, also without callback_url. Default false.',
      'gateway §1.3',
      'vendor',
    ),
    timeout: says(
      z.int().min(0).max(LONGEST_TIMEOUT_SECONDS),
      `Bounds a held request, in whole seconds from 0 to ${LONGEST_TIMEOUT_SECONDS}: after that the answer is task_id and the task goes on. Without it the request is held until the task settles.`,
      'gateway §1.3 (SDK); range mockling',
      'vendor',
    ),
  }
}

function cameraControl() {
  const config = Object.fromEntries(CAMERA_AXES.map(axis => [axis, amount(AXIS_TEXTS[axis]).optional()]))
  return z.object({
    type: says(
      z.enum(CAMERA_TYPES),
      'simple moves as config says; the others are fixed movements. Required.',
      'gateway §2 camera_control',
      'vendor',
    ),
    config: says(
      z.object(config),
      'How far to move along or around what. Needed with simple, refused with the other types.',
      'kling §4.1',
      'kling',
    ).optional(),
  })
}

const AXIS_TEXTS: Readonly<Record<(typeof CAMERA_AXES)[number], string>> = {
  horizontal: 'Movement to the side',
  vertical: 'Movement up or down',
  pan: 'Turning; sources disagree whether up and down or left and right',
  tilt: 'Turning; sources disagree whether left and right or up and down',
  roll: 'Rolling around the line of sight',
  zoom: 'Zooming',
}

function amount(text: string) {
  return says(
    z.number().min(-1).max(1),
    `${text}, from -1 to 1; 0 is none.`,
    'gateway §2 camera_control; meaning kling §4.1',
    'vendor',
  )
}

function element() {
  return z.object({
    element_id: says(
      z.xor([z.string().min(1), z.int()]),
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
      z.xor([z.string().min(1), z.int()]),
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
