import { promisify } from 'node:util'
import { type Config, ConfigError } from '../config.ts'
import { pause } from '../simulation/timebase.ts'
import type { Simulator } from '../simulator.ts'
import { clientEnvironment } from '../testing/environment.ts'
import { guardText, realThings } from '../testing/guard.ts'
import { quotedForShell } from './env.ts'
import { budgetOf, checksOf, exitCodeOf, jsonOf, textOf } from './exec-report.ts'
import { refuseUnwritable } from './file.ts'
import { junitFile, writeJunit } from './junit.ts'
import { createLog } from './log.ts'
import { EXEC_DEFAULTS } from './options.ts'
import { runCommand } from './run-command.ts'
import { writeRun } from './run-file.ts'
import { settingsOf, startSimulator } from './start.ts'
import { trusting } from './trust.ts'

interface ExecOptions extends Record<string, unknown> {
  readonly token: string
  readonly maxCredits?: string
  readonly failOnDuplicates?: true
  readonly report?: string
  readonly repro?: string
  readonly json?: true
  readonly allowRealEnvironment?: true
}

/**
 * `mockling exec`: runs a command against a simulator of its own. Resolves to the exit code: the command's own if it is
 * not 0, else that of our checks.
 * @throws ConfigError before the command is started if a setting or option can't be used.
 */
export async function exec(command: readonly string[], options: ExecOptions): Promise<number> {
  const { token, maxCredits, failOnDuplicates, report: wanted, repro, json, allowRealEnvironment, ...rest } = options
  if (command.length === 0) {
    throw new ConfigError('exec: name the command to run after --, such as: mockling exec -- npm test')
  }
  const limits = { maxCredits: budgetOf(maxCredits), failOnDuplicates: failOnDuplicates === true }
  const file = junitFile(wanted)
  if (repro !== undefined) refuseUnwritable('--repro', repro)
  if (!allowRealEnvironment) refuseRealThings()

  await using simulator = await start(await settingsOf(rest, EXEC_DEFAULTS))
  const target = { url: simulator.url, token, key: simulator.controlKey }
  using trust = trusting(simulator.tls, process.env)
  const ran = await runCommand(command, { ...process.env, ...clientEnvironment(target), ...trust.variables })
  if (ran.failure !== undefined) {
    process.stderr.write(`mockling: exec: ${ran.failure}\n`)
    return ran.exitCode
  }
  await hangUpsSeen(simulator)
  const report = await simulator.control.books.report()
  if (file !== undefined) writeJunit(file, 'mockling exec', checksOf(command, ran.exitCode, report, limits))
  const exitCode = ran.exitCode === 0 ? exitCodeOf(report, limits) : ran.exitCode
  const kept = exitCode === 0 ? undefined : repro
  process.stderr.write(
    json
      ? `${JSON.stringify({ command, commandExitCode: ran.exitCode, exitCode, repro: kept, ...jsonOf(report) })}\n`
      : textOf(report, limits),
  )
  if (kept !== undefined) {
    writeRun(kept, await simulator.state.export())
    if (!json) process.stderr.write(`mockling: the run is in ${kept}: mockling replay ${quotedForShell(kept)}\n`)
  }
  return exitCode
}

/** Real milliseconds for the connections of a command that has ended to be seen to end. */
const PATIENCE_MS = 250

/** What a command left open when it ended counts as hung up; that takes a moment to be heard of. */
async function hangUpsSeen({ app }: Simulator): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  const open = promisify(app.server.getConnections.bind(app.server))
  while ((await open()) > 0 && performance.now() < deadline) {
    await pause(5)
  }
}

function refuseRealThings(): void {
  const found = realThings(process.env)
  if (found.length === 0) return
  throw new ConfigError(
    `exec: ${guardText(found, 'Unset them for this command, or give --allow-real-environment if it is meant.')}`,
  )
}

/** Standard error is the command's: of ours, only warnings go there, and requests if asked for. */
async function start(config: Config): Promise<Simulator> {
  const log = await createLog(process.stderr.isTTY === true)
  return startSimulator(config, {
    ...(config.logRequests && { onRequest: entry => log.request(entry) }),
    onWarning: text => log.warn(text),
    onDefect: error => log.defect(error),
  })
}
