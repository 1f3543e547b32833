import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { ConfigError } from '../config.ts'

/** What a file given to a command is called; `-` is standard input. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file
}

/**
 * The JSON in a file; `-` is standard input. `command` says who reads.
 * @throws ConfigError if it can't be read, or holds no JSON.
 */
export function readJsonFile(command: string, file: string): unknown {
  try {
    // Windows' own tools put a byte order mark first.
    return JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new ConfigError(`${command}: ${nameOf(file)}: ${(cause as Error).message}`, { cause })
  }
}

interface Output {
  /** The flag that named the file. */
  readonly option?: string
  /** Where it really goes. Default: to the file of that name. */
  readonly target?: string | number
}

/** @throws ConfigError if the file can't be written. */
export function writeOutput(file: string, content: string | Uint8Array, { option, target = file }: Output = {}): void {
  try {
    writeFileSync(target, content)
  } catch (cause) {
    throw unwritable(file, cause, option)
  }
}

/**
 * Better known before a long run than after it. What is in the file stays.
 * @throws ConfigError if it can't be written, or is standard output.
 */
export function refuseUnwritable(option: string, file: string): void {
  if (file === '-') throw new ConfigError(`${option}: "-" is not allowed; it must be a file`)
  const isNew = !existsSync(file)
  try {
    closeSync(openSync(file, 'a'))
  } catch (cause) {
    throw unwritable(file, cause, option)
  }
  if (isNew) rmSync(file)
}

function unwritable(file: string, cause: unknown, option?: string): ConfigError {
  const named = option === undefined ? '' : `${option}: `
  return new ConfigError(`${named}${JSON.stringify(file)} can't be written: ${(cause as Error).message}`, { cause })
}
