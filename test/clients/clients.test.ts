import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import { serve } from '../cli/command.ts'
import { block, read, table } from '../documents/blocks.ts'
import { without } from '../support/tools.ts'
import type { GeneratedClient } from './generated-client.ts'
import { go } from './go.ts'
import { java } from './java.ts'
import { python } from './python.ts'
import { rust } from './rust.ts'
import { OCTOBERS_SCENARIOS, SCENARIOS, type Seen, sawIn } from './scenarios.ts'
import { typescript } from './typescript.ts'
import { run } from './workshop.ts'

const CLIENTS: readonly GeneratedClient[] = [...typescript, ...python, ...go, ...java, ...rust]

/** They take minutes, their tools come from five registries: only where somebody asks for them. */
const isAskedFor = process.env['CI'] !== undefined || process.env['MOCKLING_CLIENTS'] === '1'

function reasonToLeaveOut(client: GeneratedClient): string {
  return isAskedFor ? without(...client.needs) : ' (left out: npm run test:clients runs it)'
}

const results = new Map<GeneratedClient, string>()

/** Builds a client and lets it go through the scenarios, against a fake of its own. */
async function played(client: GeneratedClient) {
  const { command, cwd } = await client.build()
  const served = await serve(['--clock', 'auto-skip', '--pace', '10', '--revision', client.revision])
  const mockling = connect(served.facts.url)
  const printed = await run(command, {
    cwd,
    env: {
      MOCKLING_URL: served.facts.url,
      MOCKLING_TOKEN: 'any',
      MOCKLING_CALLBACK_URL: mockling.inbox.url('settled'),
    },
  })
  const seen: Seen[] = printed
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  return { seen, mockling, [Symbol.asyncDispose]: () => served[Symbol.asyncDispose]() }
}

describe.each(CLIENTS)('a client that $generator generates for $revision', client => {
  const missing = reasonToLeaveOut(client)
  const scenarios = client.revision === '2026-10' ? OCTOBERS_SCENARIOS : SCENARIOS

  it.skipIf(missing)(`compiles and passes the scenarios${missing}`, { timeout: 30 * 60_000 }, async () => {
    await using session = await played(client)
    const { seen, mockling } = session
    expect(seen).toEqual(scenarios)

    const file = await fetch(String(seen[0]?.saw['video_url']))
    const bytes = new Uint8Array(await file.arrayBuffer())
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(sawIn(seen, 'download')).toMatchObject({ bytes: bytes.length, sha256 })

    const [posted] = await mockling.inbox.list('settled', { count: 1, wait: 10 })
    expect(posted?.json).toMatchObject({ success: true, ...sawIn(seen, 'callback') })

    for (const { scenario, saw } of seen.filter(({ saw }) => 'task_id' in saw)) {
      const { state, video } = await mockling.tasks.get(String(saw['task_id']))
      expect({ scenario, state }).toEqual({ scenario, state: 'code' in saw ? 'failed' : 'succeed' })
      if ('video_id' in saw) expect(video).toMatchObject({ id: saw['video_id'] })
    }
    results.set(client, `${seen.length} of ${scenarios.length}`)
  })
})

it('shows in docs/reference/clients.md what each client came to', () => {
  const rows = CLIENTS.map(client => {
    const { generator, version, language, revision, compiledWith } = client
    // Of one that was left out the document says what it came to where it was not.
    return [generator, version, language, revision, compiledWith, results.get(client) ?? writtenOf(client)]
  })
  const expected = table(['generator', 'version', 'language', 'revision', 'compiled with', 'scenarios passed'], rows)
  expect(block('docs/reference/clients.md', 'generated', expected)).toBe(expected)
})

function writtenOf({ generator, revision }: GeneratedClient): string {
  const row = read('docs/reference/clients.md')
    .split('\n')
    .find(line => line.startsWith(`| ${generator} |`) && line.includes(` | ${revision} | `))
  return row?.split(' | ').at(-1)?.replace(' |', '') ?? 'none yet'
}
