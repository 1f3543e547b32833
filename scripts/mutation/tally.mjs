import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { tableOf } from './table.mjs'

/* Keeps the score while a group is being measured, so that what was measured is not lost when the time is up. */

const ROOT = join(import.meta.dirname, '..', '..')
const SCORES = join(ROOT, 'docs/explanation/mutation.json')
const PAGE = join(ROOT, 'docs/explanation/mutation.md')

/** The page's tables stand between these. */
const BEGIN = '<!-- scores -->\n'
const END = '<!-- /scores -->\n'

const SAVE_EVERY_MS = 15_000

/** What Stryker's names for a mutant's end are counted as. */
const ENDS = {
  Killed: 'killed',
  Timeout: 'timeout',
  Survived: 'survived',
  NoCoverage: 'uncovered',
  RuntimeError: 'errors',
  Ignored: 'ignored',
}

let group = ''
let begunAt = 0
let savedAt = 0
let files = {}
let unnoticed = []

/** Begins to count for a group. */
export function begin(name) {
  group = name
  begunAt = savedAt = performance.now()
  files = {}
  unnoticed = []
}

const countsOf = fileName => {
  const none = () => ({ planned: 0, ...Object.fromEntries(Object.values(ENDS).map(end => [end, 0])) })
  files[relative(ROOT, fileName)] ??= none()
  return files[relative(ROOT, fileName)]
}

export function save() {
  savedAt = performance.now()
  const scores = JSON.parse(readFileSync(SCORES, 'utf8'))
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  scores[group] = {
    date: new Date().toISOString().slice(0, 10),
    stryker: devDependencies['@stryker-mutator/core'],
    minutes: Math.ceil((performance.now() - begunAt) / 60_000),
    files,
  }
  writeFileSync(SCORES, `${JSON.stringify(scores, null, 2)}\n`)
  writeFileSync(join(ROOT, 'reports', 'mutation', `${group}.txt`), `${unnoticed.toSorted().join('\n')}\n`)
  const [before = '', rest = ''] = readFileSync(PAGE, 'utf8').split(BEGIN)
  writeFileSync(PAGE, `${before}${BEGIN}${tableOf(scores)}${END}${rest.split(END)[1]}`)
}

const tally = {
  onMutationTestingPlanReady({ mutantPlans }) {
    for (const { mutant } of mutantPlans) countsOf(mutant.fileName).planned += 1
  },
  onMutantTested({ fileName, location, mutatorName, replacement, status }) {
    countsOf(fileName)[ENDS[status]] += 1
    if (!['Killed', 'Ignored'].includes(status)) {
      const { line, column } = location.start
      const text = replacement.replace(/\s+/g, ' ').slice(0, 120)
      unnoticed.push(`${relative(ROOT, fileName)}:${line}:${column} ${status} ${mutatorName} → ${text}`)
    }
    if (performance.now() - savedAt > SAVE_EVERY_MS) save()
  },
}

export const strykerPlugins = [{ kind: 'Reporter', name: 'tally', value: tally }]
