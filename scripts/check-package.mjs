// Fails if the package is more than may be, holds what nobody needs, or has names that some resolver can't follow. Looks at the
// tarball that npm makes of what is built here; scripts/smoke.mjs looks at that of a release.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { builtCommand } from './build-if-needed.mjs'

/** Without what V8 makes of the start file: of that there is one for each Node that it was built for, here one, in a release three. */
const MOST_BYTES = 2_500_000
/** The package is ESM alone: every Node that it is made for takes that from `require`, too, which the smoke test tries. */
const MEANT = new Set(['CJSResolvesToESM'])

const root = join(import.meta.dirname, '..')
const place = mkdtempSync(join(tmpdir(), 'mockling-package-'))
try {
  builtCommand()
  const pack = ['pack', '--ignore-scripts', '--silent', '--json', '--pack-destination', place]
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }))
  const tarball = readFileSync(join(place, packed.filename))
  const complaints = [...listed(packed), ...(await published(tarball)), ...(await typed(tarball))]
  for (const complaint of complaints) process.stderr.write(`✗ ${complaint}\n`)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  rmSync(place, { recursive: true, force: true })
}

/** How large it is, and what is in it. */
function listed({ size, entryCount, files }) {
  const caches = files.filter(({ path }) => /^dist\/quick\.cjs\..+\.bin$/.test(path))
  const own = caches.reduce(
    (sum, { path }) => sum - gzipSync(readFileSync(join(root, path)), { level: 9 }).length,
    size,
  )
  process.stdout.write(
    `the tarball has ${size} bytes, ${own} of them not V8's, of ${MOST_BYTES}; ${entryCount} files\n`,
  )
  const needless = files.filter(({ path }) => /\.map$|\.tsx?$(?<!\.d\.ts)|^dist\/code-cache/.test(path))
  return [
    ...(own > MOST_BYTES ? [`the tarball has ${own - MOST_BYTES} bytes too many`] : []),
    ...needless.map(({ path }) => `nobody needs ${path} in the package`),
  ]
}

/** What publint says of the package's fields and files. */
async function published(tarball) {
  const { messages, pkg } = await publint({ pack: { tarball: bytesOf(tarball).buffer }, strict: true })
  return messages.map(message => `publint: ${formatMessage(message, pkg)}`)
}

/** Whether TypeScript finds the types of every entry, as each way of resolution looks for them. */
async function typed(tarball) {
  const { problems } = await checkPackage(createPackageFromTarballData(bytesOf(tarball)), {
    // Documents: nothing that is imported.
    excludeEntrypoints: [/^\.\/openapi/],
  })
  return problems
    .filter(({ kind }) => !MEANT.has(kind))
    .map(({ kind, ...where }) => `the types are wrong: ${kind} ${JSON.stringify(where)}`)
}

function bytesOf(buffer) {
  return Uint8Array.from(buffer)
}
