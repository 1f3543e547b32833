import { type Command, Option } from 'commander'
import { REVISIONS } from '../contract/revisions.ts'

/** The commands that keep what an API answered, and hold it against the fake. */
export function addRecordingCommands(program: Command): void {
  program
    .command('record')
    .description('Stand between clients and an API, and write down what goes by, without secrets and prompts.')
    .requiredOption('--upstream <url>', 'The API, such as https://api.acedata.cloud, or a mockling.')
    .requiredOption('--out <dir>', 'Where recordings go: a JSON file for each exchange.')
    .option('--host <address>', 'Address to listen on.', '127.0.0.1')
    .option('--port <n>', 'Port to listen on; 0 picks a free one.', '4181')
    .option('--callback-url <url>', 'Where the upstream reaches this port. Without it, callbacks are not recorded.')
    .option('--allow-spend', 'Let calls through that may cost money.')
    .option('--keep-files <mb>', 'Keep videos of up to so many megabytes each; 0 keeps none.', '10')
    .option('--json', 'Print one JSON line at start instead of the text.')
    .action(async options => {
      process.exitCode = await (await import('./record.ts')).record(options)
    })

  program
    .command('drift')
    .description(
      'Send the requests of recordings to the fake and say what it answers otherwise. Exits with 5 if anything.',
    )
    .argument('<dir>', 'what mockling record wrote')
    .addOption(new Option('--revision <name>', 'Dated reading of the contract.').choices(REVISIONS).default('2026-05'))
    .option('--publish <url>', 'Show what was found in the inspector of the mockling there.')
    .option('--key <key>', 'Key of its control door.')
    .option('--json', 'Print JSON.')
    .action(async (directory, options) => {
      process.exitCode = await (await import('./drift.ts')).drift(directory, options)
    })
}
