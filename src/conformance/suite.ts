import pThrottle from 'p-throttle'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { DEFAULT_REVISION, type Revision } from '../contract/revisions.ts'
import type { Files } from './bodies.ts'
import type { Need } from './case.ts'
import { casesOf } from './cases.ts'
import { type FileLedger, openLedger } from './ledger.ts'
import type { Looked } from './looks.ts'
import { type Planned, planned, type Selection, unmatched } from './plan.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { failureText } from './report.ts'
import { freshToken, isMockling, serverRevision } from './simulated.ts'
import { Sitting } from './sitting.ts'
import { NO_LEDGER, Studio } from './studio.ts'
import { type Target, Unreachable } from './target.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** What came of a case; of one that had no answer, that. */
    mocklingCase?: Partial<Looked> & { readonly isUnanswered?: boolean }
  }
}

/** What is put to the test, and how far the test may go. */
export interface ContractOptions extends Selection {
  /** Scheme, host and port: `http://127.0.0.1:4180`, `https://api.acedata.cloud`. */
  readonly target: string
  /** Bearer token. A mockling needs none: it gets one that nobody has used. */
  readonly token?: string
  /** Default `2026-05`. */
  readonly revision?: Revision
  /** Key of a mockling's control door, where it asks for one. */
  readonly key?: string
  /** Whether creates that may cost money are sent to a real API. Default false. */
  readonly allowSpend?: boolean
  /** What all creates together may cost a real API's account, refusals that might not come included. Default 0. */
  readonly maxCredits?: number
  /** All paid cases, rather than as many as show each two features together. Default false; of a mockling always. */
  readonly everything?: boolean
  /** Where a real API reaches the receiver of callbacks on this machine, and the port that it listens on. */
  readonly callbackUrl?: string
  readonly callbackPort?: number
  /** Images, videos and sound that a real API can fetch. */
  readonly files?: Files
  /** Seconds that one answer may take. Default 300: a create is held for minutes. */
  readonly timeoutSeconds?: number
  /** Most requests a second. Default: no limit. */
  readonly rate?: number
  /** A file that remembers what a real API was paid for. `allowSpend` wants one. */
  readonly ledgerFile?: string
  /** Once it is aborted nothing more is sent; what was is waited for. */
  readonly signal?: AbortSignal
  /** Leaves out what passed before, as `ledgerFile` says. Default false. */
  readonly resume?: boolean
}

/** What a run is about to do, and all it takes. */
export interface Prepared {
  readonly target: Target
  readonly plan: readonly Planned[]
  /** Of a real API alone. */
  readonly ledger: FileLedger | undefined
}

/**
 * Asks a target what it is, and plans the run. Of a real API nothing but `/_mockling/health` is asked.
 * @throws Unreachable, RangeError if a name of `only` or `skip` fits no case, or nothing would remember what was paid for
 */
export async function prepare(options: ContractOptions): Promise<Prepared> {
  const { revision = DEFAULT_REVISION, key, files, timeoutSeconds = 300 } = options
  const url = options.target.replace(/\/+$/, '')
  const isSimulated = await isMockling(url)
  if (!isSimulated && options.allowSpend && !options.ledgerFile) {
    throw new RangeError('ledgerFile is missing: with allowSpend, what is paid for has to be remembered')
  }
  const token = options.token ?? (isSimulated ? await freshToken(url, revision, key) : '')
  const gateway = isSimulated ? await serverRevision(url, key) : revision
  const cases = casesOf(revision, { gateway, ...(files && { files }) })
  const [unknown] = unmatched(cases, options)
  if (unknown !== undefined) throw new RangeError(`no case of revision ${revision} is named or tagged '${unknown}'`)
  const ledger =
    isSimulated || !options.ledgerFile ? undefined : openLedger(options.ledgerFile, `${aboutOf(url)} ${revision}`)
  const plan = planned(cases, {
    ...options,
    isSimulated,
    maxCredits: options.maxCredits ?? 0,
    allowSpend: options.allowSpend ?? false,
    has: needsMet(options, isSimulated),
    isCovering: !isSimulated && options.everything !== true,
    isKnown: id => (ledger?.known(id) ?? ledger?.accepted(id)) !== undefined,
    ...(options.resume && { hasPassed: id => ledger?.hasPassed(id) === true }),
  })
  const target = { url, token, revision, isSimulated, timeoutMs: timeoutSeconds * 1000 }
  return { target: { ...target, ...(options.rate && { turn: turnsAt(options.rate) }) }, plan, ledger }
}

/** The target, however its address is written. */
function aboutOf(url: string): string {
  return new URL(url).href.replace(/\/+$/, '')
}

/** Turns for so many requests a second, evenly apart. */
function turnsAt(rate: number): () => Promise<unknown> {
  return pThrottle({ limit: 1, interval: 1000 / rate, strict: true })(async () => {})
}

function needsMet({ callbackUrl, files }: ContractOptions, isSimulated: boolean): ReadonlySet<Need> {
  if (isSimulated) return new Set(['callback', 'files'])
  return new Set([...(callbackUrl ? (['callback'] as const) : []), ...(files ? (['files'] as const) : [])])
}

/**
 * A describe with one test for each case of the contract, run against any server: a mockling, where nothing costs
 * anything, or the real API, where nothing is sent that could unless it is allowed.
 *
 * @example
 * await describeContract({ target: process.env.MOCKLING_TARGET ?? 'http://127.0.0.1:4180', revision: '2026-10' })
 */
export async function describeContract(options: ContractOptions): Promise<void> {
  const { target, plan, ledger } = await prepare(options)
  const { isSimulated, timeoutMs, revision, url } = target
  let receiver: Receiver | undefined
  let sitting: Sitting | undefined

  const run = isSimulated ? describe.concurrent : describe.sequential
  run(`revision ${revision} at ${url}`, () => {
    beforeAll(async () => {
      receiver = await startReceiver(options.callbackUrl, options.callbackPort)
      const studio = new Studio({
        target,
        receiver,
        ledger: ledger ?? NO_LEDGER,
        pollMs: isSimulated ? 5 : 5000,
        settleMs: isSimulated ? 10_000 : timeoutMs,
        afterwardsMs: isSimulated ? 50 : 5000,
      })
      sitting = new Sitting({ target, studio, ledger, ...(options.signal && { signal: options.signal }) })
    })
    afterAll(() => receiver?.close())
    for (const { case: one, skipped } of plan) {
      it(`${one.id}: ${one.promise}`, { timeout: 3 * timeoutMs, retry: 0 }, async ({ task, skip }) => {
        const why = skipped ?? sitting?.whyNotSent(one)
        if (why !== undefined) return skip(why)
        const looked = await sitting?.look(one).catch(thrown => {
          task.meta.mocklingCase = { isUnanswered: thrown instanceof Unreachable }
          throw thrown
        })
        if (!looked) return
        task.meta.mocklingCase = looked
        if (looked.differences.length > 0) throw new Error(failureText(one, looked.differences, target))
      })
    }
  })
}
