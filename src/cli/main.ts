import { addOfflineCommands } from './offline-commands.ts'
import { magicTokens, programWithServe, run, withSettings } from './program.ts'
import { addRecordingCommands } from './recording-commands.ts'
import { addTestingCommands } from './testing-commands.ts'

const { program, serve } = programWithServe(async options => (await import('./serve.ts')).serve(options))

// `mockling --help` is where people look; the default command's settings belong there too.
program.addHelpText('after', () => `\n${serve.helpInformation()}${magicTokens()}`)

addOfflineCommands(program)
addTestingCommands(program, withSettings)
addRecordingCommands(program)

await run(program)
