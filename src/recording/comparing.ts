import { isObject } from '../contract/reading.ts'
import type { Answered } from './exchange.ts'
import { placeholderIn } from './placeholder.ts'

/** How a part of an answer has changed. */
export type Change = 'added' | 'removed' | 'type' | 'null' | 'form' | 'value' | 'identity' | 'length'

/** One part of an answer that is not as it was recorded. */
export interface Difference {
  /** Name of the recording's file. */
  readonly recording: string
  /** Such as `status`, `headers/content-type`, `body/error/code`; items of lists are `*`. */
  readonly at: string
  readonly change: Change
  readonly recorded: string
  readonly played: string
}

export type Part = Omit<Difference, 'recording'>

/** Fields whose very values are promised; of all others, that they are there, their type and what they look like. */
const PROMISED = new Set([
  ...['success', 'state', 'code', 'message', 'duration', 'type', 'currency', 'amount', 'count', 'model'],
])

/** Headers whose values are promised. */
const HEADERS = ['content-type', 'accept-ranges', 'retry-after', 'location'] as const

/** There or not according to how far a task has come, to the millisecond. */
const BY_PROGRESS = new Set(['started_at', 'elapsed'])

export interface Comparing {
  /** Whether the fake's own text of an error is the API's, not a choice. */
  readonly isTextPromised: boolean
}

/** Where an answer is another than the one recorded. */
export function differencesBetweenAnswers(recorded: Answered, played: Answered, how: Comparing): Part[] {
  // An answer and a refusal have nothing in common: what they share is said once.
  if (recorded.status < 400 !== played.status < 400) {
    return [{ at: 'answer', change: 'value', recorded: summaryOf(recorded), played: summaryOf(played) }]
  }
  return [
    ...valueAt('status', recorded.status, played.status),
    ...HEADERS.flatMap(name => headerAt(name, recorded.headers[name], played.headers[name])),
    ...bodies(recorded, played, how),
  ]
}

/** Where the body of a callback is another. */
export function differencesBetweenBodies(recorded: unknown, played: unknown, how: Comparing): Part[] {
  return between('body', '', recorded, played, how)
}

function bodies(recorded: Answered, played: Answered, how: Comparing): Part[] {
  if (recorded.file || played.file) {
    return valueAt('body', recorded.file ? 'a file' : 'no file', played.file ? 'a file' : 'no file')
  }
  if (recorded.text !== undefined || played.text !== undefined) {
    return valueAt('body', kindOf(recorded), kindOf(played))
  }
  return between('body', '', recorded.body, played.body, how)
}

function kindOf({ body, text }: Answered): string {
  if (text !== undefined) return 'no JSON'
  return body === undefined ? 'nothing' : 'JSON'
}

function headerAt(name: (typeof HEADERS)[number], recorded?: string, played?: string): Part[] {
  const at = `headers/${name}`
  // An address is never the same; seconds to wait are as may be.
  if (name === 'location' || name === 'retry-after') return valueAt(at, presence(recorded), presence(played))
  const plain = (text: string | undefined) => text?.split(';')[0]?.trim().toLowerCase()
  return valueAt(at, plain(recorded), plain(played))
}

function presence(value: unknown): string {
  return value === undefined ? 'nothing' : 'there'
}

function between(at: string, field: string, recorded: unknown, played: unknown, how: Comparing): Part[] {
  if (recorded === undefined && played === undefined) return []
  if (recorded === undefined) return [{ at, change: 'added', recorded: 'nothing', played: kindText(played) }]
  if (played === undefined) return [{ at, change: 'removed', recorded: kindText(recorded), played: 'nothing' }]
  const [before, after] = [typeOf(recorded), typeOf(played)]
  if (before !== after) {
    const change = before === 'null' || after === 'null' ? 'null' : 'type'
    return [{ at, change, recorded: typedText(before, recorded), played: typedText(after, played) }]
  }
  if (Array.isArray(recorded) && Array.isArray(played)) return lists(at, field, recorded, played, how)
  if (isObject(recorded) && isObject(played)) return objects(at, recorded, played, how)
  const forms = [formOf(recorded), formOf(played)] as const
  if (forms[0] !== forms[1]) return [{ at, change: 'form', recorded: forms[0], played: forms[1] }]
  const isPromised = PROMISED.has(field) && (field !== 'message' || how.isTextPromised)
  return isPromised && !isWords(recorded) ? valueAt(at, recorded, played) : []
}

function objects(
  at: string,
  recorded: Record<string, unknown>,
  played: Record<string, unknown>,
  how: Comparing,
): Part[] {
  const isOver = 'finished_at' in recorded && 'finished_at' in played
  return [...new Set([...Object.keys(recorded), ...Object.keys(played)])].flatMap(name =>
    BY_PROGRESS.has(name) && !isOver ? [] : between(`${at}/${name}`, name, recorded[name], played[name], how),
  )
}

/** Of lists, their lengths and what is in them one by one; the same said twice is said once. */
function lists(at: string, field: string, recorded: unknown[], played: unknown[], how: Comparing): Part[] {
  const length = valueAt(at, recorded.length, played.length).map(part => ({ ...part, change: 'length' as const }))
  const items = recorded
    .slice(0, played.length)
    .flatMap((item, index) => between(`${at}/*`, field, item, played[index], how))
  return [...new Map([...length, ...items].map(part => [JSON.stringify(part), part])).values()]
}

function valueAt(at: string, recorded: unknown, played: unknown): Part[] {
  return recorded === played ? [] : [{ at, change: 'value', recorded: shown(recorded), played: shown(played) }]
}

function typeOf(value: unknown): string {
  const placeholder = placeholderIn(value)
  if (placeholder && (/^(?:milli)?seconds$/.test(placeholder.kind) || placeholder.form === 'number')) return 'number'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

/** What an id, an address or a time looks like; of all else nothing. */
function formOf(value: unknown): string {
  const placeholder = placeholderIn(value)
  if (!placeholder || placeholder.kind === 'text') return ''
  if (placeholder.kind === 'file') return `a file ${placeholder.form}`
  return /^(?:milliseconds|seconds|iso)$/.test(placeholder.kind) ? `a time (${placeholder.kind})` : placeholder.form
}

function isWords(value: unknown): boolean {
  return typeof value === 'string' && value.includes('{{')
}

/** What kind of value it is, whatever it says. */
function kindText(value: unknown): string {
  return formOf(value) || typeOf(value)
}

function typedText(type: string, value: unknown): string {
  return type === 'null' ? 'null' : type === 'object' || type === 'array' ? type : `${type} ${shown(value)}`
}

function summaryOf({ status, body }: Answered): string {
  const error = isObject(body) && isObject(body['error']) ? body['error'] : undefined
  return error ? `${status} ${error['code']}: ${error['message']}` : String(status)
}

/** A value in a line of its own. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
