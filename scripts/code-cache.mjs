// Keeps beside dist/quick.cjs what V8 makes of it while it starts and answers a first create, so that `mockling` need not
// compile it again. One file for each V8: that of the Node that runs this, or with --release all that a package is made for,
// which npm fetches. Where one can't be had it says so, and the package goes without.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MAJORS, NoNode, nodeOf } from './nodes.mjs'

const quick = join(import.meta.dirname, '..', 'dist', 'quick.cjs')

// Text that is all ASCII is read without being decoded. What is not stands in strings and patterns only.
const text = readFileSync(quick, 'utf8')
  .replace(/^\/\*[0-9a-f]{16}\*\//, '')
  .replace(/[^\0-\x7f]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
// In a script from the cache V8 does not know who asks (Node 20 to 24).
if (/[^.\w$]import\(/.test(text))
  throw new Error('quick.cjs has an import(): what it loads later must be built with it')
writeFileSync(quick, `/*${createHash('sha256').update(text).digest('hex').slice(0, 16)}*/${text}`)

if (process.argv.includes('--release')) {
  const place = mkdtempSync(join(tmpdir(), 'mockling-nodes-'))
  try {
    for (const major of MAJORS) keepCodeCache(found(major, place))
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
} else keepCodeCache(process.execPath)

function keepCodeCache(node) {
  if (node === undefined) return
  const { status } = spawnSync(node, [join(import.meta.dirname, 'code-cache-child.cjs'), quick], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${node} could not make a code cache`)
}

function found(major, place) {
  try {
    return nodeOf(major, place)
  } catch (error) {
    if (!(error instanceof NoNode)) throw error
    process.stderr.write(
      `no code cache for Node ${major}, where the command will start more slowly: ${error.message}\n`,
    )
    return undefined
  }
}
