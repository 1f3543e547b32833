// What it takes to have a mock server: the tarball, what an installation comes to, and the time until something answers, of mockling
// and of others, in turn. `--keep` puts it into docs/install.json, of which `npm run docs` makes the table of docs/how-to/install.md.
// Fetches from npm's registry. Packs as for a release; `--tarball FILE` measures one that is packed already.
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { freePort } from '../scripts/drills/processes.mjs'
import { median } from './harness.mjs'
import { mockoonFile } from './peers/peers.mjs'

const ROOT = join(import.meta.dirname, '..')
const OPENAPI = join(ROOT, 'openapi/kling-2026-05.yaml')
const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    runs: { type: 'string', default: '5' },
    tarball: { type: 'string' },
  },
})
const RUNS = Number(values.runs)
const PATIENCE_MS = 120_000

const place = mkdtempSync(join(tmpdir(), 'mockling-install-'))
const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'peers/package.json'), 'utf8'))
const of = name => `${name}@${dependencies[name]}`

/** Each as its documents start it from a shell. */
const SERVERS = {
  mockling: { spec: ours(), bin: 'mockling', args: port => ['--port', port] },
  Prism: {
    spec: of('@stoplight/prism-cli'),
    bin: 'prism',
    args: port => ['mock', '--port', port, OPENAPI],
  },
  Mockoon: {
    spec: of('@mockoon/cli'),
    bin: 'mockoon-cli',
    args: port => ['start', '--port', port, '--data', mockoonFile(Number(port))],
  },
  aimock: { spec: of('@copilotkit/aimock'), bin: 'llmock', args: port => ['--port', port, '--fixtures', place] },
}

try {
  const seen = Object.fromEntries(Object.keys(SERVERS).map(name => [name, { installs: [], starts: [] }]))
  // The registry's answers are at hand for all of them from here on.
  for (const [name, server] of Object.entries(SERVERS)) {
    process.stderr.write(`${name}: fetched …\n`)
    Object.assign(seen[name], tarballOf(server), sizesOf(installed(server, 'first').project))
  }
  for (let run = 0; run < RUNS; run++) {
    for (const [name, server] of Object.entries(SERVERS)) {
      process.stderr.write(`${name}, ${run + 1} of ${RUNS} …\n`)
      const { project, ms } = installed(server, `run-${run}`)
      seen[name].installs.push(ms)
      seen[name].starts.push(await startedByNpx(server, project))
    }
  }
  const rows = Object.entries(seen).map(([name, { installs, starts, ...rest }]) => ({
    name: `${name} ${rest.version}`,
    ...rest,
    installMs: median(installs),
    npxMs: median(starts),
  }))
  console.table(rows)
  if (values.keep) {
    const kept = {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      npm: npm(['--version']).trim(),
      runs: RUNS,
    }
    writeFileSync(join(ROOT, 'docs/install.json'), `${JSON.stringify({ ...kept, rows }, undefined, 2)}\n`)
  }
} finally {
  rmSync(place, { recursive: true, force: true })
}

/** The tarball of a release, which is what npm would have of us. */
function ours() {
  if (values.tarball !== undefined) return resolve(values.tarball)
  process.stderr.write('packing …\n')
  npm(['pack', '--silent', '--pack-destination', place], ROOT)
  return join(
    place,
    readdirSync(place).find(name => name.endsWith('.tgz')),
  )
}

function tarballOf({ spec }) {
  const [{ version, size, unpackedSize }] = JSON.parse(
    npm(['pack', '--dry-run', '--ignore-scripts', '--json', spec], place),
  )
  return { version, tarballBytes: size, unpackedBytes: unpackedSize }
}

/** Milliseconds of `npm install` into an empty project, what it needs being in npm's cache. */
function installed({ spec }, run) {
  const project = mkdtempSync(join(place, `${run}-`))
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true }))
  const from = performance.now()
  npm(['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', spec], project)
  return { project, ms: Math.round(performance.now() - from) }
}

/** What an installation comes to: packages, and bytes of files. */
function sizesOf(project) {
  const modules = join(project, 'node_modules')
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'))
  const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
  return { packages: Object.keys(packages).length, installedBytes: bytes }
}

/** Milliseconds from `npx` to the first answer, whatever it is. */
async function startedByNpx({ bin, args }, project) {
  const port = String(await freePort())
  const from = performance.now()
  const child = spawn('npx', [bin, ...args(port)], { cwd: project, stdio: 'ignore', detached: true })
  try {
    while (!(await answers(port))) {
      if (performance.now() - from > PATIENCE_MS || child.exitCode !== null) throw new Error(`${bin} does not answer`)
      await rest(5)
    }
    return Math.round(performance.now() - from)
  } finally {
    const gone = new Promise(resolve => child.once('exit', resolve))
    process.kill(-child.pid, 'SIGKILL')
    await gone
  }
}

function answers(port) {
  return fetch(`http://127.0.0.1:${port}/`).then(
    answer => answer.text().then(() => true),
    () => false,
  )
}

function npm(args, cwd = ROOT) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1e8 })
}
