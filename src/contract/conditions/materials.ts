import { readCreateVideo } from '../request.ts'
import * as rules from '../rules/materials.ts'
import { absent, given, type JsonSchema, words } from './schema.ts'
import { unlessSaidInShots } from './shots.ts'
import { type Condition, forModels, modelAmong, modelsFor, type Where } from './where.ts'

/* The rules of rules/materials.ts as JSON Schema. */

/** A condition on the bodies of one action alone. */
function only(action: Where['action'], ...schemas: readonly JsonSchema[]): Condition {
  return where => (where.action === action ? schemas : [])
}

/** One rule for each action that makes a video, of which the second came later. */
export const promptIsGivenToMake: Condition = where => {
  const { revision, action } = where
  const isAsked = rules.promptIsGivenToMake.some(
    rule => rule.revisions.includes(revision) && rule.check(readCreateVideo({ action }, revision)),
  )
  return isAsked ? [unlessSaidInShots(where, words('prompt'))] : []
}

export const promptIsGivenToExtend = only('extend', words('prompt'))

export const startFrameIsGiven = only('image2video', given('start_image_url', 'string'))

export const videoIdIsGiven = only('extend', words('video_id'))

/** `R7`: said by R2 too, which is about the same models here. */
export const modelExtends: Condition = where =>
  where.action === 'extend' ? [modelAmong(where.revision, modelsFor(where))] : []

/** The fields that tune how the prompt is followed. */
export const TUNING = rules.TUNING.map(([field]) => field)

export const extendsPlainly: Condition = where =>
  where.action === 'extend' ? forModels(where, row => row.untunedActions?.includes('extend'), absent(...TUNING)) : []

export const extendTakesNoReferences = only('extend', absent('image_list', 'video_list'))

export const textTakesNoFrame = only('text2video', absent('start_image_url'))
