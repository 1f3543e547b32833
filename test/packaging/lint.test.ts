import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { without } from '../support/tools.ts'
import type { Step } from './steps.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const WORKFLOWS = join(ROOT, '.github/workflows')

interface Workflow {
  readonly permissions?: object
  readonly jobs: Readonly<Record<string, { readonly steps?: readonly Step[]; readonly permissions?: object }>>
}

const names = readdirSync(WORKFLOWS)
const workflows = names.map(name => parse(readFileSync(join(WORKFLOWS, name), 'utf8')) as Workflow)
const jobs = workflows.flatMap(workflow => Object.values(workflow.jobs))
const steps: readonly Step[] = [
  ...jobs.flatMap(job => job.steps ?? []),
  ...(parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as { runs: { steps: Step[] } }).runs.steps,
]

function complaints(command: string, args: readonly string[], cwd = ROOT): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8' })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

describe('workflows and the action', () => {
  it('use others only at a commit, with the version beside it', () => {
    const texts = [...names.map(name => join(WORKFLOWS, name)), join(ROOT, 'action.yml')].map(file =>
      readFileSync(file, 'utf8'),
    )
    const used = texts.flatMap(text => [...text.matchAll(/uses: (?!\.\/)(.+)$/gm)].map(([, what]) => what ?? ''))
    // The example in a comment is for others, who choose.
    const ours = used.filter(what => !what.startsWith('<'))
    expect(ours.length).toBeGreaterThan(10)
    for (const what of ours) expect(what).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  it('put nothing that comes from outside into a script', () => {
    for (const { run = '' } of steps) expect(run).not.toContain('${{')
  })

  it('may do no more than read unless a job says so', () => {
    for (const { permissions, jobs: those } of workflows) {
      const mayWrite = Object.values(permissions ?? {}).includes('write')
      expect(permissions).toBeDefined()
      expect(mayWrite && Object.keys(those).length > 1).toBe(false)
    }
  })

  const missing = without(['actionlint', '--version'], ['shellcheck', '--version'])
  it.skipIf(missing !== '')(`pass actionlint, their scripts ShellCheck${missing}`, () => {
    expect(complaints('actionlint', ['-color=false'])).toBe('')
  })

  it.skipIf(missing !== '')(`would not if something were wrong${missing}`, () => {
    const place = mkdtempSync(join(tmpdir(), 'mockling-lint-'))
    mkdirSync(join(place, '.github/workflows'), { recursive: true })
    mkdirSync(join(place, '.git'))
    const wrong = readFileSync(join(WORKFLOWS, 'release.yml'), 'utf8').replace('needs: guard', 'needs: guards')
    writeFileSync(join(place, '.github/workflows/release.yml'), wrong)
    expect(complaints('actionlint', ['-color=false'], place)).toContain('guards')
  })
})

describe('the Dockerfile', () => {
  const missing = without(['hadolint', '--version'])
  it.skipIf(missing !== '')(`passes hadolint${missing}`, () => {
    expect(complaints('hadolint', ['--no-color', 'Dockerfile'])).toBe('')
  })

  it('copies nothing that .dockerignore keeps away', () => {
    const kept =
      readFileSync(join(ROOT, '.dockerignore'), 'utf8')
        .match(/^!.+$/gm)
        ?.map(line => line.slice(1)) ?? []
    const copied = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
      .match(/^COPY (?!--from).+$/gm)
      ?.flatMap(line => line.split(' ').slice(1, -1))
    for (const path of copied ?? []) expect(kept.some(name => path === name || path.startsWith(`${name}/`))).toBe(true)
    expect(copied?.length).toBeGreaterThan(5)
  })
})
