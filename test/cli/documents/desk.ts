import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from '../../support/redis.ts'
import { until } from '../../support/until.ts'
import { create, text } from '../command.ts'
import { commandsIn, type ShellCommand, scriptOf } from './shell.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs')

/** Ports that pages name, each of which is another here. */
const PORTS = ['4180', '4181', '3000'] as const

/** A place where a reader sits: a folder of theirs, the commands of the pages, and what the pages take for granted. */
export interface Desk extends AsyncDisposable {
  /** Runs the block; resolves to what went otherwise than the page says, or to nothing. */
  shell(block: string, isRun: (command: ShellCommand) => boolean): Promise<string | undefined>
  /** The same for JavaScript and TypeScript, of which a block may be a part. */
  script(block: string, language: 'js' | 'ts'): Promise<string | undefined>
  /** The same for a program in Python that buys something, under `mockling exec`. */
  python(block: string): Promise<string | undefined>
}

/** @param redis the one that pages take to be running, if they do */
export async function openDesk(redis?: { readonly port: number }): Promise<Desk> {
  const place = mkdtempSync(join(tmpdir(), 'mockling-reader-'))
  const ports = Object.fromEntries(await Promise.all(PORTS.map(async port => [port, await freePort()])))
  const here = (page: string) =>
    page
      .replaceAll(/\b(?:4180|4181|3000)\b/g, port => String(ports[port]))
      .replaceAll(/\b6379\b/g, port => String(redis?.port ?? port))
  furnish(place)
  const receiver = await openReceiver(ports[3000])
  const ofVitest = /^(?:VITEST|NODE_ENV$|TEST$|DEV$|PROD$|MODE$|SSR$|BASE_URL$)/
  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofVitest.test(name))),
    PATH: `${join(place, 'bin')}:${process.env['PATH']}`,
    DESK: place,
    PORT_OF_SERVE: String(ports[4180]),
    PORT_OF_RECORD: String(ports[4181]),
    READER_COMMAND: join(ROOT, 'dist/cli.cjs'),
    MOCKLING_URL: `http://127.0.0.1:${ports[4180]}`,
    MOCKLING_TOKEN: 'reader',
  }

  async function run(program: string, args: readonly string[], cwd: string, input = '') {
    const child = spawn(program, args, { cwd, env: environment })
    child.stdin.end(input)
    const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    return { code: code as number | null, stdout, stderr }
  }

  const where = () => readFileSync(join(place, 'where'), 'utf8').trim()
  let scripts = 0
  /** The server that pages take to be running, and to have been asked something. */
  const begin = async () => {
    const started = await run('mockling', ['serve'], place)
    if (started.code !== 0) throw new Error(started.stderr)
    await create(environment.MOCKLING_URL, { prompt: 'a white mug [[mockling:takes 0]]' }, 'reader')
  }
  await begin()
  return {
    async shell(block, isRun) {
      const commands = commandsIn(block)
        .filter(isRun)
        .map(command => ({ ...command, text: here(command.text) }))
      const { code, stdout, stderr } = await run('bash', [], where(), scriptOf(commands))
      const told = `${stdout}\n${stderr}`
      if (code !== 0) return told
      const parts = stderr.split(/^<command \d+>$/m).slice(1)
      for (const [index, { text: command, refusal }] of commands.entries()) {
        const statuses = [...(parts[index] ?? '').matchAll(/<status (\d+)>/g)].map(([, status]) => Number(status))
        const isAsSaid = statuses.every(status => (status < 400 ? refusal === undefined : status === refusal))
        if (!isAsSaid) return `${command}\nwas answered ${statuses.join(', ')}\n${told}`
      }
      return undefined
    },
    async script(block, language) {
      const [, named] = /^\/\/ ([\w.-]+\.m?[jt]s)$/m.exec(block) ?? []
      const program = given(here(block))
      if (named !== undefined && block.startsWith(`// ${named}`)) {
        writeFileSync(join(where(), named), program)
        return undefined
      }
      scripts++
      const isVitest = /from '(?:vitest|mockling\/(?:vitest|conformance))'/.test(block)
      const file = join(where(), `script-${scripts}${isVitest ? '.test' : ''}.${language === 'ts' ? 'ts' : 'mjs'}`)
      const isSetUp = block.includes('export default')
      const isTested = isVitest || block.includes("from 'node:test'")
      // Whoever reads a fragment has the rest of the program around it; nothing here is to wait for that.
      writeFileSync(file, isTested || isSetUp ? program : `${program}\nprocess.exit()\n`)
      const args = isVitest
        ? [VITEST, 'run', '--root', where(), file]
        : isSetUp
          ? ['--input-type=module', '-e', `await (await (await import(${JSON.stringify(file)})).default())()`]
          : [...(isTested ? ['--test'] : []), file]
      const { code, stdout, stderr } = await run(process.execPath, args, where())
      // A fragment leaves behind what the rest of its program would go on with; whoever reads on begins anew.
      if (program !== here(block)) await begin()
      return code === 0 ? undefined : `${stdout}\n${stderr}`
    },
    async python(block) {
      const file = join(where(), 'script.py')
      writeFileSync(file, block)
      const { code, stdout, stderr } = await run(
        'mockling',
        ['exec', '--pace', 'instant', '--', 'python3', file],
        where(),
      )
      const told = `${stdout}\n${stderr}`
      return code === 0 && / [1-9]\d* accepted$/m.test(stderr) ? undefined : told
    },
    async [Symbol.asyncDispose]() {
      for (const port of readdirSync(join(place, 'servers'))) {
        const pid = Number(readFileSync(join(place, 'servers', port), 'utf8'))
        if (isAlive(pid)) process.kill(pid, 'SIGKILL')
        await until('a server is gone', () => !isAlive(pid))
      }
      receiver.closeAllConnections()
      receiver.close()
      rmSync(place, { recursive: true, force: true })
    },
  }
}

/** What is in the folder before the first line of a page is read. */
function furnish(place: string): void {
  const reader = join(import.meta.dirname, 'reader')
  cpSync(reader, place, { recursive: true })
  for (const name of ['mockling', 'npx', 'curl', 'pytest']) chmodSync(join(place, 'bin', name), 0o755)
  mkdirSync(join(place, 'servers'))
  mkdirSync(join(place, 'node_modules'))
  symlinkSync(ROOT, join(place, 'node_modules/mockling'))
  for (const name of ['vitest', 'supertest'])
    symlinkSync(join(ROOT, 'node_modules', name), join(place, 'node_modules', name))
  cpSync(join(ROOT, 'fixtures/recordings'), join(place, 'recordings'), { recursive: true })
  writeFileSync(join(place, 'where'), place)
}

/** Names that fragments use without saying where they come from. */
const GIVEN = ['connect', 'myApp', 'simulator', 'taskId', 'url']

/** The program with what its reader has already. */
function given(block: string): string {
  const uses = (name: string) => new RegExp(`(?<![.\\w'/-])${name}\\b(?!:)`).test(block)
  const says = (name: string) => new RegExp(`(?:import|let|const|function) [^=\\n]*\\b${name}\\b`).test(block)
  const missing = GIVEN.filter(name => uses(name) && !says(name))
  const lines = missing.map(name => `import { ${name} } from '${name === 'connect' ? 'mockling' : `#given/${name}`}'\n`)
  return lines.length === 0 ? block : `${block}\n${lines.join('')}`
}

/** A receiver of callbacks as it should be, on the port that pages give it. */
async function openReceiver(port: number) {
  const orders: unknown[] = []
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return void response.end(JSON.stringify(orders))
    const body = await text(request as never).catch(() => '')
    response.statusCode = isCallback(body) ? 200 : 400
    response.end()
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function isCallback(body: string): boolean {
  try {
    return typeof JSON.parse(body).task_id === 'string'
  } catch {
    return false
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // Ended, but not yet waited for by whoever inherited it.
    return !existsSync(`/proc/${pid}/stat`) || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}
