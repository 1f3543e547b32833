import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

/** Every page that people read, named from the repository's root. */
export const PAGES: readonly string[] = [
  ...readdirSync(ROOT).filter(name => name.endsWith('.md')),
  ...['docs', 'examples'].flatMap(folder =>
    readdirSync(resolve(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.md'))
      .map(name => `${folder}/${name.replaceAll('\\', '/')}`),
  ),
].toSorted()

/** One piece of code on a page. */
export interface CodeBlock {
  readonly language: string
  readonly text: string
  /** Where it begins, for whoever has to mend it. */
  readonly line: number
}

/** The pieces of code between fences. */
export function codeOf(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: text = '', index }) => ({
    language,
    text,
    line: markdown.slice(0, index).split('\n').length,
  }))
}

/** The page without its code: neither what is between fences nor what is in backticks. */
export function proseOf(markdown: string): string {
  return markdown.replace(/^```\w*\n.*?^```$/gms, '').replace(/`[^`\n]*`/g, '')
}
