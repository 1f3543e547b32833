import { Command, CommanderError, Option } from 'commander'
import { closest, distance } from 'fastest-levenshtein'
import { Config, ConfigError, type ConfigInput, envOf, flagOf, SETTING_NAMES } from '../config.ts'
import { outcomeLines } from '../faults/outcomes.ts'
import { VERSION } from '../version.ts'

/** Exit codes: 0 pass, 1 checks failed, 2 usage or configuration, 3 target unreachable, 4 budget exhausted, 5 drift. */
const USAGE = 2

/** What `--help` says beyond the settings. */
export const magicTokens = () => `
Magic tokens, whatever stands before the dot:
  any.mockling-invalid_token      401   any.mockling-used_up            403
  any.mockling-token_expired      401   any.mockling-disabled           400
  any.mockling-token_mismatched   400   any.mockling-too_many_requests  429
  any.mockling-api_error (or forbidden, timeout): accepted, then the task fails

Outcomes, in the header x-mockling-outcome or in the prompt as [[mockling:<outcome>]]:
  ${wrapped(
    outcomeLines()
      .map(({ name }) => name)
      .join(', '),
    76,
  ).join('\n  ')}
  several with commas, as in 'fail api_error after=30, callback-doubled'; mockling outcomes explains each

Point a client at it: base URL http://127.0.0.1:4180, any bearer token. Control door: GET /_mockling.`

/** One option for each setting, its text taken from `Config`, and its default unless the command has another. */
export function withSettings(command: Command, defaults: ConfigInput = {}): Command {
  for (const name of SETTING_NAMES) {
    const schema = Config.shape[name]
    const { value, isRepeatable } = (schema.meta() ?? {}) as { value?: string; isRepeatable?: true }
    const option = new Option(`${flagOf(name)}${value === undefined ? '' : ` <${value}>`}`, schema.description)
    const standard = schema.safeParse(defaults[name]).data
    if (standard !== undefined && standard !== false && String(standard) !== '') {
      option.description += ` [${standard}]`
    }
    option.description += ` ${envOf(name)}`
    if (isRepeatable) option.argParser((text, before: readonly string[] = []) => [...before, text])
    command.addOption(option)
  }
  return command
}

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.length - 1
    if (`${lines[last]} ${word}`.length > width) lines.push(word)
    else lines[last] = lines[last] === '' ? word : `${lines[last]} ${word}`
  }
  return lines
}

/** The command without its commands but `serve`, which is the default one. */
export function programWithServe(serve: (options: Record<string, unknown>) => Promise<void>) {
  const program = new Command('mockling')
    .description('A stand-in for the Kling video API that you can run, slow down, break and rewind.')
    .version(VERSION)
    .helpCommand(true)
    // So that the options of the command that exec runs stay its own.
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(mockling --help lists what there is)')
  const command = withSettings(
    program
      .command('serve', { isDefault: true })
      .description('Start the simulator (the default command).')
      .option(
        '--config <file>',
        'Settings from a file; without it mockling.config.json or .yaml here, if there is one.',
      )
      .option('--json', 'Print one JSON line at start instead of the text.'),
  )
    .addHelpText('after', magicTokens)
    .allowExcessArguments()
    .action((options, { args: [first] }) => {
      if (first !== undefined) refuseArgument(program, first)
      return serve(options)
    })
  return { program, serve: command }
}

/** Whatever is no command's name comes to the default one, which takes nothing but options. */
function refuseArgument(program: Command, first: string): never {
  if (program.args[0] !== first)
    program.error(`error: serve takes no arguments, but got '${first}'; a command's name comes first`)
  const likest = closest(
    first,
    program.commands.map(command => command.name()),
  )
  const hint = distance(likest, first) <= likest.length / 2 ? `\n(Did you mean ${likest}?)` : ''
  program.error(`error: there is no command '${first}'${hint}`)
}

/** Reads the arguments and does what they say; sets the exit code. */
export async function run(program: Command): Promise<void> {
  heedClosedPipes()
  try {
    await program.parseAsync()
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
    else if (error instanceof ConfigError) {
      process.stderr.write(`mockling: ${error.message.replaceAll('\n', '\nmockling: ')}\n`)
      process.exitCode = USAGE
    } else throw error
  }
}

function heedClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Whoever read it, such as `head`, has had enough; what is left to do is done.
      if (error.code !== 'EPIPE') throw error
    })
  }
}
