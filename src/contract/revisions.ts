import type { Evidence } from './evidence.ts'

/** The dated readings of the contract, oldest first. Each is data; no handler branches on one. */
export const REVISIONS = ['2026-03', '2026-05', '2026-08', '2026-10'] as const

export type Revision = (typeof REVISIONS)[number]

export const DEFAULT_REVISION: Revision = '2026-05'

/** Parts that results of later revisions have beside guide A's. */
export const RESULT_PARTS = ['data', 'usage', 'cost'] as const

export type ResultPart = (typeof RESULT_PARTS)[number]

/** What a revision says of the wire beside its capability rows and rules. */
export interface RevisionFacts extends Evidence {
  /** One sentence for people. */
  readonly title: string
  /** The values `mode` may have for any model at all. */
  readonly modes: readonly string[]
  /** Fields of `POST /kling/videos` that this revision reads; all others are ignored and reported. */
  readonly fields: ReadonlySet<string>
  /** Fields that are read but mean nothing for an action: type-checked, ignored and reported. */
  readonly ignoredByAction: Readonly<Record<string, readonly string[]>>
  /** Whether `cfg_scale` may be a numeric string and `camera_control` a JSON string, as the older schemas said. */
  readonly takesStrings: boolean
  /** Whether `camera_control` may go with `image2video` at all, whatever the model. */
  readonly movesFrames: boolean
  /** Whether references count only where the prompt cites them; in the numbering of images, frames come first. */
  readonly readsCitations: boolean
  /** `video_id` is a UUID, or 18 decimal digits. */
  readonly videoId: 'uuid' | 'digits'
  /** The path of `video_url` is that of the upload, or holds the task's id alone. */
  readonly videoPath: 'upload' | 'task'
  readonly resultParts: readonly ResultPart[]
  /** The error of a request that carries no token. */
  readonly tokenMissing: 'invalid_token' | 'no_token'
  /** Whether errors of the gateway carry `success`, as those of the service behind it do. */
  readonly gatewaySaysSuccess: boolean
  /** Whether a create that a rule refuses leaves a failed task, whose id the error carries. */
  readonly refusalsLeaveTasks: boolean
}

const FIELDS_2026_03 = [
  'action',
  'model',
  'mode',
  'prompt',
  'duration',
  'start_image_url',
  'end_image_url',
  'aspect_ratio',
  'cfg_scale',
  'camera_control',
  'negative_prompt',
  'element_list',
  'video_list',
  'video_id',
  'callback_url',
  'async',
  'timeout',
]
const FIELDS_2026_05 = [...FIELDS_2026_03, 'generate_audio']
const FIELDS_2026_08 = [...FIELDS_2026_05, 'image_list']
const FIELDS_2026_10 = [...FIELDS_2026_08, 'voice_list', 'multi_shot', 'shot_type', 'multi_prompt']

const IGNORED_2026_05 = {
  text2video: ['start_image_url', 'video_id'],
  image2video: ['video_id'],
  extend: ['aspect_ratio', 'camera_control', 'start_image_url'],
}

const WIRE_OF_THE_GUIDES = {
  takesStrings: true,
  movesFrames: true,
  readsCitations: false,
  videoId: 'uuid',
  videoPath: 'upload',
  resultParts: [],
  tokenMissing: 'invalid_token',
  gatewaySaysSuccess: true,
  refusalsLeaveTasks: false,
} as const

const WIRE_OF_AUGUST = {
  takesStrings: false,
  movesFrames: false,
  readsCitations: true,
  videoId: 'digits',
  videoPath: 'task',
  resultParts: [],
  tokenMissing: 'no_token',
  gatewaySaysSuccess: false,
  refusalsLeaveTasks: true,
} as const

export const REVISION_FACTS: Readonly<Record<Revision, RevisionFacts>> = {
  '2026-03': {
    ...WIRE_OF_THE_GUIDES,
    title: 'guide A: six models, std and pro, 5 and 10 s',
    modes: ['std', 'pro'],
    fields: new Set(FIELDS_2026_03),
    ignoredByAction: {
      text2video: ['start_image_url', 'end_image_url', 'video_id'],
      image2video: ['video_id'],
      extend: ['aspect_ratio', 'camera_control', 'start_image_url', 'end_image_url'],
    },
    source: 'guide A; gateway §8',
    grade: 'guide',
  },
  '2026-05': {
    ...WIRE_OF_THE_GUIDES,
    title: 'guide B with guide A’s examples: kling-v2-6, kling-v3, kling-v3-omni, 4k, sound, 3–15 s',
    modes: ['std', 'pro', '4k'],
    fields: new Set(FIELDS_2026_05),
    ignoredByAction: IGNORED_2026_05,
    source: 'guide B; gateway §8',
    grade: 'guide',
  },
  '2026-08': {
    ...WIRE_OF_AUGUST,
    title: 'the vendor’s documents of August: kling-o1, reference images, no_token, 18-digit video ids',
    modes: ['std', 'pro', '4k'],
    fields: new Set(FIELDS_2026_08),
    ignoredByAction: { ...IGNORED_2026_05, text2video: ['video_id'] },
    source: 'gateway §8 (G-v2, OA-4, SDK)',
    grade: 'vendor',
  },
  '2026-10': {
    ...WIRE_OF_AUGUST,
    title: 'the vendor’s documents of October: kling-v3-turbo, several shots, voices, elements, cost in results',
    modes: ['std', 'pro', '4k'],
    fields: new Set(FIELDS_2026_10),
    ignoredByAction: { ...IGNORED_2026_05, text2video: ['video_id'] },
    resultParts: RESULT_PARTS,
    source: 'gateway §8 (OA-5, CZ)',
    grade: 'vendor',
  },
}

/** `revision` and all that came after it. */
export function since(revision: Revision): Revision[] {
  return REVISIONS.slice(REVISIONS.indexOf(revision))
}

/** Those whose `/kling/videos` reads a field: no other can object to it. */
export function reading(field: string): Revision[] {
  return REVISIONS.filter(revision => REVISION_FACTS[revision].fields.has(field))
}

/** All before `revision`. */
export function before(revision: Revision): Revision[] {
  return REVISIONS.slice(0, REVISIONS.indexOf(revision))
}

export function isRevision(value: unknown): value is Revision {
  return REVISIONS.some(revision => revision === value)
}

/** @throws RangeError naming those that there are */
export function refuseStrangeRevision(value: unknown): void {
  if (isRevision(value)) return
  throw new RangeError(`revision: ${JSON.stringify(value)} is not allowed; it must be one of ${REVISIONS.join(', ')}`)
}
