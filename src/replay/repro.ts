import { z } from 'zod'
import type { Entry } from '../journal/entries.ts'

/** Raised when a file of an older form can't be read any more. */
const FORMAT = 1

const Instant = z.number().describe('Unix milliseconds.')
const Clocks = z.record(z.string(), Instant).describe('By namespace; the empty name is the server’s.')

const Command = z.strictObject({
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']),
  url: z.string().startsWith('/v1/'),
  body: z.unknown().optional(),
  after: z.int().min(0).describe('Place of the journal’s newest entry at that moment.'),
  clocks: Clocks,
})

const placed = { seq: z.int().min(1), at: Instant, namespace: z.string().regex(/^(?:[0-9a-f]{64})?$/) }
const timed = { ...placed, endedAt: Instant.optional() }
const sent = { method: z.string(), path: z.string(), rawHeaders: z.array(z.string()) }

/** What is read of an entry; the rest of it is only compared. */
const JournalEntry = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('request'), ...timed, ...sent, requestBody: z.string().optional() }),
  z.looseObject({ kind: z.literal('download'), ...timed, ...sent }),
  z.looseObject({ kind: z.literal('callback'), ...placed, endedAt: Instant, attempt: z.int(), outcome: z.string() }),
])

/** A run, with all that is needed to have it again. */
export const Repro = z
  .strictObject({
    mockling: z.literal('run', '"run"').describe('What kind of file this is.'),
    format: z.literal(FORMAT, `${FORMAT}, the form that this version reads`),
    version: z.string().describe('Of the mockling that wrote it.'),
    config: z.record(z.string(), z.unknown()).describe('The settings it was started with, without keys and tokens.'),
    startedAt: Instant.describe('What the server’s clock showed at the start, in Unix milliseconds.'),
    clocks: Clocks.describe('What the clocks showed at the end.'),
    isSimulatedTime: z.boolean().describe('No clock ran with the machine’s, so every instant is the simulation’s own.'),
    commands: z.array(Command).describe('Commands that had a say in how it went on.'),
    underWay: z
      .array(
        z.strictObject({
          ...{ seq: z.int().min(1), namespace: z.string(), taskId: z.string() },
          ...{ callbackId: z.string(), attempt: z.int().min(1) },
        }),
      )
      .describe('Callbacks that were sent and not answered yet.'),
    clockLog: z.array(z.unknown()).describe('Commands to the clocks, for the reader.'),
    gaps: z.array(z.string()).describe('Why it can’t be had again as it was; empty if it can.'),
    journal: z.array(JournalEntry).describe('All that happened, in order.'),
  })
  .meta({ id: 'Run', description: 'A run: what mockling was told and asked, and what it answered.' })

/** A run as written to a file. */
export interface Repro extends Omit<z.output<typeof Repro>, 'journal'> {
  readonly journal: readonly Entry[]
}

export { FORMAT as REPRO_FORMAT }

/** Why an entry can't be had again, if it can't. */
export function gapOf(entry: Entry): string | undefined {
  if (entry.kind !== 'request') return undefined
  if (entry.method === '') return `entry ${entry.seq} was no HTTP, and is not sent again`
  if (entry.requestCut === undefined) return undefined
  return `of entry ${entry.seq}, only the beginning of a body of ${entry.requestCut} characters was kept`
}
