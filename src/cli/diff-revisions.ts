import { AREAS, type Difference, differencesBetween } from '../contract/differences.ts'
import type { Revision } from '../contract/revisions.ts'
import { tableText } from './table.ts'

/** `mockling diff-revisions A B`. */
export function diffRevisions(before: Revision, after: Revision, { json = false }: { json?: boolean }): void {
  process.stdout.write(`${json ? jsonOf(before, after) : printDifferences(before, after)}\n`)
}

function jsonOf(before: Revision, after: Revision): string {
  return JSON.stringify({ before, after, differences: differencesBetween(before, after) }, null, 2)
}

/** What changes for a client, as one table for each area. */
export function printDifferences(before: Revision, after: Revision): string {
  const differences = differencesBetween(before, after)
  if (differences.length === 0) return `Nothing changes from ${before} to ${after}.`
  const tables = AREAS.flatMap(area => {
    const here = differences.filter(difference => difference.area === area)
    return here.length === 0 ? [] : [`${area}\n\n${tableText([['', before, after, 'read in'], ...here.map(cellsOf)])}`]
  })
  return tables.join('\n\n')
}

function cellsOf({ item, before, after, meanwhile, source, grade }: Difference): string[] {
  const passing = meanwhile ? ` (in ${meanwhile.revision}: ${meanwhile.value ?? '–'})` : ''
  return [item, before ?? '–', `${after ?? '–'}${passing}`, `${grade}: ${source}`]
}
