import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REVISIONS } from '../../src/contract/revisions.ts'
import { without } from '../support/tools.ts'
import { serve, text } from './command.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Enough to meet every rule. More is asked for with MOCKLING_EXAMPLES, and then other ones each time. */
const EXAMPLES = process.env['MOCKLING_EXAMPLES']

const TOKEN = 'schemathesis'

const missing = without(['schemathesis', '--version'])

/** Runs Schemathesis as schemathesis.toml says. */
async function schemathesis(args: readonly string[]) {
  const budget = EXAMPLES === undefined ? ['--max-examples', '40', '--seed', '1'] : ['--max-examples', EXAMPLES]
  const child = spawn('schemathesis', ['--no-color', 'run', ...args, ...budget], {
    cwd: ROOT,
    env: { ...process.env, MOCKLING_TOKEN: TOKEN },
  })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, report: `${stdout}\n${stderr}` }
}

describe('Schemathesis, by the committed strict document', () => {
  it.skipIf(missing).each(REVISIONS)(
    `finds no fault in revision %s${missing}`,
    { timeout: 600_000 },
    async revision => {
      const tokens = join(mkdtempSync(join(tmpdir(), 'mockling-')), 'tokens')
      writeFileSync(tokens, `${TOKEN}\n`)
      const limits = ['--pace', 'instant', '--callback-deny', '*', '--journal-size', '100000']
      await using served = await serve(['--revision', revision, '--tokens', tokens, ...limits])

      const { code, report } = await schemathesis([`openapi/kling-${revision}.strict.yaml`, '--url', served.facts.url])

      const journal = await fetch(`${served.facts.url}/_mockling/v1/journal/count?kind=request`)
      const { count } = (await journal.json()) as { count: number }
      const phases = [...report.matchAll(/^ {2}\S+ (Examples|Coverage|Fuzzing|Stateful)$/gm)].map(([, phase]) => phase)
      process.stdout.write(`${revision}: ${count} requests; ${/\d+ generated.*/.exec(report)}\n`)
      expect(code, report).toBe(0)
      expect(phases).toEqual(['Examples', 'Coverage', 'Fuzzing', 'Stateful'])
      expect(report).not.toMatch(/[❌🚫]/u)
      expect(count).toBeGreaterThan(300)
    },
  )
})
