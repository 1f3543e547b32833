import { ConfigError } from '../config.ts'
import { openLedger } from '../conformance/ledger.ts'
import { refuseNoApi, TokenRefused } from '../conformance/preflight.ts'
import { isMockling } from '../conformance/simulated.ts'
import type { ContractOptions } from '../conformance/suite.ts'
import { Unreachable } from '../conformance/target.ts'
import { PeerMissing, peers, type Verdict, verifyContract } from '../conformance/verify.ts'
import { DEFAULT_REVISION } from '../contract/revisions.ts'
import { refuseUnwritable } from './file.ts'
import { published, refuseUnpublishable } from './publish.ts'
import { openEvidence } from './verify-evidence.ts'
import { contractOf, type VerifyOptions } from './verify-options.ts'
import { namedCases, planText } from './verify-plan.ts'
import { reportFrom, writeReport } from './verify-report.ts'
import { summaryOf } from './verify-text.ts'

const PASSED = 0
const FAILED = 1
const UNREACHABLE = 3
const OVER_BUDGET = 4
/** As shells count: 128 and the number of SIGINT. */
const INTERRUPTED = 130

/** `mockling verify`: runs the contract suite against a server. Answers the exit code. */
export async function verify(target: string, options: VerifyOptions): Promise<number> {
  const contract = contractOf(target, options)
  if (options.plan) {
    console.log(planText(contract, options.json === true))
    return PASSED
  }
  // Cases are made where they are run; here only to name what fits none.
  if (contract.only || contract.skip) namedCases(contract)
  const reports = (options.report ?? []).map(reportFrom)
  refuseUnpublishable(options)
  const evidence = options.evidence === undefined ? undefined : openEvidence(options.evidence)
  try {
    await peers()
    const isSimulated = await isMockling(contract.target)
    if (!isSimulated) {
      refuseNoLedger(contract)
      await refuseUnasked(contract)
    }
    console.error(
      isSimulated ? `${target} is a mockling: nothing costs anything` : `${target} is taken for the real API`,
    )
    const stop = onInterrupt()
    const verdicts = await verifyContract(contract, told(process.stderr.isTTY), stop)
    evidence?.keep(contract, isSimulated, verdicts)
    for (const report of reports) writeReport(report, { target: contract.target, revision: options.revision, verdicts })
    console.log(options.json ? JSON.stringify(verdicts) : summaryOf(verdicts))
    // What was seen of each is in --json and --evidence.
    const found = verdicts.map(({ observed: _, differences: __, ...verdict }) => verdict)
    const draft = { kind: 'verify', subject: contract.target, revision: options.revision, found } as const
    const isPublished = await published(draft, options)
    if (stop.aborted) return INTERRUPTED
    return exitCodeOf(verdicts) || (isPublished ? PASSED : UNREACHABLE)
  } catch (error) {
    if (error instanceof PeerMissing) throw new ConfigError(error.message, { cause: error })
    if (error instanceof TokenRefused) throw new ConfigError(`--token: ${error.message}`, { cause: error })
    if (!(error instanceof Unreachable)) throw error
    console.error(error.message)
    return UNREACHABLE
  }
}

/** @throws ConfigError if what is paid for could not be written down */
function refuseNoLedger({ target, ledgerFile = '' }: ContractOptions): void {
  refuseUnwritable('--ledger', ledgerFile)
  try {
    openLedger(ledgerFile, target)
  } catch (cause) {
    throw new ConfigError(`--ledger: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Of a real API: one question that costs nothing, before all others.
 * @throws ConfigError, Unreachable, TokenRefused
 */
async function refuseUnasked({ target: url, token, revision = DEFAULT_REVISION, timeoutSeconds = 0 }: ContractOptions) {
  if (token === undefined) throw new ConfigError(`--token: ${url} is no mockling, and wants a bearer token`)
  await refuseNoApi({ url, token, revision, isSimulated: false, timeoutMs: timeoutSeconds * 1000 })
}

/** A run that compared nothing fails. */
function exitCodeOf(verdicts: readonly Verdict[]): number {
  const failed = verdicts.filter(({ state }) => state === 'failed')
  if (failed.length > 0) return failed.every(({ isUnanswered }) => isUnanswered) ? UNREACHABLE : FAILED
  if (!verdicts.some(({ state }) => state === 'passed')) return FAILED
  const isOver = verdicts.some(({ text }) => text.includes('above --max-credits'))
  return isOver ? OVER_BUDGET : PASSED
}

/** Aborted by the first signal; a second one ends the process. A create under way may be paid for: it is waited for. */
function onInterrupt(): AbortSignal {
  const stop = new AbortController()
  const first = () => {
    process.off('SIGINT', first)
    process.off('SIGTERM', first)
    console.error('\nstopping: what was sent comes to its end; once more ends at once')
    stop.abort()
  }
  process.on('SIGINT', first)
  process.on('SIGTERM', first)
  return stop.signal
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
