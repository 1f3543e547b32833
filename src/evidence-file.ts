import { readFileSync } from 'node:fs'
import { ConfigError } from './config.ts'
import { Observation } from './contract/observations.ts'

/**
 * The observations in a file of `mockling verify --evidence`, one JSON line each.
 * @throws ConfigError naming the setting, the line and what is wrong with it
 */
export function readEvidence(file: string, setting: string): Observation[] {
  const lines = textOf(file, setting).split('\n')
  return lines.flatMap((line, at) =>
    line.trim() === '' ? [] : [observationIn(line, `${setting}: ${file}, line ${at + 1}`)],
  )
}

function textOf(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ConfigError(`${setting}: ${JSON.stringify(file)} can't be read: ${(cause as Error).message}`, { cause })
  }
}

function observationIn(line: string, where: string): Observation {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new ConfigError(`${where}: no JSON; mockling verify --evidence writes one object a line`, { cause })
  }
  const { success, data, error } = Observation.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw new ConfigError(`${where}: ${issue?.path.join('.') || 'the line'}: ${issue?.message}`)
}
