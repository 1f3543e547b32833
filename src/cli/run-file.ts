import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { ConfigError } from '../config.ts'
import { BadInput } from '../control/problems.ts'
import { Repro } from '../replay/repro.ts'

/**
 * Writes a run, with a line for each entry, so that two of them can be compared by line.
 * @throws ConfigError if the file can't be written.
 */
export function writeRun(file: string, { journal, ...rest }: Repro): void {
  const head = JSON.stringify({ ...rest, journal: [] }, null, 1).replace(/\[\]\n\}$/, '[')
  const entries = journal.map(entry => `\n  ${JSON.stringify(entry)}`)
  try {
    writeFileSync(file, `${head}${entries.join(',')}\n ]\n}\n`)
  } catch (cause) {
    throw new ConfigError(`${JSON.stringify(file)} can't be written: ${(cause as Error).message}`, { cause })
  }
}

/**
 * Reads a run; `-` is standard input.
 * @throws ConfigError naming what is wrong with the file, and where.
 */
export function readRun(file: string): Repro {
  const name = file === '-' ? 'standard input' : file
  let given: unknown
  try {
    given = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
  } catch (cause) {
    throw new ConfigError(`replay: ${name}: ${(cause as Error).message}`, { cause })
  }
  const parsed = Repro.safeParse(given)
  if (parsed.success) return parsed.data as unknown as Repro
  const few = new z.ZodError(parsed.error.issues.slice(0, 3))
  throw new ConfigError(`replay: ${name} holds no run: ${new BadInput(few, given, Repro).message}`)
}
