// Completes package-lock.json after `npm install` on a registry that lacks other platforms' optional binaries.
//
// npm then leaves their entries out, and `npm ci` refuses the file as out of step. Each missing entry is added with its
// version, os and cpu, which is what npm needs to know that it is not for this machine.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = join(import.meta.dirname, '..', 'package-lock.json')
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32']
const PROCESSORS = ['wasm32', 'arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'arm']

const lock = JSON.parse(readFileSync(FILE, 'utf8'))

/** Whether `name` can be found from the package at `path`, as Node looks for it. */
function isThere(path, name) {
  const folders = path.split(/(?:^|\/)node_modules\//).slice(1)
  return [...folders.keys(), folders.length].some(depth => {
    const above = folders.slice(0, depth).map(folder => `node_modules/${folder}/`)
    return `${above.join('')}node_modules/${name}` in lock.packages
  })
}

function entryOf(name, version, parent) {
  const system = SYSTEMS.find(word => name.includes(word))
  const processor = PROCESSORS.find(word => name.includes(word))
  const libc = name.includes('musl') ? ['musl'] : name.includes('gnu') ? ['glibc'] : undefined
  return {
    version,
    cpu: processor && [processor],
    dev: parent.dev,
    libc,
    license: parent.license,
    optional: true,
    os: system && [system],
    engines: parent.engines,
  }
}

const added = []
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
    if (isThere(path, name)) continue
    const version = /\d+\.\d+\.\d+[^ |]*/.exec(range)?.[0]
    if (version === undefined) throw new Error(`no version to take from ${name}@${range}`)
    lock.packages[`node_modules/${name}`] = entryOf(name, version, parent)
    added.push(name)
  }
}
const byName = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1))
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages: Object.fromEntries(byName) }, null, 2)}\n`)
process.stdout.write(`${added.length} entries added\n`)
