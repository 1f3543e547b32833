// Packs the package as for a release, installs the tarball into an empty project and tries it on each Node that it is made for:
// the command makes a video with what V8 made of its code, starts by `npx`, and stops when told; the package is imported and required.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import spawn from 'cross-spawn'
import { MAJORS, NoNode, nodeOf } from './nodes.mjs'

/** With what V8 makes of the start file on three Nodes, which is about half of it. */
const MOST_BYTES = 4_500_000

const root = join(import.meta.dirname, '..')
const place = mkdtempSync(join(tmpdir(), 'mockling-smoke-'))
const command = join(place, 'node_modules/mockling/dist/cli.cjs')
try {
  run('npm', ['pack', '--silent', '--pack-destination', place], root)
  const [tarball] = readdirSync(place).filter(name => name.endsWith('.tgz'))
  const { size } = statSync(join(place, tarball))
  assert.ok(size < MOST_BYTES, `${tarball} has ${size} bytes: more than ${MOST_BYTES}`)
  writeFileSync(join(place, 'package.json'), JSON.stringify({ name: 'smoke', private: true, type: 'module' }))
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', join(place, tarball)], place)
  writeEmbeddings()

  const tried = []
  for (const major of MAJORS) {
    const node = found(major)
    if (node === undefined) continue
    await serves(node)
    for (const script of ['embed.mjs', 'embed.cjs']) run(node, [script], place)
    tried.push(`${major} (by npx to the first answer ${await startedByNpx(node)} ms)`)
  }
  assert.ok(tried.length > 0, 'no Node to try it on')
  process.stdout.write(`${tarball}: ${size} bytes; serves, stops and embeds on Node ${tried.join(', ')}\n`)
} finally {
  rmSync(place, { recursive: true, force: true })
}

function run(program, args, cwd) {
  const { status, error } = spawn.sync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${error ?? status}`)
}

function found(major) {
  try {
    return nodeOf(major, place)
  } catch (error) {
    if (!(error instanceof NoNode)) throw error
    process.stderr.write(`not tried on Node ${major}: ${error.message}\n`)
    return undefined
  }
}

/** The command on that Node, from its start to its end. */
async function serves(node) {
  const env = { ...process.env, NODE_DEBUG: 'mockling' }
  const server = spawn(node, [command, '--port', '0', '--pace', 'instant', '--json'], { cwd: place, env })
  const said = text(server.stderr)
  const { url } = await facts(server)
  const video = await makeVideo(url)
  assert.equal(video.duration, '5.1')
  const file = Buffer.from(await (await fetch(video.video_url)).arrayBuffer())
  assert.equal(file.toString('latin1', 4, 8), 'ftyp')
  assert.match(await (await fetch(`${url}/docs/scalar.js`)).text(), /@scalar\/api-reference/)
  assert.equal((await fetch(`${url}/_mockling/metrics`)).status, 200)
  const page = await (await fetch(`${url}/_mockling/`, { headers: { accept: 'text/html' } })).text()
  const [, script] = /src="\.\/(assets\/[^"]+\.js)"/.exec(page) ?? []
  assert.equal((await fetch(`${url}/_mockling/${script}`)).status, 200, 'the inspector')
  await stop(server)
  assert.match(await said, /: taken$/m, node)
}

/** Milliseconds from `npx mockling`, where it is installed, to the first answer. */
async function startedByNpx(node) {
  const from = performance.now()
  const env = { ...process.env, PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` }
  const stdio = ['ignore', 'pipe', 'inherit']
  const server = spawn('npx', ['mockling', '--port', '0', '--pace', 'instant', '--json'], {
    cwd: place,
    env,
    stdio,
  })
  const { url, pid } = await facts(server)
  await makeVideo(url)
  const ms = Math.round(performance.now() - from)
  const gone = new Promise(resolve => server.once('exit', resolve))
  process.kill(pid, 'SIGTERM')
  await gone
  return ms
}

async function makeVideo(url) {
  const answer = await fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: 'Bearer smoke', 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', model: 'kling-v1', prompt: 'a white mug' }),
  })
  assert.equal(answer.status, 200)
  return answer.json()
}

/** The one line it prints. */
async function facts(child) {
  const exit = new Promise((_, reject) => child.once('exit', code => reject(new Error(`mockling ended with ${code}`))))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { value } = await Promise.race([lines.next(), exit])
  exit.catch(() => {})
  return JSON.parse(value)
}

/** Windows has no signal that could be heeded: there it just ends. */
async function stop(server) {
  const ended = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  const code = await ended
  if (process.platform !== 'win32') assert.equal(code, 0)
}

function writeEmbeddings() {
  writeFileSync(
    join(place, 'embed.mjs'),
    `import { existsSync } from 'node:fs'
     import { createSimulator, validate } from 'mockling'
     import { capabilities } from 'mockling/capabilities'
     const simulator = await createSimulator({ pace: 'instant' })
     if (!(await fetch(simulator.url + '/health')).ok) process.exit(1)
     for (const name of ['vitest', 'conformance', 'capabilities.json', 'openapi/kling.yaml', 'package.json'])
       if (!existsSync(new URL(import.meta.resolve('mockling/' + name)))) process.exit(1)
     if (validate({ action: 'text2video' }, '2026-05', 'documented').length !== 1) process.exit(1)
     if (capabilities().revisions['2026-10'].models['kling-v3'].modes['4k'].camera.length !== 0) process.exit(1)
     await simulator.close()`,
  )
  writeFileSync(
    join(place, 'embed.cjs'),
    `const { createSimulator } = require('mockling')
     require('mockling/capabilities')
     createSimulator({ pace: 'instant' })
       .then(async simulator => {
         if (!(await fetch(simulator.url + '/health')).ok) process.exit(1)
         await simulator.close()
       })`,
  )
}
