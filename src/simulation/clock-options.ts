import type { ClockSetting, Stand } from './clock-setting.ts'
import type { Ending } from './hold.ts'
import type { Timebase } from './timebase.ts'

/** Where the simulator reads the time and waits. Every instant is in Unix milliseconds. */
export interface Clock {
  /** The current instant. Moves forward only. */
  now(): number
  /**
   * Resolves once `now() >= instant`, at once if that is already so.
   * @throws `signal.reason` if `signal` aborts first, the reason of `close` if that comes first.
   */
  until(instant: number, signal?: Ending): Promise<void>
}

export interface ClockOptions extends ClockSetting {
  /** The instant to start at. */
  readonly startAt: number
  /** Called when the clock has been moved or runs otherwise than before, and nobody has seen it yet. */
  readonly onMove?: (stand: Stand) => void
  /** Called where auto-skip would leap, by somebody who decides that. Default: it leaps. */
  readonly onQuiet?: () => void
  /** Real milliseconds of quiet before auto-skip leaps. Default 5. */
  readonly quietMs?: number
  readonly timebase?: Timebase
}

/** The clock waited for is no more. */
export class ClockClosed extends Error {
  constructor() {
    super('the clock was closed')
  }
}
