import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import { spawn } from 'cross-spawn'

/** What became of a command. */
export interface Ran {
  /** As shells count: its own, 128 and the signal's number, 127 if there is no such command, 126 if it can't be run. */
  readonly exitCode: number
  /** Why it could not be started; absent if it was. */
  readonly failure?: string
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK']

/** Keys on the terminal: the terminal sends these to every process in the foreground, the command included. */
const FROM_KEYS: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGINT', 'SIGQUIT', 'SIGBREAK'])

/** Runs a command to its end with our own standard streams. Signals that reach this process are handed on to it. */
export async function runCommand(command: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ran> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: 'inherit', env: environment })
  const stop = handSignalsOn(child)
  try {
    return await new Promise<Ran>(resolve => {
      child.once('error', (error: NodeJS.ErrnoException) => resolve(notStarted(program, error)))
      child.once('exit', (code, signal) => {
        resolve({ exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) })
      })
    })
  } finally {
    stop()
  }
}

function handSignalsOn(child: ChildProcess): () => void {
  const onTerminal = process.stdin.isTTY === true
  const listeners = SIGNALS.map(signal => {
    // Handed on as well, it would come twice: many test runners take the second for "at once, without tidying up".
    const listener = () => void (onTerminal && FROM_KEYS.has(signal) ? undefined : child.kill(signal))
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const stop of listeners) stop()
  }
}

function notStarted(program: string, { code, message }: NodeJS.ErrnoException): Ran {
  const name = JSON.stringify(program)
  if (code === 'ENOENT') return { exitCode: 127, failure: `${name} can't be started: there is no such command` }
  if (code === 'EACCES') return { exitCode: 126, failure: `${name} can't be started: it may not be executed` }
  return { exitCode: 126, failure: `${name} can't be started: ${code ?? message}` }
}
