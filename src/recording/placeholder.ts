/*
 * What stands in a recording for a value that is somebody's own: `{{task-3 uuid}}` for the id of a task that first came
 * up in exchange 3. The same value has the same placeholder throughout, so that a poll refers to its create.
 */

/** Ids and addresses are told apart by a number; words and times are not. */
const IDS = ['task', 'video', 'trace', 'job', 'id', 'file', 'url'] as const

export type IdKind = (typeof IDS)[number]

export interface Placeholder {
  readonly kind: IdKind | 'text' | 'seconds' | 'milliseconds' | 'iso'
  /** Such as `3` or `3b`; `''` for words and times. */
  readonly number: string
  /** What the value looks like: `uuid`, `18 digits`; of words their number of characters; of times an offset. */
  readonly form: string
}

const PATTERN =
  /^\{\{(?:(task|video|trace|job|id|file|url)-(\d+[a-z]*)|(text|seconds|milliseconds|iso))(?: ([^{}]*))?\}\}$/

export function printed({ kind, number, form }: Placeholder): string {
  return `{{${kind}${number === '' ? '' : `-${number}`}${form === '' ? '' : ` ${form}`}}}`
}

/** `undefined` if the value is no placeholder. */
export function placeholderIn(value: unknown): Placeholder | undefined {
  const [, id, number = '', plain, form = ''] = typeof value === 'string' ? (PATTERN.exec(value) ?? []) : []
  const kind = id ?? plain
  return kind === undefined ? undefined : { kind: kind as Placeholder['kind'], number, form }
}

const UUID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i

/** What an id looks like. */
export function formOf(id: string | number): string {
  if (typeof id === 'number') return 'number'
  if (UUID.test(id)) return 'uuid'
  if (/^\d+$/.test(id)) return `${id.length} digits`
  if (/^[\da-f]+$/.test(id)) return `${id.length} hex`
  return `${id.length} characters`
}

/** Every UUID within a text. */
export const UUIDS = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi

/** A value of that form, the same for the same `seed`: 64 hexadecimal digits. */
export function madeUp(form: string, seed: string): string | number {
  const length = Number.parseInt(form, 10) || 0
  const digits = [...seed].map(digit => Number.parseInt(digit, 16) % 10).join('')
  if (form === 'number') return Number(digits.slice(0, 8))
  if (form.endsWith('digits')) return `8${digits.repeat(4)}`.slice(0, length)
  if (form.endsWith('hex')) return seed.repeat(4).slice(0, length)
  if (form.endsWith('characters')) return seed.repeat(4).slice(0, length)
  const at = (from: number, to: number) => seed.slice(from, to)
  return `${at(0, 8)}-${at(8, 12)}-4${at(13, 16)}-8${at(17, 20)}-${at(20, 32)}`
}

/** A word of a path, or several with hyphens, as in `upload-kling-api`, `bs2` and `text2video`. */
const WORD = /^(?:[a-z]+(?:-[a-z]+)*|[a-z]+\d[a-z]*)$/i

/** What the path of a file looks like: words stay, whatever is one file's own is `*`. */
export function shapeOfPath(path: string): string {
  return path
    .split('/')
    .map(segment => {
      if (segment === '' || (segment.length <= 24 && WORD.test(segment))) return segment
      return `*${/\.[a-z\d]{1,5}$/i.exec(segment)?.[0] ?? ''}`
    })
    .join('/')
}
