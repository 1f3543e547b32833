import { isoOf } from './machine.ts'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A length of time in its two largest units. */
export function lengthText(ms: number): string {
  if (!Number.isFinite(ms)) return 'never'
  if (ms < 0) return `−${lengthText(-ms)}`
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 10_000 && ms % 1000 !== 0) return `${(ms / 1000).toFixed(1)} s`
  const first = UNITS.findIndex(([, unit]) => ms >= unit)
  const [name, unit] = UNITS[first] ?? UNITS[3]
  const whole = Math.floor(ms / unit)
  const next = UNITS[first + 1]
  const rest = next ? Math.floor((ms - whole * unit) / next[1]) : 0
  return rest > 0 && next ? `${whole} ${name} ${rest} ${next[0]}` : `${whole} ${name}`
}

/** An instant, seen from another: `in 5 s`, `5 s ago`. */
export function relativeText(instant: number, now: number): string {
  const ms = Math.round(instant - now)
  if (Math.abs(ms) < 1) return 'now'
  return ms > 0 ? `in ${lengthText(ms)}` : `${lengthText(-ms)} ago`
}

/** An instant, in universal time. */
export function instantText(instant: number): string {
  return isoOf(instant).replace('T', ' ').replace('Z', '')
}

/** The same without its date. */
export function timeText(instant: number): string {
  return isoOf(instant).slice(11, 23)
}

export function creditsText(credits: number): string {
  return credits.toLocaleString('en', { maximumFractionDigits: 4 })
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

/** Characters that can't be seen or change how others are read; not what joins emoji. */
const UNSEEN = /(?![\n\r\t\u200d])[\p{Cc}\p{Cf}]/gu

/** Text of other people's, with what can't be seen in it made visible. */
export function visible(text: string): string {
  return text.replace(
    UNSEEN,
    character => `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  )
}

/** JSON laid out for reading; text that is none as it is. */
export function prettyJson(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2) ?? String(value)
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
