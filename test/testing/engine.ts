import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fromEnvironment } from '../../src/config.ts'
import { createSimulator, type Simulator } from '../../src/simulator.ts'

/** What Testcontainers asks an engine to create. */
export interface Wanted {
  readonly Image: string
  readonly Env: readonly string[]
  readonly ExposedPorts: Readonly<Record<string, object>>
}

export interface Engine extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly url: string
  readonly wanted: Wanted[]
  /** Archives that were to be unpacked in containers. */
  readonly archives: Buffer[]
}

const ID = 'c0ffee'.repeat(10)

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * As much of the Docker Engine's API as Testcontainers needs to start and stop one container. What it starts is no container
 * but a simulator here, with the environment that the container would have had: what the image's own is comes from `imageEnvironment`.
 */
export async function engine(imageEnvironment: Readonly<Record<string, string>>): Promise<Engine> {
  const wanted: Wanted[] = []
  const archives: Buffer[] = []
  let simulator: Simulator | undefined

  async function answer(request: IncomingMessage): Promise<[status: number, body?: unknown]> {
    const path = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*$/, '')
    const body = await bodyOf(request)
    switch (`${request.method} ${path.replaceAll(ID, 'ID').replace(/\/images\/.*\/json/, '/images/NAME/json')}`) {
      case 'GET /_ping':
      case 'HEAD /_ping':
        return [200, 'OK']
      case 'GET /info':
        return [
          200,
          { ServerVersion: '28.0.0', OperatingSystem: 'none', OSType: 'linux', Architecture: 'x86_64', Labels: [] },
        ]
      case 'GET /version':
        return [200, { ApiVersion: '1.47' }]
      case 'GET /images/NAME/json':
        return [200, { Id: 'sha256:1', RepoTags: [] }]
      case 'GET /containers/json':
        return [200, []]
      case 'POST /containers/create':
        wanted.push(JSON.parse(body.toString()))
        return [201, { Id: ID, Warnings: [] }]
      case 'PUT /containers/ID/archive':
        archives.push(body)
        return [200]
      case 'POST /containers/ID/start': {
        const given = Object.fromEntries((wanted.at(-1)?.Env ?? []).map(line => line.split(/=(.*)/s).slice(0, 2)))
        const { tokens, ...settings } = fromEnvironment({ ...imageEnvironment, ...given }).settings
        simulator = await createSimulator({ ...settings, port: 0 })
        return [204]
      }
      case 'GET /containers/ID/json':
        return [200, inspected(simulator)]
      case 'GET /containers/ID/logs':
        return [200, '']
      case 'POST /containers/ID/stop':
      case 'POST /containers/ID/kill':
        await simulator?.close()
        return [204]
      case 'DELETE /containers/ID':
        return [204]
      default:
        return [404, { message: `${request.method} ${path} is not known here` }]
    }
  }

  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const [status, body] = await answer(request).catch((error: Error) => [500, { message: error.message }] as const)
    response.writeHead(status, { 'content-type': 'application/json', 'api-version': '1.47' })
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    wanted,
    archives,
    [Symbol.asyncDispose]: async () => {
      await simulator?.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

function inspected(simulator: Simulator | undefined): object {
  const port = simulator === undefined ? '' : new URL(simulator.url).port
  return {
    Id: ID,
    Name: '/mockling',
    Config: { Hostname: 'mockling', Labels: {} },
    State: { Status: 'running', Running: true, StartedAt: '2026-01-01T00:00:00Z', FinishedAt: '0001-01-01T00:00:00Z' },
    HostConfig: { NetworkMode: 'bridge', PortBindings: {} },
    NetworkSettings: {
      Ports: { '4180/tcp': [{ HostIp: '127.0.0.1', HostPort: port }] },
      Networks: { bridge: { NetworkID: 'n', IPAddress: '127.0.0.1' } },
    },
  }
}
