// Puts the viewer of /docs beside the build, in one file and compressed: its package would bring 13 MB along, and it is a third of
// ours. With --release as small as it can be, which takes ten times as long.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const entry = createRequire(import.meta.url).resolve('@scalar/fastify-api-reference')
const script = readFileSync(join(dirname(entry), 'js', 'standalone.js'))
const compressed = brotliCompressSync(script, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: process.argv.includes('--release') ? 11 : 9,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: script.length,
  },
})
writeFileSync(join(import.meta.dirname, '..', 'dist', 'docs', 'scalar.js.br'), compressed)
