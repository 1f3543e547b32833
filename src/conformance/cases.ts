import type { Revision } from '../contract/revisions.ts'
import { EXAMPLE_FILES, type Files } from './bodies.ts'
import type { Case } from './case.ts'
import { answerCases, queryCases } from './cases/answers.ts'
import { errorCases } from './cases/errors.ts'
import { matrixCases } from './cases/matrix.ts'
import { ruleCases } from './cases/rules.ts'
import { scenarioCases } from './cases/scenarios.ts'

/** What the cases of a revision are made with. */
export interface CaseOptions {
  readonly files?: Files
  /** The revision in which those are answered whose token is not known. Default the same. */
  readonly gateway?: Revision
}

/** Every case of a revision: what costs nothing first, then refusals, then what is paid for. */
export function casesOf(revision: Revision, { files = EXAMPLE_FILES, gateway = revision }: CaseOptions = {}): Case[] {
  return [
    ...errorCases(revision, gateway),
    ...queryCases(revision),
    ...ruleCases(revision, files),
    ...matrixCases(revision, files),
    ...answerCases(revision),
    ...scenarioCases(revision),
  ].toSorted((one, other) => ORDER[one.priceClass] - ORDER[other.priceClass])
}

const ORDER = { free: 0, 'at risk': 1, paid: 2 } as const
