import { execFileSync } from 'node:child_process'
import { afterAll, describe, expect, it } from 'vitest'
import { block, read, table } from '../../documents/blocks.ts'
import { acedatacloud } from './acedatacloud.ts'
import { closeFakes } from './fakes.ts'
import { klingProCli } from './kling-pro-cli.ts'
import { mcpKling } from './mcp-kling.ts'
import { installed, pinned, script, withoutClients } from './place.ts'
import { HEAD, type Scorecard } from './scorecard.ts'

const CLIENTS = { acedatacloud, 'mcp-kling': mcpKling, 'kling-pro-cli': klingProCli }

describe.skipIf(withoutClients)(`the vendor’s own clients${withoutClients}`, () => {
  afterAll(closeFakes)

  it('are the released ones, unmodified', () => {
    const found = JSON.parse(
      execFileSync(installed('python'), [script('unmodified.py'), ...Object.keys(CLIENTS)], { encoding: 'utf8' }),
    )
    for (const client of Object.keys(CLIENTS)) {
      expect(found[client]).toEqual({ version: pinned(client), files: expect.any(Number), changed: [] })
      expect(found[client].files).toBeGreaterThan(20)
    }
  })

  const cards: Scorecard[] = []
  for (const [client, suite] of Object.entries(CLIENTS)) describe(client, () => void cards.push(suite()))

  it('come off as docs/reference/clients.md says', () => {
    const expected = table(
      HEAD,
      cards.flatMap(card => card.rows()),
    )
    expect(block('docs/reference/clients.md', 'real clients', expected)).toBe(expected)
  })

  it('have the faults that docs/discoveries.md tells of, and no others', () => {
    const headings = [...read('docs/discoveries.md').matchAll(/^### (`[\w-]+` .*)$/gm)].map(([, heading]) => heading)
    expect(cards.flatMap(card => card.headings())).toEqual(headings)
  })
})
