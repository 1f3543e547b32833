import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { ConfigError } from './config.ts'
import { Refused } from './control/control.ts'
import { BadInput, read } from './control/problems.ts'
import type { RuleDesk } from './control/rules.ts'
import { TimelineInput } from './faults/rule-input.ts'
import type { Tape } from './replay/tape.ts'

/**
 * Starts the timeline that a file holds, for all tokens, dated from now.
 * @throws ConfigError if the file can't be read, or a change in it can't be.
 */
export async function startIncident(file: string, rules: RuleDesk, tape: Tape): Promise<void> {
  try {
    const body = await contentOf(file)
    rules.start('server', read(TimelineInput, body, 'the file'))
    tape.add({ method: 'POST', url: '/v1/timelines', body, after: 0, clocks: {} })
  } catch (cause) {
    const isForeseen = cause instanceof Refused || cause instanceof BadInput
    const failed = `timeline: ${JSON.stringify(file)} can't be ${isForeseen ? 'played' : 'read'}`
    // YAML's complaints go on with a picture of the place.
    const reason = (cause as Error).message.split('\n')[0]?.replace(/:$/, '')
    throw new ConfigError(`${failed}: ${reason}`, { cause })
  }
}

async function contentOf(file: string): Promise<unknown> {
  const text = readFileSync(file, 'utf8')
  return extname(file) === '.json' ? JSON.parse(text) : (await import('yaml')).parse(text)
}
