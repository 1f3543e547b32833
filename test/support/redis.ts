import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { without } from './tools.ts'

/** Empty if there is a redis-server, else what to add to the name of a test that is left out for want of one. */
export const withoutRedis = without(['redis-server', '--version'])

/** Whether there is a redis-server on this machine. */
export const isRedisThere = withoutRedis === ''

export interface RedisSettings {
  /** It keeps what it is told over a stop, and answers once that is on the disk. */
  readonly keeps?: boolean
}

/** A redis-server of the test's own. */
export interface RedisServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string
  readonly port: number
  /** Stops it with this signal, SIGTERM by default. It may be started again. */
  stop(signal?: NodeJS.Signals): Promise<void>
  /** Stops it if it runs, and starts it on the same port, with what it kept. */
  restart(signal?: NodeJS.Signals): Promise<void>
  /** Has it hang: it neither answers nor goes away. */
  pause(): void
  /** It goes on where it was. */
  resume(): void
}

/** Starts one on a free port. Whoever starts it disposes of it, which removes what it kept. */
export async function startRedis({ keeps = false }: RedisSettings = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'mockling-redis-'))
  for (let tries = 1; ; tries++) {
    const port = await freePort()
    const start = () => serve(['--port', `${port}`, '--dir', directory, ...(keeps ? KEEPING : [])])
    try {
      return new Running(port, directory, start, await start())
    } catch (error) {
      // Somebody else may have taken the port meanwhile.
      if (tries < 3) continue
      rmSync(directory, { recursive: true, force: true })
      throw error
    }
  }
}

const KEEPING = ['--appendonly', 'yes', '--appendfsync', 'always']

class Running implements RedisServer {
  readonly url: string
  readonly port: number
  readonly #directory: string
  readonly #start: () => Promise<ChildProcess>
  #server: ChildProcess

  constructor(port: number, directory: string, start: () => Promise<ChildProcess>, server: ChildProcess) {
    this.url = `redis://127.0.0.1:${port}`
    this.port = port
    this.#directory = directory
    this.#start = start
    this.#server = server
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const server = this.#server
    if (isOver(server)) return
    const ended = once(server, 'exit')
    server.kill(signal)
    await ended
  }

  async restart(signal?: NodeJS.Signals): Promise<void> {
    await this.stop(signal)
    this.#server = await this.#start()
  }

  pause(): void {
    this.#server.kill('SIGSTOP')
  }

  resume(): void {
    this.#server.kill('SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop('SIGKILL')
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** Resolves once it accepts connections. */
async function serve(settings: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  guard(server)
  let said = ''
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', () => reject(new Error(`redis-server did not start:\n${said}`)))
    server.stdout?.on('data', chunk => {
      said += chunk
      if (said.includes('Ready to accept connections')) resolve()
    })
  })
  return server
}

/** Has it killed when this process is gone, however that went: a pipe of ours closes then. */
function guard(server: ChildProcess): void {
  const watch = spawn('sh', ['-c', `read -r _; kill -9 ${server.pid}`], { stdio: ['pipe', 'ignore', 'ignore'] })
  server.once('exit', () => watch.kill('SIGKILL'))
  watch.unref()
}

function isOver({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** A port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
