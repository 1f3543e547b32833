import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

/** What an image says of how it is run, as `docker inspect` shows it. */
export interface ImageConfig {
  readonly Env: readonly string[]
  readonly Entrypoint: readonly string[]
  readonly User: string
  readonly WorkingDir: string
  readonly ExposedPorts: Readonly<Record<string, object>>
  readonly Healthcheck: { readonly Test: readonly string[]; readonly Interval: number; readonly Timeout: number }
}

export interface Image {
  readonly root: string
  readonly config: ImageConfig
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
}

/** A process of an image: number 1 of its own process table, in a root directory nobody can write to, without any privilege. */
export interface Container extends AsyncDisposable {
  /** Its first line on standard output, as JSON. */
  readonly facts: { readonly url: string; readonly controlKey: string }
  /** Its number here. */
  readonly pid: number
  /** Runs something beside it, as `docker exec` does. */
  exec(command: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string }
  /** Sends it a signal, and resolves to how it ended and after how many milliseconds. */
  stop(signal: NodeJS.Signals): Promise<{ readonly status: string; readonly ms: number; readonly stderr: string }>
}

/** Mounted read-only, but for `/proc` and the devices, as `docker run --read-only` has it; then the image's user, and no way up. */
const CONTAIN = `
root=$1; user=$2; place=$3; shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid "\${user%:*}" --regid "\${user#*:}" --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all env -i -C "$place" "$@"`

function launch({ root, config }: Image, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const settings = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  return spawn('unshare', [
    ...['--mount', '--pid', '--ipc', '--uts', '--fork', 'sh', '-ec', CONTAIN, 'sh'],
    ...[root, config.User, config.WorkingDir, ...settings, ...config.Entrypoint, ...args],
  ])
}

/** Runs the image to its end. */
export async function runImage(image: Image, args: readonly string[], { env = {} }: RunOptions = {}) {
  const child = launch(image, args, env)
  if (!child.stdout || !child.stderr) throw new Error('it has no output')
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, stdout, stderr }
}

/** Starts a server of the image and waits for its first line. */
export async function startImage(
  image: Image,
  args: readonly string[] = [],
  { env = {} }: RunOptions = {},
): Promise<Container> {
  const child = launch(image, ['--json', ...args], env)
  if (!child.stdout || !child.stderr) throw new Error('it has no output')
  const stderr = text(child.stderr)
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const lines = createInterface({ input: child.stdout })
  const [first] = await Promise.race([once(lines, 'line'), exit])
  if (typeof first !== 'string') throw new Error(`it did not start: ${await stderr}`)
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
  const pid = Number(children.trim())
  const settings = [...image.config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)]
  const [uid = '', gid = ''] = image.config.User.split(':')
  return {
    pid,
    facts: JSON.parse(first),
    exec(command) {
      const inside = ['--target', String(pid), '--mount', '--pid', '--root', '--setuid', uid, '--setgid', gid]
      return spawnSync('nsenter', [...inside, 'env', '-i', ...settings, ...command], { encoding: 'utf8' })
    },
    async stop(signal) {
      const from = performance.now()
      process.kill(pid, signal)
      const [code, killedBy] = await exit
      return { status: killedBy ?? `exit ${code}`, ms: performance.now() - from, stderr: await stderr }
    },
    [Symbol.asyncDispose]: async () => {
      // Not `unshare`: the wish to end with it is lost where its child becomes another user.
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL')
      await exit
    },
  }
}

/** Bytes of a directory and what is in it. */
export function sizeOf(directory: string): number {
  return Number(execFileSync('du', ['--summarize', '--bytes', directory], { encoding: 'utf8' }).split('\t')[0])
}
