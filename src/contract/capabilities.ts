import type { Evidence } from './evidence.ts'
import { REVISIONS, type Revision, since } from './revisions.ts'

/** What a create may bring along beside words and frames: the fields of a request that not every model takes. */
export const MATERIALS = ['element_list', 'video_list', 'image_list', 'voice_list', 'multi_shot'] as const

export type Material = (typeof MATERIALS)[number]

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
  /** Absent: none. */
  readonly takes?: readonly Material[]
  /** `true` for the models with one mode, where `std` and `pro` mean the same. */
  readonly oneMode?: true
  /** `true` where sound is always made, and `generate_audio: false` refused. */
  readonly alwaysAudio?: true
  /** The actions for which `negative_prompt` and `cfg_scale` are refused; absent: none. */
  readonly untunedActions?: readonly string[]
}

const FIVE = [5]
const FIVE_OR_TEN = [5, 10]
const THREE_TO_FIFTEEN = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
const NEVER: readonly number[] = []

const MAKE = ['text2video', 'image2video']
const ALL = ['text2video', 'image2video', 'extend']

type Edition = Pick<Capability, 'revisions' | 'source' | 'grade'>

const A: Edition = {
  revisions: ['2026-03'],
  source: 'guide A, Basic Usage; gateway §3.1 (the version of A)',
  grade: 'vendor',
}
/** What guide B lists, for as long as it stays as it is there. */
const b = (revisions: readonly Revision[] = since('2026-05')): Edition => ({
  revisions,
  source: 'guide B, Model Capability Matrix',
  grade: 'guide',
})
const vendor = (revisions: readonly Revision[]): Edition => ({ revisions, source: 'gateway §3.1', grade: 'vendor' })
const MAY: readonly Revision[] = ['2026-05']
const MAY_TO_AUGUST: readonly Revision[] = ['2026-05', '2026-08']
const AUGUST: readonly Revision[] = ['2026-08']
const FROM_AUGUST = since('2026-08')
const OCTOBER = since('2026-10')

/** kling-v1-5 is named for extend only, and stands in no matrix (gateway §9, D3). */
const EXTEND_ONLY = { model: 'kling-v1-5', modes: ['std', 'pro'], seconds: FIVE_OR_TEN, actions: ['extend'] } as const

const STD = ['std']
const PRO = ['pro']
const FOUR_K = ['4k']
const STD_PRO = ['std', 'pro']

const REFERENCES_A: readonly Material[] = ['element_list', 'video_list']
const REFERENCES: readonly Material[] = ['video_list', 'image_list']
const SHOTS: readonly Material[] = ['multi_shot', 'element_list']

/** The matrix of every revision. A new model is a new line here, not a branch elsewhere. */
// biome-ignore format: one row a line, to be laid beside the guide
export const CAPABILITIES: readonly Capability[] = [
  { ...A, model: 'kling-v1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: ALL },
  { ...A, ...EXTEND_ONLY, endFrame: NEVER, audio: false, camera: NEVER, source: 'guide A, Video Extension Functionality; gateway §9 D3' },
  { ...A, model: 'kling-v1-6', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: ALL },
  { ...A, model: 'kling-v2-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },
  { ...A, model: 'kling-v2-1-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },
  { ...A, model: 'kling-v2-5-turbo', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE },
  { ...A, model: 'kling-video-o1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE_OR_TEN, actions: MAKE, takes: REFERENCES_A },

  { ...b(), model: 'kling-v1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE, audio: false, camera: FIVE, actions: ALL, untunedActions: ['extend'] },
  { ...b(MAY), ...EXTEND_ONLY, endFrame: NEVER, audio: false, camera: NEVER, source: 'guide B, Extend Video Feature; gateway §9 D3' },
  { ...b(), model: 'kling-v1-6', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: ALL },
  { ...b(), model: 'kling-v1-6', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: ALL },
  { ...b(), model: 'kling-v2-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...b(), model: 'kling-v2-1-master', modes: STD_PRO, oneMode: true, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...b(MAY), model: 'kling-v2-5-turbo', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...b(MAY), model: 'kling-v2-5-turbo', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: MAKE },
  { ...vendor(FROM_AUGUST), model: 'kling-v2-5-turbo', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: ALL },
  { ...vendor(FROM_AUGUST), model: 'kling-v2-5-turbo', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: ALL },
  { ...b(), model: 'kling-v2-6', modes: STD, seconds: FIVE_OR_TEN, endFrame: NEVER, audio: false, camera: NEVER, actions: MAKE },
  { ...b(MAY_TO_AUGUST), model: 'kling-v2-6', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: true, camera: NEVER, actions: MAKE },
  { ...vendor(OCTOBER), model: 'kling-v2-6', modes: PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: true, camera: NEVER, actions: MAKE, takes: ['voice_list'] },
  { ...b(MAY_TO_AUGUST), model: 'kling-v3', modes: STD_PRO, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: THREE_TO_FIFTEEN, actions: MAKE },
  { ...b(MAY_TO_AUGUST), model: 'kling-v3', modes: FOUR_K, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE },
  { ...vendor(OCTOBER), model: 'kling-v3', modes: STD_PRO, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: THREE_TO_FIFTEEN, actions: MAKE, takes: SHOTS },
  { ...vendor(OCTOBER), model: 'kling-v3', modes: FOUR_K, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE, takes: SHOTS },
  { ...b(MAY), model: 'kling-v3-omni', modes: ['std', 'pro', '4k'], seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE },
  { ...vendor(AUGUST), model: 'kling-v3-omni', modes: STD_PRO, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE, takes: REFERENCES },
  { ...vendor(AUGUST), model: 'kling-v3-omni', modes: FOUR_K, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE },
  { ...vendor(OCTOBER), model: 'kling-v3-omni', modes: STD_PRO, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE, takes: [...REFERENCES, ...SHOTS] },
  { ...vendor(OCTOBER), model: 'kling-v3-omni', modes: FOUR_K, seconds: THREE_TO_FIFTEEN, endFrame: THREE_TO_FIFTEEN, audio: true, camera: NEVER, actions: MAKE, takes: SHOTS },
  { ...b(MAY), model: 'kling-video-o1', modes: STD_PRO, seconds: FIVE_OR_TEN, endFrame: FIVE_OR_TEN, audio: false, camera: NEVER, actions: MAKE, takes: REFERENCES_A },
  { ...vendor(AUGUST), model: 'kling-o1', modes: STD_PRO, seconds: FIVE, endFrame: FIVE, audio: false, camera: NEVER, actions: MAKE, takes: REFERENCES, untunedActions: MAKE },
  { ...vendor(OCTOBER), model: 'kling-o1', modes: STD_PRO, seconds: FIVE, endFrame: FIVE, audio: false, camera: NEVER, actions: MAKE, takes: [...REFERENCES, 'element_list'], untunedActions: MAKE },
  { ...vendor(OCTOBER), model: 'kling-v3-turbo', modes: STD_PRO, seconds: THREE_TO_FIFTEEN, endFrame: NEVER, audio: true, alwaysAudio: true, camera: NEVER, actions: MAKE, untunedActions: MAKE },
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

/** The models that take a material in some mode, in the matrix's order. */
export function modelsTaking(revision: Revision, material: Material): string[] {
  return modelsOf(revision).filter(model => takes(revision, model, material))
}

/** Whether a model takes a material: in `mode`, or without it in any. */
export function takes(revision: Revision, model: string, material: Material, mode?: string): boolean {
  const rows = [...(rowsOf(revision, model) ?? [])].filter(([name]) => mode === undefined || name === mode)
  return rows.some(([, row]) => row.takes?.includes(material))
}
