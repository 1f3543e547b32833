import { ConfigError } from '../config.ts'
import { dollarsOf } from '../contract/pricing.ts'
import type { Report } from '../control/books.ts'
import { duplicateLines, reportText, type Whereabouts } from '../journal/report.ts'
import type { Check } from './junit.ts'

/** What the user wants to hold. */
export interface Limits {
  /** Credits that the run may cost. */
  readonly maxCredits: number | undefined
  readonly failOnDuplicates: boolean
}

/** @throws ConfigError if `--max-credits` is no number of Credits. */
export function budgetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text)
  throw new ConfigError(
    `--max-credits: ${JSON.stringify(text)} is not allowed; it must be a number of Credits, such as 14`,
  )
}

/** Exit code for a command that passed: 4 over budget, 1 for duplicates that are not allowed, else 0. */
export function exitCodeOf(report: Report, limits: Limits): 0 | 1 | 4 {
  if (overBudget(report, limits) !== undefined) return 4
  return doubled(report, limits) === undefined ? 0 : 1
}

/** The server is gone by the time the report is read. */
const IN_THE_RUN: Whereabouts = ({ first, second }) =>
  `#${first.seq} and #${second.seq} of the run: exec --repro FILE keeps one that fails, mockling replay FILE shows it`

/** What is not held, each in a sentence. */
export function failuresOf(report: Report, limits: Limits): string[] {
  return [overBudget(report, limits), doubled(report, limits)].filter(failure => failure !== undefined)
}

/** The report for people, each line marked as ours: it stands below what the command wrote. */
export function textOf(report: Report, limits: Limits): string {
  return [...reportText(report, IN_THE_RUN).split('\n'), ...failuresOf(report, limits).map(failure => `✗ ${failure}`)]
    .map(line => `mockling: ${line}\n`)
    .join('')
}

/** The report for machines. */
export function jsonOf({ ledger, duplicates, manners, dropped }: Report): object {
  return { totals: ledger.totals, dollars: dollarsOf(ledger.totals.credits), duplicates, manners, dropped }
}

/** Our own checks, as JUnit counts them. Whether the command passed is one. */
export function checksOf(command: readonly string[], exitCode: number, report: Report, limits: Limits): Check[] {
  const failure = exitCode === 0 ? undefined : `ended with exit code ${exitCode}`
  return [{ name: command.join(' '), failure }, ...accountChecks(report, limits, IN_THE_RUN)]
}

/** Those about money and manners. Without `where`, requests can be seen at the door. */
export function accountChecks(report: Report, limits: Limits, where?: Whereabouts): Check[] {
  const { maxCredits } = limits
  const { pairs } = report.duplicates
  const pairsText = pairs.flatMap(pair => duplicateLines(pair, where)).join('\n')
  const twice = doubled(report, limits)
  const habits = report.manners.findings.map(({ habit, says, advice }) => `${habit}: ${says} ${advice}`)
  return [
    {
      name: maxCredits === undefined ? 'cost' : `costs at most ${maxCredits} Credits`,
      failure: overBudget(report, limits),
      note: costOf(report),
    },
    {
      name: 'pays for no video twice',
      failure: twice && `${twice}\n${pairsText}`,
      note: pairsText || undefined,
    },
    { name: 'asks for results with manners', note: habits.join('\n') || undefined },
  ]
}

function overBudget(report: Report, { maxCredits }: Limits): string | undefined {
  if (maxCredits === undefined || report.ledger.totals.credits <= maxCredits) return undefined
  return `over the budget: --max-credits ${maxCredits}, and it would have cost ${costOf(report)}`
}

function doubled({ duplicates: { pairs, credits } }: Report, { failOnDuplicates }: Limits): string | undefined {
  if (!failOnDuplicates || pairs.length === 0) return undefined
  const what = pairs.length === 1 ? '1 create was a duplicate' : `${pairs.length} creates were duplicates`
  return `${what}, for ${credits} Credits more (--fail-on-duplicates)`
}

function costOf({ ledger: { totals } }: Report): string {
  return `${totals.credits} Credits (about $${dollarsOf(totals.credits).toFixed(2)}, estimated)`
}
