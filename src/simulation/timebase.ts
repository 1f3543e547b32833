// Not the global one, which tests that fake timers fake: it would never call back.
import { setImmediate } from 'node:timers'

/**
 * The machine's own time. The only file that reads `Date` or sets a timer; everything else asks a `Clock`.
 *
 * Instants are Unix milliseconds, as whole numbers.
 */
export interface Timebase {
  now(): number
  /** Calls `wake` once, `ms` from now or a little later. The function returned calls it off. */
  after(ms: number, wake: () => void): () => void
}

/** `setTimeout` takes no more than this; longer waits are armed again by whoever waits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

let latest = 0
let isShown = false

const forget = () => {
  isShown = false
}

/** Stands still for a turn of the event loop: all that one event sets off has one instant. */
export const machineTime: Timebase = {
  now() {
    if (isShown) return latest
    // An adjusted system clock may go back; ours only goes forward.
    latest = Math.max(latest, Date.now())
    isShown = true
    setImmediate(forget)
    return latest
  },
  after(ms, wake) {
    const timer = setTimeout(wake, Math.min(Math.max(0, Math.ceil(ms)), LONGEST_TIMER_MS))
    return () => clearTimeout(timer)
  },
}

/** Resolves `ms` from now or a little later, in real time. */
export function pause(ms: number, timebase: Timebase = machineTime): Promise<void> {
  return new Promise(resolve => {
    timebase.after(ms, resolve)
  })
}

/** An instant as ISO 8601 in UTC, for people. Virtual instants far outside the calendar are given as numbers. */
export function isoTime(instant: number): string {
  const date = new Date(instant)
  return Number.isNaN(date.getTime()) ? String(instant) : date.toISOString()
}

const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/

/** Reads an ISO 8601 instant, a time of day only with its zone; `undefined` if the text is none. */
export function parseIsoTime(text: string): number | undefined {
  if (!ISO.test(text)) return undefined
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? undefined : instant
}

/** An instant for libraries that ask for a `Date`. */
export function dateOf(instant: number): Date {
  return new Date(instant)
}

/** Reads an instant as Node tells those of certificates, such as `Nov 23 06:55:23 2027 GMT`. */
export function parseCertificateTime(text: string): number {
  return Date.parse(text)
}

/** The last second whose year has the four digits that an HTTP date has room for. */
const LAST_HTTP_DATE = Date.UTC(9999, 11, 31, 23, 59, 59)

/** An instant as the HTTP date of `Last-Modified` and its kin, cut to the second. */
export function httpDate(instant: number): string {
  return new Date(Math.min(instant, LAST_HTTP_DATE)).toUTCString()
}

/** The three forms of an HTTP date (RFC 9110 §5.6.7). The last one names no zone, and means GMT as well. */
const HTTP_DATES = [
  /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/,
  /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/,
]

/** Reads an HTTP date; `undefined` if there is none or the text is none, which is to be ignored then. */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined || !HTTP_DATES.some(form => form.test(text))) return undefined
  const instant = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(instant) ? undefined : instant
}
