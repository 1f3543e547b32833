import { describe, expect, it } from 'vitest'
import type { Revision } from '../../src/contract/revisions.ts'
import type { Strictness } from '../../src/contract/rules/objection.ts'
import { validate } from '../../src/contract/rules.ts'
import type { Body } from './matrix-oracle.ts'

/** What is objected, and the fields that the nearest change sets; those it leaves out are `undefined`. */
export type Verdict = readonly [says: `${string} ${string} (${string}): ${string}`, nearest: Body]

/**
 * A revision, with `upstream` after it where the model vendor's own rules hold as well; a body; and all that is objected to
 * it, in order: rule, field, how sure the wording is, message. Nothing if the body is accepted.
 */
export type Case = readonly [revision: Revision | `${Revision} upstream`, body: Body, ...verdicts: Verdict[]]

function verdictsOn([held, body]: Case): Verdict[] {
  const [revision, strictness = 'documented'] = held.split(' ') as [Revision, Strictness?]
  return validate(body, revision, strictness).map(({ rule, field, text, message, nearest }) => [
    `${rule} ${field} (${text.grade}): ${message}`,
    { ...nearest.set, ...Object.fromEntries((nearest.remove ?? []).map(name => [name, undefined])) },
  ])
}

/** Holds each body to its verdicts: these, and no others. */
export function verdictsAreThese(tables: Readonly<Record<string, readonly Case[]>>): void {
  describe.each(Object.entries(tables))('%s', (_, cases) => {
    it.each(cases.map((one, at) => [at + 1, one[0], JSON.stringify(one[1]).slice(0, 120), one] as const))(
      '%i, revision %s: %s',
      (_, _revision, _shown, one) => {
        const [, , ...verdicts] = one
        expect(verdictsOn(one)).toStrictEqual(verdicts)
      },
    )
  })
}
