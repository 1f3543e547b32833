import { z } from 'zod'
import type { Difference } from '../replay/differences.ts'
import { Repro } from '../replay/repro.ts'
import { type Command, command, type Keep } from './command.ts'

/** A run of some hours, with the bodies of all that was said. */
const BODY_LIMIT = 500 * 1024 * 1024

/** What became of a run that was played again. */
export interface Played {
  /** Entries of its journal. */
  readonly entries: number
  /** Why it could not be as it was, known beforehand. */
  readonly gaps: readonly string[]
  /** None: it went as it did. */
  readonly differences: readonly Difference[]
}

/** Takes runs out and in. */
export interface StateDesk {
  readonly keep: Keep
  export(): Promise<Repro>
  /** @throws Refused if this simulator was started with settings that the run can't be had under. */
  import(run: Repro): Promise<Played>
}

const tag = 'state'

const PlayedView = z
  .strictObject({
    entries: z.int().describe('Entries of its journal.'),
    gaps: z.array(z.string()).describe('Why it could not be as it was, known beforehand.'),
    differences: z
      .array(
        z.strictObject({
          seq: z.int().describe('Place of the entry.'),
          what: z.string().describe('What it is about.'),
          part: z.string().describe('The part that differs; empty: the entry is missing on one side.'),
          recorded: z.unknown().optional(),
          played: z.unknown().optional(),
        }),
      )
      .describe('None: it went as it did.'),
  })
  .meta({ id: 'Played', description: 'A run that was played again.' })

/** A run, out and in. */
export function stateCommands(desk: StateDesk): Command[] {
  return [
    command({
      method: 'GET',
      url: '/v1/state',
      tag,
      summary: 'Export the run: all it takes to have it again',
      description:
        'Settings, requests as they came, commands, callbacks with their answers. Tokens and keys are not in it, prompts and addresses are. `mockling replay FILE` plays it.',
      response: Repro,
      run: () => desk.export() as never,
    }),
    command({
      method: 'POST',
      url: '/v1/state',
      tag,
      summary: 'Import a run: forget everything here, and play it again',
      description:
        'Callbacks go nowhere: they are answered as they were. Afterwards every clock stands where the run ended. Nobody else should use the server meanwhile.',
      body: Repro,
      bodyLimit: BODY_LIMIT,
      response: PlayedView,
      refusals: {
        409: 'This server was started with settings that the run can’t be had under, or is one of replicas.',
      },
      run: ({ body }) => desk.import(body as unknown as Repro) as never,
    }),
  ]
}
