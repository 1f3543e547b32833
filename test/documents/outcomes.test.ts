import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type OutcomeLine, outcomeLines, outcomeOf } from '../../src/faults/outcomes.ts'
import { RuleInput, TimelineInput } from '../../src/faults/rule-input.ts'
import { effectFrom, textOf } from '../../src/faults/text.ts'
import { createSimulator } from '../../src/simulator.ts'
import { readCurl } from '../support/curl.ts'
import { send } from '../support/sockets.ts'
import { block, read, table } from './blocks.ts'

const DOCUMENT = 'docs/reference/outcomes.md'

const GROUPS: readonly [title: string, holds: (name: string) => boolean][] = [
  ['The task', name => !/^(?:answer|callback|media)-/.test(name)],
  ['The answer', name => name.startsWith('answer-')],
  ['Callbacks', name => name.startsWith('callback-')],
  ['The file', name => name.startsWith('media-')],
]

function section(title: string, lines: readonly OutcomeLine[]): string {
  const rows = lines.map(({ usage, summary, operations, options }) => [
    [`\`${usage}\``, ...options.map(explained)].join('<br>'),
    summary,
    operations.join(', '),
  ])
  return `### ${title}\n\n${table(['how it is written', 'what the client is put through', 'happens to'], rows)}`
}

function explained({
  name,
  allowed,
  isRequired,
  default: standard,
  otherwise,
}: OutcomeLine['options'][number]): string {
  return `${name}: ${allowed}${isRequired ? '' : `; without it ${otherwise ?? standard}`}`
}

/** The code blocks of one language. */
function blocksOf(language: string): string[] {
  return [...read(DOCUMENT).matchAll(/^```(\w+)\n(.*?)^```/gms)]
    .filter(([, found]) => found === language)
    .map(([, , text = '']) => text)
}

describe('docs/reference/outcomes.md', () => {
  it('shows every outcome and fault as it is', () => {
    const lines = outcomeLines()
    const expected = GROUPS.map(([title, holds]) =>
      section(
        title,
        lines.filter(({ name }) => holds(name)),
      ),
    ).join('\n\n')
    expect(block(DOCUMENT, 'outcomes', expected)).toBe(expected)
  })

  it('shows texts that are read as they are written', () => {
    const texts = blocksOf('text').join('').trim().split('\n')
    expect(texts.length).toBeGreaterThan(2)
    for (const text of texts) expect(outcomeOf(text, new Set()).text).toBe(text)
  })

  it('shows the same as data', () => {
    const [data = ''] = blocksOf('json')
    expect(textOf(JSON.parse(data).map(effectFrom))).toBe('answer-dropped, callback-doubled 3 gap=5')
  })

  it('shows commands that the control door obeys', async () => {
    await using simulator = await createSimulator()
    const commands = blocksOf('sh').flatMap(text => text.match(/^curl (?:.*\\\n)*.*$/gm) ?? [])
    expect(commands).toHaveLength(4)
    for (const command of commands) {
      const reply = await send(simulator.url, readCurl(command))
      expect(reply.status, `${command}\n${reply.text}`).toBe(201)
    }
  })

  it('names every field of a rule', () => {
    for (const name of Object.keys(RuleInput.shape))
      expect(read(DOCUMENT)).toMatch(new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'))
  })

  it('shows an incident that can be played', () => {
    const [incident = ''] = blocksOf('yaml')
    expect(TimelineInput.parse(parse(incident)).events).toHaveLength(2)
    const [, file = ''] = /\]\((?:\.\.\/)+(fixtures\/incidents\/[\w-]+\.yaml)\)/.exec(read(DOCUMENT)) ?? []
    const text = readFileSync(join(import.meta.dirname, '../..', file), 'utf8')
    expect(TimelineInput.parse(parse(text)).events.length).toBeGreaterThan(5)
  })
})
