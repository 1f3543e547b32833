import { Argument, type Command, Option } from 'commander'
import { Config, flagOf } from '../config.ts'
import { TASK_TYPES } from '../contract/endpoints.ts'
import { REVISIONS } from '../contract/revisions.ts'

const NO_LINES: readonly string[] = []

/** The commands that ask no server: what the contract says, and files made by it. */
export function addOfflineCommands(program: Command): void {
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
    .addOption(
      new Option('--format <form>', 'How to print it.').choices(['table', 'json', 'markdown']).default('table'),
    )
    .action(async options => (await import('./matrix.ts')).matrix(options))

  program
    .command('diff-revisions')
    .description('Say what changes for a client from one revision to another.')
    .addArgument(revisionArgument('before'))
    .addArgument(revisionArgument('after'))
    .option('--json', 'Print JSON.')
    .action(async (before, after, options) =>
      (await import('./diff-revisions.ts')).diffRevisions(before, after, options),
    )

  program
    .command('evidence')
    .description('Say how sure each promise is: where it was read, and what mockling verify --evidence saw of it.')
    .argument('[files...]', 'files of mockling verify --evidence')
    .addOption(settingOption('revision'))
    .addOption(
      new Option('--format <form>', 'How to print it.').choices(['table', 'json', 'markdown']).default('table'),
    )
    .action(async (files, options) => (await import('./evidence.ts')).evidence(files, options))

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
    .option(
      '--label <text>',
      'A line to show; may be given several times.',
      (line, lines) => [...lines, line],
      NO_LINES,
    )
    .option('--id <text>', 'What its colours, emblem and pitch follow from.', 'mockling')
    .requiredOption('-o, --output <file>', 'Where to write it; - for standard output.')
    .action(async options => (await import('./clip.ts')).clip(options))
}

function revisionArgument(name: string): Argument {
  return new Argument(`<${name}>`, 'a revision').choices(REVISIONS)
}

function settingOption(name: 'revision' | 'strictness'): Option {
  const { options } = Config.shape[name].unwrap()
  return new Option(`${flagOf(name)} <name>`, Config.shape[name].description)
    .choices(options as readonly string[])
    .default(Config.shape[name].parse(undefined))
}
