import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** With `MOCKLING_UPDATE_DOCS` set (`npm run docs`) a block that differs is written instead of failing. */
const mayWrite = process.env['MOCKLING_UPDATE_DOCS'] === '1'

/** The text between `<!-- name -->` and `<!-- /name -->` of a document, brought up to date if that is asked for. */
export function block(document: string, name: string, expected: string): string {
  const text = read(document)
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const from = text.indexOf(start) + start.length
  const to = text.indexOf(end, from)
  if (from < start.length || to < 0) throw new Error(`${document} has no block ${name}`)
  const found = text.slice(from, to).trim()
  if (found === expected || !mayWrite) return found
  writeFileSync(resolve(ROOT, document), `${text.slice(0, from)}\n${expected}\n\n${text.slice(to)}`)
  return expected
}

/** The text of a document, named from the repository's root. */
export function read(document: string): string {
  return readFileSync(resolve(ROOT, document), 'utf8')
}

export function readme(): string {
  return read('README.md')
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map(cells => `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-')
}
