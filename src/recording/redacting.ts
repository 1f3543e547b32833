import { ERRORS } from '../contract/errors.ts'
import { isObject } from '../contract/reading.ts'
import { RULES } from '../contract/rules.ts'
import { parsedUrl } from '../contract/url.ts'
import { parseIsoTime } from '../simulation/timebase.ts'
import type { Names } from './names.ts'
import { type IdKind, printed, shapeOfPath, UUIDS } from './placeholder.ts'

/** Who said it. What a client names is an address; what the upstream names is a file. */
export type Speaker = 'client' | 'upstream'

/** What redaction remembers from one exchange to the next, and where it stands. */
export interface Redaction {
  readonly names: Names
  /** Words that clients sent, and their tokens: nothing of it may come up in an answer's text. */
  readonly words: Set<string>
  readonly exchange: number
  /** Unix milliseconds from which times are counted. */
  readonly startedAt: number
}

/** Fields whose texts come from lists of the API, and say nothing about anybody. All other texts are redacted. */
const LISTED = new Set([
  ...['action', 'model', 'model_name', 'mode', 'aspect_ratio', 'duration', 'cfg_scale', 'type', 'refer_type'],
  ...['keep_original_sound', 'shot_type', 'character_orientation', 'voice_language', 'state', 'status', 'code'],
  ...['currency', 'sound', 'audio_type'],
])

/** A text that can stand in a list of the API. */
const LISTABLE = /^[\w.:-]{0,32}$/

/** Names of fields as they may stand in a recording. */
const PLAIN_NAME = /^[\w.$-]{1,48}$/

const ID_KINDS: Readonly<Record<string, IdKind>> = {
  task_id: 'task',
  video_id: 'video',
  trace_id: 'trace',
  job_id: 'job',
}

/** A JSON value as it may be kept: words, secrets, ids, addresses and times give way to placeholders. */
export function redacted(value: unknown, speaker: Speaker, redaction: Redaction, field = ''): unknown {
  if (Array.isArray(value)) return value.map(item => redacted(item, speaker, redaction, field))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        // A record shows the create as the client sent it.
        const by = name === 'request' ? 'client' : speaker
        return [
          PLAIN_NAME.test(name) && !redaction.words.has(name) ? name : textFor(name),
          redacted(part, by, redaction, name),
        ]
      }),
    )
  }
  if (typeof value === 'number') return redactedNumber(value, speaker, field, redaction)
  return typeof value === 'string' ? redactedText(value, speaker, field, redaction) : value
}

function redactedNumber(value: number, speaker: Speaker, field: string, redaction: Redaction): unknown {
  const { names, exchange, startedAt } = redaction
  if (isIdField(field)) return names.id(kindOf(field), value, exchange)
  // Of a client, a number so long may be anybody's.
  if (!isTimeField(field))
    return speaker === 'client' && Math.abs(value) > 1e6 ? names.id('id', value, exchange) : value
  if (value > 1e11) return printed({ kind: 'milliseconds', number: '', form: offsetText(value - startedAt) })
  if (value > 1e8) return printed({ kind: 'seconds', number: '', form: offsetText(value * 1000 - startedAt) })
  return value
}

function redactedText(text: string, speaker: Speaker, field: string, redaction: Redaction): unknown {
  const { names, exchange, startedAt } = redaction
  const known = names.known(text)
  if (known !== undefined) return known
  if (text.trim() === '') return text
  if (isHttpUrl(text) && speaker === 'upstream') return names.file(text, exchange)
  if (isHttpUrl(text)) {
    for (const part of ownPartsOf(text)) remember(redaction.words, part)
    return names.url(text, exchange)
  }
  if (isIdField(field)) return names.id(kindOf(field), text, exchange)
  const instant = isTimeField(field) ? parseIsoTime(text) : undefined
  if (instant !== undefined) return printed({ kind: 'iso', number: '', form: offsetText(instant - startedAt) })
  if (speaker === 'upstream' && field === 'message') return withoutSecrets(text, redaction)
  if (LISTED.has(field) && LISTABLE.test(text)) return text
  if (field === 'camera_control' && isPlainJson(text)) return text
  if (speaker === 'client') remember(redaction.words, text)
  return textFor(text)
}

/** A stand-in for words: as long, and citing the same materials. */
export function textFor(text: string): string {
  const cited = [...new Set(text.match(/<<<\w{1,16}_\d{1,4}>>>/g) ?? [])]
  return printed({ kind: 'text', number: '', form: [[...text].length, ...cited].join(' ') })
}

function isIdField(field: string): boolean {
  return /(?:^|_)ids?$/.test(field)
}

function kindOf(field: string): IdKind {
  return ID_KINDS[field] ?? 'id'
}

function isTimeField(field: string): boolean {
  return /(?:_at|_at_min|_at_max|^timestamp|^created|^date)$/.test(field)
}

/** Such as `+2.013`: seconds since the recording began. */
function offsetText(ms: number): string {
  return `${ms < 0 ? '-' : '+'}${Math.abs(Math.round(ms)) / 1000}`
}

export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(text) && parsedUrl(text) !== undefined
}

/** The older schemas took objects as JSON text. */
function isPlainJson(text: string): boolean {
  return text.length < 300 && /^[{}[\]":,.\-\s\dA-Za-z_]*$/.test(text) && !/[A-Za-z_]{24}|\d{12}/.test(text)
}

/** A text of the API's own, without what was sent, what is somebody's and what looks like it. */
function withoutSecrets(text: string, { names, words, exchange }: Redaction): string {
  let safe = text.replaceAll(/https?:\/\/[^\s"'<>]+/gi, url =>
    parsedUrl(url) ? names.url(url, exchange) : textFor(url),
  )
  for (const [value, placeholder] of names.all()) {
    if (value.length >= LEAST_QUOTED) safe = safe.replaceAll(value, placeholder)
  }
  if (safe.length > LONGEST_SECRET) return textFor(text)
  const longestFirst = [...words].toSorted((a, b) => b.length - a.length)
  for (const word of longestFirst) safe = safe.replaceAll(word, textFor(word))
  safe = safe.replaceAll(QUOTED, (quote, open: string, part: string, close: string) =>
    longestFirst.some(word => word.includes(part)) ? `${open}${textFor(part)}${close}` : quote,
  )
  for (const beginning of longestFirst.map(word => beginningIn(safe, word)).toSorted((a, b) => b.length - a.length)) {
    if (beginning !== '') safe = safe.replaceAll(beginning, textFor(beginning))
  }
  return withoutWords(safe, longestFirst).replaceAll(UUIDS, id => names.id('id', id, exchange))
}

/** Words by themselves, however they are written, but for those that the API's messages are made of. */
function withoutWords(text: string, words: readonly string[]): string {
  const said = words.join('\n').toLowerCase()
  return text.replaceAll(/\{\{[^{}]*\}\}|\p{L}[\p{L}\p{N}_'-]{3,}/gu, word => {
    const plain = word.toLowerCase()
    return word.startsWith('{{') || VOCABULARY.has(plain) || !said.includes(plain) ? word : textFor(word)
  })
}

const VOCABULARY: ReadonlySet<string> = new Set(
  [...Object.values(ERRORS).map(({ message }) => message), ...RULES.map(({ says }) => says)].flatMap(
    text => text.toLowerCase().match(/\p{L}[\p{L}\p{N}_'-]{3,}/gu) ?? [],
  ),
)

/** Remembers something that is not to come up in a text. What is very long is known by its beginning. */
export function remember(words: Set<string>, text: string): void {
  if (text.length >= SHORTEST_SECRET) words.add(text.slice(0, LONGEST_SECRET))
}

/** What an address has of its owner's: host, names of files, values of the query. */
function ownPartsOf(url: string): string[] {
  const { hostname, username, password, pathname, searchParams } = new URL(url)
  const segments = pathname.split('/').filter(segment => shapeOfPath(segment) !== segment)
  return [hostname, username, password, ...segments, ...searchParams.values()].filter(
    part => part.length >= LEAST_QUOTED,
  )
}

/** What is shorter says nothing, and would be found in every text. */
const SHORTEST_SECRET = 4

/** Characters by which a word is known. No message is as long. */
const LONGEST_SECRET = 10_000

/** Messages quote the beginning of long words, and parts of them. */
const LEAST_QUOTED = 6

const QUOTED = /(['"`“‘])([^'"`“”‘’]{6,200})(['"`”’])/g

/** The beginning of a word as it stands in a text; `''` if it doesn't. */
function beginningIn(text: string, word: string): string {
  const at = word.length > LEAST_QUOTED ? text.indexOf(word.slice(0, LEAST_QUOTED)) : -1
  if (at < 0) return ''
  let length = LEAST_QUOTED
  while (length < word.length && text[at + length] === word[length]) length++
  return word.slice(0, length)
}
