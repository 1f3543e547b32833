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
import type { Feature } from './cells.ts'

const RULES: Readonly<Record<Feature, readonly Rule[]>> = {
  durations: [durationIsOffered],
  endImage: [endFrameGoesWithStart, endFrameIsOffered, endFrameIsFiveSeconds],
  audio: [audioIsOffered],
  camera: [cameraIsOffered, cameraLeavesFramesAlone],
  actions: [actionIsKnown, modelExtends],
}

/** The rules of a revision by which a column of the matrix is judged, whatever the model. */
export function rulesAbout(feature: Feature, revision: string): readonly Rule[] {
  return RULES[feature].filter(({ revisions }) => revisions.includes(revision as Revision))
}
