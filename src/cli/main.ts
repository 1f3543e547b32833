#!/usr/bin/env node
import { Argument, Command, CommanderError, Option } from 'commander'
import { Config, ConfigError, type ConfigInput, envOf, flagOf, SETTING_NAMES } from '../config.ts'
import { TASK_TYPES } from '../contract/endpoints.ts'
import { REVISIONS } from '../contract/revisions.ts'
import { outcomeLines } from '../faults/outcomes.ts'
import { VERSION } from '../version.ts'
import { addTestingCommands } from './testing-commands.ts'

/** Exit codes: 0 pass, 1 checks failed, 2 usage or configuration, 3 target unreachable, 4 budget exhausted. */
const USAGE = 2

const MAGIC_TOKENS = `
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
function withSettings(command: Command, defaults: ConfigInput = {}): Command {
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

const NO_LINES: readonly string[] = []

const program = new Command('mockling')
  .description('A stand-in for the Kling video API that you can run, slow down, break and rewind.')
  .version(VERSION)
  .helpCommand(true)
  // So that the options of the command that exec runs stay its own.
  .enablePositionalOptions()
  .exitOverride()
  .showHelpAfterError('(mockling --help lists what there is)')

const serve = withSettings(
  program
    .command('serve', { isDefault: true })
    .description('Start the simulator (the default command).')
    .option('--config <file>', 'Settings from a file; without it mockling.config.json or .yaml here, if there is one.')
    .option('--json', 'Print one JSON line at start instead of the text.'),
)
  .addHelpText('after', MAGIC_TOKENS)
  .action(async options => (await import('./serve.ts')).serve(options))

// `mockling --help` is where people look; the default command's settings belong there too.
program.addHelpText('after', () => `\n${serve.helpInformation()}${MAGIC_TOKENS}`)

program
  .command('explain')
  .description('Say everything there is against a request body, offline. Exits 1 if there is anything.')
  .argument('<file>', 'a JSON file, or - for standard input')
  .addOption(settingOption('revision'))
  .addOption(settingOption('strictness'))
  .addOption(new Option('--endpoint <name>', 'Whose body it is.').choices(TASK_TYPES).default('videos'))
  .option('--json', 'Print JSON.')
  .action(async (file, options) => {
    process.exitCode = await (await import('./explain.ts')).explain(file, options)
  })

program
  .command('matrix')
  .description('Print the capability matrix, with the source and grade of each row.')
  .addOption(settingOption('revision'))
  .addOption(new Option('--format <form>', 'How to print it.').choices(['table', 'json', 'markdown']).default('table'))
  .action(async options => (await import('./matrix.ts')).matrix(options))

program
  .command('diff-revisions')
  .description('Say what changes for a client from one revision to another.')
  .addArgument(revisionArgument('before'))
  .addArgument(revisionArgument('after'))
  .option('--json', 'Print JSON.')
  .action(async (before, after, options) => (await import('./diff-revisions.ts')).diffRevisions(before, after, options))

program
  .command('outcomes')
  .description('List what can be chosen to happen, and what the client is put through.')
  .option('--json', 'Print JSON.')
  .action(async options => (await import('./outcomes.ts')).outcomes(options))

program
  .command('clip')
  .description('Write a labelled MP4 file: H.264 video, and AAC sound if asked for. Same options, same bytes.')
  .option('--seconds <n>', 'How long it lasts, to the nearest frame.', '5')
  .option('--size <size>', 'Width and height in pixels.', '1280x720')
  .addOption(new Option('--fps <n>', 'Frames per second.').choices(['24', '30']).default('30'))
  .option('--audio', 'With a sound track: a beep at each full second.')
  .option('--label <text>', 'A line to show; may be given several times.', (line, lines) => [...lines, line], NO_LINES)
  .option('--id <text>', 'What its colours, emblem and pitch follow from.', 'mockling')
  .requiredOption('-o, --output <file>', 'Where to write it; - for standard output.')
  .action(async options => (await import('./clip.ts')).clip(options))

addTestingCommands(program, withSettings)

function revisionArgument(name: string): Argument {
  return new Argument(`<${name}>`, 'a revision').choices(REVISIONS)
}

function settingOption(name: 'revision' | 'strictness'): Option {
  const { options } = Config.shape[name].unwrap()
  return new Option(`${flagOf(name)} <name>`, Config.shape[name].description)
    .choices(options as readonly string[])
    .default(Config.shape[name].parse(undefined))
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever read it, such as `head`, has had enough; what is left to do is done.
    if (error.code !== 'EPIPE') throw error
  })
}

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : USAGE
  else if (error instanceof ConfigError) {
    process.stderr.write(`mockling: ${error.message.replaceAll('\n', '\nmockling: ')}\n`)
    process.exitCode = USAGE
  } else throw error
}
