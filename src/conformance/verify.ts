import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestCase } from 'vitest/node'
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
}

/** A package that `mockling verify` runs by and that is not installed. */
export class PeerMissing extends Error {}

/** At one time, of a mockling. */
const SIDE_BY_SIDE = 8

/**
 * Runs the contract suite by Vitest, and tells of each case as soon as it is over.
 * @throws PeerMissing, or Error if the suite itself could not be run
 */
export async function verifyContract(options: ContractOptions, tell: (verdict: Verdict) => void): Promise<Verdict[]> {
  const { createVitest } = await peer()
  const spec = fileURLToPath(specUrl())
  const verdicts: Verdict[] = []
  const problems: string[] = []
  const vitest = await createVitest('test', {
    config: false,
    root: dirname(spec),
    include: [basename(spec)],
    watch: false,
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
  try {
    await vitest.start()
  } finally {
    await vitest.close()
  }
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return verdicts
}

/** Beside this file: as it was written, or as it was built. */
function specUrl(): string {
  return import.meta.resolve(import.meta.url.endsWith('.ts') ? './spec.ts' : './conformance-spec.js')
}

async function peer() {
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
  return { id, promise, state, text, durationMs: test.diagnostic()?.duration ?? 0 }
}
