// Other Nodes than the one that runs this. npm's packages of them have about 100 MB each: too much to depend on.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import spawn from 'cross-spawn'

/** The majors that a release is made for. */
export const MAJORS = ['20', '22', '24']

/** There is no Node of that major to be had. The message says why, in one line. */
export class NoNode extends Error {}

/**
 * The path of a Node of that major: this one if it is, else the newest that npm has, fetched to a place of its own in
 * `folder`.
 * @throws NoNode
 */
export function nodeOf(major, folder) {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const place = join(folder, major)
  mkdirSync(place, { recursive: true })
  // npm hands its settings on to what it runs: those of `npm publish --dry-run` or `npm install --global` aren't for this.
  const settings = ['--no-dry-run', '--no-global', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  const fetched = run('npm', ['install', ...settings, '--fetch-retries=1', '--prefix', place, `${name}@${major}`])
  const [, problem] = /^npm error (?!code |errno |syscall )(.+)$/m.exec(fetched.stderr) ?? []
  if (fetched.status !== 0) throw new NoNode(`npm can't fetch ${name}@${major}: ${problem ?? fetched.error}`)
  const node = join(place, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  const version = run(node, ['--version'])
  if (version.status !== 0) throw new NoNode(`what npm has as ${name}@${major} does not run here`)
  return node
}

function run(command, args) {
  return spawn.sync(command, args, { encoding: 'utf8' })
}
