// Builds `dist` if there is none or the sources are newer. Used by `npm start` and before the tests that run the command.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const built = join(root, 'dist', 'cli.cjs')

function newest(folder) {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter(entry => entry.isFile())
      .map(entry => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  )
}

/** Path of the built command. Ends the process if the build fails. */
export function builtCommand() {
  const isCurrent = existsSync(built) && statSync(built).mtimeMs >= newest(join(root, 'src'))
  if (!isCurrent) {
    process.stderr.write('building …\n')
    const build = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: ['ignore', 2, 2], shell: true })
    if (build.status !== 0) process.exit(build.status ?? 1)
  }
  return built
}
