import { setImmediate as turn } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Timebase } from '../simulation/timebase.ts'

/** Machines whose clocks are this close are taken to agree, in milliseconds (chosen). */
const CLOSE_MS = 20

/** How often Redis is asked; the quickest answer counts. */
const ROUNDS = 5

/** The machine's time, as Redis' machine has it, if the two differ by more than the way there explains. */
export async function sharedTime(redis: Redis, timebase: Timebase): Promise<Timebase> {
  let shortest = Number.POSITIVE_INFINITY
  let offset = 0
  for (let round = 0; round < ROUNDS; round++) {
    // The time stands still for a turn of the event loop.
    await turn()
    const sent = timebase.now()
    const [seconds = 0, micros = 0] = (await redis.time()).map(Number)
    await turn()
    const way = timebase.now() - sent
    if (way >= shortest) continue
    shortest = way
    offset = Math.round(seconds * 1000 + micros / 1000 - sent - way / 2)
  }
  if (Math.abs(offset) <= Math.max(CLOSE_MS, shortest / 2)) return timebase
  return { now: () => timebase.now() + offset, after: (ms, wake) => timebase.after(ms, wake) }
}
