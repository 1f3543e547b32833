import { execFileSync, execSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { create } from '../cli/command.ts'
import { expanded, runSteps, type Step } from './steps.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action
const defaults = Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']))

let clone: string
let tarball: string
/** Of a job of its own for each test. */
let temp: string

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'mockling-clone-'))
  // What a checkout has: no dependencies, nothing built.
  execSync(`git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "${clone}"`, {
    cwd: ROOT,
  })
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', clone]
  tarball = join(clone, execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }).trim())
}, 60_000)

afterAll(() => rmSync(clone, { recursive: true, force: true }))

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'mockling-job-'))
})

/** Uses the action as a job does, from a directory of its own. */
async function use(inputs: Readonly<Record<string, string>>) {
  const { PATH = '', HOME = '', ...rest } = process.env
  const registry = Object.entries(rest).filter(([name]) => /^npm_config_|CERT|^https?_proxy$/i.test(name))
  const context = { inputs: { ...defaults, version: tarball, ...inputs }, github: { action_path: clone } }
  const env = { PATH, HOME, RUNNER_TEMP: temp, ...Object.fromEntries(registry) } as Record<string, string>
  const ran = await runSteps(action.runs.steps, context, { cwd: temp, env })
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [
    name,
    expanded(value, context, ran.outputs),
  ])
  return { ...ran, outputs: Object.fromEntries(outputs) as Record<string, string> }
}

const read = (directory: string | undefined, name: string) => readFileSync(join(directory ?? '', name), 'utf8')

describe('the action', { timeout: 180_000 }, () => {
  it('starts a server for the steps that follow, reports what they asked for, and stops it', async () => {
    const started = await use({ settings: '--pace instant\n--seed 7' })
    expect(started.log).toMatch(/^mockling \S+ listens on http:\/\/127\.0\.0\.1:/m)
    expect(started.failed).toBe(false)
    const { url = '', token, version } = started.outputs
    expect(version).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version)
    expect(started.environment).toMatchObject({
      MOCKLING_URL: url,
      ACEDATACLOUD_API_BASE_URL: url,
      MOCKLING_TOKEN: token,
    })
    expect((await (await fetch(`${url}/health`)).json()) as object).toMatchObject({ seed: 7 })

    expect((await create(url, { model: 'kling-v1' }, token)).status).toBe(200)
    const told = await use({ mode: 'report', 'max-credits': '2', 'fail-on-duplicates': 'true' })
    expect(told.failed).toBe(false)
    expect(told.summary).toContain('**1** accepted create would have cost **1.4 Credits**')
    expect(told.summary).toMatch(/^\| text2video, kling-v1 +\| 1 /m)
    const { report } = told.outputs
    expect(readdirSync(report ?? '').toSorted()).toEqual(['junit.xml', 'mockling.log', 'report.json', 'report.md'])
    expect(read(report, 'junit.xml')).toContain('name="costs at most 2 Credits"')
    expect(JSON.parse(read(report, 'report.json'))).toMatchObject({ totals: { credits: 1.4 } })
    expect(told.used).toEqual([{ name: 'mockling', path: report, 'if-no-files-found': 'error' }])
    await expect(fetch(`${url}/health`)).rejects.toThrow()
  })

  it('fails where it cost too much or a video was paid for twice, with the reports all the same', async () => {
    const { url = '' } = (await use({ settings: '--pace 60', environment: 'false' })).outputs
    for (const _ of ['once', 'twice']) expect((await create(url, { async: true })).status).toBe(200)
    const told = await use({ mode: 'report', 'max-credits': '2', 'fail-on-duplicates': 'true' })
    expect(told.failed).toBe(true)
    expect(told.log).toMatch(/^::error title=mockling::✗ over the budget: .*%0A✗ 1 create was a duplicate/m)
    expect(told.summary).toContain('### Bought twice')
    expect(read(told.outputs['report'], 'junit.xml')).toContain('failures="2"')
    expect(told.used).toHaveLength(1)
  })

  it('hands on a key where the settings bind it wider, and hides it in logs', async () => {
    const { outputs, environment, log } = await use({ settings: '--host 0.0.0.0' })
    expect(outputs['control-key']).not.toBe('')
    expect(environment['MOCKLING_CONTROL_KEY']).toBe(outputs['control-key'])
    expect(log).toContain(`::add-mask::${outputs['control-key']}`)
    expect((await use({ mode: 'report' })).failed).toBe(false)
  })

  it.each([
    ['a mode that there is not', { mode: 'stop' }, 'mode: "stop" is not allowed; it must be start or report'],
    ['a port that is none', { port: '80a' }, 'port: "80a" is not allowed; it must be a whole number from 0 to 65535'],
    ['quotes', { settings: "--clip 'a b.mp4'" }, `settings: "'a" is not allowed`],
    ['a word for yes', { environment: 'yes' }, 'environment: "yes" is not allowed; it must be true or false'],
    ['a setting that mockling refuses', { settings: '--pace slowly' }, 'it ended with exit code 2'],
    ['a report of nothing', { mode: 'report' }, 'none is running; a step with "mode: start" comes first'],
    [
      'settings by which it does not listen',
      { settings: '--help' },
      'settings: "--json --port 0 --help" is not allowed',
    ],
    ['a version that a shell would run', { version: '1" & calc & "' }, 'version: "1\\" & calc & \\"" is not allowed'],
    ['a tarball that a shell would run', { version: '"&calc&".tgz' }, 'version: "\\"&calc&\\".tgz" is not allowed'],
    ['the address of a version', { version: 'npm:other@1' }, 'it must be a version of npm, a tag, or the path'],
    ['a version that is not there', { version: './none.tgz' }, "npm can't install"],
  ])('refuses %s', async (_, inputs, words) => {
    const { failed, log } = await use(inputs)
    expect(log).toContain(words)
    expect(failed).toBe(true)
    expect(existsSync(join(temp, 'mockling-action/state.json'))).toBe(false)
  })

  it('says that one is running already', async () => {
    await use({})
    expect((await use({})).log).toContain('one is running already; a step with "mode: report" stops it')
    await use({ mode: 'report' })
  })

  it('tells of a server that has ended before', async () => {
    await use({})
    const state = join(temp, 'mockling-action/state.json')
    const { pid, ...facts } = JSON.parse(readFileSync(state, 'utf8'))
    process.kill(pid, 'SIGKILL')
    const told = await use({ mode: 'report' })
    expect(told.failed).toBe(true)
    expect(told.log).toContain(`${facts.url}/_mockling/v1/report`)
  })
})
