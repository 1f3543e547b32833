import type { Wanted } from './sockets.ts'

/** Flags without a value that say nothing about the request itself. */
const SILENT = new Set(['-s', '-i', '-sS', '-sv', '--path-as-is'])

/** What a curl command sends, as far as the documents of the upstream and of this project use curl. */
export function readCurl(command: string): Required<Wanted> {
  const [program, ...words] = shellWords(command)
  if (program !== 'curl') throw new Error(`no curl command: ${command}`)
  const headers: Record<string, string> = {}
  let method: string | undefined
  let body: string | undefined
  let url = ''
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '-X') method = words.shift()
    else if (word === '-I') method = 'HEAD'
    else if (word === '-d') body = words.shift() ?? ''
    else if (word === '-H') {
      const header = words.shift() ?? ''
      headers[header.slice(0, header.indexOf(':')).toLowerCase()] = header.slice(header.indexOf(':') + 1).trim()
    } else if (word.startsWith('http')) url = word
    else if (!SILENT.has(word)) throw new Error(`curl's ${word} is not known here`)
  }
  if (body !== undefined) headers['content-type'] ??= 'application/x-www-form-urlencoded'
  const path = /^https?:\/\/[^/]+(\/.*)$/.exec(url)?.[1]
  if (path === undefined) throw new Error(`no URL in: ${command}`)
  return { method: method ?? (body === undefined ? 'GET' : 'POST'), path, headers, body: body ?? '' }
}

/** Splits a command as a shell does: quotes of both kinds, and lines that end with a backslash. */
function shellWords(command: string): string[] {
  const words: string[] = []
  const part = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\\n|(\s+)|([^\s'"\\]+)/gy
  let word: string | undefined
  for (const [, single, double, space, bare] of command.matchAll(part)) {
    const text = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? bare
    if (text !== undefined) word = (word ?? '') + text
    if (space !== undefined && word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (word !== undefined) words.push(word)
  return words
}
