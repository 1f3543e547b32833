import { type ConfigInput, flagOf, fromEnvironment, readConfig, SETTING_NAMES } from '../config.ts'
import { createSimulator, type Leftover, type Simulator } from '../simulator.ts'
import { readConfigFile } from './config-file.ts'
import { createLog, type Log } from './log.ts'

/** `mockling serve`: starts, says where, and runs until it is told to stop. */
export async function serve(options: Record<string, unknown>): Promise<void> {
  const { json, config: file, ...flags } = options
  const config = readConfig(await readConfigFile(file as string | undefined), fromEnvironment(process.env), {
    settings: flags,
    nameOf: flagOf,
  })
  const isTerminal = process.stderr.isTTY === true
  const log = await createLog(isTerminal)
  const wantsRequests = config.logRequests || isTerminal
  let simulator: Simulator
  try {
    simulator = await createSimulator(given(config), {
      ...(wantsRequests && { onRequest: entry => log.request(entry) }),
      onWarning: text => log.warn(text),
      onDefect: error => log.defect(error),
    })
  } catch (error) {
    if (!isListenError(error)) throw error
    process.stderr.write(`mockling: ${listenSentence(error, config)}\n`)
    process.exitCode = 2
    return
  }
  process.stdout.write(json ? `${JSON.stringify(startFacts(simulator))}\n` : startText(simulator))
  stopOnSignals(simulator, log)
}

/** The settings again, as input: `readConfig` accepts its own output. */
function given(config: ReturnType<typeof readConfig>): ConfigInput {
  return Object.fromEntries(SETTING_NAMES.map(name => [name, config[name]]).filter(([, value]) => value !== undefined))
}

function startFacts({ url, config, controlKey }: Simulator) {
  const { revision, seed, pace, clock } = config
  return { url, pid: process.pid, revision, seed, pace, clock, ...(controlKey !== undefined && { controlKey }) }
}

function startText({ url, config, controlKey }: Simulator): string {
  const { revision, seed, pace, clock } = config
  const lines = [
    `mockling listens on ${url}`,
    `revision ${revision}   seed ${seed}   pace ${pace}   clock ${clock}`,
    `Use ${url} as base URL in place of https://api.acedata.cloud, with any bearer token:`,
    `  curl ${url}/kling/videos -H 'authorization: Bearer any' -H 'content-type: application/json' \\`,
    `    -d '{"action":"text2video","model":"kling-v1","prompt":"a white mug"}'`,
    `Control door: ${url}/_mockling${controlKey === undefined ? '' : `   x-mockling-key: ${controlKey}`}`,
  ]
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
    if (left.callbacks + left.heldRequests > 0) log.warn(leftText(left))
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

function leftText({ callbacks, heldRequests }: Leftover): string {
  return `stopped with ${callbacks} callback(s) not delivered and ${heldRequests} held request(s) answered 503`
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')
}

function listenSentence(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `--port: ${port} is in use on ${host}; choose another, or 0 for a free one`
    case 'EACCES':
      return `--port: ${port} may not be opened by this user; choose one above 1023`
    default:
      return `--host: ${JSON.stringify(host)} can't be listened on (${error.code ?? error.message})`
  }
}
