import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { z } from 'zod'
import { ConfigError } from './config.ts'
import { Refused } from './control/control.ts'
import type { RuleDesk } from './control/rules.ts'
import { TimelineInput } from './faults/rule-input.ts'
import type { Tape } from './replay/tape.ts'

/**
 * Starts the timeline that a file holds, for all tokens, dated from now.
 * @throws ConfigError if the file can't be read, or a change in it can't be.
 */
export async function startIncident(file: string, rules: RuleDesk, tape: Tape): Promise<void> {
  try {
    const body = await read(file)
    rules.start('server', TimelineInput.parse(body))
    tape.add({ method: 'POST', url: '/v1/timelines', body, after: 0, clocks: {} })
  } catch (cause) {
    const isForeseen = cause instanceof Refused || cause instanceof z.ZodError
    const reason = cause instanceof z.ZodError ? sentenceOf(cause) : (cause as Error).message
    throw new ConfigError(`timeline: ${JSON.stringify(file)} can't be ${isForeseen ? 'played' : 'read'}: ${reason}`, {
      cause,
    })
  }
}

async function read(file: string): Promise<unknown> {
  const text = readFileSync(file, 'utf8')
  return extname(file) === '.json' ? JSON.parse(text) : (await import('yaml')).parse(text)
}

function sentenceOf(error: z.ZodError): string {
  return error.issues.map(issue => `${issue.path.join('.') || 'the file'}: ${issue.message}`).join('; ')
}
