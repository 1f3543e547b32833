/** One effect as it stands in a text: its name, and what follows it. */
export interface Phrase {
  readonly name: string
  readonly words: readonly Word[]
}

/** An option with its value, or a value alone. */
export interface Word {
  readonly option?: string
  readonly value: string
}

/** Text that is no sequence of effects, and why. */
export class Unreadable extends Error {}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"'

/** A comma, or what stands between spaces and commas; within quotes these are part of it. The last one is in the way. */
const PIECES = new RegExp(`\\s*(?:(,)|((?:${QUOTED}|[^\\s",])+)|(\\S))`, 'gy')

/** No option's name is as long as a secret, which may end in `=` too. */
const OPTION = /^([a-z_][a-z_-]{0,29})=(.*)$/is

/**
 * Takes a text apart: `fail api_error after=30, callback-doubled gap=2`. A value that holds spaces, commas or other
 * than ASCII stands in quotes, as in JSON: `message="one, two"`.
 * @throws Unreadable
 */
export function phrasesOf(text: string): Phrase[] {
  const phrases: { name: string; words: Word[] }[] = [{ name: '', words: [] }]
  for (const [, comma, piece, obstacle] of text.matchAll(PIECES)) {
    if (obstacle !== undefined) throw new Unreadable('a quote is never closed')
    const last = phrases.at(-1) as { name: string; words: Word[] }
    if (comma !== undefined) phrases.push({ name: '', words: [] })
    else if (last.name === '') last.name = piece as string
    else last.words.push(wordOf(piece as string))
  }
  return phrases
}

function wordOf(piece: string): Word {
  const [, option, value] = OPTION.exec(piece) ?? []
  return option === undefined ? { value: unquoted(piece) } : { option, value: unquoted(value ?? '') }
}

function unquoted(value: string): string {
  if (!value.includes('"')) return value
  try {
    if (value.startsWith('"')) return JSON.parse(value) as string
  } catch {
    // It is not as JSON writes strings.
  }
  throw new Unreadable(`quotes go round a whole value, as in JSON: message="one, two"; not ${value.slice(0, 100)}`)
}

/** Values that stand for themselves wherever a text may stand: in a header, in a prompt's magic word. */
const PLAIN = /^[\w.:;/+%@$#!?&*()'~^|<>{}-]+$/

/** A value as `phrasesOf` reads it, in ASCII. */
export function spelled(value: string | number): string {
  const text = String(value)
  return PLAIN.test(text) ? text : `"${[...text].map(escaped).join('')}"`
}

/** A character within quotes. A `]` may be the end of a magic word. */
function escaped(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`
  if (/^[\x20-\x7e]$/.test(character) && character !== ']') return character
  return character
    .split('')
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
