// Redis, two replicas and nginx as ordinary processes: `node run.mjs --port 8080`. SIGHUP restarts the replicas one after another,
// SIGINT or SIGTERM stops everything. What follows `--` goes to each replica.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    /** The command: `mockling` where it is installed. */
    mockling: { type: 'string', default: join(import.meta.dirname, '../../dist/cli.cjs') },
  },
  allowPositionals: true,
})
const directory = mkdtempSync(join(tmpdir(), 'mockling-replicas-'))
const port = Number(values.port) || (await freePort())
const redisPort = await freePort()
const url = `http://127.0.0.1:${port}`

const redis = await start('redis-server', [
  ...['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', directory],
  ...['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'],
])
while (!(await answers(redisPort))) await rest(20)
const replicas = await Promise.all([startReplica(), startReplica()])
copyFileSync(join(import.meta.dirname, 'nginx.conf'), join(directory, 'nginx.conf'))
writeFileSync(join(directory, 'listen.conf'), `listen 127.0.0.1:${port};\n`)
writeUpstream(replicas)
const nginx = await start('nginx', ['-p', `${directory}/`, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'])
while (!(await answers(port))) await rest(20)
tell({ url, replicas: replicas.map(replica => replica.url), redis: `redis://127.0.0.1:${redisPort}` })

process.on('SIGHUP', () => void roll())
process.once('SIGINT', () => void stop())
process.once('SIGTERM', () => void stop())

/** A new one first; then the old one is sent nothing more, and then stopped. */
async function roll() {
  for (const [slot, old] of replicas.entries()) {
    replicas[slot] = await startReplica()
    writeUpstream(replicas)
    nginx.kill('SIGHUP')
    // nginx's old worker takes connections until its new one is there.
    await rest(1000)
    await end(old.child)
  }
  tell({ rolled: replicas.map(replica => replica.url) })
}

async function stop() {
  await end(nginx)
  await Promise.all(replicas.map(({ child }) => end(child)))
  await end(redis)
  rmSync(directory, { recursive: true, force: true })
  process.exit()
}

async function startReplica() {
  const child = await start(process.execPath, [
    ...[values.mockling, 'serve', '--json', '--port', '0', '--redis-url', `redis://127.0.0.1:${redisPort}`],
    // Videos are linked to by this.
    ...['--public-url', url, ...positionals],
  ])
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('a replica did not start'))),
  ])
  return { child, url: JSON.parse(line).url }
}

function writeUpstream(servers) {
  const lines = servers.map(server => `  server ${new URL(server.url).host} max_fails=10 fail_timeout=1s;`)
  const file = join(directory, 'upstream.conf')
  writeFileSync(`${file}.new`, ['upstream mockling {', '  least_conn;', ...lines, '}', ''].join('\n'))
  renameSync(`${file}.new`, file)
}

async function start(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child, 'spawn')
  child.stdout.resume()
  return child
}

/** Asks it to end, and makes it if it takes too long. */
async function end(child, signal = 'SIGTERM', limitMs = 15_000) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  const limit = setTimeout(() => child.kill('SIGKILL'), limitMs)
  await ended
  clearTimeout(limit)
}

async function answers(at) {
  const socket = connect(at, '127.0.0.1')
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isThere
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port: free } = probe.address()
  probe.close()
  await once(probe, 'close')
  return free
}

function tell(what) {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
