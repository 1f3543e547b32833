import { ConfigError } from '../config.ts'
import type { Simulator } from '../simulator.ts'
import type { Check } from './junit.ts'

/** What a run would have cost and how it behaved, over all tokens. */
export interface RunReport {
  /** Creates that were accepted. */
  readonly creates: number
  /** Credits that the run would have been charged: an estimate. */
  readonly credits: number
  /** The same in US dollars. */
  readonly dollars: number
  /** Creates that paid twice for one video. */
  readonly duplicates: readonly Finding[]
  /** Bad manners in asking for results. They are told and fail nothing. */
  readonly manners: readonly Finding[]
}

/** One thing found, as a sentence that needs no second run. */
export interface Finding {
  readonly says: string
  /** Credits spent on it; 0 if it costs nothing. */
  readonly credits: number
}

/** What the user wants to hold. */
export interface Limits {
  readonly maxCredits: number | undefined
  readonly failOnDuplicates: boolean
}

/** The figures of a run: the one place that knows where they come from. */
export async function reportOf({ control }: Simulator): Promise<RunReport> {
  const { items } = await control.tasks('server', { offset: 0, limit: Number.MAX_SAFE_INTEGER })
  const own = items.filter(({ credits, createdAt }) => credits > 0 && createdAt > 0)
  const credits = own.reduce((sum, task) => sum + (task.state === 'succeed' ? task.credits : 0), 0)
  return { creates: own.length, credits, dollars: credits * 0.0952, duplicates: [], manners: [] }
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
export function exitCodeOf(report: RunReport, limits: Limits): 0 | 1 | 4 {
  if (overBudget(report, limits) !== undefined) return 4
  return twice(report, limits) === undefined ? 0 : 1
}

/** The report for people, each line marked as ours: it stands below what the command wrote. */
export function reportText(report: RunReport, limits: Limits): string {
  const { creates, duplicates, manners } = report
  const lines = [
    `${creates} ${creates === 1 ? 'create' : 'creates'} accepted: this run would have cost ${price(report)}${wasted(report)}`,
    ...duplicates.map(({ says }) => `paid twice: ${says}`),
    ...manners.map(({ says }) => `manners: ${says}`),
    ...[overBudget(report, limits), twice(report, limits)].flatMap(failure =>
      failure === undefined ? [] : `✗ ${failure}`,
    ),
  ]
  return lines.map(line => `mockling: ${line}\n`).join('')
}

/** Our own checks, as JUnit counts them. Whether the command passed is one. */
export function checksOf(command: readonly string[], exitCode: number, report: RunReport, limits: Limits): Check[] {
  const { maxCredits, failOnDuplicates } = limits
  const listed = (findings: readonly Finding[]) => findings.map(({ says }) => says).join('\n') || undefined
  return [
    { name: command.join(' '), failure: exitCode === 0 ? undefined : `ended with exit code ${exitCode}` },
    {
      name: maxCredits === undefined ? 'cost' : `costs at most ${maxCredits} Credits`,
      failure: overBudget(report, limits),
      note: price(report),
    },
    {
      name: 'pays for no video twice',
      failure: failOnDuplicates
        ? twice(report, limits) && `${twice(report, limits)}\n${listed(report.duplicates)}`
        : undefined,
      note: listed(report.duplicates),
    },
    { name: 'asks for results with manners', note: listed(report.manners) },
  ]
}

function overBudget(report: RunReport, { maxCredits }: Limits): string | undefined {
  if (maxCredits === undefined || report.credits <= maxCredits) return undefined
  return `over the budget: --max-credits ${maxCredits}, and it would have cost ${price(report)}`
}

function twice({ duplicates }: RunReport, { failOnDuplicates }: Limits): string | undefined {
  if (!failOnDuplicates || duplicates.length === 0) return undefined
  return `${duplicates.length} ${duplicates.length === 1 ? 'video was' : 'videos were'} paid for twice (--fail-on-duplicates)`
}

function price({ credits, dollars }: Pick<RunReport, 'credits' | 'dollars'>): string {
  return `${counted(credits)} (about $${dollars.toFixed(2)}, estimated)`
}

function wasted({ duplicates }: RunReport): string {
  if (duplicates.length === 0) return ''
  return `, ${counted(duplicates.reduce((sum, { credits }) => sum + credits, 0))} of it in duplicates`
}

function counted(credits: number): string {
  const rounded = Math.round(credits * 1e6) / 1e6
  return `${rounded} ${rounded === 1 ? 'Credit' : 'Credits'}`
}
