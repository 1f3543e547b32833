import { modelsOf } from './capabilities.ts'
import type { Evidence } from './evidence.ts'
import { REVISIONS, type Revision, since } from './revisions.ts'

/** What made a task: the `type` of its record. */
export const TASK_TYPES = ['videos', 'motion', 'lip-sync', 'talking-photo'] as const

export type TaskType = (typeof TASK_TYPES)[number]

/** A call that makes tasks. */
export interface Endpoint extends Evidence {
  readonly type: TaskType
  readonly path: `/kling/${TaskType}`
  /** One sentence for people. */
  readonly title: string
  /** Where it is not among them, the path answers `api_not_implemented`. */
  readonly revisions: readonly Revision[]
  /**
   * The models it knows, the one it takes unless told otherwise first; `lip-sync` has none and goes by its own name.
   * Those of `/kling/videos` stand in the matrix.
   */
  readonly models: (revision: Revision) => readonly string[]
  /** The field with the words that a person wrote. */
  readonly words: 'prompt' | 'text'
  /** Bytes of the largest file that a body may hold, in Base64. Without it, none may. */
  readonly largestFile?: number
  /** The platform's id of it, shown in task records. */
  readonly apiId: string
  /** How its results differ from those of `/kling/videos`. */
  readonly result: {
    /** `duration` is a number rather than text. */
    readonly hasNumericDuration?: true
    /** `source_video_url` names a second file: the clip before sound was put to it. */
    readonly hasSource?: true
    /** It has none of the parts that later revisions added to results. */
    readonly isPlain?: true
  }
}

/** Nobody says which one works without `model_name`, which is read from 2026-08 on; the older one is chosen. */
const MOTION_MODELS = ['kling-v2-6', 'kling-v3']

const TALKING_PHOTO_MODELS = [
  'kling-v2-1-master',
  'kling-v1',
  'kling-v1-6',
  'kling-v2-master',
  'kling-v2-5-turbo',
  'kling-v2-6',
]

export const ENDPOINTS: Readonly<Record<TaskType, Endpoint>> = {
  videos: {
    type: 'videos',
    path: '/kling/videos',
    title: 'make a video from words or a frame, or extend one',
    revisions: REVISIONS,
    models: modelsOf,
    words: 'prompt',
    apiId: '29187cb2-1acb-43b8-baf5-3f3f709292eb',
    result: {},
    source: 'guide A, Basic Usage; gateway §1.1',
    grade: 'guide',
  },
  motion: {
    type: 'motion',
    path: '/kling/motion',
    title: 'have the figure of an image move as in a video',
    revisions: REVISIONS,
    models: revision => MOTION_MODELS.slice(0, since('2026-08').includes(revision) ? undefined : 1),
    words: 'prompt',
    apiId: '2c26cb33-46ac-4bd7-82f9-0ec63e688172',
    result: {},
    source: 'gateway §1.1 and §7',
    grade: 'vendor',
  },
  'lip-sync': {
    type: 'lip-sync',
    path: '/kling/lip-sync',
    title: 'have the mouth in a video speak a text or a recording',
    revisions: since('2026-08'),
    models: () => ['lip-sync'],
    words: 'text',
    largestFile: 5 * 1024 * 1024,
    apiId: 'a8b06673-3565-4989-b6be-bd638f72eadb',
    result: { isPlain: true },
    source: 'gateway §1.1 and §7',
    grade: 'vendor',
  },
  'talking-photo': {
    type: 'talking-photo',
    path: '/kling/talking-photo',
    title: 'have the face of a photo speak a recording',
    revisions: since('2026-08'),
    models: () => TALKING_PHOTO_MODELS,
    words: 'prompt',
    apiId: '1daf8204-7306-4c54-8014-a00c5996cbfe',
    result: { hasNumericDuration: true, hasSource: true, isPlain: true },
    source: 'gateway §1.1 and §7',
    grade: 'vendor',
  },
}

/** The endpoints of a revision. */
export function endpointsOf(revision: Revision): Endpoint[] {
  return Object.values(ENDPOINTS).filter(endpoint => endpoint.revisions.includes(revision))
}
