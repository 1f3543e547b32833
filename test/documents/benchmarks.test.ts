import { describe, expect, it } from 'vitest'
import { type Benchmarks, benchmarkTables, peersTable } from './benchmarks.ts'
import { block, read } from './blocks.ts'

const MEASURED = { date: '2026-11-23', node: 'v20.20.2' }

const SAMPLE: Benchmarks = {
  start: null,
  create: {
    ...MEASURED,
    rows: [
      {
        ...{ what: 'create, answered at once', seen: 0.47, unit: 'of raw', ours: '20000/s', reference: '42000/s' },
        ...{ gate: 0.45, goal: 0.6, runs: [0.47, 0.46, 0.5], reached: 'gate' },
      },
      {
        what: 'prism',
        seen: 0.08,
        unit: 'of raw',
        ours: '3000/s',
        reference: '42000/s',
        runs: [0.08],
        reached: '',
        isPeer: true,
      },
      { what: 'memory of the server, idle', seen: 70, unit: 'MB', gate: 80, goal: 60, runs: [70], reached: 'gate' },
    ],
  },
  validate: {
    ...MEASURED,
    rows: [
      {
        ...{ what: 'validate, refused', seen: 416_000, unit: '/s', ours: '416000/s', reference: '900000/s' },
        ...{ ratio: '0.46 of JSON.parse', gate: 400_000, goal: 1_000_000, runs: [416_000], reached: 'gate' },
      },
    ],
  },
}

describe('docs/performance.md', () => {
  it('shows what the benchmarks came to, and what was not measured', () => {
    const expected = benchmarkTables(JSON.parse(read('docs/benchmarks.json')))
    expect(block('docs/performance.md', 'benchmarks', expected)).toBe(expected)
  })

  it('has rows of every part that can be measured, or says that there are none', () => {
    const [, parts = ''] = /const PARTS = \{(.*?)\n\}/s.exec(read('bench/run.mjs')) ?? []
    const names = [...parts.matchAll(/^ {2}(\w+): \[/gm)].map(([, name]) => name)
    expect(names).toContain('state')
    expect(Object.keys(JSON.parse(read('docs/benchmarks.json')))).toEqual(names)
  })
})

describe('the tables of benchmarks', () => {
  const text = benchmarkTables(SAMPLE)

  it('show ours, what it is compared with, the ratio of several runs, and the verdict', () => {
    const line = '| create, answered at once | 20000/s | 42000/s | 0.47 of raw (0.46–0.5) | 0.45 | 0.6 | gate |'
    expect(text).toContain(line)
  })

  it('show what is no ratio by itself, and a ratio beside it', () => {
    expect(text).toContain('| memory of the server, idle | 70 MB |  |  | 80 | 60 | gate |')
    expect(text).toContain(
      '| validate, refused | 416,000/s | 900000/s | 0.46 of JSON.parse | 400,000 | 1,000,000 | gate |',
    )
  })

  it('show other servers apart, beside ours', () => {
    expect(text).toContain('| mockling | 20000/s | 42000/s | 0.47 (0.46–0.5) |\n| prism | 3000/s | 42000/s | 0.08 |')
    expect(text.match(/\| prism \|/g)).toHaveLength(1)
  })

  it('say what was not measured, and when the rest was', () => {
    expect(text).toContain('Not measured in one run yet: start.')
    expect(text).toContain('Measured: create on 2026-11-23, Node 20.20.2; validate on 2026-11-23, Node 20.20.2.')
    expect(benchmarkTables({ start: null })).toBe('Not measured in one run yet: start, other mock servers.')
  })
})

describe('docs/explanation/comparison.md', () => {
  it('shows other servers beside ours', () => {
    const expected = peersTable(JSON.parse(read('docs/benchmarks.json')))
    expect(block('docs/explanation/comparison.md', 'peers', expected)).toBe(expected)
  })
})
