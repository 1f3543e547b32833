/** Paths of the user's own files by the outcome they are delivered for, and under `EVERY` the one for all others. */
export type ClipFiles = Readonly<Record<string, string>>

/** Stands for every outcome that has no file of its own. */
export const EVERY = '*'

/** How files may be given in text, for error texts. */
export const CLIP_TEXT =
  'FILE for all videos or OUTCOME=FILE, at most one for each outcome; OUTCOME is succeed, or succeed and a name of up to ' +
  '40 characters a-z, 0-9, _ and -, such as succeed cat; a FILE with = in its name begins with ./'

/** `FILE,succeed cat=FILE`: a comma counts where an outcome follows, since names of files may hold it. */
const BETWEEN = /,(?=\s*(?:\*|succeed(?:\s[^=,]*)?)\s*=)/i

/** An outcome and its file. What holds a dot or a slash before the first `=` is a path. */
const PAIR = /^([^=./\\]*)=(.*)$/s

/**
 * Reads what was given for `--clip`: texts, or an object with outcomes as keys, `*` being all others.
 *
 * `undefined` if an outcome can't be declared, has no file or two.
 */
export function clipFilesOf(given: string | readonly string[] | ClipFiles): ClipFiles | undefined {
  const texts = typeof given === 'string' ? [given] : given
  const pairs = isList(texts) ? texts.flatMap(text => text.split(BETWEEN)).map(pairOf) : Object.entries(texts)
  const files = new Map(pairs.map(([outcome, file]) => [outcomeName(outcome), file]))
  const isSound = [...files].every(([outcome, file]) => (outcome === EVERY || isSuccess(outcome)) && file !== '')
  return isSound && files.size === pairs.length ? Object.fromEntries(files) : undefined
}

/** The names that files declare: `cat` of `succeed cat`. */
export function clipNamesOf(files: ClipFiles): string[] {
  return Object.keys(files).flatMap(outcome => /^succeed (.+)$/.exec(outcome)?.[1] ?? [])
}

function outcomeName(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/g, ' ')
}

/** Whether a file may be given for it: `succeed`, or `succeed cat`. */
function isSuccess(name: string): boolean {
  return /^succeed(?: [a-z0-9_-]{1,40})?$/.test(name)
}

function pairOf(text: string): [outcome: string, file: string] {
  const [, outcome = EVERY, file = text] = PAIR.exec(text) ?? []
  return [outcome, file]
}

function isList(given: readonly string[] | ClipFiles): given is readonly string[] {
  return Array.isArray(given)
}
