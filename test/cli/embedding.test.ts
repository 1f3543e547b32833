import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { text } from './command.ts'

const ROOT = join(import.meta.dirname, '../..')
const HERE = join(import.meta.dirname, 'embedding')

/** Runs a test runner of another name on tests that use what is built. */
async function runner(args: readonly string[], env: Record<string, string> = {}) {
  // Without what the runner that runs this tells its own workers.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:VITEST|JEST|NODE_)/.test(name))
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...Object.fromEntries(inherited), ...env } })
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code, stdout, stderr }
}

interface Ran {
  readonly name: string
  readonly status: string
  readonly message: string
}

/** Vitest and Jest report alike. */
function casesIn(json: string): Ran[] {
  const report = JSON.parse(json) as {
    testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[]
  }
  return report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.map(({ title, status, failureMessages }) => ({
      name: title,
      status,
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of the terminal
      message: failureMessages.join('\n').replace(/\u001b\[\d+m/g, ''),
    })),
  )
}

const PAID_TWICE = expect.stringMatching(
  /✗ paid twice: #\d+ buys again what #\d+ bought, for 1\.4 Credits more\n\s+the answer of #\d+ was broken off at [^\n]+, and its task went on/,
)

describe('the fixture of mockling/vitest', () => {
  const vitest = (file: string, env = {}) =>
    runner(
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--config',
        join(HERE, 'vitest.config.mjs'),
        '--reporter=json',
        file,
      ],
      env,
    )

  it('gives each test a server of its own, as far as it can tell', async () => {
    const { code, stdout } = await vitest('good')
    const cases = casesIn(stdout)
    expect(cases.filter(({ status }) => status !== 'passed')).toEqual([])
    expect(cases).toHaveLength(7)
    expect(code).toBe(0)
  })

  it('fails tests with words that need no second run', async () => {
    const { code, stdout, stderr } = await vitest('bad')
    const said = Object.fromEntries(casesIn(stdout).map(({ name, message }) => [name, message]))
    expect(said).toMatchObject({
      'leaves a request that makes no sense': expect.stringContaining(
        "✗ unexpected: #1 POST /kling/videos was answered 400 bad_request: duration value '7' is invalid",
      ),
      'pays twice': PAID_TWICE,
      'expects what never comes': expect.stringContaining('body.model is "kling-v1", not "kling-v3"'),
      'fails by itself': expect.stringContaining('expected 1 to be 2'),
    })
    for (const name of ['leaves a request that makes no sense', 'pays twice', 'expects what never comes']) {
      expect(said[name]).toContain('What happened of the token mockling-')
    }
    expect(stderr).toContain('What happened of the token mockling-')
    expect(stderr).toContain('-fails-by-itself, in virtual time:')
    expect(code).toBe(1)
  })

  it('starts nothing while a real key is in the environment, and does not show it', async () => {
    const key = '0123456789abcdef0123456789abcdef'
    const { code, stdout } = await vitest('good', { ACEDATACLOUD_API_TOKEN: key })
    expect(stdout).toContain('ACEDATACLOUD_API_TOKEN looks like a real key')
    expect(stdout).not.toContain(key)
    expect(code).toBe(1)
  })

  it('uses the server that mockling exec started, leaves nothing for its next run, and all it bought in the books', async () => {
    const config = join(HERE, 'vitest.config.mjs')
    const command = [process.execPath, join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config, 'good']
    const twice = `const { spawnSync } = require('node:child_process')
      const runs = [1, 2].map(() => spawnSync('${command[0]}', ${JSON.stringify(command.slice(1))}, { stdio: 'inherit' }))
      process.exit(Math.max(...runs.map(({ status }) => status)))`
    const { code, stderr } = await runner([
      ...[join(ROOT, 'dist/cli.cjs'), 'exec', '--clock', 'auto-skip', '--pace', 'real', '--'],
      ...[process.execPath, '-e', twice],
    ])
    expect(stderr).toContain('mockling: This run would have cost 8.4 Credits')
    expect(code).toBe(0)
  })
})

describe('other test runners', () => {
  it('use it from node:test', async () => {
    const folder = join(HERE, 'node')
    const files = readdirSync(folder).map(file => join(folder, file))
    const { code, stdout } = await runner(['--test', '--test-reporter=tap', ...files])
    expect(stdout).toMatch(/^ *ok \d+ - makes a video$/m)
    expect(stdout).toMatch(/^ *not ok \d+ - pays twice$/m)
    expect(stdout).toContain('✗ paid twice: #')
    expect(code).toBe(1)
  })

  it('use it from Jest', async () => {
    const args = ['--experimental-vm-modules', join(ROOT, 'node_modules/jest/bin/jest.js'), '--json']
    const { code, stdout } = await runner([...args, '-c', join(HERE, 'jest/jest.config.mjs')])
    expect(casesIn(stdout)).toMatchObject([
      { name: 'makes a video', status: 'passed' },
      { name: 'pays twice', status: 'failed', message: PAID_TWICE },
    ])
    expect(code).toBe(1)
  })
})
