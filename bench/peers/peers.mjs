import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const HERE = import.meta.dirname
const OPENAPI = join(HERE, '../../openapi/kling-2026-05.yaml')
const ANSWER = { task_id: '8c979f32-a969-4061-b9a8-2be719606f30' }

/** A file in a directory of its own. */
function file(name, content) {
  const path = join(mkdtempSync(join(tmpdir(), 'mockling-peer-')), name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const bin = name => join(HERE, 'node_modules/.bin', name)

/** What Mockoon is told: one route that answers a constant. */
function mockoonData(port) {
  const response = {
    ...{ uuid: 'answer', statusCode: 200, body: JSON.stringify(ANSWER), bodyType: 'INLINE', default: true },
    ...{ headers: [{ key: 'Content-Type', value: 'application/json' }], rules: [], callbacks: [], latency: 0 },
  }
  const route = {
    ...{ uuid: 'create', type: 'http', method: 'post', endpoint: 'kling/videos', responseMode: null },
    responses: [response],
  }
  return {
    ...{ uuid: 'kling', lastMigration: 33, name: 'kling', port, endpointPrefix: '', latency: 0, hostname: '127.0.0.1' },
    ...{ folders: [], headers: [], data: [], callbacks: [], cors: false, proxyMode: false },
    ...{ routes: [route], rootChildren: [{ type: 'route', uuid: 'create' }] },
  }
}

/** The same in a file. */
export function mockoonFile(port) {
  return file('kling.json', mockoonData(port))
}

/**
 * The arguments of Node that start each peer on a port, each with as little beside the answer as its documents offer: none
 * checks a body against the contract, but Prism against the schema.
 */
export const PEERS = {
  'aimock 1.43': { args: port => [join(HERE, 'aimock.mjs'), port], path: '/v1/videos' },
  'Mockaton 8.23': {
    args: port => {
      const mock = file('mocks/kling/videos.POST.200.json', ANSWER)
      const config = file(
        'mockaton.config.js',
        'export default { onReady() {}, logLevel: "quiet", watcherEnabled: false }',
      )
      return [bin('mockaton'), '-c', config, '-m', join(mock, '../..'), '-p', port]
    },
  },
  'stubby 5.1': {
    args: port => {
      const request = { method: 'POST', url: '^/kling/videos$' }
      const response = { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(ANSWER) }
      const data = file('stubs.json', [{ request, response }])
      return [
        bin('stubby'),
        '-q',
        '-d',
        data,
        '-s',
        port,
        '-a',
        String(Number(port) + 1),
        '-t',
        String(Number(port) + 2),
      ]
    },
  },
  'MSW 2.15 (http-middleware)': { args: port => [join(HERE, 'msw.mjs'), port] },
  'Prism 5.14, silent': { args: port => [bin('prism'), 'mock', '-v', 'silent', '-p', port, OPENAPI] },
  'Mockoon 9.9': {
    args: port => [bin('mockoon-cli'), 'start', '-X', '-d', mockoonFile(Number(port))],
  },
}

/** Installs them, once, as their lockfile has them. */
export function installPeers() {
  if (existsSync(join(HERE, 'node_modules'))) return
  process.stderr.write('installing the peers …\n')
  execFileSync('npm', ['ci', '--silent', '--ignore-scripts', '--no-audit'], { cwd: HERE, stdio: 'inherit' })
}
