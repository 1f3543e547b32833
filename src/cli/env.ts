import { clientEnvironment } from '../testing/environment.ts'
import { originOf } from './options.ts'

/** How variables can be printed. */
export const FORMATS = ['sh', 'fish', 'powershell', 'dotenv', 'json'] as const

export type EnvironmentFormat = (typeof FORMATS)[number]

/** The variables as lines that the shell or program named takes in. */
export function printed(variables: Readonly<Record<string, string>>, format: EnvironmentFormat): string {
  if (format === 'json') return JSON.stringify(variables, null, 2)
  return Object.entries(variables)
    .map(([name, value]) => LINES[format](name, value))
    .join('\n')
}

const LINES: Readonly<Record<Exclude<EnvironmentFormat, 'json'>, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}=${quoted(value)}`,
  fish: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}'`,
  // Double quotes are read alike by the dotenv packages, docker compose and systemd; `$` would be expanded by some.
  dotenv: (name, value) => `${name}="${value.replace(/[\\"$]/g, '\\$&')}"`,
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`
}

/** The word as a shell takes it in: in quotes only if it has to be. */
export function quotedForShell(word: string): string {
  return /^[\w./\\:@%+=,][\w./\\:@%+=,-]*$/.test(word) ? word : quoted(word)
}

/** `mockling env`: prints the variables that point clients at `url`, for `eval`, `source` or a file. */
export function env(url: string, options: { format: EnvironmentFormat; token: string; key?: string }): void {
  const target = { url: originOf(url), token: options.token, key: options.key }
  process.stdout.write(`${printed(clientEnvironment(target), options.format)}\n`)
}
