import {
  type Config,
  ConfigError,
  type ConfigInput,
  flagOf,
  fromEnvironment,
  type Layer,
  readConfig,
  SETTING_NAMES,
} from '../config.ts'
import { createSimulator, type Simulator, type Surroundings } from '../simulator.ts'
import { readConfigFile } from './config-file.ts'

/**
 * The settings of a command that starts a simulator: flags win over the environment, that over the file, that over
 * `defaults`. Options that are no settings are to be taken out before.
 * @throws ConfigError naming each flag, variable or line of the file that can't be used.
 */
export async function settingsOf(options: Record<string, unknown>, defaults: ConfigInput = {}): Promise<Config> {
  const { config: file, ...flags } = options
  const below: Layer = { settings: defaults, nameOf: flagOf }
  return readConfig(below, await readConfigFile(file as string | undefined), fromEnvironment(process.env), {
    settings: flags,
    nameOf: flagOf,
  })
}

/**
 * Starts a simulator for a command.
 * @throws ConfigError in the words of the command line, also if the address can't be listened on.
 */
export async function startSimulator(config: Config, around: Surroundings): Promise<Simulator> {
  try {
    return await createSimulator(given(config), around)
  } catch (cause) {
    if (cause instanceof ConfigError) throw new ConfigError(named(cause.message), { cause })
    if (isListenError(cause)) throw new ConfigError(listenSentence(cause, config), { cause })
    throw cause
  }
}

/** The settings again, as input: `readConfig` accepts its own output. */
function given(config: Config): ConfigInput {
  return Object.fromEntries(SETTING_NAMES.map(name => [name, config[name]]).filter(([, value]) => value !== undefined))
}

/** The message with a setting's flag in place of its name in code. */
function named(message: string): string {
  const name = SETTING_NAMES.find(candidate => message.startsWith(`${candidate}: `))
  return name === undefined ? message : flagOf(name) + message.slice(name.length)
}

function isListenError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')
}

/** Why an address can't be listened on, in the words of the command line. */
export function listenSentence(
  error: NodeJS.ErrnoException,
  { host, port }: { readonly host: string; readonly port: number },
): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return `--port: ${port} is in use on ${host}; choose another, or 0 for a free one`
    case 'EACCES':
      return `--port: ${port} may not be opened by this user; choose one above 1023`
    default:
      return `--host: ${JSON.stringify(host)} can't be listened on (${error.code ?? error.message})`
  }
}
