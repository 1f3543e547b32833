import { isoTime } from '../simulation/timebase.ts'
import type { Condition, EntryFilter } from './conditions.ts'
import type { Entry } from './entries.ts'
import type { Dropped } from './journal.ts'

/** How a namespace is shown and may be named: by its first eight digits. */
export function shortHash(namespace: string): string {
  return namespace.slice(0, 8)
}

/** An entry in one line: `#7 POST /kling/videos → 200 at 2026-06-01T00:00:00.000Z, task 8c979f32-…`. */
export function lineOf(entry: Entry): string {
  const { seq, taskId } = entry
  const what = entry.kind === 'callback' ? `callback ${entry.attempt} to ${entry.url}` : `${entry.method} ${entry.path}`
  const parts = [`#${seq} ${what} → ${endOf(entry)} at ${isoTime(entry.at)}`, ...(taskId ? [`task ${taskId}`] : [])]
  return printable(parts.join(', '))
}

function endOf(entry: Entry): string {
  if (entry.kind === 'callback') return [entry.outcome, entry.status].filter(part => part !== undefined).join(' ')
  if (entry.hungUp) return 'nobody, the caller hung up'
  if (entry.isCut) return `${entry.status ?? 'no answer'}, broken off`
  if (entry.endedAt === undefined) return '(no answer yet)'
  const code = entry.kind === 'request' && entry.code !== undefined ? ` ${entry.code}` : ''
  return `${entry.status ?? 'no answer'}${code}`
}

/** A filter in words: `operation create, body.model "kling-v3"`. */
export function filterText(filter: EntryFilter): string {
  const { body, ...rest } = filter
  const parts = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${shown(name, value)}`)
  const inBody = body === undefined ? [] : [`body with ${valueText(body)}`]
  return [...parts, ...inBody].join(', ') || 'any entry'
}

/** A part of a filter that does not hold, in words: `body.model is "kling-v1", not "kling-v3"`. */
export function conditionText({ name, expected, got }: Condition): string {
  switch (name) {
    case 'from':
      return `it began ${shown(name, got)}, before ${shown(name, expected)}`
    case 'to':
      return `it began ${shown(name, got)}, after ${shown(name, expected)}`
    case 'after':
      return `it is #${got}, not after #${expected}`
    case 'before':
      return `it is #${got}, not before #${expected}`
    default:
      return `${name} is ${got === undefined ? 'absent' : shown(name, got)}, not ${shown(name, expected)}`
  }
}

function shown(name: string, value: unknown): string {
  if ((name === 'from' || name === 'to') && typeof value === 'number') return isoTime(value)
  if (name === 'namespace') return value === '' ? 'none' : shortHash(String(value))
  return typeof value === 'string' && /^[\w./:-]+$/.test(value) && !name.startsWith('body') ? value : valueText(value)
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** What is not there any more; nothing if nothing is. */
export function droppedText({ entries, lastSeq }: Readonly<Dropped>): string[] {
  if (entries === 0) return []
  return [`${entries} older ones, up to #${lastSeq}, had to make room: raise --journal-size or --journal-memory`]
}

/** What came from outside must not write to a terminal as if it were ours. */
export function printable(line: string): string {
  return line.replace(/\p{C}/gu, '?')
}

/** Rows of a report, their labels in a column; further lines of a row stand under the first. */
export function rows(table: readonly (readonly [label: string, lines: readonly string[]])[]): string[] {
  const width = Math.max(...table.map(([label]) => label.length))
  return table.flatMap(([label, lines]) =>
    lines.map((line, index) => `    ${(index === 0 ? label : '').padEnd(width)}  ${printable(line)}`),
  )
}

/** `1 poll`, `2 polls`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
