import type { Evidence } from './evidence.ts'
import { REVISIONS, type Revision } from './revisions.ts'

/** One row of the capability matrix: what a model offers in these modes. */
export interface Capability extends Evidence {
  readonly revisions: readonly Revision[]
  readonly model: string
  readonly modes: readonly string[]
  /** Durations offered, in whole seconds. */
  readonly seconds: readonly number[]
  /** Durations at which an end frame is taken; none means never. */
  readonly endFrame: readonly number[]
  /** Durations at which `camera_control` is taken; none means never. */
  readonly camera: readonly number[]
  /** Whether `generate_audio: true` is taken. */
  readonly audio: boolean
  /** The actions this model may be asked for. */
  readonly actions: readonly string[]
  /** `true` for the models with one mode, where `std` and `pro` mean the same. */
  readonly oneMode?: true
}

const FIVE = [5]
const FIVE_OR_TEN = [5, 10]
const THREE_TO_FIFTEEN = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
const NEVER: readonly number[] = []

const MAKE = ['text2video', 'image2video']
const ALL = ['text2video', 'image2video', 'extend']

const A: Pick<Capability, 'revisions' | 'source' | 'grade'> = {
  revisions: ['2026-03'],
  source: 'guide A, Basic Usage; gateway §3.1 (the version of A)',
  grade: 'vendor',
}
const B: Pick<Capability, 'revisions' | 'source' | 'grade'> = {
  revisions: ['2026-05'],
  source: 'guide B, Model Capability Matrix',
  grade: 'guide',
}
/** kling-v1-5 is named for extend only, and stands in no matrix (gateway §9, D3). */
const EXTEND_ONLY = { model: 'kling-v1-5', modes: ['std', 'pro'], seconds: FIVE_OR_TEN, actions: ['extend'] } as const

const STD = ['std']
const PRO = ['pro']
const STD_PRO = ['std', 'pro']

/** The matrix of every revision. A new model is a new line here, not a branch elsewhere. */
// biome-ignore format: one row a line, to be laid beside the guide
export const CAPABILITIES: readonly Capability[] = [
  { ...A, model: 'kling-v1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: ALL },
  { ...A, ...EXTEND_ONLY, endFrame: NEVER, audio: false, camera: NEVER, source: 'guide A, Video Extension Functionality; gateway §9 D3' },
  { ...A, model: 'kling-v1-6', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: ALL },
  { ...A, model: 'kling-v2-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },
  { ...A, model: 'kling-v2-1-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },
  { ...A, model: 'kling-v2-5-turbo', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },
  { ...A, model: 'kling-video-o1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },

  { ...B, model: 'kling-v1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE, actions: ALL },
  { ...B, ...EXTEND_ONLY, endFrame: NEVER, audio: false, camera: NEVER, source: 'guide B, Extend Video Feature; gateway §9 D3' },
  { ...B, model: 'kling-v1-6', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: ALL },
  { ...B, model: 'kling-v1-6', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: ALL },
  { ...B, model: 'kling-v2-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v2-1-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v2-5-turbo', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v2-5-turbo', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v2-6', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v2-6', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: true, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v3', modes: STD_PRO, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: THREE_TO_FIFTEEN, actions: MAKE },
  { ...B, model: 'kling-v3', modes: ['4k'], seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-v3-omni', modes: ['std', 'pro', '4k'], seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE },
  { ...B, model: 'kling-video-o1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: MAKE },
]

/** The rows of one model in one revision, by mode. */
type ModeRows = ReadonlyMap<string, Capability>

const BY_REVISION: ReadonlyMap<Revision, ReadonlyMap<string, ModeRows>> = new Map(
  REVISIONS.map(revision => {
    const models = new Map<string, Map<string, Capability>>()
    for (const row of CAPABILITIES.filter(row => row.revisions.includes(revision))) {
      const modes = models.get(row.model) ?? new Map<string, Capability>()
      for (const mode of row.modes) modes.set(mode, row)
      models.set(row.model, modes)
    }
    return [revision, models]
  }),
)

/** The rows of `model`, by mode; `undefined` if the revision does not know the model. */
export function rowsOf(revision: Revision, model: string): ModeRows | undefined {
  return BY_REVISION.get(revision)?.get(model)
}

/** The row for one model and mode; `undefined` if the model has no such mode. */
export function capabilityOf(revision: Revision, model: string, mode: string): Capability | undefined {
  return rowsOf(revision, model)?.get(mode)
}

/** All models of a revision, in the matrix's order. */
export function modelsOf(revision: Revision): string[] {
  return [...(BY_REVISION.get(revision)?.keys() ?? [])]
}

/** The revisions that know `model`. */
export function revisionsWithModel(model: string): Revision[] {
  return REVISIONS.filter(revision => rowsOf(revision, model) !== undefined)
}
