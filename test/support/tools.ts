import { spawnSync } from 'node:child_process'

/** Empty if every command runs, else what to add to the name of a test that is left out for want of one. */
export function without(...commands: readonly (readonly [command: string, ...args: string[]])[]): string {
  const missing = commands.filter(([command, ...args]) => spawnSync(command, args).status !== 0)
  return missing.length === 0 ? '' : ` (left out: ${missing.map(words => words.join(' ')).join(', ')} does not run)`
}
