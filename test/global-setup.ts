import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Some tests run the built command: it is built first, in a process of its own. */
export default function setup(): void {
  const script = join(import.meta.dirname, '../scripts/build-if-needed.mjs')
  execFileSync(
    process.execPath,
    ['--input-type=module', '-e', `(await import(${JSON.stringify(script)})).builtCommand()`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
}
