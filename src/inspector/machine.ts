/* The machine's own time. The only file of the page that sets timers. */

/** Calls `act` once, `ms` from now. The function returned calls it off. */
export function after(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

/** Calls `act` each `ms`, until the function returned is called. */
export function each(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms)
  return () => clearInterval(timer)
}

/** Real milliseconds, from some instant on. */
export function elapsed(): number {
  return performance.now()
}

/** An instant as the calendar has it, in the universal time zone. */
export function isoOf(instant: number): string {
  const date = new Date(instant)
  return Number.isNaN(date.getTime()) ? String(instant) : date.toISOString()
}

/** What the clock on the wall shows. */
export function timeOfDay(): string {
  return new Date().toLocaleTimeString('en-GB')
}
