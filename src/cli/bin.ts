#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { join } from 'node:path'
import { debuglog } from 'node:util'
import { codeCacheOf, runScript, scriptOf } from './code-cache.ts'

/** Whether `serve` is meant, and not its help: all that `quick.cjs` knows. */
function isServe(words: readonly string[]): boolean {
  if (words.some(word => ['-h', '--help', '-V', '--version'].includes(word))) return false
  const [first] = words
  return first === undefined || first === 'serve' || first.startsWith('-')
}

/** What `NODE_DEBUG=mockling` shows. */
const debug = debuglog('mockling')

/**
 * Runs a file as `require` would, with what V8 made of it when the package was built. If V8 won't have that (it was started
 * with flags that change what it compiles), it has compiled the file anew. If there is none for this V8, Node keeps what it
 * makes, if it can.
 */
function runQuickly(file: string): void {
  const text = readFileSync(file, 'latin1')
  const cache = codeCacheOf(file, text, process)
  if (cache === undefined || !existsSync(cache)) {
    const { enableCompileCache } = Module as { enableCompileCache?: () => void }
    enableCompileCache?.()
    createRequire(file)(file)
    return
  }
  const script = scriptOf(file, text, readFileSync(cache))
  debug('%s: %s', cache, script.cachedDataRejected ? 'rejected' : 'taken')
  runScript(script, file)
}

if (isServe(process.argv.slice(2))) runQuickly(join(import.meta.dirname, 'quick.cjs'))
else void import(new URL('./main.js', import.meta.url).href)
