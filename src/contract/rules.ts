import { type CreateVideo, readCreateVideo } from './request.ts'
import { REVISIONS, type Revision } from './revisions.ts'
import {
  audioIsOffered,
  cameraConfigGoesWithSimple,
  cameraConfigIsInRange,
  cameraIsOffered,
  cameraTypeIsKnown,
  endFrameGoesWithStart,
  endFrameIsFiveSeconds,
  endFrameIsOffered,
  fourKExcludesCamera,
  fourKIsOffered,
  o1IsStdOrPro,
} from './rules/features.ts'
import {
  baseVideoExcludesFrames,
  elementsAreGiven,
  modelExtends,
  oneReferenceVideo,
  promptIsGivenToExtend,
  promptIsGivenToMake,
  referencesAreFew,
  referencesAreForO1,
  referenceWordsAreKnown,
  startFrameIsGiven,
  v1ExtendsPlainly,
  videoIdIsGiven,
} from './rules/materials.ts'
import {
  both,
  type Change,
  changed,
  type Finding,
  Objection,
  type Rule,
  type Strictness,
  setting,
  without,
} from './rules/objection.ts'
import { UPSTREAM_RULES } from './rules/upstream.ts'
import {
  actionIsKnown,
  aspectRatioIsKnown,
  cfgScaleIsInRange,
  durationIsOffered,
  modeIsKnown,
  modelIsKnown,
  negativePromptFits,
  promptFits,
  timeoutIsWhole,
  urlsAreHttp,
} from './rules/values.ts'

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
  promptIsGivenToMake,
  promptIsGivenToExtend,
  startFrameIsGiven,
  videoIdIsGiven,
  modelExtends,
  ...v1ExtendsPlainly,
  endFrameGoesWithStart,
  endFrameIsOffered,
  endFrameIsFiveSeconds,
  fourKIsOffered,
  fourKExcludesCamera,
  o1IsStdOrPro,
  audioIsOffered,
  cameraIsOffered,
  cameraConfigIsInRange,
  cfgScaleIsInRange,
  negativePromptFits,
  ...referencesAreForO1,
  oneReferenceVideo,
  elementsAreGiven,
  baseVideoExcludesFrames,
  referencesAreFew,
  ...urlsAreHttp,
  promptFits,
  cameraConfigGoesWithSimple,
  timeoutIsWhole,
  ...UPSTREAM_RULES,
]

/** R44: `Failed to resolve the request body` answers a field of the wrong JSON type. */
export const TYPE_RULE: Omit<Rule, 'check'> = {
  id: 'R44',
  says: 'each field has the JSON type of its table row',
  source: 'kling §4.3',
  grade: 'kling',
  revisions: REVISIONS,
}

/** What cannot be read at all: wrong JSON types, broken JSON, no object. */
export const UNREADABLE = 'Failed to resolve the request body'

/** What came of looking at one body. */
export interface Examination {
  readonly request: CreateVideo
  /** In the upstream's order: the first is the answer. Empty when the body is accepted. */
  readonly objections: readonly Objection[]
}

const IN_FORCE: ReadonlyMap<Revision, Readonly<Record<Strictness, readonly Rule[]>>> = new Map(
  REVISIONS.map(revision => {
    const upstream = RULES.filter(rule => rule.revisions.includes(revision))
    return [revision, { upstream, documented: upstream.filter(rule => rule.strictness === undefined) }]
  }),
)

/** The rules in force, in their order. */
export function rulesOf(revision: Revision, strictness: Strictness): readonly Rule[] {
  return IN_FORCE.get(revision)?.[strictness] ?? []
}

/** Reads a body and finds every objection to it. Pure; never throws. */
export function examine(body: Record<string, unknown>, revision: Revision, strictness: Strictness): Examination {
  const request = readCreateVideo(body, revision)
  const objections: Objection[] = []
  const broken = findingsOf(request, body, strictness)
  const complete = (change: Change) => completed(change, body, broken, revision, strictness)
  for (const [rule, finding] of broken) objections.push(new Objection(rule, finding, complete))
  return { request, objections }
}

type Broken = readonly (readonly [rule: Omit<Rule, 'check'>, finding: Finding])[]

function findingsOf(request: CreateVideo, body: Record<string, unknown>, strictness: Strictness): Broken {
  const broken: [Omit<Rule, 'check'>, Finding][] = []
  for (const field of request.mistyped) {
    broken.push([TYPE_RULE, { field, message: UNREADABLE, nearest: () => retyped(field, body[field]) }])
  }
  for (const rule of rulesOf(request.revision, strictness)) {
    const finding = rule.check(request)
    if (finding) broken.push([rule, finding])
  }
  return broken
}

/** More rounds than any body has needed; what is not mended by then is shown as it is. */
const MOST_ROUNDS = 10

/** `change`, with what it takes so that no rule breaks that held before. */
function completed(
  change: Change,
  body: Record<string, unknown>,
  broken: Broken,
  revision: Revision,
  strictness: Strictness,
): Change {
  let whole = change
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const edited = changed(body, whole)
    const next = findingsOf(readCreateVideo(edited, revision), edited, strictness).find(
      ([rule, { field }]) => !broken.some(([known, finding]) => known.id === rule.id && finding.field === field),
    )
    if (!next) return whole
    whole = both(whole, next[1].nearest())
  }
  return whole
}

/**
 * Every objection to a body of `POST /kling/videos`, in the upstream's order; none if it is accepted.
 *
 * @example
 * validate({ action: 'text2video', prompt: 'a mug', duration: 7 }, '2026-05', 'documented')
 * // [{ rule: 'R14', field: 'duration', message: "duration value '7' is invalid", source: 'guide A, …', … }]
 */
export function validate(
  body: Record<string, unknown>,
  revision: Revision,
  strictness: Strictness,
): readonly Objection[] {
  return examine(body, revision, strictness).objections
}

/** The same value in the type the field wants, where that is plain to see; else the field left out. */
function retyped(field: string, value: unknown): Change {
  if (field === 'action') return setting('action', 'text2video')
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  if ((field === 'duration' || field === 'timeout') && Number.isFinite(number)) return setting(field, number)
  if (value === 'true' || value === 'false') return setting(field, value === 'true')
  const isWord = field.endsWith('prompt') || field === 'video_id'
  if (isWord && typeof value === 'number') return setting(field, String(value))
  return without(field)
}
