import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { addOfflineCommands } from '../../src/cli/offline-commands.ts'
import { programWithServe, withSettings } from '../../src/cli/program.ts'
import { addRecordingCommands } from '../../src/cli/recording-commands.ts'
import { addTestingCommands } from '../../src/cli/testing-commands.ts'
import { flagOf, SETTING_NAMES } from '../../src/config.ts'
import { block, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/commands.md'

const FLAGS = new Set(SETTING_NAMES.map(flagOf))

function sectionOf(command: Command): string {
  const own = command.options.filter(({ long }) => !FLAGS.has(long ?? '') || command.options.length < FLAGS.size)
  const takesSettings = own.length < command.options.length
  const given = command.registeredArguments.map(argument => [
    `\`${argument.required ? `<${argument.name()}>` : `[${argument.name()}]`}\``,
    argument.description,
    argument.defaultValue === undefined ? '' : `\`${argument.defaultValue}\``,
    argument.argChoices?.join(', ') ?? '',
  ])
  const options = own.map(option => [
    `\`${option.flags}\``,
    `${option.description}${option.mandatory ? ' Must be given.' : ''}`,
    option.defaultValue === undefined || String(option.defaultValue) === '' ? '' : `\`${option.defaultValue}\``,
    option.argChoices?.join(', ') ?? '',
  ])
  const usage = [
    'mockling',
    command.name(),
    ...(takesSettings && command.name() !== 'exec' ? ['[settings]'] : []),
    command.usage().replace(/^\[options\] ?/, own.length > 0 ? '[options] ' : ''),
  ]
  const rows = [...given, ...options]
  return [
    `## ${command.name()}`,
    command.description(),
    `\`\`\`text\n${usage.join(' ').trim()}\n\`\`\``,
    ...(rows.length === 0 ? [] : [table(['option', 'what it does', 'default', 'one of'], rows)]),
  ].join('\n\n')
}

describe(DOCUMENT, () => {
  it('shows every command with its options', () => {
    const { program } = programWithServe(async () => {})
    addOfflineCommands(program)
    addTestingCommands(program, withSettings)
    addRecordingCommands(program)
    expect(program.commands.length).toBeGreaterThan(15)
    const index = program.commands.map(command => [
      `[\`${command.name()}\`](#${command.name()})`,
      command.description(),
    ])
    const expected = [table(['command', 'what it does'], index), ...program.commands.map(sectionOf)].join('\n\n')
    expect(block(DOCUMENT, 'help', expected)).toBe(expected)
  })
})
