import { createHash } from 'node:crypto'
import { isObject } from '../contract/reading.ts'
import { madeUp, type Placeholder, placeholderIn } from './placeholder.ts'

/** The value that a placeholder stands for this time; `undefined` to have one made up that looks like it. */
export type ValueOf = (text: string, placeholder: Placeholder) => unknown

/** A recorded JSON value with values in place of placeholders. */
export function expanded(value: unknown, valueFor: ValueOf): unknown {
  if (Array.isArray(value)) return value.map(item => expanded(item, valueFor))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [expandedText(name, valueFor), expanded(part, valueFor)]),
    )
  }
  return typeof value === 'string' ? expandedValue(value, valueFor) : value
}

const WITHIN = /\{\{[a-z]+(?:-\d+[a-z]*)?(?: [^{}]*)?\}\}/g

/** A text with placeholders in it. */
export function expandedText(text: string, valueFor: ValueOf): string {
  return text.replaceAll(WITHIN, found => String(expandedValue(found, valueFor)))
}

function expandedValue(text: string, valueFor: ValueOf): unknown {
  const placeholder = placeholderIn(text)
  if (placeholder) return valueFor(text, placeholder) ?? standIn(text, placeholder)
  return text.includes('{{') ? expandedText(text, valueFor) : text
}

/** Something that looks like it, the same each time. */
function standIn(text: string, { kind, number, form }: Placeholder): unknown {
  switch (kind) {
    case 'text':
      return wordsOf(form)
    case 'seconds':
      return 1_780_272_000 + Number(form)
    case 'milliseconds':
      return 1_780_272_000_000 + Math.round(Number(form) * 1000)
    case 'iso':
      return '2026-06-01T00:00:00Z'
    case 'url':
      return `https://example.com/${number}`
    case 'file':
      return `https://example.com${form.replaceAll('*', number)}`
    default:
      return madeUp(form, createHash('sha256').update(text).digest('hex'))
  }
}

/** Words of that length, with the citations that there were. */
function wordsOf(form: string): string {
  const [length = '0', ...cited] = form.split(' ')
  const citations = cited.join(' ')
  return (citations === '' ? '' : `${citations} `).slice(0, Number(length)).padEnd(Number(length), 'mug ')
}
