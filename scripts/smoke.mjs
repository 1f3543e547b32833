// Packs the package, installs the tarball into an empty project, starts it from there and makes one video. Then starts it on
// each Node that it is made for, to see that V8 takes the code cache that came with it.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { MAJORS, NoNode, nodeOf } from './nodes.mjs'

const root = join(import.meta.dirname, '..')
const place = mkdtempSync(join(tmpdir(), 'mockling-smoke-'))
try {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', place], { cwd: root, stdio: ['ignore', 'ignore', 2] })
  const [tarball] = readdirSync(place).filter(name => name.endsWith('.tgz'))
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'smoke', private: true, type: 'module' }))
  execFileSync('npm', ['install', '--silent', join(place, tarball)], { cwd: place, stdio: ['ignore', 'ignore', 2] })

  const server = spawn(join(place, 'node_modules/.bin/mockling'), ['--port', '0', '--pace', 'instant', '--json'], {
    cwd: place,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { url } = await facts(server)
  const answer = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: 'Bearer smoke', 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }),
  })
  const video = await answer.json()
  assert.equal(answer.status, 200)
  assert.equal(video.duration, '5.1')
  const file = Buffer.from(await (await fetch(video.video_url)).arrayBuffer())
  assert.equal(file.toString('latin1', 4, 8), 'ftyp')
  assert.equal((await fetch(`${url}/docs/scalar.js`)).status, 200)
  assert.equal((await fetch(`${url}/_mockling/metrics`)).status, 200)
  const page = await (await fetch(`${url}/_mockling/`, { headers: { accept: 'text/html' } })).text()
  const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page) ?? []
  assert.equal((await fetch(`${url}/_mockling/${script}`)).status, 200, 'the inspector')
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  assert.equal(await ended, 0)

  writeFileSync(
    join(place, 'embed.mjs'),
    `import { existsSync } from 'node:fs'
     import { createSimulator, validate } from 'mockling'
     import { capabilities } from 'mockling/capabilities'
     const simulator = await createSimulator({ pace: 'instant' })
     if (!(await fetch(simulator.url + '/health')).ok) process.exit(1)
     if (!existsSync(new URL(import.meta.resolve('mockling/vitest')))) process.exit(1)
     if (validate({ action: 'text2video' }, '2026-05', 'documented').length !== 1) process.exit(1)
     if (capabilities().revisions['2026-10'].models['kling-v3'].modes['4k'].camera.length !== 0) process.exit(1)
     if (!existsSync(new URL(import.meta.resolve('mockling/capabilities.json')))) process.exit(1)
     await simulator.close()`,
  )
  execFileSync(process.execPath, ['embed.mjs'], { cwd: place, stdio: 'inherit' })
  for (const major of MAJORS) await takesCodeCache(major)
  process.stdout.write(`${tarball}: installs, serves a video of ${file.length} bytes, stops, and embeds\n`)
} finally {
  rmSync(place, { recursive: true, force: true })
}

/** The one line it prints. */
async function facts(child) {
  const exit = new Promise((_, reject) => child.once('exit', code => reject(new Error(`mockling ended with ${code}`))))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value } = await Promise.race([lines.next(), exit])
  return JSON.parse(value)
}

async function takesCodeCache(major) {
  let node
  try {
    node = nodeOf(major, place)
  } catch (error) {
    if (!(error instanceof NoNode)) throw error
    process.stderr.write(`not tried on Node ${major}: ${error.message}\n`)
    return
  }
  const command = join(place, 'node_modules/mockling/dist/cli.cjs')
  const server = spawn(node, [command, '--port', '0', '--json'], { env: { ...process.env, NODE_DEBUG: 'mockling' } })
  const said = text(server.stderr)
  await facts(server)
  server.kill('SIGTERM')
  assert.match(await said, /: taken$/m, `Node ${major}`)
}
