import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const COMMAND = join(import.meta.dirname, '../../dist/cli.cjs')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly env?: Record<string, string>
  readonly cwd?: string
  readonly input?: string
  /** Starts without `--json`. */
  readonly isText?: boolean
  /** The built command to run, if not the project's own. */
  readonly command?: string
}

/** Starts the command. */
export function launch(args: readonly string[], { env = {}, cwd, command = COMMAND }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [command, ...args], { cwd, env: { ...process.env, ...env } })
}

/** All that comes from a stream; `onWords` hears each piece, with what came before it. */
export async function text(stream: ChildProcess['stdout'], onWords?: (words: string) => void): Promise<string> {
  let words = ''
  for await (const piece of stream?.setEncoding('utf8') ?? []) {
    words += piece
    onWords?.(words)
  }
  return words
}

/** Runs the command to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const child = launch(args, options)
  child.stdin?.end(options.input ?? '')
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

/** A served simulator in a process of its own. */
export interface Served extends AsyncDisposable {
  readonly facts: { url: string; pid: number; revision: string; seed: number; controlKey?: string }
  signal(name: NodeJS.Signals): void
  /** Resolves when it has ended, to all it printed. */
  ended(): Promise<Ended>
}

/** Starts `mockling serve --json` on a free port and waits for its one line. */
export async function serve(args: readonly string[] = [], options: RunOptions = {}): Promise<Served> {
  const child = launch(['--port', '0', ...(options.isText ? [] : ['--json']), ...args], options)
  const stderr = text(child.stderr)
  const exit = once(child, 'exit') as Promise<[number | null]>
  const lines: string[] = []
  if (!child.stdout) throw new Error('the command has no standard output')
  const reader = createInterface({ input: child.stdout })
  reader.on('line', line => lines.push(line))
  await Promise.race([once(reader, 'line'), exit])
  const [first] = lines
  if (first === undefined) throw new Error(`mockling did not start: ${await stderr}`)
  return {
    facts: options.isText ? { url: first.replace('mockling listens on ', '') } : JSON.parse(first),
    signal: name => void child.kill(name),
    ended: async () => ({ code: (await exit)[0], stdout: lines.join('\n'), stderr: await stderr }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** Makes one video. */
export function create(url: string, body: object, token = 'any', signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/kling/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'text2video', prompt: 'a white mug', ...body }),
    ...(signal && { signal }),
  })
}
