import { z } from 'zod'
import { ConfigError } from '../config.ts'
import { allowedBy } from '../control/allowed.ts'
import { BadInput } from '../control/problems.ts'
import { Repro } from '../replay/repro.ts'
import { nameOf, readJsonFile, writeOutput } from './file.ts'

/**
 * Writes a run, with a line for each entry, so that two of them can be compared by line.
 * @throws ConfigError if the file can't be written.
 */
export function writeRun(file: string, { journal, ...rest }: Repro): void {
  const head = JSON.stringify({ ...rest, journal: [] }, null, 1).replace(/\[\]\n\}$/, '[')
  const entries = journal.map(entry => `\n  ${JSON.stringify(entry)}`)
  writeOutput(file, `${head}${entries.join(',')}\n ]\n}\n`)
}

/**
 * Reads a run; `-` is standard input.
 * @throws ConfigError naming what is wrong with the file, and where.
 */
export function readRun(file: string): Repro {
  const given = readJsonFile('replay', file)
  const parsed = Repro.safeParse(given, { error: allowedBy })
  if (parsed.success) return parsed.data as unknown as Repro
  const few = new z.ZodError(parsed.error.issues.slice(0, 3))
  throw new ConfigError(`replay: ${nameOf(file)} holds no run: ${new BadInput(few, given, Repro).message}`)
}
