import { ConfigError } from '../config.ts'
import type { Case } from '../conformance/case.ts'
import { casesOf } from '../conformance/cases.ts'
import { isSelected, totalsOf, unmatched } from '../conformance/plan.ts'
import type { ContractOptions } from '../conformance/suite.ts'
import { DEFAULT_REVISION } from '../contract/revisions.ts'
import { tableText } from './table.ts'

/** All cases of the revision. @throws ConfigError if a name fits none */
export function namedCases({ revision = DEFAULT_REVISION, files, ...selection }: ContractOptions): Case[] {
  const all = casesOf(revision, files ? { files } : {})
  const [unknown] = unmatched(all, selection)
  if (unknown === undefined) return all
  throw new ConfigError(`--only, --skip: no case of revision ${revision} has the name, the tag or the grade ${unknown}`)
}

/** Cases and what they may cost. Nothing is sent, not even to find out what the target is. */
export function planText(contract: ContractOptions, isJson: boolean): string {
  const { revision } = contract
  const all = namedCases(contract).filter(one => isSelected(one, contract))
  const totals = totalsOf(all)
  if (isJson) {
    const cases = all.map(({ id, promise, priceClass, credits, source, grade }) => ({
      ...{ id, promise, priceClass, credits, source, grade },
    }))
    return JSON.stringify({ revision, cases, totals })
  }
  const each = tableText([
    ['case', 'class', 'Credits', 'read in'],
    ...all.map(one => [one.id, one.priceClass, String(one.credits), `${one.grade}: ${one.source}`]),
  ])
  const together = tableText([
    ['in all', 'cases', 'Credits'],
    ...Object.entries(totals).map(([name, { cases, credits }]) => [
      NAMES[name] ?? name,
      String(cases),
      String(credits),
    ]),
  ])
  return `${each}\n\n${together}`
}

const NAMES: Readonly<Record<string, string>> = {
  'at risk': 'at risk: only if a refusal does not come',
  paid: 'paid, everything',
  covering: 'paid, the smallest set that covers each pair of features',
  everything: 'all together',
}
