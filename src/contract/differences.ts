import { type Capability, capabilityOf, modelsOf, rowsOf } from './capabilities.ts'
import { LIP_SYNC, LIP_SYNC_FIELDS } from './creates/lip-sync.ts'
import { MOTION, motionFields } from './creates/motion.ts'
import { TALKING_PHOTO, TALKING_PHOTO_FIELDS } from './creates/talking-photo.ts'
import { ENDPOINTS, type TaskType } from './endpoints.ts'
import type { Evidence } from './evidence.ts'
import { spanOf } from './offers.ts'
import { REVISION_FACTS, REVISIONS, type Revision, refuseStrangeRevision } from './revisions.ts'
import type { Rule } from './rules/objection.ts'
import { RULES } from './rules.ts'
import { WIRE_FACTS } from './wire-facts.ts'

/** What a difference is about. */
export const AREAS = ['endpoints', 'models', 'matrix', 'fields', 'wire', 'rules'] as const

/** One thing that changes for a client from one revision to another. */
export interface Difference extends Evidence {
  readonly area: (typeof AREAS)[number]
  readonly item: string
  /** As it is in the first; `null`: not there. */
  readonly before: string | null
  /** As it is in the second; `null`: not there any more. */
  readonly after: string | null
  /** As it was in a revision between the two, where they agree themselves. */
  readonly meanwhile?: { readonly revision: Revision; readonly value: string | null }
}

/**
 * Everything that changes for a client, made from the same data that requests are judged by.
 *
 * @example
 * differencesBetween('2026-05', '2026-08').find(({ item }) => item === 'video_id')
 * // { area: 'wire', item: 'video_id', before: 'a UUID', after: '18 decimal digits', source: 'gateway §1.4', … }
 * @throws RangeError if there is no such revision
 */
export function differencesBetween(a: Revision, b: Revision): Difference[] {
  for (const revision of [a, b]) refuseStrangeRevision(revision)
  const ends = compared(a, b)
  const known = new Set(ends.map(keyOf))
  const [from = 0, to] = [REVISIONS.indexOf(a), REVISIONS.indexOf(b)].sort((one, other) => one - other)
  const passing = REVISIONS.slice(from + 1, to).flatMap(revision =>
    compared(a, revision)
      .filter(difference => !known.has(keyOf(difference)) && isThere(difference, b))
      .map(({ after, ...rest }) => ({ ...rest, after: rest.before, meanwhile: { revision, value: after } })),
  )
  return [...ends, ...passing]
}

function compared(a: Revision, b: Revision): Difference[] {
  const all = [...endpoints(a, b), ...models(a, b), ...matrix(a, b), ...fields(a, b), ...wire(a, b), ...rules(a, b)]
  return all.filter(({ before, after }) => before !== after)
}

function keyOf({ area, item }: Difference): string {
  return `${area} ${item}`
}

/** Whether the revision has what a cell of the matrix is about: of a model that is gone, that has been said. */
function isThere({ area, item }: Difference, revision: Revision): boolean {
  return area !== 'matrix' || rowsOf(revision, item.split(' ')[0] ?? '') !== undefined
}

function endpoints(a: Revision, b: Revision): Difference[] {
  return Object.values(ENDPOINTS).map(({ path, title, revisions, source, grade }) => {
    const text = (revision: Revision) => (revisions.includes(revision) ? title : null)
    return { area: 'endpoints', item: `POST ${path}`, before: text(a), after: text(b), source, grade }
  })
}

/** The names of a model that goes on under another. */
const NAMES: readonly string[] = ['kling-video-o1', 'kling-o1']
const RENAMED: Evidence = { source: 'gateway §8 (2026-07-17)', grade: 'vendor' }

function models(a: Revision, b: Revision): Difference[] {
  const names = [...new Set([...modelsOf(a), ...modelsOf(b)])]
  return names.flatMap(model => {
    const text = (revision: Revision) => (rowsOf(revision, model) ? 'known' : null)
    // Of a model that only one knows, the matrix below says nothing.
    const only = (revision: Revision) => (text(a) === text(b) ? text(revision) : summaryOf(rowsOf(revision, model)))
    const other = otherNameOf(model)
    if (rowsOf(b, model) && rowsOf(a, other)) return []
    if (rowsOf(a, model) && rowsOf(b, other))
      return [{ area: 'models', item: model, before: model, after: `named ${other}`, ...RENAMED }]
    const row = [...(rowsOf(b, model) ?? rowsOf(a, model) ?? [])][0]?.[1]
    const { source = '', grade = 'vendor' } = row ?? {}
    return [{ area: 'models', item: model, before: only(a), after: only(b), source, grade }]
  })
}

/** Such as `std, pro: 3 to 15 s, text2video, image2video, generate_audio always`. */
function summaryOf(rows: ReadonlyMap<string, Capability> | undefined): string | null {
  if (!rows) return null
  const said = [...rows].map(([mode, row]) => ({ mode, text: saidOf(row) }))
  const texts = [...new Set(said.map(({ text }) => text))]
  const modesOf = (text: string) => said.filter(one => one.text === text).map(({ mode }) => mode)
  return texts.map(text => `${modesOf(text).join(', ')}: ${text}`).join('; ')
}

function saidOf(row: Capability): string {
  const sound = row.alwaysAudio || row.audio ? [`generate_audio ${row.alwaysAudio ? 'always' : 'possible'}`] : []
  return [`${spanOf(row.seconds)} s`, ...row.actions, ...sound, ...[...(row.takes ?? [])].sort()].join(', ')
}

/** What a cell of the matrix says, by the name of its column. */
const CELLS: readonly (readonly [column: string, text: (row: Capability) => string])[] = [
  ['duration', row => `${spanOf(row.seconds)} s`],
  ['end_image_url', row => atText(row.endFrame, row)],
  ['camera_control', row => atText(row.camera, row)],
  ['generate_audio', row => (row.alwaysAudio ? 'always' : row.audio ? 'yes' : 'no')],
  ['actions', row => row.actions.join(', ')],
  ['takes', row => [...(row.takes ?? [])].sort().join(', ') || 'nothing more'],
  ['negative_prompt, cfg_scale', row => (row.untunedActions ? `not with ${row.untunedActions.join(', ')}` : 'yes')],
]

function atText(at: readonly number[], { seconds }: Capability): string {
  if (at.length === 0) return 'no'
  return at.length === seconds.length ? 'yes' : `at ${spanOf(at)} s`
}

/** Models that both know, also under another name. */
function matrix(a: Revision, b: Revision): Difference[] {
  return modelsOf(b).flatMap(model => {
    const formerly = rowsOf(a, model) ? model : otherNameOf(model)
    const modes = [...new Set([...(rowsOf(a, formerly)?.keys() ?? []), ...(rowsOf(b, model)?.keys() ?? [])])]
    if (!rowsOf(a, formerly)) return []
    return modes.flatMap(mode => cells(capabilityOf(a, formerly, mode), capabilityOf(b, model, mode), mode))
  })
}

/** The name that a model has in other revisions, if it has one; else an empty one, which no revision knows. */
export function otherNameOf(model: string): string {
  return NAMES.includes(model) ? (NAMES.find(name => name !== model) ?? '') : ''
}

function cells(before: Capability | undefined, after: Capability | undefined, mode: string): Difference[] {
  const { model, source, grade } = (after ?? before) as Capability
  if (!before || !after) {
    const known = (row: Capability | undefined) => (row ? 'offered' : null)
    return [{ area: 'matrix', item: `${model} ${mode}`, before: known(before), after: known(after), source, grade }]
  }
  return CELLS.map(([column, text]) => {
    const item = `${model} ${mode}: ${column}`
    return { area: 'matrix', item, before: text(before), after: text(after), source, grade }
  })
}

/** Fields that an endpoint reads. */
export function fieldsOf(type: TaskType, revision: Revision): ReadonlySet<string> {
  if (!ENDPOINTS[type].revisions.includes(revision)) return new Set()
  switch (type) {
    case 'videos':
      return REVISION_FACTS[revision].fields
    case 'motion':
      return motionFields(revision)
    case 'lip-sync':
      return LIP_SYNC_FIELDS
    case 'talking-photo':
      return TALKING_PHOTO_FIELDS
  }
}

/** Of endpoints that both have. */
function fields(a: Revision, b: Revision): Difference[] {
  return endpointsOfBoth(a, b).flatMap(({ type, path }) => {
    const [before, after] = [fieldsOf(type, a), fieldsOf(type, b)]
    return [...new Set([...before, ...after])].map(name => {
      const text = (read: ReadonlySet<string>) => (read.has(name) ? 'read' : 'ignored')
      const newest = REVISION_FACTS[a > b ? a : b]
      const source = type === 'videos' ? `gateway §2; ${newest.source}` : 'gateway §7'
      return {
        area: 'fields',
        item: `${path} ${name}`,
        before: text(before),
        after: text(after),
        source,
        grade: newest.grade,
      }
    })
  })
}

function wire(a: Revision, b: Revision): Difference[] {
  return WIRE_FACTS.map(({ item, text, source, grade }) => {
    const [before, after] = [text(REVISION_FACTS[a], a), text(REVISION_FACTS[b], b)]
    return { area: 'wire', item, before, after, source, grade }
  })
}

/** Of each endpoint's bodies. */
const RULES_OF: Readonly<Record<TaskType, readonly Omit<Rule<never>, 'check'>[]>> = {
  videos: RULES,
  motion: MOTION.rules,
  'lip-sync': LIP_SYNC.rules,
  'talking-photo': TALKING_PHOTO.rules,
}

/** Of endpoints that both have. */
function rules(a: Revision, b: Revision): Difference[] {
  return endpointsOfBoth(a, b).flatMap(({ type }) =>
    RULES_OF[type].map(({ id, says, revisions, strictness, source, grade }) => {
      const inForce = strictness === undefined ? 'in force' : `in force under strictness ${strictness}`
      const text = (revision: Revision) => (revisions.includes(revision) ? inForce : null)
      return { area: 'rules', item: `${id}: ${says}`, before: text(a), after: text(b), source, grade }
    }),
  )
}

/** What is to be said of others goes without saying. */
function endpointsOfBoth(a: Revision, b: Revision) {
  return Object.values(ENDPOINTS).filter(({ revisions }) => revisions.includes(a) && revisions.includes(b))
}
