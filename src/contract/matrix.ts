import { type Capability, type Material, modelsOf, rowsOf } from './capabilities.ts'
import { fieldsOf } from './differences.ts'
import { endpointsOf } from './endpoints.ts'
import type { Evidence } from './evidence.ts'
import { DEFAULT_REVISION, REVISION_FACTS, REVISIONS, type Revision } from './revisions.ts'
import { ACTIONS, type Action } from './rules/values.ts'

/* The matrix as user interfaces want it, to grey out what a model can't do. All of it follows from the rows. */

/** What one model offers in one mode. */
export interface ModeCapability extends Evidence {
  /** Whole seconds that `duration` may be. */
  readonly durations: readonly number[]
  /** Durations at which `end_image_url` may be given; none: never. */
  readonly endImage: readonly number[]
  /** Durations at which `camera_control` may be given; none: never. */
  readonly camera: readonly number[]
  /** The actions that `camera_control` may go with. */
  readonly cameraActions: readonly Action[]
  /** `never`: `generate_audio: true` is refused; `always`: `false` is. */
  readonly audio: 'never' | 'optional' | 'always'
  /** Fields beside words and frames that it takes. */
  readonly takes: readonly Material[]
  /** The actions for which it takes `negative_prompt` and `cfg_scale`. */
  readonly tuning: readonly Action[]
}

/** What one model offers. */
export interface ModelCapability {
  readonly actions: readonly Action[]
  /** `std` and `pro` mean the same. */
  readonly oneMode: boolean
  /** By `mode`; others are refused. */
  readonly modes: Readonly<Record<string, ModeCapability>>
}

/** What one revision offers. */
export interface RevisionCapability extends Evidence {
  readonly title: string
  /** Fields that each endpoint reads, by its path; others are ignored. */
  readonly endpoints: Readonly<Record<string, readonly string[]>>
  /** The models of `/kling/videos`, by name. */
  readonly models: Readonly<Record<string, ModelCapability>>
}

/** All revisions, by name. */
export interface Capabilities {
  readonly defaultRevision: Revision
  readonly revisions: Readonly<Record<Revision, RevisionCapability>>
}

/** The whole matrix, made from the rows that requests are judged by. */
export function capabilities(): Capabilities {
  return {
    defaultRevision: DEFAULT_REVISION,
    revisions: Object.fromEntries(
      REVISIONS.map(revision => [revision, revisionOf(revision)]),
    ) as Capabilities['revisions'],
  }
}

function revisionOf(revision: Revision): RevisionCapability {
  const { title, source, grade } = REVISION_FACTS[revision]
  return {
    title,
    source,
    grade,
    endpoints: Object.fromEntries(
      endpointsOf(revision).map(({ type, path }): [string, string[]] => [path, [...fieldsOf(type, revision)]]),
    ),
    models: Object.fromEntries(modelsOf(revision).map(model => [model, modelOf(revision, model)])),
  }
}

function modelOf(revision: Revision, model: string): ModelCapability {
  const rows = [...(rowsOf(revision, model) ?? [])]
  return {
    actions: ACTIONS.filter(action => rows.some(([, row]) => row.actions.includes(action))),
    oneMode: rows.some(([, row]) => row.oneMode),
    modes: Object.fromEntries(rows.map(([mode, row]) => [mode, modeOf(revision, row)])),
  }
}

function modeOf(revision: Revision, row: Capability): ModeCapability {
  const { seconds, endFrame, camera, audio, alwaysAudio, takes = [], untunedActions = [], actions, source, grade } = row
  const making = ACTIONS.filter(action => action !== 'extend' && actions.includes(action))
  return {
    durations: seconds,
    endImage: endFrame,
    camera,
    cameraActions:
      camera.length === 0
        ? []
        : making.filter(action => action !== 'image2video' || REVISION_FACTS[revision].movesFrames),
    audio: alwaysAudio ? 'always' : audio ? 'optional' : 'never',
    takes,
    tuning: ACTIONS.filter(action => actions.includes(action) && !untunedActions.includes(action)),
    source,
    grade,
  }
}

export type { Action, Material, Revision }
