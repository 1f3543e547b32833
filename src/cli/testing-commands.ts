import { type Command, Option } from 'commander'
import type { ConfigInput } from '../config.ts'
import { REVISIONS } from '../contract/revisions.ts'
import { FORMATS } from './env.ts'
import { EXEC_DEFAULTS } from './options.ts'

const HERE = 'http://127.0.0.1:4180'
const NONE: readonly string[] = []

function several(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value]
}

const EXIT_CODES = `
Exit codes: the command's own if it is not 0 (128 and the signal's number if one ended it, 127 and 126 if it can't be
started); else 4 over --max-credits, 1 for duplicates under --fail-on-duplicates, 0. Our own checks write to standard error.

  mockling exec --pace instant -- npm test
  mockling exec --clock auto-skip --pace real --fail-on-duplicates --report junit=mockling.xml -- pytest -q`

/** The commands with which people test their own programs. `withSettings` adds the options of every setting. */
export function addTestingCommands(
  program: Command,
  withSettings: (command: Command, defaults?: ConfigInput) => Command,
): void {
  withSettings(
    program
      .command('exec')
      .description('Run a command against a simulator of its own; tell what it would have cost.')
      .usage('[settings] -- COMMAND…')
      .argument('[command...]', 'the command and its arguments, best after --')
      .passThroughOptions()
      .option(
        '--config <file>',
        'Settings from a file; without it mockling.config.json or .yaml here, if there is one.',
      )
      .option('--token <token>', 'Bearer token the command is given.', 'mockling-exec')
      .option('--max-credits <n>', 'Exit with 4 if the run would have cost more Credits than that.')
      .option('--fail-on-duplicates', 'Exit with 1 if a video was paid for twice.')
      .option('--report <junit=file>', 'Write our own checks as a JUnit report.')
      .option('--repro <file>', 'If it fails, write the run there, for mockling replay.')
      .option('--json', 'Tell it as one line of JSON, on standard error.')
      .option('--allow-real-environment', 'Start even if a real key or the real host is in the environment.'),
    EXEC_DEFAULTS,
  )
    .addHelpText('after', EXIT_CODES)
    .action(async (command, options) => {
      process.exitCode = await (await import('./exec.ts')).exec(command, options)
    })

  program
    .command('replay')
    .description('Play a recorded run again and say where it differs. Exits with 1 if it does.')
    .argument('<file>', 'what GET /_mockling/v1/state answered, or exec --repro wrote; - for standard input')
    .option('-o, --output <file>', 'Write the run as it went this time.')
    .option('--serve', 'Go on listening afterwards, with every clock where the run ended.')
    .option('--host <address>', 'Address to listen on.', '127.0.0.1')
    .option('--port <n>', 'Port to listen on; 0 picks a free one.', '0')
    .option('--json', 'Print JSON.')
    .action(async (file, options) => {
      process.exitCode = await (await import('./replay.ts')).replay(file, options)
    })

  program
    .command('verify')
    .description('Run the contract suite against a server. Exits with 1 if a promise is not kept.')
    .argument('[url]', 'a mockling, where nothing costs anything, or the real API', HERE)
    .option('--token <token>', 'Bearer token; without it MOCKLING_TOKEN. A mockling needs none.')
    .addOption(new Option('--revision <name>', 'Dated reading of the contract.').choices(REVISIONS).default('2026-05'))
    .option('--only <name>', 'Only cases with that id, beginning of an id, rule, grade or tag. Repeatable.', several)
    .option('--skip <name>', 'Not those. Repeatable.', several)
    .option('--plan', 'Print the cases and what they may cost. Sends nothing.')
    .option('--allow-spend', 'Send a real API creates that may cost money.')
    .option('--max-credits <n>', 'What they may cost together, refusals that might not come included.', '0')
    .option('--everything', 'All paid cases, not just the smallest set that shows each two features together.')
    .option('--callback-url <url>', 'Where a real API reaches the receiver of callbacks here.')
    .option('--callback-port <n>', 'Port of that receiver; 0 picks a free one.', '0')
    .option('--image <url>', 'An image that a real API can fetch; --video and --audio go with it.')
    .option('--video <url>', 'A video that it can fetch.')
    .option('--audio <url>', 'A recording that it can fetch.')
    .option('--rate <n/s>', 'Most requests it is sent, such as 2/s or 60/m.')
    .option('--timeout <seconds>', 'How long one answer may take.', '300')
    .option('--ledger <file>', 'Remembers what a real API was paid for.', 'mockling-verify.jsonl')
    .option('--resume', 'Leave out what passed before, as the ledger says.')
    .option('--key <key>', 'Key of a mockling’s control door.')
    .option('--evidence <file>', 'Keep what was seen, a line for each case; mockling evidence reads it.')
    .option('--report <form=file>', 'Write a report: junit, json, markdown or html. Repeatable.', several)
    .option('--publish <url>', 'Show what was found in the inspector of the mockling there; --key is its key, too.')
    .option('--json', 'Print JSON.')
    .action(async (url, options) => {
      process.exitCode = await (await import('./verify.ts')).verify(url, options)
    })

  program
    .command('wait')
    .description('Wait until a server answers. Exits with 3 if it does not in time.')
    .argument('[url]', 'where it listens', HERE)
    .option('--timeout <seconds>', 'How long to wait.', '30')
    .option('--json', 'Print JSON.')
    .action(async (url, options) => {
      process.exitCode = await (await import('./wait.ts')).wait(url, options)
    })

  program
    .command('report')
    .description(
      'Tell what a server was asked for and what it would have cost. Exits with 4 or 1 where that is too much.',
    )
    .argument('[url]', 'where it listens', HERE)
    .option('--token <token>', 'Only what was asked for with this bearer token.')
    .option('--key <key>', 'Key of the control door; without it MOCKLING_CONTROL_KEY.')
    .option('--max-credits <n>', 'Exit with 4 if it would have cost more Credits than that.')
    .option('--fail-on-duplicates', 'Exit with 1 if a video was paid for twice.')
    .option('--report <form=file>', 'Write it to a file, too: junit, markdown or json. Repeatable.', several)
    .option('--json', 'Print JSON.')
    .action(async (url, options) => {
      process.exitCode = await (await import('./report.ts')).report(url, options)
    })

  program
    .command('env')
    .description('Print the variables that point clients at a server: eval "$(mockling env)".')
    .argument('[url]', 'where it listens', HERE)
    .addOption(new Option('--format <form>', 'For which shell or program.').choices(FORMATS).default('sh'))
    .option('--token <token>', 'Bearer token for the clients.', 'mockling')
    .option('--key <key>', 'Key of the control door.')
    .action(async (url, options) => (await import('./env.ts')).env(url, options))

  withSettings(
    program
      .command('doctor')
      .description('Look for what keeps clients and callbacks from arriving. Exits with 1 if something does.')
      .argument('[url]', 'a running server; without it, what the settings would make of one')
      .option('--config <file>', 'Settings from a file, as for serve.')
      .option('--callback-url <url>', 'Your receiver: the server is made to post a callback there.')
      .option('--token <token>', 'Bearer token to ask the server with; its namespace is reset.', 'mockling-doctor')
      .option('--json', 'Print JSON.'),
  ).action(async (url, options) => {
    process.exitCode = await (await import('./doctor.ts')).doctor(url, options)
  })

  program
    .command('trigger')
    .description(
      'Post a callback by hand and print the answer. Exits with 1 unless it is 2xx, with 3 if nobody is there.',
    )
    .argument('<url>', 'your receiver')
    .option('--task <id>', 'Whose callback it is. Without it, a made-up one, the same each time.')
    .option('--fail <code>', 'The task has failed, with this error. Without it, it has succeeded.')
    .option('--origin <url>', 'Scheme and host of video_url; every mockling serves the file.', HERE)
    .option('--secret <whsec>', 'Sign it as Standard Webhooks says.')
    .option('--forged', 'With the signature of somebody who does not know the secret.')
    .option('--repeat <n>', 'So many times, one after the other.', '1')
    .option('--gap <seconds>', 'Between two of them.', '0')
    .option('--malformed', 'JSON that ends half way.')
    .option('--pad <bytes>', 'Make the body at least so long.')
    .option('--header <line>', 'One more header, "name: value"; may be given several times.', several, NONE)
    .option('--dry-run', 'Print the body and send nothing.')
    .option('--json', 'Print JSON.')
    .action(async (url, options) => {
      process.exitCode = await (await import('./trigger.ts')).trigger(url, options)
    })

  program
    .command('probe-receiver')
    .description(
      'Put your callback handler through everything that can go wrong, and grade it. Exits with 1 if it fails.',
    )
    .argument('<url>', 'your receiver; it is sent callbacks of made-up tasks')
    .option('--task <id>', 'A task that it knows; may be given several times, four are of use.', several, NONE)
    .option('--state-command <command>', 'Prints what the receiver keeps; two equal callbacks must leave it the same.')
    .option('--settle <seconds>', 'Wait before each look at the state.', '0.5')
    .option('--secret <whsec>', 'Sign callbacks as Standard Webhooks says, and send wrong signatures too.')
    .option('--limit <seconds>', 'An answer that takes longer is none.', '10')
    .option('--origin <url>', 'Scheme and host of video_url; every mockling serves the file.', HERE)
    .option('--header <line>', 'One more header, "name: value"; may be given several times.', several, NONE)
    .option('--json', 'Print JSON.')
    .option('--report <junit=file>', 'Write the grades as a JUnit report.')
    .action(async (url, options) => {
      process.exitCode = await (await import('./probe-receiver.ts')).probeReceiver(url, options)
    })
}
