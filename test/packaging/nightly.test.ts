import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { serve } from '../cli/command.ts'
import { expanded, runSteps, type Step } from './steps.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Job {
  readonly env: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

const workflow = parse(readFileSync(join(ROOT, '.github/workflows/nightly.yml'), 'utf8')) as { jobs: { verify: Job } }
const { env, steps } = workflow.jobs.verify

let job: string
beforeEach(() => {
  job = mkdtempSync(join(tmpdir(), 'mockling-nightly-'))
  // What it would call elsewhere is written down. An issue is open if there is a file that says so.
  const calls = `printf '%s ' "$(basename "$0")" "$@" | tr '\\n' ' ' >> calls; echo >> calls`
  const tools = {
    npm: calls,
    gh: `${calls}\nif [ "$1 $2" = 'issue list' ] && [ -e open ]; then cat open; fi`,
    mockling: `exec "${process.execPath}" "${join(ROOT, 'dist/cli.cjs')}" "$@"`,
  }
  for (const [name, script] of Object.entries(tools))
    writeFileSync(join(job, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
})

const github = { repository: 'someone/thing', server_url: 'https://forge.test', run_id: '7', token: 'forge' }

/** A night against an address. */
async function night(url: string, { token = 'any', revision = '2026-05' } = {}) {
  const context = { inputs: { url, revision, rate: '1000/s' }, github, secrets: { token } }
  const settings = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expanded(value, context)]))
  const PATH = `${job}${delimiter}${process.env['PATH']}`
  return runSteps(steps, context, { cwd: job, env: { ...settings, PATH, HOME: job } })
}

const peers: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).peerDependencies

const calls = () => readFileSync(join(job, 'calls'), 'utf8')

describe('the nightly workflow', { timeout: 120_000 }, () => {
  it('closes the issue where every promise is kept', async () => {
    await using server = await serve(['--pace', 'instant'])
    writeFileSync(join(job, 'open'), '12\n')
    const { failed, names, log } = await night(server.facts.url)
    expect(log).toContain('passed')
    expect(failed).toBe(false)
    expect(calls()).toContain(
      'npm install --global --ignore-scripts --no-audit --no-fund mockling@latest vitest@4 supertest@7',
    )
    expect(calls()).toContain('gh issue close 12')
    expect(names).not.toContain('Open an issue, or say more in the one that is open')
    expect(readFileSync(join(job, 'reports/junit.xml'), 'utf8')).toContain('failures="0"')
  })

  it('installs the packages that a verification runs by, as the package wants them', () => {
    const install = steps.find(({ run }) => run?.startsWith('npm install'))?.run ?? ''
    for (const name of ['vitest', 'supertest']) expect(install).toContain(` ${name}@${peers[name]?.replace('>=', '')}`)
  })

  it('opens an issue where one is not, says what came, and fails', async () => {
    await using server = await serve(['--pace', 'instant', '--revision', '2026-10'])
    const { failed, log, used } = await night(server.facts.url)
    expect(failed).toBe(true)
    expect(log).toContain('::error::A promise is not kept')
    expect(calls()).toContain('gh label create drift')
    expect(calls()).toContain(
      `gh issue create --title ${server.facts.url} is no longer as the contract says --label drift`,
    )
    expect(readFileSync(join(job, 'reports/issue.md'), 'utf8')).toContain('| failed')
    expect(readFileSync(join(job, 'reports/issue.md'), 'utf8')).toContain(
      'https://forge.test/someone/thing/actions/runs/7',
    )
    expect(used).toContainEqual({ name: 'nightly', path: 'reports', 'if-no-files-found': 'warn' })
  })

  it('says more in the issue that is open already', async () => {
    await using server = await serve(['--pace', 'instant', '--revision', '2026-10'])
    writeFileSync(join(job, 'open'), '12\n')
    await night(server.facts.url)
    expect(calls()).toContain('gh issue comment 12 --body-file reports/issue.md')
    expect(calls()).not.toContain('gh issue create')
  })

  it('opens none where nobody is reached, but fails', async () => {
    const { failed, log } = await night('http://127.0.0.1:9')
    expect(failed).toBe(true)
    expect(log).toContain("::error::http://127.0.0.1:9 can't be reached.")
    expect(calls()).not.toContain('gh ')
  })

  it('sends nothing without a token, and prints the plan', async () => {
    const { failed, summary } = await night('http://127.0.0.1:9', { token: '' })
    expect(failed).toBe(false)
    expect(summary).toContain('There is no token: nothing was sent.')
    expect(summary).toContain('Credits')
    expect(existsSync(join(job, 'reports/junit.xml'))).toBe(false)
  })
})
