import { type Config, ConfigError, type ConfigInput, flagOf, fromCode, readConfig } from '../config.ts'
import { CommandRefused } from '../control/faces.ts'
import type { Played } from '../control/state-routes.ts'
import { printable } from '../journal/wording.ts'
import type { Difference } from '../replay/differences.ts'
import type { Repro } from '../replay/repro.ts'
import { lineOf } from '../testing/verify.ts'
import { VERSION } from '../version.ts'
import { nameOf, refuseUnwritable } from './file.ts'
import { createLog } from './log.ts'
import { readRun, writeRun } from './run-file.ts'
import { announceAndStay } from './serve.ts'
import { startSimulator } from './start.ts'

interface ReplayOptions {
  readonly output?: string
  readonly serve?: true
  readonly host: string
  readonly port: string
  readonly json?: true
}

/** Differences told at most; the rest are counted. */
const MOST_TOLD = 20

/**
 * `mockling replay FILE`: plays a run on a simulator of its own, started as the recorded one was. Resolves to the exit
 * code: 0 if it went as it did, 1 if not or if there was nothing to compare.
 * @throws ConfigError if the file holds no run, one that can't be played, or settings that this version does not know.
 */
export async function replay(file: string, options: ReplayOptions): Promise<number | undefined> {
  if (options.output !== undefined) refuseUnwritable('--output', options.output)
  const run = readRun(file)
  const log = await createLog(process.stderr.isTTY === true)
  const simulator = await startSimulator(configOf(run, options), {
    onWarning: text => log.warn(text),
    onDefect: error => log.defect(error),
  })
  const played = await simulator.state.import(run).catch(async cause => {
    await simulator.close()
    throw cause instanceof CommandRefused
      ? new ConfigError(`replay: ${nameOf(file)} can't be played: ${cause.message}`, { cause })
      : cause
  })
  if (options.output !== undefined) writeRun(options.output, await simulator.state.export())
  const passed = played.differences.length === 0 && played.entries > 0
  if (options.json) process.stdout.write(`${JSON.stringify({ passed, ...played })}\n`)
  else process.stdout.write(`${textOf(run, played)}\n`)
  if (options.serve) {
    announceAndStay(simulator, log)
    return undefined
  }
  await simulator.close()
  return passed ? 0 : 1
}

/** The settings of the recording, on a clock that stands. */
function configOf({ config }: Repro, { host, port }: ReplayOptions): Config {
  const recorded = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null))
  const here: ConfigInput = { clock: 'frozen', demo: 0 }
  return readConfig(fromCode(recorded), fromCode(here), { settings: { host, port }, nameOf: flagOf })
}

function textOf({ journal, startedAt, version }: Repro, { entries, gaps, differences }: Played): string {
  const start = journal[0]?.at ?? startedAt
  const isOthers = version !== VERSION && differences.length > 0
  return [
    ...journal.map(entry => lineOf(entry, start)),
    '',
    ...gaps.map(gap => `Not whole: ${gap}.`),
    ...differences.slice(0, MOST_TOLD).map(differenceLine),
    ...(differences.length > MOST_TOLD ? [`… and ${differences.length - MOST_TOLD} more`] : []),
    ...(isOthers ? [`It was recorded by mockling ${version}, and this is ${VERSION}.`] : []),
    verdict(entries, differences),
  ].join('\n')
}

function verdict(entries: number, differences: readonly Difference[]): string {
  if (entries === 0) return 'The run is empty: nothing was compared.'
  if (differences.length === 0) return `Played again: of ${entries} entries, none is other than it was.`
  const different = new Set(differences.map(({ seq }) => seq)).size
  return `Played again: of ${entries} entries, ${different} ${different === 1 ? 'is' : 'are'} other than before.`
}

function differenceLine({ seq, what, part, recorded, played }: Difference): string {
  if (part !== '') return `#${seq} ${what}: ${part} was ${shown(recorded)} and is ${shown(played)}`
  return `#${seq} ${what}: ${recorded === undefined ? 'was not there before' : 'is not there any more'}`
}

function shown(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value)
  return printable(text.length > 300 ? `${text.slice(0, 300)}…` : text)
}
