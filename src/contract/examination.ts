import type { Create } from './create.ts'
import type { Fields } from './reading.ts'
import { REVISIONS, type Revision } from './revisions.ts'
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

/** R44: `Failed to resolve the request body` answers a field of the wrong JSON type. */
export const TYPE_RULE: Omit<Rule, 'check'> = {
  id: 'R44',
  says: 'each field has the JSON type of its table row',
  source: 'kling §4.3',
  grade: 'kling',
  revisions: REVISIONS,
}

/** What cannot be read at all: wrong JSON types, broken JSON, no object. */
const UNREADABLE = 'Failed to resolve the request body'

/** What came of looking at one body. */
export interface Examination<R extends Create> {
  readonly request: R
  /** In the upstream's order: the first is the answer. Empty when the body is accepted. */
  readonly objections: readonly Objection[]
}

/** How the bodies of one endpoint are read and judged. */
export interface Subject<R extends Create> {
  readonly read: (body: Fields, revision: Revision) => R
  /** In the order in which the first broken one answers, after R44. */
  readonly rules: readonly Rule<R>[]
}

type InForce = Partial<Record<Revision, Partial<Record<Strictness, readonly Rule<never>[]>>>>

/** The rules in force in each revision, found once. */
const inForce = new WeakMap<readonly Rule<never>[], InForce>()

/** Those of `rules` that are in force, in their order. */
export function rulesInForce<R extends Create>(
  rules: readonly Rule<R>[],
  revision: Revision,
  strictness: Strictness,
): readonly Rule<R>[] {
  const known = inForce.get(rules)
  const found = known?.[revision]?.[strictness]
  if (found) return found as readonly Rule<R>[]
  const made = rules.filter(
    rule => rule.revisions.includes(revision) && (strictness === 'upstream' || rule.strictness === undefined),
  )
  inForce.set(rules, { ...known, [revision]: { ...known?.[revision], [strictness]: made } })
  return made
}

/** Reads a body and finds every objection to it. Pure; never throws. */
export function examination<R extends Create>(
  subject: Subject<R>,
  body: Fields,
  revision: Revision,
  strictness: Strictness,
): Examination<R> {
  const request = subject.read(body, revision)
  const broken = findingsOf(subject, request, body, strictness)
  if (broken.length === 0) return { request, objections: [] }
  const findings = (edited: Fields) => findingsOf(subject, subject.read(edited, revision), edited, strictness)
  const complete = (change: Change) => completed(change, body, broken, findings)
  const objections = broken.map(([rule, finding]) => new Objection(rule, finding, complete))
  return { request, objections }
}

type Broken = readonly (readonly [rule: Omit<Rule, 'check'>, finding: Finding])[]

function findingsOf<R extends Create>({ rules }: Subject<R>, request: R, body: Fields, strictness: Strictness): Broken {
  const broken: [Omit<Rule, 'check'>, Finding][] = []
  for (const field of request.mistyped) {
    broken.push([TYPE_RULE, { field, message: UNREADABLE, nearest: () => retyped(field, body[field]) }])
  }
  for (const rule of rulesInForce(rules, request.revision, strictness)) {
    const finding = rule.check(request)
    if (finding) broken.push([rule, finding])
  }
  return broken
}

/** More rounds than any body has needed; what is not mended by then is shown as it is. */
const MOST_ROUNDS = 10

/** `change`, with what it takes so that no rule breaks that held before. */
function completed(change: Change, body: Fields, broken: Broken, findings: (edited: Fields) => Broken): Change {
  let whole = change
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = findings(changed(body, whole)).find(
      ([rule, { field }]) => !broken.some(([known, finding]) => known.id === rule.id && finding.field === field),
    )
    if (!next) return whole
    whole = both(whole, next[1].nearest())
  }
  return whole
}

/** The same value in the type the field wants, where that is plain to see; else the field left out. */
function retyped(field: string, value: unknown): Change {
  if (field === 'action') return setting('action', 'text2video')
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  const isNumber = field === 'duration' || field === 'timeout' || field === 'cfg_scale' || field === 'voice_speed'
  if (isNumber && Number.isFinite(number)) return setting(field, number)
  if (value === 'true' || value === 'false') return setting(field, value === 'true')
  const isWord = field.endsWith('prompt') || field === 'video_id' || field === 'text' || field === 'voice_id'
  if (isWord && typeof value === 'number') return setting(field, String(value))
  return without(field)
}
