import type { Evidence } from './evidence.ts'

/** The dated readings of the contract, oldest first. Each is data; no handler branches on one. */
export const REVISIONS = ['2026-03', '2026-05'] as const

export type Revision = (typeof REVISIONS)[number]

export const DEFAULT_REVISION: Revision = '2026-05'

/** What a revision says of the wire beside its capability rows and rules. */
export interface RevisionFacts extends Evidence {
  /** One sentence for people. */
  readonly title: string
  /** The values `mode` may have for any model at all. */
  readonly modes: readonly string[]
  /** Fields of `POST /kling/videos` that this revision reads; all others are ignored and reported. */
  readonly fields: ReadonlySet<string>
  /** Whether `cfg_scale` may be a numeric string and `camera_control` a JSON string, as the older schemas said. */
  readonly takesStrings: boolean
  /** Fields that are read but mean nothing for an action: type-checked, ignored and reported. */
  readonly ignoredByAction: Readonly<Record<string, readonly string[]>>
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

export const REVISION_FACTS: Readonly<Record<Revision, RevisionFacts>> = {
  '2026-03': {
    title: 'guide A: six models, std and pro, 5 and 10 s',
    modes: ['std', 'pro'],
    fields: new Set(FIELDS_2026_03),
    takesStrings: true,
    ignoredByAction: {
      text2video: ['start_image_url', 'end_image_url', 'video_id'],
      image2video: ['video_id'],
      extend: ['aspect_ratio', 'camera_control', 'start_image_url', 'end_image_url'],
    },
    source: 'guide A; gateway §8',
    grade: 'guide',
  },
  '2026-05': {
    title: 'guide B with guide A’s examples: kling-v2-6, kling-v3, kling-v3-omni, 4k, sound, 3–15 s',
    modes: ['std', 'pro', '4k'],
    fields: new Set([...FIELDS_2026_03, 'generate_audio']),
    takesStrings: true,
    ignoredByAction: {
      text2video: ['start_image_url', 'video_id'],
      image2video: ['video_id'],
      extend: ['aspect_ratio', 'camera_control', 'start_image_url'],
    },
    source: 'guide B; gateway §8',
    grade: 'guide',
  },
}

/** `revision` and all that came after it. */
export function since(revision: Revision): Revision[] {
  return REVISIONS.slice(REVISIONS.indexOf(revision))
}

export function isRevision(value: unknown): value is Revision {
  return REVISIONS.some(revision => revision === value)
}
