// `npm run bench`: every benchmark, one after another, and what came of it as a table. `--peers` measures other mock servers
// in the same rounds; `--runs 3` does all of it three times; `--only start,create` some of it; `--keep` puts what was measured
// into docs/benchmarks.json, from which `npm run docs` makes the tables of docs/performance.md: on a machine that is free.
// Needs `npm run build` first.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { median } from './harness.mjs'

const ROOT = join(import.meta.dirname, '..')
const PARTS = {
  start: ['bench/start.mjs'],
  create: ['bench/create.mjs'],
  callbacks: ['bench/callbacks.mjs'],
  memory: ['--expose-gc', 'bench/memory.mjs'],
  growth: ['bench/growth.mjs'],
  state: ['bench/state.mjs'],
  replicas: ['bench/replicas.mjs'],
  validate: ['bench/validate.mjs'],
  media: ['bench/media.mjs'],
  inspector: ['bench/inspector.mjs'],
}

const { values } = parseArgs({
  options: {
    peers: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1' },
    only: { type: 'string', default: Object.keys(PARTS).join(',') },
  },
})
const names = values.only.split(',')
const unknown = names.filter(name => !(name in PARTS))
if (unknown.length > 0 || !(Number(values.runs) >= 1)) {
  process.stderr.write(`bench: --only takes ${Object.keys(PARTS).join(', ')}; --runs a number from 1\n`)
  process.exit(2)
}

/** The rows of one part, as it prints them. */
function measured(name) {
  process.stderr.write(`${name} …\n`)
  const args = [...PARTS[name], '--json', ...(values.peers && name === 'create' ? ['--peers'] : [])]
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  if (status !== 0) process.exit(status ?? 1)
  return JSON.parse(stdout.toString().trim().split('\n').at(-1)).map(row => ({ part: name, ...row }))
}

/** What was seen in all runs of a row, and the rest of the one in the middle. */
function middle(rows) {
  const seen = median(rows.map(row => row.seen))
  const row = rows.find(one => one.seen === seen)
  return { ...row, runs: rows.map(one => one.seen), reached: verdict(row) }
}

function verdict({ seen, gate, goal, isLess = false }) {
  const reaches = bound => bound !== undefined && (isLess ? seen <= bound : seen >= bound)
  if (reaches(goal)) return 'goal'
  if (reaches(gate)) return 'gate'
  return gate === undefined && goal === undefined ? '' : 'missed'
}

function keep(rows) {
  const file = join(ROOT, 'docs/benchmarks.json')
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const facts = { date: new Date().toISOString().slice(0, 10), node: process.version }
  // What was not measured now stays as it was, `null` if it never was.
  const parts = Object.keys(PARTS).map(name => {
    const measured = rows.filter(row => row.part === name).map(({ part, ...row }) => row)
    return [name, measured.length > 0 ? { ...facts, rows: measured } : (before[name] ?? null)]
  })
  writeFileSync(file, JSON.stringify(Object.fromEntries(parts)))
  spawnSync('npx', ['biome', 'format', '--write', file], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
  process.stderr.write(`kept in ${file}\n`)
}

const runs = Array.from({ length: Number(values.runs) }, () => names.flatMap(measured))
const rows = runs[0].map((_, place) => middle(runs.map(run => run[place])))
console.table(
  Object.fromEntries(
    rows.map(({ what, runs: seen, unit, ours = '', reference = '', gate = '', goal = '', reached }) => [
      what,
      { seen: seen.join(', '), unit, ours, reference, gate, goal, reached },
    ]),
  ),
)
if (values.keep) keep(rows)
