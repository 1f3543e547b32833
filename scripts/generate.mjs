// `npm run generate`: writes the files that are made from the sources and committed. With --check it writes nothing,
// names those that differ and exits 1.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'tsdown'

const root = join(import.meta.dirname, '..')

/** Made from src rather than from dist, which may be older. Under node_modules, where dependencies are found. */
async function loadFromSource(name, entry) {
  const outDir = join(root, 'node_modules', '.cache', `mockling-generate-${process.pid}`)
  try {
    await build({
      config: false,
      cwd: root,
      entry: { [name]: entry },
      outDir,
      format: 'esm',
      platform: 'node',
      dts: false,
      fixedExtension: false,
      logLevel: 'silent',
    })
    return await import(pathToFileURL(join(outDir, `${name}.js`)).href)
  } finally {
    rmSync(outDir, { recursive: true, force: true })
  }
}

const { openApiFiles } = await loadFromSource('documents', 'src/openapi/files.ts')
const { capabilities } = await loadFromSource('matrix', 'src/contract/matrix.ts')
const files = { ...openApiFiles(), 'capabilities.json': `${JSON.stringify(capabilities(), null, 2)}\n` }
const strays = readdirSync(join(root, 'openapi'))
  .map(name => `openapi/${name}`)
  .filter(path => !(path in files))

function differs(path) {
  const file = join(root, path)
  return !existsSync(file) || readFileSync(file, 'utf8').replaceAll('\r\n', '\n') !== files[path]
}

const stale = Object.keys(files).filter(differs)
if (process.argv.includes('--check')) {
  for (const path of stale) process.stderr.write(`${path} is not what the sources make; run npm run generate\n`)
  for (const path of strays) process.stderr.write(`${path} is made by no source; remove it\n`)
  process.exitCode = stale.length + strays.length > 0 ? 1 : 0
} else {
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), files[path])
    process.stdout.write(`${path}\n`)
  }
}
