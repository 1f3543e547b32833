import type { Case } from '../conformance/case.ts'
import { casesOf } from '../conformance/cases.ts'
import { printable } from '../conformance/reading.ts'
import type { Observation } from '../contract/observations.ts'
import type { Revision } from '../contract/revisions.ts'
import { readEvidence } from '../evidence-file.ts'
import { tableText } from './table.ts'

interface EvidenceOptions {
  readonly revision: Revision
  readonly format: 'table' | 'json' | 'markdown'
}

/** What is known of one rule, row of the matrix, error or form of an answer. */
interface Known {
  /** Such as `videos R14`, `matrix kling-v1 std`, `error invalid_token`. */
  readonly about: string
  /** The promises, each as one sentence. */
  readonly promises: readonly string[]
  readonly source: string
  readonly grade: string
  readonly cases: number
  /** How many of the cases were seen, and when last; absent if none was. */
  readonly seen?: { readonly cases: number; readonly date: string; readonly broken: readonly Observation[] }
}

/** `mockling evidence`: how sure each promise is, by its sources and by what was seen of a server. */
export function evidence(files: readonly string[], { revision, format }: EvidenceOptions): void {
  const all = files.flatMap(file => readEvidence(file, 'evidence'))
  const seen = newest(all.filter(one => one.revision === revision))
  const known = knownOf(casesOf(revision), seen)
  if (format === 'json') {
    console.log(JSON.stringify({ revision, targets: targetsOf([...seen.values()]), known }))
    return
  }
  const rows = known.map(one => [one.about, one.grade, one.source, seenText(one), one.promises.join(' ')])
  console.log(tableText([['about', 'grade', 'read in', 'seen', 'promise'], ...rows], format))
  console.log(`\n${printable(summaryOf(known, [...seen.values()], files.length > 0))}`)
}

/** By case: a later look stands for those before it. */
function newest(observations: readonly Observation[]): ReadonlyMap<string, Observation> {
  const sorted = observations.toSorted((one, other) => (one.date < other.date ? -1 : 1))
  return new Map(sorted.map(one => [one.case, one]))
}

function knownOf(cases: readonly Case[], seen: ReadonlyMap<string, Observation>): Known[] {
  const groups = new Map<string, Case[]>()
  for (const one of cases) groups.set(aboutOf(one), [...(groups.get(aboutOf(one)) ?? []), one])
  return [...groups]
    .toSorted(([one], [other]) => one.localeCompare(other, 'en', { numeric: true }))
    .map(([about, same]) => {
      const looks = same.flatMap(({ id }) => seen.get(id) ?? [])
      const broken = looks.filter(({ verdict }) => verdict === 'broken')
      const date = looks
        .map(look => look.date.slice(0, 10))
        .toSorted()
        .at(-1)
      const [{ source, grade }] = same as [Case, ...Case[]]
      return {
        ...{ about, promises: promisesOf(about, same), source, grade, cases: same.length },
        ...(date !== undefined && { seen: { cases: looks.length, date, broken } }),
      }
    })
}

/** What a case is about: the parts of its id that name no single request. */
function aboutOf({ id, tags }: Case): string {
  const [kind = '', ...parts] = id.split('/')
  if (kind === 'error') return `error ${tags[1]}`
  return kind === 'rule' || kind === 'matrix' ? `${kind} ${parts.slice(0, 2).join(' ')}` : `${kind} ${parts.join(' ')}`
}

/** A row of the matrix promises a line for each cell: the row's name says it. */
function promisesOf(about: string, same: readonly Case[]): string[] {
  if (about.startsWith('matrix ')) return [`${same.length} cell${same.length === 1 ? '' : 's'}`]
  return [...new Set(same.map(({ promise }) => promise))]
}

function seenText({ seen, cases }: Known): string {
  if (!seen) return ''
  const kept = seen.broken.length === 0 ? 'as promised' : `otherwise in ${seen.broken.length}`
  return `${seen.date} ${kept}, ${seen.cases} of ${cases}`
}

/** Each server once, and whether it is the API at all. */
function targetsOf(seen: readonly Observation[]): { target: string; simulated: boolean }[] {
  const targets = new Map(seen.map(({ target, simulated }) => [target, simulated === true]))
  return [...targets].map(([target, simulated]) => ({ target, simulated }))
}

function summaryOf(known: readonly Known[], seen: readonly Observation[], hasFiles: boolean): string {
  const grades = new Map<string, number>()
  for (const { grade } of known) grades.set(grade, (grades.get(grade) ?? 0) + 1)
  const counts = [...grades].map(([grade, count]) => `${count} ${grade}`).join(', ')
  const servers = targetsOf(seen).map(({ target, simulated }) =>
    simulated ? `seen at ${target}, a mockling: that proves nothing about the API` : `seen at ${target}`,
  )
  const nothing = hasFiles ? 'no case of this revision was seen' : 'mockling verify --evidence FILE keeps what is seen'
  return [
    `${known.length} promises: ${counts}`,
    ...(servers.length > 0 ? servers : [nothing]),
    ...known.flatMap(({ seen: looks }) => (looks?.broken ?? []).map(disagreement)),
  ].join('\n')
}

function disagreement({ case: id, source, grade, differences = [], message, date }: Observation): string {
  const said = message === undefined ? '' : `; it says ${JSON.stringify(message)}`
  return [
    '',
    `${id} (${grade}: ${source}), ${date.slice(0, 10)}${said}`,
    ...differences.map(({ at, promised, seen }) => `  ${at}: promised ${promised}, came ${seen}`),
  ].join('\n')
}
