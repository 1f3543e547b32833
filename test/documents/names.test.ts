import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addOfflineCommands } from '../../src/cli/offline-commands.ts'
import { programWithServe, withSettings } from '../../src/cli/program.ts'
import { addRecordingCommands } from '../../src/cli/recording-commands.ts'
import { addTestingCommands } from '../../src/cli/testing-commands.ts'
import { envOf, SETTING_NAMES } from '../../src/config.ts'
import { outcomeOf } from '../../src/faults/outcomes.ts'
import { createSimulator } from '../../src/simulator.ts'
import { clientEnvironment } from '../../src/testing/environment.ts'
import { controlDoor } from '../support/door.ts'
import { read } from './blocks.ts'
import { PAGES } from './pages.ts'

/** Histories name what there was, and may name what is no more. */
const TODAY = PAGES.filter(page => page !== 'CHANGELOG.md')

/** Options of others' programs that the pages name. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  // git, npm, curl, Node, Redis and the tests
  ...['--save-dev', '--max-time', '--max-old-space-size', '--test', '--project', '--experimental-vm-modules'],
  ...['--unhandled-rejections', '--version', '--help', '--release'],
  // Docker
  ...['--tag', '--rm', '--publish', '--env', '--volume', '--read-only', '--cap-drop', '--security-opt', '--build-arg'],
  ...['--file', '--build', '--exit-code-from', '--init'],
  // npm's and git's of a release
  ...['--follow-tags', '--allow-same-version'],
  ...['--retry', '--fail-with-body', '--cacert', '--connect-to', '--bind', '--yes', '--no-sandbox'],
  // generators, compilers and linters of clients
  ...['--default-non-nullable', '--strict'],
  // the vendor's command line
  ...['--audio-file', '--audio-url', '--timeout', '--json'],
  // scripts and examples of this repository
  ...['--keep', '--peers', '--runs', '--minutes', '--seed', '--mockling'],
])

/** Variables of the tests and of programs that are called, and of exec with TLS. */
const VARIABLES_OF_TESTS: ReadonlySet<string> = new Set([
  ...['MOCKLING_CLIENTS', 'MOCKLING_TARGET', 'MOCKLING_TLS_URL', 'MOCKLING_UPDATE_DOCS'],
])

function optionsOfCommands(): Set<string> {
  const { program } = programWithServe(async () => {})
  addOfflineCommands(program)
  addTestingCommands(program, withSettings)
  addRecordingCommands(program)
  return new Set(program.commands.flatMap(({ options }) => options.flatMap(({ long }) => long ?? [])))
}

function commandNames(): Set<string> {
  const { program } = programWithServe(async () => {})
  addOfflineCommands(program)
  addTestingCommands(program, withSettings)
  addRecordingCommands(program)
  return new Set(['help', ...program.commands.map(command => command.name())])
}

/** All that matches on the pages of today, with the page. */
function named(pattern: RegExp, pages = TODAY): { page: string; name: string }[] {
  return pages.flatMap(page => [...read(page).matchAll(pattern)].map(([, name = '']) => ({ page, name })))
}

describe('what the pages name is there', () => {
  it('options', () => {
    const known = new Set([...optionsOfCommands(), ...OF_OTHERS])
    const found = named(/(?<![\w-])(--[a-z][a-z0-9-]*)/g)
    expect(found.length).toBeGreaterThan(200)
    expect(found.filter(({ name }) => !known.has(name))).toEqual([])
  })

  it('commands', () => {
    const known = commandNames()
    const found = named(/(?:`|^|npx |\| )mockling ([a-z][a-z-]+)\b/gm)
    expect(found.length).toBeGreaterThan(50)
    expect(found.filter(({ name }) => !known.has(name))).toEqual([])
  })

  it('variables', () => {
    const known = new Set([
      ...SETTING_NAMES.map(envOf),
      ...Object.keys(clientEnvironment({ url: 'u', token: 't', key: 'k' })),
      ...VARIABLES_OF_TESTS,
    ])
    const found = named(/\b(MOCKLING_[A-Z_]*[A-Z])\b/g)
    expect(found.length).toBeGreaterThan(50)
    expect(found.filter(({ name }) => !known.has(name))).toEqual([])
  })

  it('paths of the control door', async () => {
    await using simulator = await createSimulator()
    const { paths } = (await controlDoor(simulator).get('/openapi.json')).body
    const known = Object.keys(paths).map(path => new RegExp(`^/_mockling${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`))
    const found = named(/(\/_mockling\/[\w./{}$<>:-]*)/g).map(({ page, name }) => ({
      page,
      name: name.replace(/[.:]$/, '').replace(/<$/, '<name>'),
    }))
    expect(found.length).toBeGreaterThan(100)
    expect(found.filter(({ name }) => !known.some(path => path.test(name)))).toEqual([])
  })

  it('outcomes', () => {
    const texts = [...named(/\[\[mockling:([^\]…]+)\]\]/g), ...named(/x-mockling-outcome: ([^'`]+)['`]/g)].filter(
      ({ name }) => !/[<…]/.test(name),
    )
    const clips = new Set(['cat'])
    expect(texts.length).toBeGreaterThan(5)
    for (const { page, name } of texts) expect(() => outcomeOf(name, clips), `${page}: ${name}`).not.toThrow()
  })

  it('headers', () => {
    const sources = resolve(import.meta.dirname, '../../src')
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(name => /\.tsx?$/.test(name))
    const text = files.map(name => readFileSync(resolve(sources, name), 'utf8')).join('\n')
    const found = named(/(x-mockling-[a-z]+(?:-[a-z]+)*)\b/g)
    expect(found.length).toBeGreaterThan(30)
    expect(found.filter(({ name }) => !text.includes(name))).toEqual([])
  })
})
