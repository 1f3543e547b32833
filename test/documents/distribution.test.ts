import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { block, read, table } from './blocks.ts'

interface Install {
  readonly date: string
  readonly node: string
  readonly npm: string
  readonly runs: number
  readonly rows: readonly {
    readonly name: string
    readonly tarballBytes: number
    readonly packages: number
    readonly installedBytes: number
    readonly installMs: number
    readonly npxMs: number
  }[]
}

const size = (bytes: number) => (bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`)
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`

describe('docs/how-to/install.md', () => {
  it('shows what was measured', () => {
    const { date, node, npm, runs, rows } = JSON.parse(read('docs/install.json')) as Install
    const cells = rows.map(row => [
      row.name,
      size(row.tarballBytes),
      `${row.packages}`,
      size(row.installedBytes),
      seconds(row.installMs),
      seconds(row.npxMs),
    ])
    const head = ['', 'tarball', 'packages installed', 'on the disk', '`npm install`', '`npx` to the first answer']
    const measured = `Measured on ${date} with Node ${node.slice(1)} and npm ${npm}, medians of ${runs}:`
    const expected = `${measured}\n\n${table(head, cells)}`
    expect(block('docs/how-to/install.md', 'install', expected)).toBe(expected)
  })
})

describe('docs/how-to/release.md', () => {
  it('says how large the tarball may be', () => {
    const most = (script: string) =>
      Number(/^const MOST_BYTES = ([\d_]+)$/m.exec(read(script))?.[1]?.replaceAll('_', ''))
    const [own, all] = ['check-package', 'smoke'].map(name => `${most(`scripts/${name}.mjs`) / 1e6} MB`)
    expect(read('docs/how-to/release.md')).toContain(
      `may have ${own} without what V8 makes of the start file, and ${all} with it`,
    )
  })
})

describe('docs/how-to/github-actions.md', () => {
  const action = parse(read('action.yml')) as Record<
    'inputs' | 'outputs',
    Record<string, { description: string; default?: string }>
  >

  it('shows the inputs and outputs that there are', () => {
    const text = (description: string) => description.trim().replace(/\s+/g, ' ')
    const inputs = Object.entries(action.inputs).map(([name, { default: standard = '', description }]) => [
      `\`${name}\``,
      standard === '' ? '' : `\`${standard}\``,
      text(description),
    ])
    const outputs = Object.entries(action.outputs).map(([name, { description }]) => [`\`${name}\``, text(description)])
    const expected = [table(['input', 'default', ''], inputs), table(['output', ''], outputs)].join('\n\n')
    expect(block('docs/how-to/github-actions.md', 'action inputs', expected)).toBe(expected)
  })

  it('gives the action what it takes', () => {
    const [, example = ''] = /```yaml\n(steps:[^`]*)```/.exec(read('docs/how-to/github-actions.md')) ?? []
    const { steps } = parse(example) as { steps: readonly { uses?: string; with?: Record<string, unknown> }[] }
    const given = steps.filter(({ uses }) => uses?.startsWith('OWNER/')).flatMap(step => Object.keys(step.with ?? {}))
    expect(given.length).toBeGreaterThan(3)
    for (const name of given) expect(action.inputs).toHaveProperty([name])
  })

  it('names the inputs of the nightly workflow', () => {
    const { on } = parse(read('.github/workflows/nightly.yml')) as {
      on: { workflow_call: { inputs: Record<string, { default: string }> } }
    }
    const page = read('docs/how-to/github-actions.md')
    for (const [name, { default: standard }] of Object.entries(on.workflow_call.inputs)) {
      expect(page).toContain(`| \`${name}\` | ${standard === '' ? 'that of' : `\`${standard}\``}`)
    }
  })
})

describe.each(['docker', 'github-actions', 'install', 'release'])('docs/how-to/%s.md', name => {
  it('links to files that there are', () => {
    const links = [...read(`docs/how-to/${name}.md`).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path)
    const from = new URL(`../../docs/how-to/${name}.md`, import.meta.url)
    for (const path of links) expect(existsSync(new URL(path, from)), path).toBe(true)
  })
})
