import type { Revision } from '../../../contract/revisions.ts'
import {
  audioIsOffered,
  cameraIsOffered,
  cameraLeavesFramesAlone,
  endFrameGoesWithStart,
  endFrameIsFiveSeconds,
  endFrameIsOffered,
} from '../../../contract/rules/features.ts'
import { modelExtends } from '../../../contract/rules/materials.ts'
import type { Rule } from '../../../contract/rules/objection.ts'
import { actionIsKnown, durationIsOffered } from '../../../contract/rules/values.ts'
import { RULES as ALL } from '../../../contract/rules.ts'
import type { Cell, Feature } from './cells.ts'

const BY_COLUMN: Readonly<Record<Feature, readonly Rule[]>> = {
  durations: [durationIsOffered],
  endImage: [endFrameGoesWithStart, endFrameIsOffered, endFrameIsFiveSeconds],
  audio: [audioIsOffered],
  camera: [cameraIsOffered, cameraLeavesFramesAlone],
  actions: [actionIsKnown, modelExtends],
}

/** The rules of a revision by which a column of the matrix is judged, whatever the model. */
export function rulesAbout(feature: Feature, revision: string): readonly Rule[] {
  return BY_COLUMN[feature].filter(({ revisions }) => revisions.includes(revision as Revision))
}

/** The other rules of a revision that name the model of a cell. */
export function rulesNaming({ model, feature }: Cell, revision: string): readonly Rule[] {
  const name = new RegExp(`(?<![\\w-])${model}(?![\\w-])`)
  return ALL.filter(
    rule => rule.revisions.includes(revision as Revision) && name.test(rule.says) && !BY_COLUMN[feature].includes(rule),
  )
}
