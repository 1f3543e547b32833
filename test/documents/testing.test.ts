import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hostileSet } from '../../src/cli/hostile-set.ts'
import { KINDS } from '../../src/faults/catalogue.ts'
import { clientEnvironment } from '../../src/testing/environment.ts'

const DOCS = resolve(import.meta.dirname, '../../docs/how-to')
const page = readFileSync(resolve(DOCS, 'testing.md'), 'utf8')

describe('docs/how-to/testing.md', () => {
  it('names each variable that exec sets, and no other', () => {
    const rows = page.split('\n').filter(line => /^\| `[A-Z]/.test(line))
    const named = rows.flatMap(row =>
      [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name = '']) => name),
    )
    const set = Object.keys(clientEnvironment({ url: 'u', token: 't', key: 'k' }))
    expect(named.toSorted()).toEqual(set.toSorted())
  })

  it('uses outcomes and faults that there are', () => {
    const texts = [
      ...page.matchAll(/(?:outcomes|faults)\.add\('([\w-]+)/g),
      ...page.matchAll(/"effects\\":\\"([\w-]+)/g),
    ]
    const names = new Set<string>(KINDS.map(({ name }) => name))
    expect(texts.length).toBeGreaterThan(3)
    expect(texts.map(([, name = '']) => name).filter(name => !names.has(name))).toEqual([])
  })

  it('says of each group of grades what it is about', () => {
    const cases = hostileSet({ taskOf: name => name, origin: 'http://a.test', isSigned: true })
    for (const group of new Set([...cases.map(one => one.group), 'speed']))
      expect(page).toMatch(new RegExp(`^- \\*\\*${group}s?\\*\\*`, 'm'))
  })

  it('links to pages that are there', () => {
    for (const [, path = ''] of page.matchAll(/\]\((?!http)([^)#]+)/g))
      expect(() => readFileSync(resolve(DOCS, path))).not.toThrow()
  })
})
