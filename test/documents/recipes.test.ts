import { readdirSync } from 'node:fs'
import { extname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { block, read } from './blocks.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const RECIPES = 'examples/recipes'

const LANGUAGES: Readonly<Record<string, string>> = {
  '.go': 'go',
  '.html': 'html',
  '.java': 'java',
  '.mjs': 'js',
  '.py': 'python',
  '.rs': 'rust',
  '.sh': 'sh',
  '.toml': 'toml',
  '.txt': 'text',
}

const pages = readdirSync(resolve(ROOT, 'docs/how-to')).map(name => `docs/how-to/${name}`)

/** Pages and the files they show, between comments that name them. */
const shown = pages.flatMap(page =>
  [...read(page).matchAll(/^<!-- (examples\/recipes\/\S+) -->$/gm)].map(([, file = '']) => [page, file] as const),
)

describe('recipes', () => {
  it.each(shown)('are shown by %s as they are run: %s', (page, file) => {
    const expected = `\`\`\`${LANGUAGES[extname(file)]}\n${read(file).trim()}\n\`\`\``
    expect(block(page, file, expected)).toBe(expected)
  })

  it('are all shown', () => {
    const files = readdirSync(resolve(ROOT, RECIPES), { recursive: true, encoding: 'utf8' })
    const wanted = files.map(file => `${RECIPES}/${file}`).filter(file => extname(file) in LANGUAGES)
    expect(wanted.length).toBeGreaterThan(15)
    expect(wanted.filter(file => !shown.some(([, name]) => name === file))).toEqual([])
  })
})
