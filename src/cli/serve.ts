import { envOf, SETTING_NAMES } from '../config.ts'
import type { Simulator } from '../simulator.ts'
import type { Leftover } from '../stopping.ts'
import { createLog, type Log } from './log.ts'
import { settingsOf, startSimulator } from './start.ts'

/** `mockling serve`: starts, says where, and runs until it is told to stop. */
export async function serve(options: Record<string, unknown>): Promise<void> {
  const { json, ...rest } = options
  const config = await settingsOf(rest)
  const isTerminal = process.stderr.isTTY === true
  const log = await createLog(isTerminal)
  const wantsRequests = config.logRequests || isTerminal
  const simulator = await startSimulator(config, {
    ...(wantsRequests && { onRequest: entry => log.request(entry) }),
    // Neither before listening nor together with the first requests, which it would slow down.
    warmAfterMs: 1000,
    onWarning: text => log.warn(text),
    onDefect: error => log.defect(error),
  })
  for (const name of strayVariables()) log.warn(`${name} is no setting and is not used`)
  announceAndStay(simulator, log, json === true)
}

/** Says where it listens, and has it run until it is told to stop. */
export function announceAndStay(simulator: Simulator, log: Log, isJson = false): void {
  // Whoever reads that it listens may end it at once.
  stopOnSignals(simulator, log)
  process.stdout.write(isJson ? `${JSON.stringify(startFacts(simulator))}\n` : startText(simulator))
}

/** Variables of the project's own that are no settings. */
const OTHER_VARIABLES = /^MOCKLING_(?:URL|TLS_URL|TOKEN|TARGET|UPDATE_DOCS)$/

/** `MOCKLING_*` variables that name no setting, most likely by a slip of the pen. */
function strayVariables(): string[] {
  const known = new Set(SETTING_NAMES.map(envOf))
  return Object.keys(process.env).filter(
    name => name.startsWith('MOCKLING_') && !known.has(name) && !OTHER_VARIABLES.test(name),
  )
}

function startFacts({ url, tls, config, controlKey, restored }: Simulator) {
  const { revision, seed, pace, clock } = config
  const facts = { url, ...(tls && { tlsUrl: tls.url }), pid: process.pid, revision, seed, pace, clock }
  return { ...facts, ...(controlKey !== undefined && { controlKey }), ...(restored && { state: restored }) }
}

function startText({ url, tls, config, controlKey, restored }: Simulator): string {
  const { revision, seed, pace, clock } = config
  const lines = [
    `mockling listens on ${url}`,
    `revision ${revision}   seed ${seed}   pace ${pace}   clock ${clock}`,
    `Use ${url} as base URL in place of https://api.acedata.cloud, with any bearer token:`,
    `  curl ${url}/kling/videos -H 'authorization: Bearer any' -H 'content-type: application/json' \\`,
    `    -d '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}'`,
    `Inspector: ${url}/_mockling/`,
    `Control door: ${url}/_mockling${controlKey === undefined ? '' : `   x-mockling-key: ${controlKey}`}`,
  ]
  if (tls)
    lines.push(`TLS: ${tls.url}${tls.ca === undefined ? '' : `   clients have to trust ${url}/_mockling/ca.pem`}`)
  if (restored) {
    const { tasks, pending, callbacks, file } = restored
    lines.push(`${tasks} task(s), ${pending} of them pending, and ${callbacks} callback(s) taken from ${file}`)
  }
  if (config.demo > 0) lines.push(`${config.demo} demo tasks are in the namespace of the token demo`)
  return `${lines.join('\n')}\n`
}

function stopOnSignals(simulator: Simulator, log: Log): void {
  let isStopping = false
  const stop = async () => {
    // A second signal ends now.
    if (isStopping) process.exit(1)
    isStopping = true
    const left = await simulator.close()
    if (left.pendingTasks + left.callbacks + left.heldRequests > 0) log.warn(leftText(left, simulator.config.state))
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function leftText({ pendingTasks, callbacks, heldRequests }: Leftover, file: string | undefined): string {
  const kept = file === undefined ? '' : `; tasks and callbacks are kept in ${file}`
  return `stopped with ${pendingTasks} pending task(s), ${callbacks} callback(s) not delivered and ${heldRequests} held request(s) answered 503${kept}`
}
