import { type Examination, examination, rulesInForce, type Subject } from './examination.ts'
import { type CreateVideo, readCreateVideo } from './request.ts'
import { type Revision, refuseStrangeRevision } from './revisions.ts'
import {
  audioIsOffered,
  cameraConfigGoesWithSimple,
  cameraConfigIsInRange,
  cameraIsOffered,
  cameraLeavesFramesAlone,
  cameraTypeIsKnown,
  endFrameGoesWithStart,
  endFrameIsFiveSeconds,
  endFrameIsOffered,
  fourKExcludesCamera,
  fourKIsOffered,
  o1IsStdOrPro,
} from './rules/features.ts'
import {
  extendsPlainly,
  extendTakesNoReferences,
  modelExtends,
  promptIsGivenToExtend,
  promptIsGivenToMake,
  startFrameIsGiven,
  textTakesNoFrame,
  videoIdIsGiven,
} from './rules/materials.ts'
import type { Objection, Rule, Strictness } from './rules/objection.ts'
import {
  baseVideoExcludesFrames,
  elementsAreClosed,
  framesAreSingle,
  itemsAreGiven,
  oneReferenceVideo,
  referencesAreFew,
  referencesAreForO1,
  referencesAreNot4k,
  referencesAreOffered,
  referencesGoUntuned,
  referenceVideoIsSilent,
  referenceWordsAreKnown,
} from './rules/references.ts'
import { shotsAreSound, shotTypeIsKnown } from './rules/shots.ts'
import { UPSTREAM_RULES } from './rules/upstream.ts'
import { urlsAreHttp } from './rules/urls.ts'
import {
  actionIsKnown,
  aspectRatioIsKnown,
  cfgScaleIsInRange,
  durationIsOffered,
  modeIsKnown,
  modelIsKnown,
  negativePromptFits,
  o1LastsFive,
  promptFits,
  timeoutIsWhole,
} from './rules/values.ts'
import { elementsAreOffered, turboIsPlain, voicesAreOffered } from './rules/voices.ts'

export { TYPE_RULE } from './examination.ts'

/**
 * Every rule about a body, in the order in which the first broken one answers: action, model, mode, duration and the
 * other enums, then by number. R44 (JSON types) comes before all of them, R45 and R46 (the video to extend) after.
 */
export const RULES: readonly Rule[] = [
  actionIsKnown,
  modelIsKnown,
  modeIsKnown,
  durationIsOffered,
  aspectRatioIsKnown,
  cameraTypeIsKnown,
  ...referenceWordsAreKnown,
  shotTypeIsKnown,
  ...promptIsGivenToMake,
  promptIsGivenToExtend,
  startFrameIsGiven,
  videoIdIsGiven,
  modelExtends,
  ...extendsPlainly,
  ...extendTakesNoReferences,
  endFrameGoesWithStart,
  textTakesNoFrame,
  endFrameIsOffered,
  endFrameIsFiveSeconds,
  o1LastsFive,
  fourKIsOffered,
  fourKExcludesCamera,
  o1IsStdOrPro,
  audioIsOffered,
  cameraIsOffered,
  cameraLeavesFramesAlone,
  cameraConfigIsInRange,
  cfgScaleIsInRange,
  negativePromptFits,
  ...referencesAreForO1,
  ...referencesAreOffered,
  oneReferenceVideo,
  ...itemsAreGiven,
  baseVideoExcludesFrames,
  referenceVideoIsSilent,
  ...referencesGoUntuned,
  referencesAreNot4k,
  referencesAreFew,
  framesAreSingle,
  elementsAreClosed,
  ...elementsAreOffered,
  ...voicesAreOffered,
  ...shotsAreSound,
  ...turboIsPlain,
  ...urlsAreHttp,
  promptFits,
  cameraConfigGoesWithSimple,
  timeoutIsWhole,
  ...UPSTREAM_RULES,
]

/** How the bodies of `/kling/videos` are read and judged. */
export const VIDEOS: Subject<CreateVideo> = { read: readCreateVideo, rules: RULES }

/** The rules in force, in their order. */
export function rulesOf(revision: Revision, strictness: Strictness): readonly Rule[] {
  return rulesInForce(RULES, revision, strictness)
}

/** Reads a body and finds every objection to it. Pure; never throws. */
export function examine(
  body: Record<string, unknown>,
  revision: Revision,
  strictness: Strictness,
): Examination<CreateVideo> {
  return examination(VIDEOS, body, revision, strictness)
}

/**
 * Every objection to a body of `POST /kling/videos`, in the upstream's order; none if it is accepted.
 *
 * @example
 * validate({ action: 'text2video', prompt: 'a mug', duration: 7 }, '2026-05', 'documented')
 * // [{ rule: 'R14', field: 'duration', message: "duration value '7' is invalid", source: 'guide A, …', … }]
 * @throws RangeError if there is no such revision
 */
export function validate(
  body: Record<string, unknown>,
  revision: Revision,
  strictness: Strictness,
): readonly Objection[] {
  refuseStrangeRevision(revision)
  return examine(body, revision, strictness).objections
}
