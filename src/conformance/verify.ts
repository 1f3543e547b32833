import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestCase } from 'vitest/node'
import type { Difference } from './difference.ts'
import type { Observed } from './observed.ts'
import { STOP } from './stop.ts'
import type { ContractOptions } from './suite.ts'

/** What came of one case. */
export interface Verdict {
  readonly id: string
  readonly promise: string
  readonly state: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was left out. */
  readonly text: string
  /** Real milliseconds. */
  readonly durationMs: number
  /** What was seen, and what of it is otherwise than promised; absent if the case was left out or had no answer. */
  readonly observed?: Observed
  readonly differences?: readonly Difference[]
  /** It failed for want of an answer. */
  readonly isUnanswered?: boolean
}

/** A package that `mockling verify` runs by and that is not installed. */
export class PeerMissing extends Error {}

/** At one time, of a mockling. */
const SIDE_BY_SIDE = 8

/**
 * Runs the contract suite by Vitest, and tells of each case as soon as it is over. Once `stop` is aborted, what is under
 * way comes to its end and nothing more is sent.
 * @throws PeerMissing, or Error if the suite itself could not be run
 */
export async function verifyContract(
  options: ContractOptions,
  tell: (verdict: Verdict) => void,
  stop?: AbortSignal,
): Promise<Verdict[]> {
  const { createVitest } = await peers()
  const spec = fileURLToPath(specUrl())
  const verdicts: Verdict[] = []
  const problems: string[] = []
  const dropSignals = signalsAddedFromNow()
  const vitest = await createVitest('test', {
    config: false,
    root: dirname(spec),
    include: [basename(spec)],
    watch: false,
    // Not in a process of its own: keys pressed on the terminal would end that one in the middle of a create.
    pool: 'threads',
    maxWorkers: 1,
    maxConcurrency: SIDE_BY_SIDE,
    passWithNoTests: true,
    provide: { mocklingContract: options },
    reporters: [
      {
        onTestCaseResult(test) {
          const verdict = verdictOf(test)
          verdicts.push(verdict)
          tell(verdict)
        },
        onTestRunEnd(modules, errors) {
          for (const { message } of [...modules.flatMap(module => module.errors()), ...errors]) problems.push(message)
        },
      },
    ],
  })
  dropSignals()
  // Not Vitest's own way to cancel, which gives up what is under way.
  const channel = new BroadcastChannel(STOP)
  stop?.addEventListener('abort', () => channel.postMessage('stop'), { once: true })
  try {
    await vitest.start()
  } finally {
    channel.close()
    await vitest.close()
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return verdicts
}

/** Vitest and Vite end the process at a signal, whatever is under way. That is for whoever runs the suite to decide. */
function signalsAddedFromNow(): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const before = new Set(signals.flatMap(signal => process.listeners(signal)))
  return () => {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener)
    }
  }
}

/** Beside this file: as it was written, or as it was built. */
function specUrl(): string {
  return import.meta.resolve(import.meta.url.endsWith('.ts') ? './spec.ts' : './conformance-spec.js')
}

/**
 * What the suite runs by.
 * @throws PeerMissing
 */
export async function peers(): Promise<typeof import('vitest/node')> {
  try {
    await import('supertest')
    return await import('vitest/node')
  } catch (cause) {
    const missing = /'([^']+)'/.exec((cause as Error).message)?.[1] ?? 'vitest'
    throw new PeerMissing(
      `mockling verify runs by vitest and supertest, and ${missing} is not installed: npm install --save-dev vitest supertest`,
      { cause },
    )
  }
}

function verdictOf(test: TestCase): Verdict {
  const [id = '', promise = ''] = test.name.split(/: (.*)/s)
  const { state, errors, note } = test.result() as {
    state: Verdict['state']
    errors?: { message: string }[]
    note?: string
  }
  const text = state === 'skipped' ? (note ?? '') : (errors ?? []).map(({ message }) => message).join('\n')
  return { id, promise, state, text, durationMs: test.diagnostic()?.duration ?? 0, ...test.meta().mocklingCase }
}
