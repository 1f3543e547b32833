export const CLOCK_MODES = ['real', 'scaled', 'frozen', 'auto-skip'] as const

/**
 * How a clock runs.
 *
 * - `real`: with the machine's time;
 * - `scaled`: `rate` times as fast;
 * - `frozen`: only by `advance`;
 * - `auto-skip`: stands still, and leaps to the earliest instant awaited as soon as everybody waits.
 */
export type ClockMode = (typeof CLOCK_MODES)[number]

export interface ClockSetting {
  readonly mode: ClockMode
  /** Virtual milliseconds for each real one; 1 unless `scaled`. */
  readonly rate: number
}

/** Where a clock stands and how it runs: what it shows later, it shows by this. */
export interface Stand extends ClockSetting {
  /** What it showed when the machine's time was `real`. */
  readonly at: number
  readonly real: number
}

/** Whether a clock of that mode runs with the machine's time. */
export function isRunning(mode: ClockMode): boolean {
  return mode === 'real' || mode === 'scaled'
}

/** What a clock that was left like this shows when the machine's time is `now`. */
export function shownAt({ mode, rate, at, real }: Stand, now: number): number {
  return isRunning(mode) ? Math.min(LAST_INSTANT, at + Math.max(0, Math.floor((now - real) * rate))) : at
}

/** The furthest instant: the last one JavaScript's calendar knows. */
export const LAST_INSTANT = 8_640_000_000_000_000
