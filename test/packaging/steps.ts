import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { runInNewContext } from 'node:vm'

/** A step of an action or a job, as YAML has it. */
export interface Step {
  readonly name?: string
  readonly id?: string
  readonly if?: string
  readonly run?: string
  readonly uses?: string
  readonly shell?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, string>>
}

/** What expressions may name. */
export interface Context {
  readonly inputs: Readonly<Record<string, string>>
  readonly github?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
}

/** What came of the steps that a runner would have run. */
export interface Ran {
  /** Names of those, in order. */
  readonly names: readonly string[]
  /** Of those with `uses`, what they would have been given. */
  readonly used: readonly Readonly<Record<string, string>>[]
  /** What each step said for others, by its id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** What they left for the environment of steps that follow. */
  readonly environment: Readonly<Record<string, string>>
  readonly summary: string
  readonly log: string
  readonly failed: boolean
}

/**
 * Does with steps what GitHub's runner does: conditions, expressions, the shell, and the files by which steps speak to others. Those
 * that use another action are noted and left out.
 */
export async function runSteps(
  steps: readonly Step[],
  context: Context,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const place = mkdtempSync(join(tmpdir(), 'mockling-steps-'))
  const files = { GITHUB_OUTPUT: 'output', GITHUB_ENV: 'environment', GITHUB_STEP_SUMMARY: 'summary' }
  const paths = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(place, file)]))
  for (const path of Object.values(paths)) writeFileSync(path, '')
  const read = (name: keyof typeof files) => readFileSync(paths[name] ?? '', 'utf8')

  const outputs: Record<string, Record<string, string>> = {}
  const ran = { names: [] as string[], used: [] as Record<string, string>[], log: '', failed: false }
  const filled = (values: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, expanded(String(value), context, outputs)]))
  for (const step of steps) {
    const condition = step.if ?? 'success()'
    const isMet = evaluated(condition, context, outputs, ran.failed)
    if (isMet !== true || (ran.failed && !/always\(\)/.test(condition))) continue
    ran.names.push(step.name ?? step.uses ?? '')
    if (step.run === undefined) {
      ran.used.push(filled(step.with))
      continue
    }
    writeFileSync(paths['GITHUB_OUTPUT'] ?? '', '')
    const shell = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step.run]
    const child = spawn('bash', shell, {
      cwd,
      env: { ...env, ...paths, ...linesOf(read('GITHUB_ENV')), ...filled(step.env) },
    })
    const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
    ran.log += said + complained
    if (step.id !== undefined) outputs[step.id] = linesOf(read('GITHUB_OUTPUT'))
    ran.failed ||= code !== 0
  }
  return { ...ran, outputs, environment: linesOf(read('GITHUB_ENV')), summary: read('GITHUB_STEP_SUMMARY') }
}

function linesOf(lines: string): Record<string, string> {
  return Object.fromEntries([...lines.matchAll(/^([^=\n]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))
}

/** Text with its `${{ … }}` replaced. */
export function expanded(value: string, context: Context, outputs: Readonly<Record<string, object>> = {}): string {
  return value.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression) =>
    String(evaluated(expression, context, outputs, false)),
  )
}

/** An expression of GitHub's, as far as they are used here: names that aren't there are empty. */
function evaluated(
  expression: string,
  context: Context,
  outputs: Readonly<Record<string, object>>,
  failed: boolean,
): unknown {
  const steps = Object.fromEntries(Object.entries(outputs).map(([id, values]) => [id, { outputs: values }]))
  const known: Record<string, unknown> = { ...context, steps }
  const script = expression.replace(/'[^']*'|\b(?:inputs|github|secrets|steps)(?:\.[\w-]+)+/g, found => {
    if (found.startsWith("'")) return found
    const value = found.split('.').reduce<unknown>((object, name) => (object as Record<string, unknown>)?.[name], known)
    return JSON.stringify(value ?? '')
  })
  return runInNewContext(script, { always: () => true, success: () => !failed })
}
