import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { without } from '../support/tools.ts'
import { type Command, cached, installed, run } from './workshop.ts'

const ROOT = join(import.meta.dirname, '../..')
const RECIPES = join(ROOT, 'examples/recipes')
const COMMAND = join(ROOT, 'dist/cli.cjs')

const isAskedFor = process.env['CI'] !== undefined || process.env['MOCKLING_CLIENTS'] === '1'

function reasonToLeaveOut(...needs: readonly Command[]): string {
  return isAskedFor ? without(...needs) : ' (left out: npm run test:clients runs it)'
}

/** A fresh copy, git-ignored, beside which languages build. */
function copied(recipe: string): string {
  const folder = join(import.meta.dirname, '.generated/recipes', recipe)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(RECIPES, recipe), folder, { recursive: true })
  return folder
}

/** As the pages say, with the built command in the place of the published one. */
function cook(cwd: string, command: Command, env: Record<string, string> = {}): Promise<string> {
  const exec = [process.execPath, COMMAND, 'exec', '--clock', 'auto-skip', '--pace', 'real', '--'] as const
  return run([...exec, ...command], { cwd, env })
}

/** A folder for `PATH` where `mockling` is the built command. */
function shimmed(cwd: string): string {
  const folder = join(cwd, 'bin')
  mkdirSync(folder)
  writeFileSync(join(folder, 'mockling'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`)
  chmodSync(join(folder, 'mockling'), 0o755)
  return `${folder}${delimiter}${process.env['PATH']}`
}

const python = reasonToLeaveOut(['python3', '-c', 'import venv, ensurepip'])
const go = reasonToLeaveOut(['go', 'version'])
const rust = reasonToLeaveOut(['cargo', '--version'])
const java = reasonToLeaveOut(['mvn', '--version'], ['javac', '--version'])
const timeout = 20 * 60_000

const MYPY = 'mypy==2.4.1'

/** Resolves to the interpreter of an environment that has mypy and the packages of a requirements.txt. */
async function interpreter(requirements: string): Promise<string> {
  const place = await installed(cached('recipes-python', requirements), async folder => {
    await run(['python3', '-m', 'venv', folder], { cwd: folder })
    const pip = [join(folder, 'bin/python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'] as const
    await run([...pip, MYPY, '--requirement', requirements], { cwd: folder })
  })
  return join(place, 'bin/python')
}

describe('the recipe', () => {
  it.skipIf(python)(`for Python passes${python}`, { timeout }, async () => {
    const cwd = copied('python')
    const command = [await interpreter(join(cwd, 'requirements.txt')), '-m', 'pytest', '-q'] as const
    expect(await cook(cwd, command)).toMatch(/^6 passed/m)
  })

  it.skipIf(go)(`for Go passes, under exec and with a server of its own${go}`, { timeout }, async () => {
    const cwd = copied('go')
    await run(['go', 'vet', './...'], { cwd })
    const test = ['go', 'test', '-count=1', '-v', './...'] as const
    for (const printed of [await cook(cwd, test), await run(test, { cwd, env: { PATH: shimmed(cwd) } })])
      expect(printed.match(/^--- PASS/gm)).toHaveLength(5)
  })

  it.skipIf(rust)(`for Rust passes${rust}`, { timeout }, async () => {
    const cwd = copied('rust')
    const env = { CARGO_TARGET_DIR: cached('recipes-rust', join(cwd, 'Cargo.lock')), RUSTFLAGS: '-D warnings' }
    expect(await cook(cwd, ['cargo', 'test', '--quiet', '--locked'], env)).toContain('4 passed; 0 failed')
  })

  it.skipIf(java)(`for Java passes${java}`, { timeout }, async () => {
    const cwd = copied('java')
    const printed = await cook(cwd, ['mvn', '--batch-mode', '--no-transfer-progress', 'test'])
    expect(printed).toMatch(/Tests run: 5, Failures: 0, Errors: 0, Skipped: 0/)
  })
})

describe('the container', () => {
  it.skipIf(python)(`for Testcontainers of Python passes mypy${python}`, { timeout }, async () => {
    const cwd = copied('testcontainers/python')
    const mypy = ['-m', 'mypy', '--strict', 'mockling_container.py'] as const
    const said = await run([await interpreter(join(cwd, 'requirements.txt')), ...mypy], { cwd })
    expect(said).toContain('no issues found in 1 source file')
  })

  it.skipIf(go)(`for Testcontainers of Go compiles${go}`, { timeout }, async () => {
    await run(['go', 'vet', './...'], { cwd: copied('testcontainers/go'), env: { GOFLAGS: '-mod=readonly' } })
  })

  it.skipIf(java)(`for Testcontainers of Java compiles${java}`, { timeout }, async () => {
    const cwd = copied('testcontainers/java')
    await run(['mvn', '--batch-mode', '--quiet', 'compile'], { cwd })
    expect(existsSync(join(cwd, 'target/classes/MocklingContainer.class'))).toBe(true)
  })
})
