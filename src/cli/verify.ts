import { ConfigError } from '../config.ts'
import type { Case } from '../conformance/case.ts'
import { casesOf } from '../conformance/cases.ts'
import { isSelected, totalsOf, unmatched } from '../conformance/plan.ts'
import { isMockling } from '../conformance/simulated.ts'
import type { ContractOptions } from '../conformance/suite.ts'
import { Unreachable } from '../conformance/target.ts'
import { PeerMissing, type Verdict, verifyContract } from '../conformance/verify.ts'
import { DEFAULT_REVISION, isRevision, REVISIONS, type Revision } from '../contract/revisions.ts'
import { tableText } from './table.ts'
import { reportFrom, writeReport } from './verify-report.ts'
import { summaryOf } from './verify-text.ts'

const PASSED = 0
const FAILED = 1
const UNREACHABLE = 3
const OVER_BUDGET = 4

interface Options {
  readonly token?: string
  readonly revision: string
  readonly key?: string
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly plan?: true
  readonly json?: true
  readonly allowSpend?: true
  readonly maxCredits: string
  readonly everything?: true
  readonly callbackUrl?: string
  readonly callbackPort: string
  readonly image?: string
  readonly video?: string
  readonly audio?: string
  readonly timeout: string
  readonly ledger: string
  readonly resume?: true
  readonly report?: readonly string[]
}

/** `mockling verify`: runs the contract suite against a server. Answers the exit code. */
export async function verify(target: string, options: Options): Promise<number> {
  const contract = contractOf(target, options)
  if (options.plan) return printPlan(contract, options)
  // Cases are made where they are run; here only to name what fits none.
  if (contract.only || contract.skip) namedCases(contract)
  const reports = (options.report ?? []).map(reportFrom)
  try {
    const isSimulated = await isMockling(contract.target)
    if (!isSimulated && contract.token === undefined) {
      throw new ConfigError(`--token: ${contract.target} is no mockling, and wants a bearer token`)
    }
    console.error(
      isSimulated ? `${target} is a mockling: nothing costs anything` : `${target} is taken for the real API`,
    )
    const verdicts = await verifyContract(contract, told(process.stderr.isTTY))
    for (const report of reports) writeReport(report, { target: contract.target, revision: options.revision, verdicts })
    console.log(options.json ? JSON.stringify(verdicts) : summaryOf(verdicts))
    return exitCodeOf(verdicts)
  } catch (error) {
    if (error instanceof PeerMissing) throw new ConfigError(error.message, { cause: error })
    if (!(error instanceof Unreachable)) throw error
    console.error(error.message)
    return UNREACHABLE
  }
}

/** A run that compared nothing fails. */
function exitCodeOf(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ state }) => state === 'failed')) return FAILED
  if (!verdicts.some(({ state }) => state === 'passed')) return FAILED
  const isOver = verdicts.some(({ text }) => text.includes('above --max-credits'))
  return isOver ? OVER_BUDGET : PASSED
}

function contractOf(target: string, options: Options): ContractOptions {
  if (!/^https?:\/\/[^/]+/.test(target)) throw new ConfigError(`verify: ${target} is no http or https URL`)
  const { image, video, audio, key, only, skip, callbackUrl, ledger } = options
  const token = options.token ?? process.env['MOCKLING_TOKEN']
  const files = [image, video, audio].filter(file => file !== undefined)
  if (files.length !== 0 && files.length !== 3) throw new ConfigError('--image, --video and --audio go together')
  return {
    target: target.replace(/\/+$/, ''),
    revision: revisionOf(options.revision),
    maxCredits: numberOf('--max-credits', options.maxCredits),
    timeoutSeconds: numberOf('--timeout', options.timeout),
    callbackPort: numberOf('--callback-port', options.callbackPort),
    ledgerFile: ledger,
    allowSpend: options.allowSpend === true,
    everything: options.everything === true,
    resume: options.resume === true,
    ...(token !== undefined && { token }),
    ...(key !== undefined && { key }),
    ...(only && { only }),
    ...(skip && { skip }),
    ...(callbackUrl !== undefined && { callbackUrl }),
    ...(image && video && audio && { files: { image, video, audio } }),
  }
}

function revisionOf(text: string): Revision {
  if (isRevision(text)) return text
  throw new ConfigError(`--revision: ${text} is not allowed; it must be one of ${REVISIONS.join(', ')}`)
}

function numberOf(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value
  throw new ConfigError(`${flag}: ${text} is not allowed; it must be a number from 0`)
}

/** All cases of the revision. @throws ConfigError if a name fits none */
function namedCases({ revision = DEFAULT_REVISION, files, ...selection }: ContractOptions): Case[] {
  const all = casesOf(revision, files ? { files } : {})
  const [unknown] = unmatched(all, selection)
  if (unknown === undefined) return all
  throw new ConfigError(`--only, --skip: no case of revision ${revision} has the name, the tag or the grade ${unknown}`)
}

/** Cases and what they may cost. Nothing is sent, not even to find out what the target is. */
function printPlan(contract: ContractOptions, { json }: Options): number {
  const { revision } = contract
  const all = namedCases(contract).filter(one => isSelected(one, contract))
  const totals = totalsOf(all)
  if (json) {
    const cases = all.map(({ id, promise, priceClass, credits, source, grade }) => ({
      ...{ id, promise, priceClass, credits, source, grade },
    }))
    console.log(JSON.stringify({ revision, cases, totals }))
    return PASSED
  }
  console.log(
    tableText([
      ['case', 'class', 'Credits', 'read in'],
      ...all.map(one => [one.id, one.priceClass, String(one.credits), `${one.grade}: ${one.source}`]),
    ]),
  )
  console.log()
  console.log(
    tableText([
      ['in all', 'cases', 'Credits'],
      ...Object.entries(totals).map(([name, { cases, credits }]) => [
        NAMES[name] ?? name,
        String(cases),
        String(credits),
      ]),
    ]),
  )
  return PASSED
}

const NAMES: Readonly<Record<string, string>> = {
  'at risk': 'at risk: only if a refusal does not come',
  paid: 'paid, everything',
  covering: 'paid, the smallest set that covers each pair of features',
  everything: 'all together',
}

/** On a terminal one line that changes, else a line for each failure and each hundredth case. */
function told(isTerminal: boolean): (verdict: Verdict) => void {
  let over = 0
  let failed = 0
  return ({ id, state }) => {
    over++
    if (state === 'failed') failed++
    if (isTerminal) process.stderr.write(`\r\u001b[2K${over} cases, ${failed} failed: ${id}`)
    else if (state === 'failed') console.error(`failed: ${id}`)
    else if (over % 100 === 0) console.error(`${over} cases, ${failed} failed`)
  }
}
