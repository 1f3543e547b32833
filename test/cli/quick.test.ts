import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import Module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { codeCacheOf } from '../../src/cli/code-cache.ts'
import { create, serve } from './command.ts'

const ROOT = join(import.meta.dirname, '../..')
const QUICK = join(ROOT, 'dist/quick.cjs')
const FACTS = { platform: 'linux', arch: 'x64' } as const

/** A copy of what was built, and the path of its code cache. */
function copied() {
  const place = mkdtempSync(join(tmpdir(), 'mockling-quick-'))
  for (const name of ['dist', 'openapi', 'package.json'])
    cpSync(join(ROOT, name), join(place, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'))
  const file = join(place, 'dist/quick.cjs')
  const cache = codeCacheOf(file, readFileSync(file, 'latin1'), process)
  if (cache === undefined) throw new Error('quick.cjs has no name')
  return { command: join(place, 'dist/cli.cjs'), file, cache }
}

/** What it answers to a create, and to a request for which it has to load more; and what became of the code cache. */
async function answers(command: string, options = '') {
  const env = { NODE_DEBUG: 'mockling', NODE_OPTIONS: options }
  await using serving = await serve(['--pace', 'instant'], { command, env })
  const made = await create(serving.facts.url, {})
  const { task_id: id } = (await made.json()) as { task_id: string }
  const record = await fetch(`${serving.facts.url}/kling/tasks`, {
    method: 'POST',
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: JSON.stringify({ id, action: 'retrieve' }),
  })
  const document = await (await fetch(`${serving.facts.url}/openapi.yaml`)).text()
  const metrics = await fetch(`${serving.facts.url}/_mockling/metrics`)
  serving.signal('SIGTERM')
  const [, verdict = 'none'] = /\.bin: (\w+)$/m.exec((await serving.ended()).stderr) ?? []
  return [made.status, record.status, document.split('\n', 1)[0], metrics.status, verdict]
}

describe('what mockling serve loads', () => {
  it('comes with what V8 made of it, and V8 takes that', () => {
    const text = readFileSync(QUICK, 'latin1')
    const { cachedDataRejected } = new Script(Module.wrap(text), {
      filename: QUICK,
      cachedData: readFileSync(codeCacheOf(QUICK, text, process) as string),
    })
    expect(cachedDataRejected).toBe(false)
  })

  it('serves whether V8 takes its code cache, rejects it, or there is none', async () => {
    const good = [200, 200, 'openapi: 3.1.0', 200]
    const { command, cache } = copied()
    expect(await answers(command)).toEqual([...good, 'taken'])
    // It changes what V8 compiles.
    expect(await answers(command, '--stack-trace-limit=7')).toEqual([...good, 'rejected'])
    truncateSync(cache, 100_000)
    expect(await answers(command)).toEqual([...good, 'rejected'])
    const bytes = readFileSync(cache)
    writeFileSync(cache, bytes.fill(0xa5, 0, 64))
    expect(await answers(command)).toEqual([...good, 'rejected'])
    unlinkSync(cache)
    expect(await answers(command)).toEqual([...good, 'none'])
  })

  it('has a code cache for each V8 of its own, whatever Node adds to its name', () => {
    const cacheFor = (v8: string) =>
      codeCacheOf('q.cjs', '/*0123456789abcdef*/', { ...FACTS, versions: { v8 } as never })
    expect(cacheFor('13.6.233.17-node.53')).toBe('q.cjs.0123456789abcdef.v8-13.6.233.17.linux-x64.bin')
    expect(cacheFor('13.6.233.17-node.12')).toBe(cacheFor('13.6.233.17-node.53'))
    expect(cacheFor('13.6.233.8-node.9')).not.toBe(cacheFor('13.6.233.17-node.53'))
  })

  it('is whole in all its parts, those loaded later too', () => {
    const parts = readdirSync(join(QUICK, '..')).filter(
      name => name.endsWith('.cjs') && !/^(?:cli|quick)\.cjs$/.test(name),
    )
    const load = `process.argv.push('mockling', 'serve', '--help')
      for (const part of ${JSON.stringify(parts)}) try { require('./' + part) } catch (error) { console.error(part, error.message) }`
    const { stderr } = spawnSync(process.execPath, ['-e', load], { cwd: join(QUICK, '..'), encoding: 'utf8' })
    expect(stderr).toBe('')
  })

  it('is never taken for what it was before a change', async () => {
    const { command, file, cache } = copied()
    const text = readFileSync(file, 'latin1')
    // As long as before: V8 would not notice. Its name is another, as the build gives it one.
    const name = /^\/\*([0-9a-f]{16})/.exec(text)?.[1] as string
    writeFileSync(file, text.replace(name, '0123456789abcdef').replaceAll('listens on', 'LISTENS on'), 'latin1')
    expect(readdirSync(join(file, '..'))).toContain(cache.slice(cache.lastIndexOf('/') + 1))
    await using serving = await serve([], { command, isText: true })
    expect(serving.facts.url).toContain('mockling LISTENS on')
  })
})
