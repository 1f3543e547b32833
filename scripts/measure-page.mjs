// Fails if the built inspector has grown beyond what a page may be that is to be there at once: gzipped, all of its files.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const MOST_BYTES = 120_000

const folder = join(import.meta.dirname, '..', 'dist', 'inspector')
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
const bytes = files.reduce(
  (sum, { parentPath, name }) => sum + gzipSync(readFileSync(join(parentPath, name))).length,
  0,
)
process.stdout.write(`the inspector has ${bytes} bytes, gzipped, of ${MOST_BYTES}\n`)
process.exitCode = bytes < MOST_BYTES ? 0 : 1
